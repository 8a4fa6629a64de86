"""Arithmetic of reconciliation: pure functions of frozen dataclasses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.periods import WorkingDays, add_months, last_day, month_of
from reconciliation.enums import DifferenceKind, OutstandingSide

ZERO = Decimal("0.00")
NEAR_DAYS = 3  # calendar days between ledger and bank, either way
SERIAL_LENGTH = 6  # a shorter bank serial is no evidence in a summary text
SECOND_LOOK_DAYS = 5  # working days


def due_date(kind: DifferenceKind, *, found: date, days: WorkingDays) -> date:
    """Return the last day on which a difference of this kind must be dealt with.

    Payments without business record and duplicates: five working days. Timing differences must
    have disappeared by the end of the next month, all others by the end of the month in which
    they were found.

    Raises:
        CalendarYearUnknown: the working days of the year have not been entered.

    Source: 差异处理时限, docs/rules/reconciliation.md.
    """
    if kind in {DifferenceKind.MISSING_IN_BUSINESS, DifferenceKind.DUPLICATE}:
        return days.add(found, SECOND_LOOK_DAYS)
    if kind == DifferenceKind.TIMING:
        return last_day(add_months(month_of(found), 1))
    return last_day(month_of(found))


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the bank account, as one side sees it. `amount` is above zero, in yuan.

    `batch` is the batch number it names, or empty; `text` is all that side wrote about it,
    `reference` its voucher number or bank serial.
    """

    id: int
    is_inflow: bool
    amount: Decimal
    day: date
    batch: str
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """Movements of both sides that are the same money, and the rule that says so."""

    rule: str
    ledger: tuple[Movement, ...]
    bank: tuple[Movement, ...]

    @property
    def amount(self) -> Decimal:
        """Return the amount of one side; the other's is the same."""
        return sum((movement.amount for movement in self.ledger), ZERO)


@dataclass(frozen=True, slots=True)
class Matching:
    """What matched and what is left on either side, oldest first."""

    matches: tuple[Match, ...]
    ledger_left: tuple[Movement, ...]
    bank_left: tuple[Movement, ...]


RULE_BATCH = "批次号一致"
RULE_SERIAL = "银行流水号一致"
RULE_NEAR = "金额一致、日期相差3天以内"


def match_movements(ledger: Sequence[Movement], bank: Sequence[Movement]) -> Matching:
    """Match ledger and bank movements: by batch, by bank serial, by amount and near date.

    By batch, all lines that name it are summed on each side and must be equal. The other two
    rules pair one to one; by near date the closest day first, then the older. Tolerance 0.00.

    Source: 对账匹配顺序, docs/rules/reconciliation.md.
    """
    matches: list[Match] = []
    open_ledger = {movement.id: movement for movement in ledger}
    open_bank = {movement.id: movement for movement in bank}
    for rule in (_by_batch, _by_serial, _by_near_day):
        for match in rule(list(open_ledger.values()), list(open_bank.values())):
            matches.append(match)
            for movement in match.ledger:
                del open_ledger[movement.id]
            for movement in match.bank:
                del open_bank[movement.id]
    return Matching(tuple(matches), _by_age(open_ledger.values()), _by_age(open_bank.values()))


def _by_age(movements: Iterable[Movement]) -> tuple[Movement, ...]:
    return tuple(sorted(movements, key=lambda movement: (movement.day, movement.id)))


def _by_batch(ledger: Sequence[Movement], bank: Sequence[Movement]) -> list[Match]:
    ours, theirs = _grouped_by_batch(ledger), _grouped_by_batch(bank)
    return [
        Match(RULE_BATCH, tuple(group), tuple(theirs[key]))
        for key, group in ours.items()
        if key in theirs and _total(group) == _total(theirs[key])
    ]


def _grouped_by_batch(movements: Sequence[Movement]) -> dict[tuple[str, bool], list[Movement]]:
    groups: dict[tuple[str, bool], list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.batch:
            groups[movement.batch, movement.is_inflow].append(movement)
    return groups


def _total(movements: Iterable[Movement]) -> Decimal:
    return sum((movement.amount for movement in movements), ZERO)


def _by_serial(ledger: Sequence[Movement], bank: Sequence[Movement]) -> list[Match]:
    matches, used = [], set()
    candidates: dict[tuple[bool, Decimal], list[Movement]] = defaultdict(list)
    for movement in ledger:
        candidates[movement.is_inflow, movement.amount].append(movement)
    for movement in bank:
        if len(movement.reference) < SERIAL_LENGTH:
            continue
        for candidate in candidates[movement.is_inflow, movement.amount]:
            if candidate.id not in used and movement.reference in candidate.text:
                used.add(candidate.id)
                matches.append(Match(RULE_SERIAL, (candidate,), (movement,)))
                break
    return matches


def _by_near_day(ledger: Sequence[Movement], bank: Sequence[Movement]) -> list[Match]:
    by_amount: dict[tuple[bool, Decimal], list[Movement]] = defaultdict(list)
    for movement in bank:
        by_amount[movement.is_inflow, movement.amount].append(movement)
    pairs = sorted(
        (
            (abs((ours.day - theirs.day).days), ours.day, ours.id, theirs.id, ours, theirs)
            for ours in ledger
            for theirs in by_amount[ours.is_inflow, ours.amount]
            if abs((ours.day - theirs.day).days) <= NEAR_DAYS
            and not (ours.batch and theirs.batch and ours.batch != theirs.batch)
        ),
        key=lambda pair: pair[:4],
    )
    matches: list[Match] = []
    used_ledger: set[int] = set()
    used_bank: set[int] = set()
    for *_, ours, theirs in pairs:
        if ours.id not in used_ledger and theirs.id not in used_bank:
            used_ledger.add(ours.id)
            used_bank.add(theirs.id)
            matches.append(Match(RULE_NEAR, (ours,), (theirs,)))
    return matches


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One movement known to one side only (未达账项), in its group of the adjustment sheet."""

    side: OutstandingSide
    movement: Movement


def outstanding_items(matching: Matching) -> list[Outstanding]:
    """Return what is left of a matching in the four groups of the adjustment sheet."""
    bank = [
        Outstanding(
            OutstandingSide.BANK_RECEIVED if left.is_inflow else OutstandingSide.BANK_PAID, left
        )
        for left in matching.bank_left
    ]
    ours = [
        Outstanding(
            OutstandingSide.UNIT_RECEIVED if left.is_inflow else OutstandingSide.UNIT_PAID, left
        )
        for left in matching.ledger_left
    ]
    return bank + ours


@dataclass(frozen=True, slots=True)
class AdjustedBalances:
    """Both balances after adding what the other side knows, in yuan."""

    ledger: Decimal
    bank: Decimal

    @property
    def is_equal(self) -> bool:
        """Tell whether the sheet ties; tolerance 0.00."""
        return self.ledger == self.bank


def adjusted_balances(
    *, ledger_balance: Decimal, bank_balance: Decimal, items: Iterable[Outstanding]
) -> AdjustedBalances:
    """Return the balances brought to one figure.

    Ledger + bank received − bank paid; bank + unit received − unit paid.

    Source: 银行存款余额调节表.
    """
    sums = dict.fromkeys(OutstandingSide, ZERO)
    for item in items:
        sums[item.side] += item.movement.amount
    return AdjustedBalances(
        ledger=ledger_balance
        + sums[OutstandingSide.BANK_RECEIVED]
        - sums[OutstandingSide.BANK_PAID],
        bank=bank_balance + sums[OutstandingSide.UNIT_RECEIVED] - sums[OutstandingSide.UNIT_PAID],
    )
