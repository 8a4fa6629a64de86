"""One account line by line (明细账, 日记账): running balance, totals of day, month and year.

Lines are read in their one order, by day and voucher number, a page from any place on: what lies
before a page is known from the months' turnover and the lines of one month, however deep it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from accounts.duties import Duty
from common.actor import Person
from common.columns import Column
from common.errors import DomainError, NotFound
from common.lists import Listing, Viewer
from common.periods import last_day, month_code, month_of, parse_day
from common.workbooks import Kind
from funds.enums import BusinessEvent, NormalSide, VoucherState
from funds.models import LedgerAccount, VoucherLine
from funds.selectors.access import require_books
from funds.selectors.books import full_name
from funds.selectors.ledger import LedgerScope
from funds.selectors.turnovers import ZERO, Turnovers, account_turnovers

PAGE_SIZE = 200
SIDES = ("debit", "credit")  # what `side` may narrow lines to
_ORDER = ("voucher__voucher_date", "voucher__number", "position")
_PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9]{1,9})_([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """A line's place in the book; a page follows it, or goes before it."""

    day: date
    number: int
    position: int
    is_before: bool = False

    def __str__(self) -> str:
        """Return the place as an address writes it."""
        return f"{self.day}_{self.number}_{self.position}"


def place_of(text: str, *, is_before: bool = False) -> Place | None:
    """Return the place an address names; None for anything else."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return Place(parse_day(found[1]), int(found[2]), int(found[3]), is_before)
    except DomainError:
        return None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One posted line. `balance` is the account's after it, on its normal side."""

    voucher_id: int
    voucher_date: date
    number: int
    position: int
    summary: str
    office: str
    item_code: str
    batch_number: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """A total below the last line of a day or month: 本日合计, 本月合计, 本年累计."""

    label: str
    kind: str  # DAY, MONTH or YEAR
    first: date
    last: date
    debit: Decimal
    credit: Decimal
    balance: Decimal
    is_total: bool = True

    @property
    def first_code(self) -> str:
        """Return its first month as addresses write it."""
        return month_code(self.first)

    @property
    def last_code(self) -> str:
        """Return its last month as addresses write it."""
        return month_code(self.last)


LedgerRow = LedgerLine | LedgerTotal


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    """A page of an account's lines with totals between them.

    `opening` is the balance before the first line shown; the sums and `closing` are the whole
    scope's. `before` and `after` lead to the lines not shown, empty at the ends.
    """

    code: str
    name: str
    side_label: str
    side: str
    opening: Decimal
    is_start: bool
    rows: Sequence[LedgerRow]
    debit: Decimal
    credit: Decimal
    closing: Decimal
    before: str
    after: str

    @property
    def lines(self) -> list[LedgerLine]:
        """Return the lines without the totals between them."""
        return [row for row in self.rows if isinstance(row, LedgerLine)]


def account_ledger(
    *,
    actor: Person,
    scope: LedgerScope,
    account_code: str,
    place: Place | None = None,
    side: str = "",
    with_days: bool = False,
    size: int = PAGE_SIZE,
) -> LedgerSheet:
    """Return a page of an account's posted lines in the order of day and number.

    A parent's code shows the lines of all its details.

    Args:
        place: the page begins after it, or ends before it; None is the first page.
        side: debit or credit shows the lines of that side only, without running balance.
        with_days: whether each day is totalled, as in a day-book.

    Raises:
        NotFound: the book has no such account; DutyNotHeld: the post reads no books.
    """
    require_books(actor)
    account = LedgerAccount.objects.select_related("parent").filter(
        book_id=scope.book_id, code=account_code
    )
    found = account.first()
    if found is None:
        raise NotFound
    reader = _Reader(scope, account_code, found, side if side in SIDES else "")
    return reader.page(place, with_days=with_days, size=size)


class _Reader:
    """Reads one account over one scope."""

    def __init__(self, scope: LedgerScope, code: str, account: LedgerAccount, side: str) -> None:
        self.scope, self.code, self.account, self.side = scope, code, account, side
        self.sign = 1 if account.normal_side == NormalSide.DEBIT else -1
        self.turnovers: Turnovers = account_turnovers(scope=scope, account_code=code)

    def page(self, place: Place | None, *, with_days: bool, size: int) -> LedgerSheet:
        """Return the page at a place."""
        shown, has_before, following = self._lines_at(place, size)
        before, day_sides = self._before(shown[0]) if shown and has_before else (self._start, None)
        if not shown:
            before = self._end
        rows = list(self._rows(shown, before, day_sides, following, with_days=with_days))
        debit, credit = self.turnovers.within(self.scope.first, self.scope.last)
        return LedgerSheet(
            code=self.account.code,
            name=full_name(self.account),
            side_label=self.account.get_normal_side_display(),
            side=self.side,
            opening=before * self.sign,
            is_start=not has_before,
            rows=rows,
            debit=debit,
            credit=credit,
            closing=self._end * self.sign,
            before=str(_place(shown[0])) if shown and has_before else "",
            after=str(_place(shown[-1])) if shown and following else "",
        )

    @property
    def _start(self) -> Decimal:
        return self.turnovers.before(self.scope.first)

    @property
    def _end(self) -> Decimal:
        debit, credit = self.turnovers.within(self.scope.first, self.scope.last)
        return self._start + debit - credit

    def _lines_at(
        self, place: Place | None, size: int
    ) -> tuple[list[VoucherLine], bool, VoucherLine | None]:
        """Return the page's lines, whether others go before, and the line that follows."""
        rows = ledger_lines(self.scope, self.code, self.side)
        if place is None or not place.is_before:
            later = rows if place is None else rows.filter(_beyond(place, TupleGreaterThan))
            found = list(later.order_by(*_ORDER)[: size + 1])
            return found[:size], place is not None, (found[size] if len(found) > size else None)
        earlier = rows.filter(_beyond(place, TupleLessThan))
        found = list(earlier.order_by(*(f"-{field}" for field in _ORDER))[: size + 1])
        has_before = len(found) > size
        shown = found[:size][::-1]
        after = Place(place.day, place.number, place.position)
        at = rows.filter(_beyond(after, TupleGreaterThan) | _at(after)).order_by(*_ORDER)
        return shown, has_before, at.first()

    def _before(self, line: VoucherLine) -> tuple[Decimal, tuple[Decimal, Decimal]]:
        """Return the balance before a line, and what its day had moved before it."""
        day, place = line.voucher.voucher_date, _place(line)
        month = month_of(day)
        rows = ledger_lines(self.scope, self.code, "").filter(
            _beyond(place, TupleLessThan), voucher__voucher_date__gte=month
        )
        on_day = Q(voucher__voucher_date=day)
        sums = rows.order_by().aggregate(
            month_debit=Sum("debit"),
            month_credit=Sum("credit"),
            day_debit=Sum("debit", filter=on_day),
            day_credit=Sum("credit", filter=on_day),
        )
        amount = {name: value or ZERO for name, value in sums.items()}
        before = self.turnovers.before(month) + amount["month_debit"] - amount["month_credit"]
        return before, (amount["day_debit"], amount["day_credit"])

    def _rows(
        self,
        shown: list[VoucherLine],
        before: Decimal,
        day_sides: tuple[Decimal, Decimal] | None,
        following: VoucherLine | None,
        *,
        with_days: bool,
    ) -> Iterator[LedgerRow]:
        """Yield the lines, and the totals below the last of a day or month."""
        balance, (debit, credit) = before, day_sides or (ZERO, ZERO)
        for line, after in zip(shown, [*shown[1:], following], strict=False):
            balance += line.debit - line.credit
            debit, credit = debit + line.debit, credit + line.credit
            yield _ledger_line(line, balance * self.sign)
            day = line.voucher.voucher_date
            next_day = after.voucher.voucher_date if after else None
            if self.side or next_day == day:
                continue
            if with_days:
                shown_balance = balance * self.sign
                yield LedgerTotal("本日合计", "DAY", day, day, debit, credit, shown_balance)
            debit = credit = ZERO
            if next_day is None or month_of(next_day) != month_of(day):
                yield from self._month_totals(month_of(day), balance * self.sign)

    def _month_totals(self, month: date, balance: Decimal) -> Iterator[LedgerTotal]:
        yield LedgerTotal("本月合计", "MONTH", month, month, *self.turnovers.of(month), balance)
        year = self.turnovers.year_until(month)
        yield LedgerTotal("本年累计", "YEAR", date(month.year, 1, 1), month, *year, balance)


def ledger_lines(scope: LedgerScope, code: str, side: str = "") -> QuerySet[VoucherLine]:
    """Return the posted lines of an account and its details, in no order."""
    rows = VoucherLine.objects.filter(
        account__book_id=scope.book_id,
        account__code__startswith=code,
        voucher__book_id=scope.book_id,
        voucher__state=VoucherState.POSTED,
        voucher__voucher_date__gte=scope.first,
        voucher__voucher_date__lte=last_day(scope.last),
    )
    if scope.organisation_id is not None:
        rows = rows.filter(organisation_id=scope.organisation_id)
    if scope.item_code:
        rows = rows.filter(item_code=scope.item_code)
    if not scope.with_closing:
        rows = rows.exclude(voucher__event=BusinessEvent.PERIOD_CLOSE)
    if side in SIDES:
        rows = rows.filter(**{f"{side}__gt": 0})
    rows = rows.annotate(office_name=F("organisation__short_name"))
    return rows.select_related("voucher", "organisation")


def _beyond(place: Place, compare: type[TupleGreaterThan] | type[TupleLessThan]) -> Q:
    """Return the condition for the lines after or before a place; also by day, for the index."""
    follows = compare is TupleGreaterThan
    days = {f"voucher__voucher_date__{'gte' if follows else 'lte'}": place.day}
    values = (place.day, place.number, place.position)
    return Q(**days) & Q(compare(Tuple(*map(F, _ORDER)), values))


def _at(place: Place) -> Q:
    return Q(**dict(zip(_ORDER, (place.day, place.number, place.position), strict=True)))


def _place(line: VoucherLine) -> Place:
    return Place(line.voucher.voucher_date, line.voucher.number or 0, line.position)


def _ledger_line(line: VoucherLine, balance: Decimal) -> LedgerLine:
    return LedgerLine(
        voucher_id=line.voucher_id,
        voucher_date=line.voucher.voucher_date,
        number=line.voucher.number or 0,
        position=line.position,
        summary=line.summary,
        office=line.organisation.short_name if line.organisation else "",
        item_code=line.item_code,
        batch_number=line.batch_number,
        debit=line.debit,
        credit=line.credit,
        balance=balance,
    )


def find_ledger_lines(
    viewer: Viewer, *, account_code: str, first: str, last: str, side: str = "", **more: Any
) -> QuerySet[VoucherLine]:
    """Return an account's posted lines (the parts of `LedgerScope`, months as 2026-11-01)."""
    require_books(viewer.actor)
    scope = LedgerScope(first=date.fromisoformat(first), last=date.fromisoformat(last), **more)
    return ledger_lines(scope, account_code, side).order_by(*_ORDER)


def show_ledger_lines(_viewer: Viewer, lines: Sequence[VoucherLine]) -> Sequence[VoucherLine]:
    """Return these lines; they are written as they were posted."""
    return lines


# The book itself is read in its one order with running balances (`account_ledger`).
LEDGER_LINES = Listing(
    code="funds.selectors.account_ledger.LEDGER_LINES",
    title="明细账",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("day", "日期", Kind.DAY, "voucher__voucher_date", value="voucher.voucher_date"),
        Column("number", "凭证号", Kind.COUNT, "voucher__number", value="voucher.number"),
        Column("summary", "摘要", order="summary", width=40),
        Column("office", "经办机构", value="office_name"),
        Column("item", "业务项目", value="item_code"),
        Column("batch", "批次号", value="batch_number", width=26),
        Column("debit", "借方", Kind.AMOUNT, order="debit"),
        Column("credit", "贷方", Kind.AMOUNT, order="credit"),
    ),
    query=find_ledger_lines,
    show=show_ledger_lines,
    default="day",
)
