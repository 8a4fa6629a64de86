"""The desks of the books."""

from funds.models import HandoverArchive, Voucher
from funds.selectors.books import expenditure_account, unemployment_book
from tests.bad_input.desk import Desk, Healthy, always, seen
from tests.city import City


def voucher(_: City, __: int) -> Healthy:
    """Return a voucher of two lines."""
    rows = {"line-TOTAL_FORMS": "2", "line-INITIAL_FORMS": "0"}
    rows |= {"line-0-account": "1002", "line-0-debit": "10.00", "line-0-summary": "缴款"}
    rows |= {"line-1-account": "400101", "line-1-credit": "10.00"}
    return rows | {
        "voucher_date": "2026-11-02",
        "event": "E04",
        "attachment_count": "1",
        "summary": "直接缴款",
    }


def correction(city: City, voucher_id: int) -> Healthy:
    """Return a voucher raised by one yuan on the accounts it had."""
    sides = Voucher.objects.get(pk=voucher_id).lines.select_related("account").order_by("position")
    debited, credited = (
        next(line.account.code for line in sides if getattr(line, side))
        for side in ("debit", "credit")
    )
    return {
        "voucher_date": "2026-11-02",
        "attachment_count": "1",
        "reason": "金额少记",
        "line-TOTAL_FORMS": "2",
        "line-INITIAL_FORMS": "0",
        "line-0-account": debited,
        "line-0-debit": "1.00",
        "line-1-account": credited,
        "line-1-credit": "1.00",
    }


FUNDS = (
    Desk("funds.forms.VoucherHeadForm", "funds:voucher_new", "FACC", voucher),
    Desk("funds.forms.VoucherLineForm", "funds:voucher_new", "FACC", voucher, prefix="line-0-"),
    Desk(
        "funds.forms.DecisionForm",
        "funds:voucher_decide",
        "FCHK",
        seen("voucher", decision="APPROVE"),
        of="drafted-voucher",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:funds_plan",
        "FHEAD",
        seen("funds_plan", decision="RETURN"),
        of="asked-funds",
    ),
    Desk(
        "funds.forms.ReversalForm",
        "funds:voucher_reverse",
        "FACC",
        always(voucher_date="2026-11-02", reason="科目有误"),
        of="posted-voucher",
    ),
    Desk(
        "funds.forms.CorrectionForm",
        "funds:voucher_correct",
        "FACC",
        correction,
        of="posted-voucher",
    ),
    Desk(
        "funds.forms.VoucherFileForm",
        "funds:voucher_attach",
        "FACC",
        always(),
        of="drafted-voucher",
        shows=False,
    ),
    Desk(
        "funds.forms.RedraftForm",
        "funds:voucher_redraft",
        "FACC",
        always(voucher_date="2026-11-02", attachment_count="1"),
        of="voided-voucher",
    ),
    Desk(
        "funds.forms.funds_plans.BureauReplyForm",
        "funds:funds_plan_reply",
        "FACC",
        seen(
            "funds_plan",
            decision="APPROVE",
            amount="3,624.00",
            document_number="攀财社〔2026〕18号",
            decided_date="2026-11-02",
        ),
        of="answered-funds",
    ),
    Desk(
        "funds.forms.funds_plans.AllotmentForm",
        "funds:funds_plan_allot",
        "FACC",
        always(amount="3,624.00", allotted_date="2026-11-02", reference="BK-1"),
        of="requested-funds",
    ),
    Desk(
        "funds.forms.funds_plans.PlanClosingForm",
        "plan_closing",
        "FACC",
        always(
            reason="年度预算调减",
            document_number="攀财社函〔2026〕31号",
            letter_date="2026-11-02",
        ),
        of="requested-funds",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "plan_closing_decide",
        "FHEAD",
        seen("plan_closing", decision="REFUSE"),
        of="asked-closing",
    ),
    Desk(
        "funds.forms.prints.PrintForm",
        "funds:prints",
        "FACC",
        always(
            what="DETAIL",
            first="202610",
            last="202611",
            account="4001",
            first_number="1",
            last_number="9",
            file_type="PDF",
        ),
    ),
    Desk(
        "funds.forms.TransferForm",
        "funds:tax_list",
        "FACC",
        always(transferred_date="2026-11-02", reference="HZ-1"),
        of="tax_list",
    ),
    Desk(
        "funds.forms.statements.DisclosureForm",
        "disclosure_new",
        "FACC",
        always(text="基金运行平稳"),
    ),
    Desk(
        "funds.forms.statements.RemarkForm",
        "analysis",
        "FACC",
        always(text="支出增加系新增领金人员"),
    ),
    Desk(
        "funds.forms.statements.NotesForm",
        "funds:financial_statement_new",
        "FACC",
        always(
            important="资产总计无重大变动",
            not_shown="无",
            bonds="无债券投资",
            entrusted="无",
            policy="无",
            other="无",
        ),
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:financial_statement",
        "FCHK",
        seen("financial_statement", decision="RETURN"),
        of="financial_statement",
    ),
)
DRAFT = {"post": "FACC", "of": "drafted-handover"}
HANDOVERS = (
    Desk(
        "funds.forms.handovers.HandoverForm",
        "funds:handovers",
        "FACC",
        lambda city, _: {"office": city.offices["510411"].pk, "cutoff_date": "2025-12-31"},
    ),
    Desk(
        "funds.forms.handovers.BalanceForm",
        "funds:handover_part",
        healthy=always(
            **{"balance-account": "1005", "balance-side": "debit", "balance-amount": "1"}
        ),
        words=("balance",),
        prefix="balance-",
        **DRAFT,
    ),
    Desk(
        "funds.forms.handovers.BankForm",
        "funds:handover_part",
        healthy=always(
            **{"bank-account": "1002", "bank-bank_name": "工商银行", "bank-balance": "1.00"},
            **{"bank-number": "510505104000"},
        ),
        words=("bank",),
        prefix="bank-",
        **DRAFT,
    ),
    Desk(
        "funds.forms.handovers.ClaimForm",
        "funds:handover_part",
        healthy=always(
            **{"claim-kind": "PAYABLE", "claim-account": "200199", "claim-amount": "1.00"},
            **{"claim-counterparty": "东区财政局", "claim-reference": "协议"},
        ),
        words=("claim",),
        prefix="claim-",
        **DRAFT,
    ),
    Desk(
        "funds.forms.handovers.ArchiveForm",
        "funds:handover_part",
        healthy=always(
            **{"archive-kind": "OTHER", "archive-first_year": "2018", "archive-last_year": "2025"},
            **{"archive-volume_count": "3", "archive-note": "无"},
        ),
        words=("archive",),
        prefix="archive-",
        **DRAFT,
    ),
    Desk(
        "funds.forms.handovers.AuditForm",
        "funds:handover_part",
        healthy=always(
            **{"audit-body": "市审计局", "audit-reference": "1号", "audit-amount": "1.00"},
            **{"audit-conclusion": "账实相符"},
        ),
        words=("audit",),
        prefix="audit-",
        **DRAFT,
    ),
    Desk(
        "funds.forms.handovers.RemovalForm",
        "funds:handover_remove",
        healthy=lambda _, handover_id: {
            "row": HandoverArchive.objects.filter(handover_id=handover_id)[0].pk
        },
        words=("archive",),
        shows=False,
        **DRAFT,
    ),
)
BANK_ACCOUNTS = (
    Desk(
        "funds.forms.bank_accounts.AccountOpeningForm",
        "funds:bank_account_new",
        "FACC",
        always(
            kind="INCOME",
            bank_name="工商银行东区支行",
            number="2302051040000009",
            opened_date="2026-11-02",
            approval="攀财库〔2026〕31号",
        ),
    ),
    Desk(
        "funds.forms.bank_accounts.AccountClosingForm",
        "funds:bank_account_close",
        "FACC",
        always(closed_date="2026-11-02", approval="攀财库〔2026〕40号"),
        of="bank_account",
    ),
    Desk(
        "funds.forms.bank_accounts.AccountReviewForm",
        "funds:bank_review",
        "FACC",
        always(balance_date="2026-11-02", bank_balance="0", is_needed="yes", note="x"),
        of="bank_account",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:bank_account_decide",
        "FHEAD",
        seen("bank_account", decision="REFUSE"),
        of="account-to-open",
    ),
)
FLOW_FINDINGS = (
    Desk(
        "funds.forms.flow_findings.SpecialBusinessForm",
        "funds:flow_finding_apply",
        "FACC",
        always(reason="出纳误划"),
        of="flow_finding",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:flow_finding_decide",
        "FHEAD",
        seen("flow_finding", decision="APPROVE"),
        of="applied-finding",
    ),
)
CUSTODY = (
    Desk(
        "funds.forms.custody.SealForm",
        "funds:custody_new",
        "SEAL",
        always(name="法人章", number="5104000002"),
    ),
    Desk(
        "funds.forms.custody.KeyForm",
        "funds:custody_new",
        "KEY",
        lambda _city, _: {
            "name": "企业网银U盾",
            "number": "U1",
            "bank_account": expenditure_account(unemployment_book().pk).pk,
            "key_role": "MAKER",
        },
    ),
    Desk(
        "funds.forms.custody.BillBookForm",
        "funds:custody_new",
        "BILL",
        always(name="转账支票", number="9", first_number="1", last_number="50"),
    ),
    Desk(
        "funds.forms.custody.UseForm",
        "funds:custody_use",
        "SEAL",
        always(use_date="2026-11-02", purpose="盖章", document="1号", asked_by="会计"),
        of="custody",
    ),
    Desk(
        "funds.forms.custody.BillUseForm",
        "funds:custody_use",
        "BILL",
        always(
            use_date="2026-11-02",
            purpose="付款",
            document="1号",
            asked_by="会计",
            kind="USE",
            first_number="1001",
            last_number="1001",
        ),
        of="bill-book",
    ),
    Desk(
        "funds.forms.custody.PassForm",
        "funds:custody_pass",
        "SEAL",
        lambda city, _: {"taker": city.actor("SEAL2").user_id, "reason": "轮岗"},
        of="custody",
    ),
    Desk(
        "funds.forms.custody.GiveBackForm",
        "funds:custody_give_back",
        "SEAL",
        always(reason="停用"),
        of="custody",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:custody_transfer",
        "FHEAD",
        seen("custody_transfer", decision="RETURN"),
        of="transfer-to-witness",
        is_open=False,
    ),
)
