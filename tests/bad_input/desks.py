"""Where every form is filled in: its address, who sits there, on which object, with what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from funds.models import HandoverArchive, Voucher
from payouts.enums import StepKind
from payouts.models import BenefitCase, BenefitItem, CheckQuestion
from tests.architecture.matrix_objects import KINDS, find
from tests.bad_input.ground import Ground
from tests.city import City
from tests.payouts.claims import story

OFFICE = "510402"
Healthy = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """One form at one address. `healthy` is what a careful person would post there.

    Args:
        form: the class as in fields.csv.
        address: its name; `of` is the kind of object whose id it takes, `words` its other parts.
        post, office: who sits there; nobody is signed in where `post` is empty.
        prefix: stands before the names of a form that is one row of several.
        is_open: whether the object waits for this form, so that its page shows it.
        shows: whether the page shows the form again; a mere button answers with a message.
    """

    form: str
    address: str
    post: str
    healthy: Callable[[City, int], Healthy]
    office: str = "510400"
    of: str = ""
    words: tuple[str, ...] = ()
    prefix: str = ""
    shows: bool = True
    is_open: bool = True

    def url(self, object_id: int) -> str:
        """Return where the form is sent."""
        return reverse(self.address, args=[*([object_id] if self.of else []), *self.words])

    def object_id(self, city: Ground) -> int:
        """Return the id of the object the form is about, 0 where it is about none."""
        if self.of in city.waiting:
            return city.waiting[self.of]
        return find(city, self.of, OFFICE) if self.of else 0

    @property
    def name(self) -> str:
        """Return what the test is called."""
        return f"{self.form.rpartition('.')[2]}-{self.address}{''.join(self.words)}"


def always(**values: Any) -> Callable[[City, int], Healthy]:
    """Return the same healthy values for every city."""
    return lambda city, object_id: values


def points(case_id: int, step: StepKind) -> Healthy:
    """Answer every point of a step."""
    check_list = BenefitCase.objects.get(pk=case_id).check_list_id
    found = CheckQuestion.objects.filter(check_list_id=check_list, step=step)
    return {f"q{q.pk}": "YES" for q in found} | {f"n{q.pk}": "" for q in found}


def opening(city: City, _: int) -> Healthy:
    """Return a claim brought by an agent, so that every field is asked for."""
    return {
        "item": BenefitItem.objects.get(code="B01").pk,
        "identity_number": story.person_number(707),
        "name": "王小兰",
        "channel": "WINDOW",
        "service_mode": "MAIL_AGENT",
        "applied_date": "2026-11-02",
        "agent_name": "王大明",
        "agent_identity_number": story.person_number(709),
        "agent_relation": "父亲",
    }


def recording(city: City, case_id: int) -> Healthy:
    """Return the claim itself."""
    return points(case_id, StepKind.RECORD) | {
        "insured_organisation": city.offices[OFFICE].pk,
        "paying_organisation": city.offices[OFFICE].pk,
        "leaving_reason": "01",
        "unemployed_date": "2026-09-30",
        "registered_date": "2026-10-15",
        "carried_months": "0",
        "contributed_months": "137",
        "evidence_note": "缴费凭证1号",
        "phone": "13800138000",
        "account_kind": "CARD",
        "account_number": story.CARD,
        "holder_name": story.NAME,
        "bank_name": "农业银行",
    }


def office_month(city: City, _: int) -> Healthy:
    """Return office, item and month as the forms of plans take them."""
    return {
        "organisation": city.offices[OFFICE].pk,
        "item": BenefitItem.objects.get(code="B01").pk,
        "month": "202611",
        "reason": "数据割接延误",
    }


def granting(city: City, _: int) -> Healthy:
    """Return an application for a post."""
    return {
        "person": f"acc{OFFICE}",
        "post": "PLAN",
        "organisation": city.offices[OFFICE].pk,
        "valid_from": "2026-11-02",
        "valid_until": "2027-11-02",
        "reason": "岗位调整",
    }


def seen(kind: str, **more: Any) -> Callable[[City, int], Healthy]:
    """Return an opinion formed on what the page shows now."""

    def healthy(_: City, object_id: int) -> Healthy:
        shown = KINDS[kind][0].objects.get(pk=object_id)
        return {"seen": getattr(shown, "content_sha256", ""), "opinion": "同意", **more}

    return healthy


def signing(_: City, object_id: int) -> Healthy:
    """Return a reviewer's opinion on a case."""
    case = BenefitCase.objects.get(pk=object_id)
    return {
        "seen_sha256": case.content_sha256,
        "seen_state": case.state,
        "opinion": "资料不全",
        "supply": "解除劳动合同证明",
        "decision": "RETURN",
    }


def sheet(city: Ground, _: int) -> Healthy:
    """Return the sheet of one case, as bulk review shows it."""
    case = BenefitCase.objects.get(pk=city.waiting["second-review"])
    return {
        "line": f"{case.pk}:{case.content_sha256}",
        "opinion": "同意",
        "count": "1",
        "total": "1864.00",
    }


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


ACCOUNTS = (
    Desk("accounts.forms.LogInForm", "login", "", always(username="acc510402", password="x")),
    Desk(
        "accounts.forms.NewPasswordForm",
        "password_change",
        "SYS",
        always(old_password="x", new_password1="y", new_password2="y"),
    ),
    Desk("accounts.forms.GrantForm", "accounts:grant_new", "DEPT", granting),
    Desk(
        "accounts.forms.DecisionForm",
        "accounts:grant",
        "RISK",
        always(seen_sha256="a" * 64, decision="APPROVE", opinion="同意"),
        of="grant",
        is_open=False,
    ),
    Desk(
        "accounts.forms.ReasonForm",
        "accounts:grant_revoke",
        "PERM",
        always(reason="离岗"),
        of="grant",
    ),
)
CLAIMS = (
    Desk("payouts.forms.claims.NewClaimForm", "payouts:intake_new", "ACC", opening, OFFICE),
    Desk(
        "payouts.forms.claims.StepForm",
        "payouts:intake_step",
        "ACC",
        lambda _, case_id: points(case_id, StepKind.ASK),
        OFFICE,
        "draft",
        ("ask",),
    ),
    Desk(
        "payouts.forms.claims.RecordForm",
        "payouts:intake_step",
        "ACC",
        recording,
        OFFICE,
        "draft",
        ("record",),
    ),
    Desk(
        "payouts.forms.claims.FeedbackForm",
        "payouts:intake_step",
        "ACC",
        lambda _, case_id: {
            **points(case_id, StepKind.FEED_BACK),
            "kind": "REFUSAL",
            "text": "不符合条件",
            "legal_basis": "《失业保险条例》第十四条",
        },
        OFFICE,
        "draft",
        ("feed_back",),
    ),
    Desk("payouts.forms.claims.ReviewForm", "payouts:review", "REV1", signing, OFFICE, "review"),
    Desk(
        "payouts.forms.claims.ReasonForm",
        "payouts:intake_withdraw",
        "ACC",
        always(reason="本人撤回"),
        OFFICE,
        "draft",
    ),
    Desk(
        "payouts.forms.claims.ReasonForm",
        "payouts:reveal",
        "ACC",
        always(reason="核对身份"),
        OFFICE,
        "draft",
        ("identity",),
    ),
)
REVIEWS = (
    Desk(
        "payouts.forms.reviews.SheetForm",
        "payouts:bulk_sheet",
        "REV2",
        sheet,
        OFFICE,
        is_open=False,
    ),
)
PLANS = (
    Desk("payouts.forms.plans.OfficeMonthForm", "payouts:plan_new", "PLAN", office_month, OFFICE),
    Desk(
        "payouts.forms.plans.OfficeMonthForm",
        "payouts:comparison_new",
        "PLAN",
        office_month,
        OFFICE,
    ),
    Desk("payouts.forms.plans.UnlockForm", "payouts:unlock_new", "PLAN", office_month, OFFICE),
    Desk(
        "payouts.forms.plans.ClearingForm",
        "payouts:comparison_clear",
        "APP",
        always(text="已核实"),
        "510403",
        "mismatch",
    ),
    Desk(
        "payouts.forms.plans.DecisionForm",
        "payouts:plan_decide",
        "OFFH",
        seen("plan", decision="RETURN"),
        "510403",
        "plan-to-sign",
    ),
    Desk(
        "payouts.forms.plans.DecisionForm",
        "payouts:unlock",
        "DEPT",
        always(decision="APPROVE", opinion="同意", seen=""),
        of="unlock",
    ),
    Desk(
        "payouts.forms.plans.WithdrawForm",
        "payouts:plan_withdraw",
        "PLAN",
        always(reason="漏人"),
        "510411",
        "drafted-plan",
    ),
    Desk(
        "payouts.forms.plans.ApplicationForm",
        "payouts:application_receive",
        "FACC",
        always(
            channel="PAPER",
            month="202611",
            item_code="B01",
            line_count="1",
            total_amount="1,864.00",
        ),
        of="approved-plan",
    ),
    Desk("payouts.forms.plans.FundsRequestForm", "payouts:funds_request_new", "FACC", always()),
)
PAYMENTS = (
    Desk("payouts.forms.payments.TickedForm", "payouts:batch_new", "FACC", always(kind="REGULAR")),
    Desk(
        "payouts.forms.payments.CheckForm",
        "payouts:batch_check",
        "FCHK",
        seen("batch"),
        of="prepared-batch",
    ),
    Desk(
        "payouts.forms.payments.ReleaseForm",
        "payouts:batch_release",
        "FCASH",
        seen("batch", digits="4.00"),
        of="confirmed-batch",
    ),
    Desk(
        "payouts.forms.payments.WithdrawForm",
        "payouts:batch_withdraw",
        "FACC",
        always(reason="重做"),
        of="prepared-batch",
    ),
    Desk(
        "payouts.forms.payments.ReissueForm",
        "payouts:reissue_new",
        "PLAN",
        always(
            account="CORRECTED",
            kind="CARD",
            number=story.CARD,
            bank_name="农业银行",
            bank_number="103651000012",
            reason="银行已核实",
        ),
        OFFICE,
        "instruction",
    ),
    Desk(
        "payouts.forms.payments.DecisionForm",
        "payouts:reissue",
        "REV2",
        seen("reissue", decision="APPROVE"),
        OFFICE,
        "reissue",
    ),
)
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
        of="funds_plan",
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
        "funds.forms.AllotmentForm",
        "funds:funds_plan_allot",
        "FACC",
        always(amount="3,624.00", allotted_date="2026-11-02", reference="BK-1"),
        of="requested-funds",
    ),
    Desk(
        "funds.forms.TransferForm",
        "funds:tax_list",
        "FACC",
        always(transferred_date="2026-11-02", reference="HZ-1"),
        of="tax_list",
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
        of="bank_account",
        is_open=False,
    ),
)
RECONCILIATION = (
    *(
        Desk(
            "reconciliation.forms.OpinionForm",
            f"reconciliation:{address}",
            post,
            seen(kind),
            office,
            of,
            is_open=is_open,
        )
        for address, kind, of, post, office, is_open in (
            ("statement_sign", "statement", "statement", "OFFH", OFFICE, True),
            ("statement_confirm", "statement", "statement", "FACC", "510400", False),
            ("adjustment_check", "adjustment", "adjustment", "FCHK", "510400", False),
            ("difference_close", "difference", "explained", "OFFH", "510422", True),
        )
    ),
    Desk(
        "reconciliation.forms.SupersedeForm",
        "reconciliation:statement_supersede",
        "PLAN",
        always(reason="数据更正"),
        OFFICE,
        "statement",
        is_open=False,
    ),
    Desk(
        "reconciliation.forms.ExportForm",
        "reconciliation:statement_export",
        "RISK",
        always(purpose="内部稽核"),
        of="statement",
        is_open=False,
    ),
    Desk(
        "reconciliation.forms.ExplainForm",
        "reconciliation:difference_explain",
        "PLAN",
        always(explanation="银行次月到账"),
        OFFICE,
        "open-difference",
    ),
    Desk(
        "reconciliation.forms.RunForm",
        "reconciliation:run",
        "PLAN",
        lambda city, _: {
            "kind": "BATCH_RETURN",
            "organisation": city.offices[OFFICE].pk,
            "month": "2026-10",
        },
        OFFICE,
        shows=False,
    ),
)
DESKS = (
    *ACCOUNTS,
    *CLAIMS,
    *REVIEWS,
    *PLANS,
    *PAYMENTS,
    *FUNDS,
    *HANDOVERS,
    *BANK_ACCOUNTS,
    *RECONCILIATION,
)
