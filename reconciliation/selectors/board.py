"""The month's board: where every office stands, and the city's bank."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.enums import OrganisationLevel
from accounts.models import Organisation
from accounts.permissions import require_any
from common.actor import Person
from common.periods import add_months, last_day
from funds.enums import BankAccountKind, BookKind
from funds.models import BankAccount, BankStatement
from payouts.enums import ReturnState
from payouts.models import BankReturn
from reconciliation.enums import AdjustmentState, DifferenceState, RunKind, StatementState
from reconciliation.models import (
    BalanceAdjustment,
    Difference,
    OfficeStatement,
    ReconciliationRun,
)
from reconciliation.selectors.deadlines import days_to_sign
from reconciliation.selectors.statements import TONES, RunLine, run_line


@dataclass(frozen=True, slots=True)
class BoardStatement:
    """The version that stands. `is_stale`: a return came after it was drawn up."""

    id: int
    version: int
    state: str
    state_label: str
    tone: str
    is_signed: bool
    is_confirmed: bool
    is_stale: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One office in a month.

    `days_left`: working days to sign; None once signed, without business, or unknown.
    """

    organisation_id: int
    office: str
    run: RunLine | None
    open_count: int
    statement: BoardStatement | None
    batch_run: RunLine | None
    days_left: int | None
    has_business: bool

    @property
    def is_late(self) -> bool:
        """Tell whether the statement should have been signed by now."""
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True, slots=True)
class BoardAdjustment:
    """The adjustment sheet of one bank account in the month; no id before it is drawn up."""

    account: str
    id: int | None
    is_equal: bool
    is_checked: bool
    state_label: str


@dataclass(frozen=True, slots=True)
class Board:
    """A month over all offices the person may read; of the city also its bank accounts."""

    month: date
    rows: tuple[BoardRow, ...]
    has_city: bool
    adjustments: tuple[BoardAdjustment, ...]

    @property
    def signed_count(self) -> int:
        """Return how many offices have signed."""
        return sum(bool(row.statement and row.statement.is_signed) for row in self.rows)

    @property
    def late_count(self) -> int:
        """Return how many offices are late."""
        return sum(row.is_late for row in self.rows)

    @property
    def open_count(self) -> int:
        """Return how many differences of the month are not closed."""
        return sum(row.open_count for row in self.rows)


def get_board(*, actor: Person, month: date, today: date) -> Board:
    """Return where every office in reach stands in a month.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    reach = require_any(actor, Duty.RECONCILIATION_READ)
    offices = list(
        Organisation.objects.filter(pk__in=reach)
        .exclude(level=OrganisationLevel.TOWN)
        .order_by("code")
    )
    runs = _current_runs(month)
    statements = _statements(month)
    paying = _offices_with_payments(month)
    open_counts = count_open_differences(month=month)
    left = days_to_sign(month, today=today)
    rows = []
    for office in offices:
        statement = statements.get(office.pk)
        run = runs.get((RunKind.BUSINESS_LEDGER, office.pk))
        batch_run = runs.get((RunKind.BATCH_RETURN, office.pk))
        is_signed = bool(statement and statement.is_signed)
        has_business = bool(office.pk in paying or run or statement)
        rows.append(
            BoardRow(
                organisation_id=office.pk,
                office=office.short_name,
                run=run_line(run) if run else None,
                open_count=open_counts.get(office.pk, 0),
                statement=statement,
                batch_run=run_line(batch_run) if batch_run else None,
                days_left=None if is_signed or not has_business else left,
                has_business=has_business,
            )
        )
    has_city = any(office.level == OrganisationLevel.CITY for office in offices)
    return Board(month, tuple(rows), has_city, _adjustments(month) if has_city else ())


def _offices_with_payments(month: date) -> set[int]:
    answers = BankReturn.objects.filter(
        state=ReturnState.APPLIED,
        success_count__gt=0,
        bank_date__gte=month,
        bank_date__lt=add_months(month, 1),
    )
    return {pk for pk in answers.values_list("batch__organisation_id", flat=True) if pk}


def _current_runs(month: date) -> Mapping[tuple[str, int | None], ReconciliationRun]:
    runs = ReconciliationRun.objects.filter(month=month, is_current=True)
    return {
        (run.kind, run.organisation_id): run for run in runs.select_related("run_by").order_by("id")
    }


def _statements(month: date) -> dict[int, BoardStatement]:
    came_after = BankReturn.objects.filter(
        state=ReturnState.APPLIED,
        batch__organisation_id=OuterRef("organisation_id"),
        bank_date__gte=month,
        bank_date__lt=add_months(month, 1),
        received_at__gt=OuterRef("prepared_at"),
    )
    rows = (
        OfficeStatement.objects.filter(month=month)
        .exclude(state=StatementState.SUPERSEDED)
        .annotate(is_stale=Exists(came_after))
        .order_by("id")
    )
    return {
        row.organisation_id: BoardStatement(
            id=row.pk,
            version=row.version,
            state=row.state,
            state_label=StatementState(row.state).label,
            tone=TONES[StatementState(row.state)],
            is_signed=row.signed_at is not None,
            is_confirmed=row.state == StatementState.CONFIRMED,
            is_stale=row.is_stale,
        )
        for row in rows
    }


def count_open_differences(*, month: date) -> Counter[int]:
    """Return how many R1 differences of a month are not closed, by office."""
    offices = (
        Difference.objects.filter(run__kind=RunKind.BUSINESS_LEDGER, run__month=month)
        .exclude(state=DifferenceState.CLOSED)
        .values_list("run__organisation_id", flat=True)
    )
    return Counter(office for office in offices if office is not None)


def _adjustments(month: date) -> tuple[BoardAdjustment, ...]:
    """Return the accounts that have a sheet, those with a statement of the month, and 支出户."""
    sheets = {
        row.bank_account_id: row
        for row in BalanceAdjustment.objects.filter(month=month, run__is_current=True)
    }
    accounts = BankAccount.objects.filter(is_active=True).select_related("book")
    return tuple(
        _of_account(account, sheets.get(account.pk))
        for account in accounts.filter(
            Q(pk__in=sheets) | Q(Exists(_statement_of(month))) | _paying()
        ).order_by("book_id", "-ledger_account__code")
    )


def _statement_of(month: date) -> QuerySet[BankStatement]:
    return BankStatement.objects.filter(
        bank_account_id=OuterRef("pk"), from_date__lte=last_day(month), until_date__gte=month
    )


def _paying() -> Q:
    return Q(kind=BankAccountKind.EXPENDITURE, book__kind=BookKind.UNEMPLOYMENT)


def _of_account(account: BankAccount, row: BalanceAdjustment | None) -> BoardAdjustment:
    name = f"{account.book.name} {BankAccountKind(account.kind).label}"
    if row is None:
        return BoardAdjustment(name, None, is_equal=False, is_checked=False, state_label="待编制")
    return BoardAdjustment(
        account=name,
        id=row.pk,
        is_equal=row.ledger_adjusted == row.bank_adjusted,
        is_checked=row.state == AdjustmentState.CHECKED,
        state_label=AdjustmentState(row.state).label,
    )
