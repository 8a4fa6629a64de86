"""What waits for a person in the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import OutsideDecision
from accounts.permissions import reach_of
from accounts.selectors.worklist import Waiting
from common.actor import Person
from common.periods import add_months, day_text, month_code, month_of
from funds.budget_enums import BudgetState
from funds.enums import (
    BankAccountState,
    BookKind,
    EntryState,
    FinancialStatementState,
    FlowFindingState,
    FundsPlanState,
    HandoverState,
    ListState,
    PeriodRequestKind,
    PeriodRequestState,
    PeriodState,
    StatementForm,
    StatementSpan,
)
from funds.models import (
    BankAccount,
    Budget,
    BudgetConfirmation,
    FinancialStatement,
    FlowFinding,
    FundsEntry,
    FundsUsePlan,
    GapSheet,
    Handover,
    Period,
    PeriodRequest,
    ReserveEntry,
    TaxIncomeList,
    Voucher,
)
from funds.selectors.bank_reviews import accounts_to_review, year_under_review
from funds.selectors.books import BOOK_IN_ADDRESS, city_centre, list_books
from funds.selectors.budget_execution import quarter_due
from funds.selectors.current_accounts import count_overdue
from funds.selectors.flow_findings import unbooked
from funds.selectors.funds_plans import TO_END
from funds.selectors.plan_closings import plans_to_end
from funds.sharing_enums import GapSheetState, ReserveState
from funds.workflows import BUDGET_LETTERS, DUTY_AT, FUNDS_PLAN_LETTERS


def list_waiting_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the kinds of work that wait for the person's current post, with counts above zero.

    A month is overdue to close when it has ended; a voucher when its month has. Each book's
    work stands apart and leads into that book.
    """
    month, centre = month_of(today), city_centre().pk
    own = [
        work
        for work in (
            *_vouchers(actor, month),
            *_entries(month),
            *_plans_and_months(month),
            *_budgets(),
            *_statements(month),
            *_handovers(actor),
            *_bank_accounts(today),
            *_flow_findings(month),
            *_gap_sheets_and_reserves(),
        )
        if (work.over or centre) in reach_of(actor, work.duty)
    ]
    clears = centre in reach_of(actor, Duty.ENTRY_PREPARE)
    reports = centre in reach_of(actor, Duty.BUDGET_PREPARE)
    return [
        *_count(own),
        *(_overdue_items(today) if clears else ()),
        *(_quarter_to_report(today) if reports else ()),
    ]


def _quarter_to_report(today: date) -> tuple[Waiting, ...]:
    """Return the report on the quarter that ended, until the day it is due."""
    month = add_months(month_of(today), -1)
    if month.month % 3 or today > quarter_due(month):
        return ()
    parameters = {"span": "QUARTER", "month": month_code(month)}
    label = f"待报送预算执行季报（{day_text(quarter_due(month))}前）"
    url = f"{reverse('funds:budget_execution')}?{urlencode(parameters)}"
    return (Waiting(label=label, url=url, count=1, overdue_count=0),)


def _overdue_items(today: date) -> list[Waiting]:
    """Return how many receivables and payables of each book should have been cleared by now."""
    counted = ((book, count_overdue(book_id=book.pk, today=today)) for book in list_books())
    return [
        Waiting(
            label=f"超期未清理的往来款{_suffix(BookKind(book.kind))}",
            url=f"{reverse('funds:current_accounts')}?{urlencode({BOOK_IN_ADDRESS: book.kind})}",
            count=count,
            overdue_count=count,
        )
        for book, count in counted
        if count
    ]


@dataclass(frozen=True, slots=True)
class _Work:
    """Rows that wait for a duty at an address, and what makes one of them late.

    `over`: the organisation the duty must reach; None: the city centre.
    """

    duty: Duty
    label: str
    page: str
    parameters: dict[str, str]
    rows: QuerySet[Any]
    late: dict[str, Any]
    over: int | None = None


def _vouchers(actor: Person, month: date) -> tuple[_Work, ...]:
    """Return the four places where vouchers wait; what the actor prepared waits for others."""
    rows, late = Voucher.objects.exclude(prepared_by=actor.user_id), {"voucher_date__lt": month}
    return tuple(
        _Work(
            duty,
            f"{state.label}凭证",
            "funds:vouchers",
            {"state": state.value},
            rows.filter(state=state),
            late,
        )
        for state, duty in DUTY_AT.items()
    )


def _entries(month: date) -> tuple[_Work, ...]:
    late, page = {"entry_date__lt": month}, "funds:entries"
    waiting = FundsEntry.objects.filter(state=EntryState.SIGNING)
    signing, interest = waiting.filter(investment=None), waiting.exclude(investment=None)
    returned = FundsEntry.objects.filter(state=EntryState.RETURNED)
    approve, correct = Duty.ENTRY_APPROVE, Duty.ENTRY_PREPARE
    return (
        _Work(approve, "待核准核销", page, {"status": "SIGNING"}, signing, late),
        _Work(approve, "待说明的利息差异", page, {"status": "SIGNING"}, interest, late),
        _Work(correct, "退回待更正的收支", page, {"status": "RETURNED"}, returned, late),
    )


def _plans_and_months(month: date) -> tuple[_Work, ...]:
    plans = {state: FundsUsePlan.objects.filter(state=state) for state in FundsPlanState.values}
    unanswered = FundsUsePlan.objects.filter(state__in=FUNDS_PLAN_LETTERS)
    lists = TaxIncomeList.objects.filter(state=ListState.IMPORTED)
    asked = PeriodRequest.objects.filter(period=OuterRef("pk"), state=PeriodRequestState.WAITING)
    to_close = Period.objects.filter(Exists(asked.filter(kind=PeriodRequestKind.CLOSE)))
    to_reopen = Period.objects.filter(Exists(asked.filter(kind=PeriodRequestKind.REOPEN)))
    months = Period.objects.filter(
        ~Exists(asked), state=PeriodState.OPEN, month__lt=month, last_number__gt=0
    )
    late, page = {"month__lt": month}, "funds:funds_plans"
    return (
        *(
            _Work(duty, label, page, {"state": state}, plans[state], late)
            for duty, label, state in (
                (Duty.FUNDS_PLAN_SIGN, "待签发用款计划", "SIGNING"),
                (Duty.FUNDS_PLAN_SIGN_HEAD, "待签发用款计划", "HEAD"),
                (Duty.FUNDS_PLAN_PREPARE, "待登记拨付的用款计划", "REQUESTED"),
                (Duty.FUNDS_PLAN_PREPARE, "退回的用款计划", "RETURNED"),
            )
        ),
        _Work(
            Duty.FUNDS_PLAN_RECORD,
            "待登记批复的用款计划",
            page,
            {"state": "UNANSWERED"},
            unanswered,
            late,
        ),
        _Work(
            Duty.FUNDS_PLAN_SIGN,
            "待审批的结束拨付",
            page,
            {"state": TO_END},
            plans_to_end(),
            late,
        ),
        _Work(Duty.TAX_LIST_IMPORT, "待登记划转的征收收入", "funds:tax_lists", {}, lists, late),
        _Work(Duty.PERIOD_PREPARE, "待申请结账月份", "funds:periods", {}, months, {}),
        _Work(Duty.PERIOD_CLOSE, "待结账月份", "funds:periods", {}, to_close, {}),
        _Work(Duty.PERIOD_REOPEN, "待批准反结账月份", "funds:periods", {}, to_reopen, {}),
    )


def _budgets() -> tuple[_Work, ...]:
    """Return budgets to fill in, sign, answer and compare with their letters."""
    page = "funds:budgets"
    rows = {state: Budget.objects.filter(state=state) for state in BudgetState.values}
    confirmed = BudgetConfirmation.objects.filter(decision=OuterRef("pk"))
    recorded = OutsideDecision.objects.filter(
        ~Exists(confirmed),
        subject_kind=SubjectKind.BUDGET,
        subject_id=OuterRef("pk"),
        round=OuterRef("round"),
    )
    underway = Budget.objects.filter(state__in=BUDGET_LETTERS)
    unanswered = {"state": "UNANSWERED"}
    to_record, to_confirm = underway.filter(~Exists(recorded)), underway.filter(Exists(recorded))
    prepare, confirm = Duty.BUDGET_PREPARE, Duty.BUDGET_CONFIRM
    return (
        *(
            _Work(duty, label, page, {"state": state}, rows[state], {})
            for duty, label, state in (
                (prepare, "编制中的预算", "DRAFT"),
                (prepare, "退回的预算", "RETURNED"),
                (Duty.BUDGET_SIGN, "待签发预算", "HEAD"),
            )
        ),
        _Work(prepare, "待登记批复的预算", page, unanswered, to_record, {}),
        _Work(confirm, "待核对批复的预算", page, unanswered, to_confirm, {}),
    )


def _statements(month: date) -> tuple[_Work, ...]:
    page, late = "funds:financial_statements", {"month__lt": month}
    kept = FinancialStatement.objects.filter(
        book=OuterRef("book"), month=OuterRef("month"), span=StatementSpan.MONTH
    ).exclude(state=FinancialStatementState.RETURNED)
    over = Period.objects.filter(month__lt=month, last_number__gt=0)
    waiting = FinancialStatement.objects.filter(form=StatementForm.ACCOUNTS)
    return (
        _Work(Duty.REPORT_PREPARE, "待编制财务报表", page, {}, over.exclude(Exists(kept)), {}),
        *(
            _Work(duty, label, page, {}, waiting.filter(state=state), late)
            for duty, label, state in (
                (Duty.REPORT_CHECK, "待复核财务报表", FinancialStatementState.CHECKING),
                (Duty.REPORT_APPROVE, "待签发财务报表", FinancialStatementState.APPROVING),
                (Duty.REPORT_SIGN_HEAD, "待签发财务报表", FinancialStatementState.SIGNING),
            )
        ),
    )


def _handovers(actor: Person) -> tuple[_Work, ...]:
    page, office = "funds:handovers", actor.organisation_id
    rows = {state: Handover.objects.filter(state=state) for state in HandoverState}
    own = rows[HandoverState.TRANSFER].filter(organisation_id=office)
    return (
        _Work(Duty.HANDOVER_PREPARE, "编制中的基金移交书", page, {}, rows[HandoverState.DRAFT], {}),
        _Work(Duty.HANDOVER_TRANSFER, "待移交签字的基金移交书", page, {}, own, {}, office),
        _Work(
            Duty.HANDOVER_RECEIVE,
            "待接收签字的基金移交书",
            page,
            {},
            rows[HandoverState.RECEIVE],
            {},
        ),
        _Work(
            Duty.HANDOVER_SUPERVISE,
            "待监交签字的基金移交书",
            page,
            {},
            rows[HandoverState.SUPERVISE],
            {},
        ),
    )


def _flow_findings(month: date) -> tuple[_Work, ...]:
    """Return what the bank moved along no edge, where it waits, and what waits to be booked."""
    page, late = "funds:flow_findings", {"value_date__lt": month}
    apply, review, approve = Duty.SPECIAL_APPLY, Duty.SPECIAL_REVIEW, Duty.SPECIAL_APPROVE
    return (
        *(
            _Work(
                duty,
                label,
                page,
                {"state": state.value},
                FlowFinding.objects.filter(state=state),
                late,
            )
            for duty, label, state in (
                (apply, "资金流向异常待申请", FlowFindingState.OPEN),
                (apply, "退回的特殊业务申请", FlowFindingState.RETURNED),
                (review, "资金流向异常待会计申请", FlowFindingState.OPEN),
                (review, "待审核特殊业务", FlowFindingState.REVIEW),
                (approve, "待批准特殊业务", FlowFindingState.APPROVAL),
            )
        ),
        _Work(apply, "待填制特殊业务凭证", page, {"state": "APPROVED"}, unbooked(), late),
    )


def _gap_sheets_and_reserves() -> tuple[_Work, ...]:
    """Return what the budget post prepared for the head."""
    duty, waiting = Duty.RESERVE_APPROVE, {"state": GapSheetState.WAITING.value}
    sheets = GapSheet.objects.filter(state=GapSheetState.WAITING)
    entries = ReserveEntry.objects.filter(state=ReserveState.WAITING)
    return (
        _Work(duty, "待批准缺口分担表", "funds:gap_sheets", waiting, sheets, {}),
        _Work(duty, "待批准储备金登记", "funds:reserves", waiting, entries, {}),
    )


def _bank_accounts(today: date) -> tuple[_Work, ...]:
    """Return requests to sign, and the year's reviews: late from January on."""
    asked = BankAccount.objects.filter(
        state__in=[BankAccountState.OPENING, BankAccountState.CLOSING]
    )
    due = accounts_to_review(today)
    late = {} if year_under_review(today) == today.year else {"pk__isnull": False}
    return (
        _Work(Duty.BANK_ACCOUNT_APPROVE, "待核准开户销户", "funds:bank_accounts", {}, asked, {}),
        _Work(Duty.BANK_ACCOUNT_APPLY, "待年审银行账户", "funds:bank_reviews", {}, due, late),
    )


def _count(works: list[_Work]) -> list[Waiting]:
    """Return how many rows of each kind wait in each book, the unemployment-insurance fund's first.

    One statement for all kinds: every page that follows an act waits for it.
    """
    order = list(BookKind)
    counted = [
        (place, order.index(BookKind(kind)), count, overdue)
        for kind, count, overdue, place in _counting(works)
    ]
    return [
        Waiting(
            label=f"{work.label}{_suffix(kind)}",
            url=f"{reverse(work.page)}?{urlencode({**work.parameters, BOOK_IN_ADDRESS: kind})}",
            count=count,
            overdue_count=overdue,
        )
        for place, at, count, overdue in sorted(counted)
        for work, kind in ((works[place], order[at]),)
    ]


def _counting(works: list[_Work]) -> Iterable[tuple[str, int, int, int]]:
    """Return book, rows, late rows and place among the works, of those where rows wait."""
    if not works:
        return ()
    first, *others = (
        work.rows.order_by()
        .values_list("book__kind")
        .annotate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(**work.late)) if work.late else Value(0),
            place=Value(place),
        )
        for place, work in enumerate(works)
    )
    counted: QuerySet[Any, tuple[str, int, int, int]] = first.union(*others, all=True)
    return counted


def _suffix(kind: BookKind) -> str:
    return "" if kind == BookKind.UNEMPLOYMENT else f"（{kind.label}）"
