"""Balance adjustment sheets: the list, and the page with both panes of the matching."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import require_any, require_visible
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import read_objects
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import last_day
from common.remembering import remembered
from common.workbooks import Kind
from funds.enums import BankAccountKind
from funds.models import BankAccount
from funds.selectors.access import BooksAtTheCity
from funds.selectors.books import city_centre, full_name
from reconciliation.calculators import Match, Movement, match_movements
from reconciliation.enums import SHEET_TITLES, AdjustmentState, OutstandingSide
from reconciliation.models import BalanceAdjustment
from reconciliation.selectors.bank_movements import bank_side, ledger_side

TONES = {AdjustmentState.CHECKING: "amber", AdjustmentState.CHECKED: "green"}


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """One sheet in the list, in yuan."""

    id: int
    month: date
    book: str
    kind_label: str
    account: str
    ledger_balance: Decimal
    bank_balance: Decimal
    ledger_adjusted: Decimal
    bank_adjusted: Decimal
    is_equal: bool
    is_current: bool
    state_label: str
    tone: str
    prepared_by: str
    prepared_at: datetime

    @property
    def result_label(self) -> str:
        """Say whether both sides agree."""
        return "相等" if self.is_equal else "不相等"

    @property
    def result_tone(self) -> str:
        """Return the colour of the result."""
        return "green" if self.is_equal else "red"

    @property
    def url(self) -> str:
        """Return its address."""
        return address("reconciliation:adjustment", self.id)


def find_adjustments(viewer: Viewer) -> QuerySet[BalanceAdjustment]:
    """Return the city's sheets, those that were replaced too.

    Raises:
        DutyNotHeld: the post reads no reconciliation, or only a county office's.
    """
    if city_centre().pk not in require_any(viewer.actor, Duty.RECONCILIATION_READ):
        raise BooksAtTheCity
    return BalanceAdjustment.objects.all()


def show_adjustments(_viewer: Viewer, rows: Sequence[Any]) -> list[AdjustmentLine]:
    """Return the lines of these sheets."""
    return [
        AdjustmentLine(
            id=row.pk,
            month=row.month,
            book=row.bank_account__book__name,
            kind_label=BankAccountKind(row.bank_account__kind).label,
            account=f"{row.bank_account__bank_name} {row.bank_account__number_masked}",
            ledger_balance=row.ledger_balance,
            bank_balance=row.bank_balance,
            ledger_adjusted=row.ledger_adjusted,
            bank_adjusted=row.bank_adjusted,
            is_equal=row.ledger_adjusted == row.bank_adjusted,
            is_current=row.run__is_current,
            state_label=_state_label(row.state, is_current=row.run__is_current),
            tone=TONES[AdjustmentState(row.state)] if row.run__is_current else "grey",
            prepared_by=row.prepared_by__name,
            prepared_at=row.prepared_at,
        )
        for row in rows
    ]


ADJUSTMENTS = Listing(
    code="reconciliation.selectors.adjustments.ADJUSTMENTS",
    title="余额调节表",
    duty=Duty.RECONCILIATION_READ.value,
    columns=(
        Column("month", "月份", order="month", link="url", is_whole=True),
        Column("kind", "账户种类", value="kind_label", note="book", is_whole=True),
        Column("book", "账套", place="file", width=24),
        Column("account", "开户银行及账号", width=36),
        *(
            Column(key, label, Kind.AMOUNT, order=field, value=field, has_sign=False)
            for key, label, field in (
                ("ledger", "账面余额", "ledger_balance"),
                ("bank", "对账单余额", "bank_balance"),
                ("ledger_adjusted", "账面调节后", "ledger_adjusted"),
                ("bank_adjusted", "对账单调节后", "bank_adjusted"),
            )
        ),
        Column("equal", "结果", value="result_label", tone="result_tone"),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column(
            "prepared",
            "编制",
            order="prepared_at",
            value="prepared_by",
            note="prepared_at",
            place="screen",
        ),
        Column("at", "编制", value="prepared_at", place="file", width=18),
        Column("who", "编制人", value="prepared_by", place="file"),
    ),
    query=find_adjustments,
    show=show_adjustments,
    fields=(
        *("month", "bank_account__book__name", "bank_account__kind", "bank_account__bank_name"),
        *("bank_account__number_masked", "ledger_balance", "bank_balance", "ledger_adjusted"),
        *("bank_adjusted", "run__is_current", "state", "prepared_by__name", "prepared_at"),
    ),
    default="-month",
    is_written=True,
)


def list_bank_accounts() -> list[tuple[int, str]]:
    """Return the pool's bank accounts in use, the expenditure account of the fund first."""
    rows = BankAccount.objects.filter(is_active=True).select_related("book")
    return [
        (row.pk, f"{row.book.name} {BankAccountKind(row.kind).label} {row.number_masked}")
        for row in rows.order_by("book_id", "-ledger_account__code")
    ]


def _state_label(state: str, *, is_current: bool) -> str:
    return AdjustmentState(state).label if is_current else "已重新编制"


@dataclass(frozen=True, slots=True)
class AdjustmentItem:
    """One outstanding item with its age in days at the end of the month."""

    side: str
    day: date
    reference: str
    summary: str
    amount: Decimal
    age: int

    @property
    def age_text(self) -> str:
        """Return the age in words, with the months it has passed."""
        passed = next((months for months in (3, 2, 1) if self.age > months * 31), 0)
        return f"{self.age}天" + (f"，超过{passed}个月" if passed else "")

    @property
    def tone(self) -> str:
        """Return the colour of the age: by full months, as differences do."""
        for days, tone in ((93, "red"), (62, "orange"), (31, "amber")):
            if self.age > days:
                return tone
        return "grey"


@dataclass(frozen=True, slots=True)
class AdjustmentSheet:
    """The sheet as form and page show it (银行存款余额调节表), in yuan."""

    id: int
    month: date
    office: str
    title: str
    book: str
    kind_label: str
    ledger_account: str
    account: str
    ledger_balance: Decimal
    bank_balance: Decimal
    ledger_adjusted: Decimal
    bank_adjusted: Decimal
    items: tuple[AdjustmentItem, ...]
    state: str
    state_label: str
    tone: str
    is_current: bool
    content_sha256: str
    prepared_by_id: int
    print_id: int | None
    timeline: tuple[TimelineEntry, ...]

    @property
    def is_equal(self) -> bool:
        """Tell whether the sheet ties; tolerance 0.00."""
        return self.ledger_adjusted == self.bank_adjusted

    @property
    def gap(self) -> Decimal:
        """Return what is missing between the adjusted balances."""
        return self.ledger_adjusted - self.bank_adjusted

    def of_side(self, side: OutstandingSide) -> list[AdjustmentItem]:
        """Return one group's items, oldest first."""
        return [item for item in self.items if item.side == side]

    def total_of(self, side: OutstandingSide) -> Decimal:
        """Return one group's total."""
        return sum((item.amount for item in self.of_side(side)), Decimal("0.00"))


def get_adjustment(*, actor: Person, adjustment_id: int) -> AdjustmentSheet:
    """Return one sheet the person may read.

    Raises:
        NotFound, DutyNotHeld.
    """
    require_visible(actor, Duty.RECONCILIATION_READ, over=city_centre().pk)
    return load_adjustment(adjustment_id)


def load_adjustment(adjustment_id: int) -> AdjustmentSheet:
    """Return one sheet for jobs and documents; NotFound if the pool has none such."""
    row = _sheet(adjustment_id)
    until = last_day(row.month)
    return AdjustmentSheet(
        id=row.pk,
        month=row.month,
        office=city_centre().name,
        title=SHEET_TITLES[row.bank_account.kind],
        book=row.bank_account.book.name,
        kind_label=BankAccountKind(row.bank_account.kind).label,
        ledger_account=full_name(row.bank_account.ledger_account),
        account=f"{row.bank_account.bank_name} {row.bank_account.number_masked}",
        ledger_balance=row.ledger_balance,
        bank_balance=row.bank_balance,
        ledger_adjusted=row.ledger_adjusted,
        bank_adjusted=row.bank_adjusted,
        items=tuple(
            AdjustmentItem(
                item.side,
                item.item_date,
                item.reference,
                item.summary,
                item.amount,
                (until - item.item_date).days,
            )
            for item in row.items.order_by("item_date", "id")
        ),
        state=row.state,
        state_label=_state_label(row.state, is_current=row.run.is_current),
        tone=TONES[AdjustmentState(row.state)] if row.run.is_current else "grey",
        is_current=row.run.is_current,
        content_sha256=row.content_sha256,
        prepared_by_id=row.prepared_by_id,
        print_id=row.print_document_id,
        timeline=tuple(
            list_timeline(
                kind=SubjectKind.BALANCE_ADJUSTMENT,
                subject_id=row.pk,
                current_round=row.round,
                current_sha256=row.content_sha256,
            )
        ),
    )


@remembered
def _sheet(adjustment_id: int) -> BalanceAdjustment:
    wanted = {"adjustment_id": adjustment_id}
    found = read_objects(BalanceAdjustment, "reconciliation", "read_adjustment", wanted)
    if not found:
        raise NotFound
    return found[0]


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """The matches of the month found by one rule, in yuan."""

    rule: str
    matches: tuple[Match, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Panes:
    """Both sides of the matching, as they were when the sheet was prepared."""

    ledger_left: tuple[Movement, ...]
    bank_left: tuple[Movement, ...]
    groups: tuple[RuleGroup, ...]
    matched_count: int


def get_panes(*, actor: Person, adjustment_id: int) -> Panes:
    """Return what matched by which rule and what did not, computed as of the run's instant.

    Only matches with a movement of the sheet's own month are shown.

    Raises:
        NotFound, DutyNotHeld.
    """
    require_visible(actor, Duty.RECONCILIATION_READ, over=city_centre().pk)
    row = _sheet(adjustment_id)
    as_of = row.run.run_at
    bank = bank_side(bank_account=row.bank_account, month=row.month, as_of=as_of)
    ledger = ledger_side(
        bank_account=row.bank_account, month=row.month, first_date=bank.first_date, as_of=as_of
    )
    matching = match_movements(ledger.movements, bank.movements)
    shown = [
        match
        for match in matching.matches
        if any(movement.day >= row.month for movement in (*match.ledger, *match.bank))
    ]
    groups = [
        RuleGroup(rule, own, sum((match.amount for match in own), Decimal("0.00")))
        for rule in dict.fromkeys(match.rule for match in shown)
        if (own := tuple(match for match in shown if match.rule == rule))
    ]
    return Panes(matching.ledger_left, matching.bank_left, tuple(groups), len(shown))
