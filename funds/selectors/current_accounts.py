"""Current accounts (往来款): what of 暂付款 and 暂收款 stands open, how old, what cleared it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import DateField, QuerySet, Sum, Value
from django.urls import reverse

from accounts.duties import Duty
from common.actor import Person
from common.columns import Column
from common.db import run_sql
from common.lists import Listing, Viewer
from common.periods import last_day
from common.remembering import remembered
from common.workbooks import Kind
from funds.ageing import BRACKET_LABELS, bracket_of, is_overdue
from funds.entry_shapes import RULES
from funds.enums import NormalSide
from funds.models import AccountBalance, FundsEntry, LedgerAccount, Voucher, VoucherLine
from funds.selectors.access import require_books

ZERO = Decimal("0.00")
CURRENT_ACCOUNTS: Mapping[str, str] = {"1101": "暂付款", "2001": "暂收款"}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item as the books hold it; yuan on the account's normal side.

    `line_id` is the line it began with; `open_amount` is what was raised less what was cleared,
    below zero for a clearing that names nothing it clears.
    """

    line_id: int
    account_code: str
    entry_id: int | None
    raised: Decimal
    cleared: Decimal
    open_amount: Decimal
    since: date
    clearing_ids: Sequence[int]


@remembered
def open_items(*, book_id: int, until: date) -> list[OpenItem]:
    """Return the book's open items at the end of a day, by account and age."""
    rows = run_sql("funds", "open_items", {"book_id": book_id, "until": until})
    # A row's last part is null where nothing has cleared any of the item.
    return [
        OpenItem(line_id, code, entry_id, raised, cleared, open_amount, since, clearing_ids or ())
        for line_id, code, entry_id, raised, cleared, open_amount, since, clearing_ids in rows
    ]


def reckoned_on(month: date, today: date) -> date:
    """Return the day on which the ages of a month's open items are reckoned."""
    return min(last_day(month), today)


def _chosen(
    *, book_id: int, month: date, today: date, account: str, bracket: str
) -> list[OpenItem]:
    items, on = open_items(book_id=book_id, until=last_day(month)), reckoned_on(month, today)
    return [
        item
        for item in items
        if item.account_code.startswith(account) and bracket in {"", bracket_of(item.since, on)}
    ]


@dataclass(frozen=True, slots=True)
class VoucherWords:
    """A posted voucher as a link."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class OpenItemRow:
    """One open item as shown: where it came from, how old it is, what cleared part of it."""

    account: str
    counterparty: str
    summary: str
    voucher: VoucherWords
    entry_id: int | None
    entry_number: str
    clear_url: str  # where an entry that clears it is begun; empty where none does
    since: date
    days: int
    bracket_label: str
    is_overdue: bool
    raised: Decimal
    cleared: Decimal
    open_amount: Decimal
    clearings: Sequence[VoucherWords]

    @property
    def tone(self) -> str:
        """Return the colour of its bracket: red where it is late."""
        return "red" if self.is_overdue else "grey"

    @property
    def clearing_words(self) -> str:
        """Return the clearing vouchers in one line, for workbook and print."""
        return "、".join(voucher.title for voucher in self.clearings)

    @property
    def voucher_title(self) -> str:
        """Return the voucher it began with, for workbook and print."""
        return self.voucher.title


def find_open_items(
    viewer: Viewer, *, book_id: int, month: str, account: str = "", bracket: str = ""
) -> QuerySet[VoucherLine]:
    """Return the lines that open items began with, as of a month (2026-11-01)."""
    require_books(viewer.actor)
    day = date.fromisoformat(month)
    items = _chosen(
        book_id=book_id, month=day, today=viewer.today, account=account, bracket=bracket
    )
    rows = VoucherLine.objects.filter(pk__in=[item.line_id for item in items])
    return rows.annotate(of_month=Value(day, output_field=DateField()))


def show_open_items(viewer: Viewer, lines: Sequence[Any]) -> list[OpenItemRow]:
    """Return the items these lines began, tuples of pk and `LINE_FIELDS`."""
    if not lines:
        return []
    month: date = lines[0].of_month
    on = reckoned_on(month, viewer.today)
    book_id = lines[0].voucher__book_id
    items = {item.line_id: item for item in open_items(book_id=book_id, until=last_day(month))}
    shown = [items[line.pk] for line in lines]
    entries = _entries([item.entry_id for item in shown if item.entry_id])
    clearings = _titles(voucher_id for item in shown for voucher_id in item.clearing_ids)
    return [
        _row(line, item, entries.get(item.entry_id or 0), clearings, on)
        for line, item in zip(lines, shown, strict=True)
    ]


class _Entry(NamedTuple):
    """What is shown of the entry an item was registered with."""

    id: int
    number: str
    counterparty: str
    kind: str


def _entries(entry_ids: Sequence[int]) -> dict[int, _Entry]:
    rows = FundsEntry.objects.filter(pk__in=entry_ids).values_list(*_Entry._fields)
    return {row[0]: _Entry(*row) for row in rows}


def _titles(voucher_ids: Iterable[int]) -> dict[int, VoucherWords]:
    rows = Voucher.objects.filter(pk__in=list(voucher_ids))
    return {row[0]: _words(*row) for row in rows.values_list("pk", "voucher_date", "number")}


def _words(voucher_id: int, voucher_date: date, number: int | None) -> VoucherWords:
    return VoucherWords(voucher_id, f"{voucher_date} 记-{number}")


def _row(
    line: Any,
    item: OpenItem,
    entry: _Entry | None,
    clearings: Mapping[int, VoucherWords],
    on: date,
) -> OpenItemRow:
    parent, name = line.account__parent__name, line.account__name
    return OpenItemRow(
        account=f"{line.account__code} {f'{parent}—{name}' if parent else name}",
        counterparty=entry.counterparty if entry else "",
        summary=line.summary,
        voucher=_words(line.voucher_id, line.voucher__voucher_date, line.voucher__number),
        entry_id=item.entry_id,
        entry_number=entry.number if entry else "",
        clear_url=_clear_url(entry, item.open_amount) if entry else "",
        since=item.since,
        days=(on - item.since).days,
        bracket_label=BRACKET_LABELS[bracket_of(item.since, on)],
        is_overdue=is_overdue(item.since, on),
        raised=item.raised,
        cleared=item.cleared,
        open_amount=item.open_amount,
        clearings=[clearings[voucher_id] for voucher_id in item.clearing_ids],
    )


def _clear_url(entry: _Entry, amount: Decimal) -> str:
    """Return where the kind of entry is begun that clears it first of all."""
    kinds = (kind for kind, rule in RULES.items() if entry.kind in rule.clears)
    kind = next(kinds, "")
    if not kind or amount <= 0:
        return ""
    query = urlencode({"clears": entry.id, "amount": amount})
    return f"{reverse('funds:entry_new_of', args=[kind])}?{query}"


LINE_FIELDS = (
    *("of_month", "summary", "voucher_id", "voucher__voucher_date", "voucher__number"),
    *("voucher__book_id", "account__code", "account__name", "account__parent__name"),
)
OPEN_ITEMS = Listing(
    code="funds.selectors.current_accounts.OPEN_ITEMS",
    title="往来款账龄",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("account", "会计科目", order="account__code", width=24),
        Column("counterparty", "对方单位", width=30),
        Column("summary", "摘要", place="file", width=40),
        Column("voucher", "来源凭证", value="voucher_title", width=20),
        Column("entry", "登记单", value="entry_number", width=24),
        Column("since", "发生日期", Kind.DAY, order="voucher__voucher_date"),
        Column("days", "账龄（天）", Kind.COUNT),
        Column("bracket", "账龄段", value="bracket_label"),
        Column("raised", "发生额", Kind.AMOUNT),
        Column("cleared", "已清理", Kind.AMOUNT),
        Column("open_amount", "未清金额", Kind.AMOUNT),
        Column("clearings", "清理凭证", value="clearing_words", width=30),
    ),
    query=find_open_items,
    show=show_open_items,
    fields=LINE_FIELDS,
    default="since",
)


@dataclass(frozen=True, slots=True)
class AgeingLine:
    """An account's open items by age beside its balance; `difference` is zero if they tie."""

    code: str
    name: str
    is_total: bool
    amounts: Sequence[tuple[str, Decimal]]  # bracket code, yuan
    total: Decimal
    balance: Decimal

    @property
    def difference(self) -> Decimal:
        """Return the items less the balance."""
        return self.total - self.balance


@dataclass(frozen=True, slots=True)
class Ageing:
    """The ageing table of a book at the end of a month, ages reckoned on a day."""

    on: date
    labels: Sequence[str]
    lines: Sequence[AgeingLine]
    overdue_count: int

    @property
    def ties(self) -> bool:
        """Tell whether the open items of every account add up to its balance."""
        return not any(line.difference for line in self.lines)


def get_ageing(*, actor: Person, book_id: int, month: date, today: date) -> Ageing:
    """Return what stands open per account and age, with the balances it must equal."""
    require_books(actor)
    items, on = open_items(book_id=book_id, until=last_day(month)), reckoned_on(month, today)
    balances = _balances(book_id, month)
    accounts = LedgerAccount.objects.filter(
        book_id=book_id, is_enabled=True, code__regex=f"^({'|'.join(CURRENT_ACCOUNTS)})"
    )
    lines = [
        _line(account, [i for i in items if i.account_code.startswith(account.code)], balances, on)
        for account in accounts.order_by("code").only("code", "name", "parent_id")
    ]
    return Ageing(
        on=on,
        labels=list(BRACKET_LABELS.values()),
        lines=lines,
        overdue_count=sum(is_overdue(item.since, on) for item in items),
    )


def _balances(book_id: int, month: date) -> dict[str, Decimal]:
    """Return balances by account code on the account's normal side, as written at posting."""
    rows = AccountBalance.objects.filter(
        account__book_id=book_id,
        account__code__regex=f"^({'|'.join(CURRENT_ACCOUNTS)})",
        period__month__lte=month,
    )
    grouped = rows.order_by().values_list("account__code", "account__normal_side")
    summed = grouped.annotate(debit=Sum("debit"), credit=Sum("credit"))
    return {
        code: debit - credit if side == NormalSide.DEBIT else credit - debit
        for code, side, debit, credit in summed
    }


def _line(
    account: LedgerAccount, items: Sequence[OpenItem], balances: Mapping[str, Decimal], on: date
) -> AgeingLine:
    sums = dict.fromkeys(BRACKET_LABELS, ZERO)
    for item in items:
        sums[bracket_of(item.since, on)] += item.open_amount
    own = (amount for code, amount in balances.items() if code.startswith(account.code))
    return AgeingLine(
        code=account.code,
        name=account.name,
        is_total=account.parent_id is None,
        amounts=list(sums.items()),
        total=sum(sums.values(), ZERO),
        balance=sum(own, ZERO),
    )


def count_overdue(*, book_id: int, today: date) -> int:
    """Return how many items of a book have stood open for longer than they may."""
    items = open_items(book_id=book_id, until=today)
    return sum(is_overdue(item.since, today) for item in items)
