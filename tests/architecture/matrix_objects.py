"""Real objects of every kind that an address can name, for the permission tests."""

import hashlib
from datetime import date
from unittest import mock

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.models import (
    AuditEvent,
    Document,
    Job,
    Notice,
    Organisation,
    ParameterChange,
    PostGrant,
    SignedInSession,
    User,
)
from accounts.services import audit
from accounts.services.documents import NewDocument, store_document
from accounts.services.jobs import JobRequest, request_job
from accounts.services.notices import Message, notify_people
from accounts.services.parameter_changes import Grounds, NewValue, apply_for_value
from common.actor import Person
from common.evidence import Evidence
from common.periods import add_months
from config.parameter_changes.checks import check_value
from funds.enums import (
    CustodyKind,
    CustodyUseKind,
    EntryKind,
    StatementForm,
    StatementSpan,
)
from funds.models import (
    BankAccount,
    BankStatement,
    Budget,
    CustodyItem,
    CustodyTransfer,
    FinancialStatement,
    FlowFinding,
    FundsAllotment,
    FundsEntry,
    FundsPlanClosing,
    FundsUsePlan,
    GapSheet,
    Handover,
    Investment,
    Period,
    ReserveEntry,
    TaxIncomeList,
    Voucher,
)
from funds.selectors.books import unemployment_book
from funds.selectors.statement_figures import StatementScope
from funds.services.custody import Registration, Use, record_use, register_item
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from payouts.enums import UnlockState
from payouts.models import (
    BankAnswer,
    BankReturn,
    BenefitCase,
    BenefitItem,
    Claimant,
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    Entitlement,
    EntitlementChange,
    PaymentBatch,
    PaymentInstruction,
    PlanUnlock,
    ReissueRequest,
    SourceExtract,
)
from payouts.services.reissues import apply_reissue
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.ledger_bank import run_ledger_bank
from reconciliation.services.statements import prepare_statement
from tests.city import NOW, City
from tests.funds import budget_builders, plan_builders, sharing
from tests.funds.entry_builders import booked, register
from tests.funds.flow_findings import found
from tests.funds.handovers import submitted
from tests.funds.investing import proposed
from tests.funds.keeping import witness
from tests.payouts.payments.answers import recorded
from tests.reconciliation import build
from tests.reconciliation.build import MONTH, bank_statement, book, pay

# Kind -> (model, lookup of its office's code; empty: it belongs to the city).
KINDS = {
    "office": (Organisation, "code"),
    "session": (SignedInSession, "user__organisation__code"),
    "notice": (Notice, "recipient__organisation__code"),
    "job": (Job, "organisation__code"),
    "document": (Document, "organisation__code"),
    "user": (User, "organisation__code"),
    "parameter_change": (ParameterChange, ""),
    "grant": (PostGrant, "organisation__code"),
    "event": (AuditEvent, "organisation__code"),
    "case": (BenefitCase, "organisation__code"),
    "claimant": (Claimant, "benefitcase__organisation__code"),
    "extract": (SourceExtract, ""),
    "comparison": (ComparisonRun, "organisation__code"),
    "result": (ComparisonResult, "run__organisation__code"),
    "plan": (DisbursementPlan, "organisation__code"),
    "unlock": (PlanUnlock, "organisation__code"),
    "entitlement": (Entitlement, "organisation__code"),
    "change": (EntitlementChange, "organisation__code"),
    "batch": (PaymentBatch, "organisation__code"),
    "bank_answer": (BankAnswer, "batch__organisation__code"),
    "instruction": (PaymentInstruction, "batch__organisation__code"),
    "return": (BankReturn, "document__organisation__code"),
    "reissue": (ReissueRequest, "failed_instruction__batch__organisation__code"),
    "voucher": (Voucher, ""),
    "tax_list": (TaxIncomeList, ""),
    "budget": (Budget, ""),
    "funds_plan": (FundsUsePlan, ""),
    "allotment": (FundsAllotment, ""),
    "plan_closing": (FundsPlanClosing, ""),
    "bank_account": (BankAccount, ""),
    "entry": (FundsEntry, ""),
    "custody": (CustodyItem, ""),
    "investment": (Investment, ""),
    "gap_sheet": (GapSheet, ""),
    "reserve": (ReserveEntry, ""),
    "custody_transfer": (CustodyTransfer, ""),
    "bank_statement": (BankStatement, ""),
    "flow_finding": (FlowFinding, ""),
    "financial_statement": (FinancialStatement, ""),
    "period": (Period, ""),
    "handover": (Handover, "organisation__code"),
    "disclosure": (FinancialStatement, ""),
    "statement": (OfficeStatement, "organisation__code"),
    "difference": (Difference, "run__organisation__code"),
    "adjustment": (BalanceAdjustment, ""),
}


def plant(city: City, *offices: str) -> None:
    """Put one object of every kind into each of these offices, and the city's own once."""
    for office in offices:
        with mock.patch.object(build, "_free_month", return_value=MONTH):
            batch = pay(city, office, ["1864.00", "1760.00", "1760.00"], fails=[1, 2])
        book(city, batch, amount="1760.00")  # not what was paid: a difference
        _plant_work(city, office)
        _plant_payments(city, office, batch)
        _plant_statement(city, office)
        submitted(city, office)
    bank_statement(city, [(date(2026, 10, 20), "1864.00", "0.00", "S1", "支付")], opening="9000.00")
    run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=NOW)
    _plant_books(city)


def _plant_work(city: City, office: str) -> None:
    planner, organisation = city.actor("PLAN", office), city.offices[office]
    request_job(
        actor=planner,
        request=JobRequest(
            "accounts.tasks.verify_audit_trail", office, "核对", organisation.pk, {}, True
        ),
        at=NOW,
    )
    store_document(
        actor=planner,
        document=NewDocument(
            organisation.pk, Duty.PLAN_READ, "文件", "a.txt", "text/plain", office.encode()
        ),
        at=NOW,
    )
    message = Message(NoticeKind.TASK, "待办", "/", f"matrix-{office}")
    notify_people(pool_id=city.pool.pk, user_ids=[planner.user_id], message=message, at=NOW)
    PlanUnlock.objects.create(
        pool=city.pool,
        organisation=organisation,
        item=BenefitItem.objects.get(code="B01"),
        month=MONTH,
        reason="回盘迟到",
        state=UnlockState.WAITING,
        requested_by_id=planner.user_id,
        requested_at=NOW,
    )
    _plant_change(city, organisation, planner)
    SignedInSession.objects.create(
        pool=city.pool,
        user_id=planner.user_id,
        session_key=f"{city.pool.pk}-{office}",
        device="测试",
        started_at=NOW,
    )
    audit.record(
        actor=planner,
        verb="accounts.job.requested",
        subject=organisation,
        at=NOW,
        organisation_id=organisation.pk,
    )


def _plant_parameter_change(city: City) -> None:
    scan = Evidence("依据.pdf", "application/pdf", b"%PDF-1.7")
    apply_for_value(
        actor=city.actor("DEPT"),
        wish=NewValue("large_plan", "", "900000.00", date(2027, 1, 1), None),
        grounds=Grounds("文件", "理由", "风险可控", scan, scan),
        check=check_value,
        at=NOW,
    )


def _plant_change(city: City, organisation: Organisation, planner: Person) -> None:
    EntitlementChange.objects.create(
        pool=city.pool,
        entitlement=Entitlement.objects.filter(organisation=organisation).latest("id"),
        organisation=organisation,
        kind="STOP",
        reason="RE_EMPLOYED",
        happened_on=MONTH,
        note="参保信息显示已重新就业",
        requested_by_id=planner.user_id,
        requested_at=NOW,
    )


def _plant_payments(city: City, office: str, batch: PaymentBatch) -> None:
    planner = city.actor("PLAN", office)
    document = store_document(
        actor=planner,
        document=NewDocument(
            batch.organisation_id, Duty.BATCH_READ, "回盘", "b.txt", "text/plain", b"wrong"
        ),
        at=NOW,
    )
    BankReturn.objects.create(
        pool=city.pool,
        document=document,
        sha256=hashlib.sha256(office.encode()).hexdigest(),
        via="UPLOAD",
        state="QUARANTINED",
        problem="合计金额不符",
        received_at=NOW,
    )
    recorded(city, build.unknown_batch(city, office))
    failed = batch.instructions.get(position=2)
    apply_reissue(actor=planner, instruction_id=failed.pk, reason="账户有误", at=NOW)


def _plant_statement(city: City, office: str) -> None:
    of_month = {
        "actor": city.actor("PLAN", office),
        "organisation_id": city.offices[office].pk,
        "month": MONTH,
        "at": NOW,
    }
    run_business_ledger(**of_month)
    prepare_statement(**of_month)


def _plant_books(city: City) -> None:
    _plant_parameter_change(city)
    _plant_custody(city)
    _plant_statements(city)
    _plant_funds_plans(city)
    budget_builders.filled(city, 2027)
    register(city, EntryKind.UNKNOWN_RECEIPT)
    proposed(city)
    sharing.prepared(city, month=date(2026, 6, 1))  # before the first voucher: no gap
    sharing.registered(city)
    booked(city, EntryKind.UNKNOWN_RECEIPT, "20.00")
    found(city)


def _plant_custody(city: City) -> None:
    seal = register_item(
        actor=city.actor("SEAL"),
        registration=Registration(CustodyKind.SEAL, "财务专用章", "5104000001"),
        at=NOW,
    )
    witness(city, seal.transfers.get())
    use = Use(CustodyUseKind.USE, date(2026, 11, 2), "盖章", "会计")
    record_use(actor=city.actor("SEAL"), item_id=seal.pk, use=use, at=NOW)


def _plant_statements(city: City) -> None:
    centre = city.offices["510400"]
    document = store_document(
        actor=city.actor("FACC"),
        document=NewDocument(centre.pk, Duty.BOOKS_READ, "征收明细", "tax.csv", "text/csv", b"tax"),
        at=NOW,
    )
    TaxIncomeList.objects.create(
        pool=city.pool,
        book=unemployment_book(),
        month=MONTH,
        document=document,
        line_count=1,
        total_amount="76000.00",
        imported_at=NOW,
    )
    scope = StatementScope(
        unemployment_book().pk, StatementForm.ACCOUNTS, StatementSpan.MONTH, add_months(MONTH, -1)
    )
    prepare_financial_statement(
        actor=city.actor("FACC"), draft=StatementDraft(scope, ["无"] * 6, {}), at=NOW
    )
    quarter = StatementScope(
        unemployment_book().pk, StatementForm.DISCLOSURE, StatementSpan.QUARTER, date(2026, 3, 1)
    )
    prepare_financial_statement(
        actor=city.actor("FACC"), draft=StatementDraft(quarter, ["无"], {}), at=NOW
    )


def _plant_funds_plans(city: City) -> None:
    FundsUsePlan.objects.create(
        pool=city.pool,
        book=unemployment_book(),
        number="YK-0001",
        month=MONTH,
        payments_amount="3624.00",
        total_amount="3624.00",
        content_sha256=hashlib.sha256(b"plan").hexdigest(),
        created_at=NOW,
    )
    need = plan_builders.need(city, 800_000, "10.00")
    asked = plan_builders.ask_in_full(city, need)
    plan_builders.allot(city, plan_builders.approve(city, asked), "10.00")
    ending = plan_builders.ask_in_full(city, plan_builders.need(city, 800_001, "10.00"))
    plan_builders.ask_to_end(city, plan_builders.approve(city, ending))


def find(city: City, kind: str, office: str = "") -> int:
    """Return the id of an object of a kind, of one office where the kind belongs to offices."""
    model, path = KINDS[kind]
    rows = model.objects.filter(pool=city.pool)
    if path and office:
        rows = rows.filter(**{path: office})
    if kind in {"financial_statement", "disclosure"}:
        form = StatementForm.DISCLOSURE if kind == "disclosure" else StatementForm.ACCOUNTS
        rows = rows.filter(form=form)
    if kind == "instruction":
        rows = rows.filter(state="FAILED", reissuerequest__isnull=True)
    return rows.order_by("pk").values_list("pk", flat=True)[0]
