"""Vouchers two to a page and ledgers as the books are kept on paper, A4, laid out in portions.

Every page holds a fixed number of lines, so how many pages there are is known before the first
is laid out, and a long print needs no more memory than a short one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from common.documents import render_pdf
from common.money import round_yuan
from common.periods import month_of, month_text
from funds.selectors.account_ledger import LedgerLine, LedgerRow
from funds.selectors.general_ledger import GeneralSheet
from funds.selectors.voucher_slips import Slip

Thing = TypeVar("Thing")

ZERO = Decimal("0.00")
SLIPS_PER_PAGE = 2
PAGE_ROWS = 30  # lines of a ledger's page, with those that carry over
PORTION = 20  # pages laid out at a time
SUMMARY_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Print:
    """What stands on every page of a print: who printed it and when, and how many pages."""

    printed_by: str
    printed_at: datetime
    page_total: int


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a ledger's page. `side_label` is the normal side of the account."""

    title: str
    book: str
    account: str
    period: str
    side_label: str


@dataclass(frozen=True, slots=True)
class BookRow:
    """One line of a ledger's page, as text."""

    day: str = ""
    voucher: str = ""
    summary: str = ""
    debit: str = ""
    credit: str = ""
    side: str = ""
    balance: str = ""
    is_total: bool = False


def voucher_parts(slips: Iterable[Slip], sheet: Print) -> Iterator[bytes]:
    """Yield the pages of vouchers as PDFs of `PORTION` pages each."""
    pages = enumerate(_grouped(slips, SLIPS_PER_PAGE), start=1)
    for portion in _grouped(pages, PORTION):
        yield render_pdf(
            "funds/print/voucher_slips.html",
            {
                "pages": [{"number": number, "slips": slips} for number, slips in portion],
                "page_total": sheet.page_total,
                "printed_at": sheet.printed_at,
                "printed_by": sheet.printed_by,
            },
        )


def ledger_parts(
    heading: Heading, rows: Iterable[Sequence[BookRow]], sheet: Print, *, first_page: int = 1
) -> Iterator[bytes]:
    """Yield the pages of one account's ledger as PDFs of `PORTION` pages each."""
    for portion in _grouped(enumerate(rows, start=first_page), PORTION):
        yield render_pdf(
            "funds/print/ledger_pages.html",
            {
                "title": heading.title,
                "book": heading.book,
                "account": heading.account,
                "period": heading.period,
                "pages": [{"number": number, "rows": rows} for number, rows in portion],
                "page_total": sheet.page_total,
                "printed_at": sheet.printed_at,
                "printed_by": sheet.printed_by,
            },
        )


def page_count(row_count: int) -> int:
    """Return how many pages so many lines and totals fill, two lines of each carrying over."""
    return max(1, -(-row_count // (PAGE_ROWS - 2)))


def ledger_pages(
    opening: Decimal, rows: Iterable[LedgerRow], side_label: str
) -> Iterator[list[BookRow]]:
    """Yield an account's lines page by page, carried over by 过次页 and 承前页.

    What is carried is the month's turnover so far and the balance.
    """
    page = [_row("期初余额", balance=opening, side=side_label)]
    month, debit, credit, balance = None, ZERO, ZERO, opening
    for row in rows:
        if len(page) == PAGE_ROWS - 1:
            carried = _row("过次页", debit=debit, credit=credit, balance=balance, side=side_label)
            yield [*page, carried]
            page = [replace(carried, summary="承前页")]
        page.append(book_row(row, side_label))
        balance = row.balance
        if isinstance(row, LedgerLine):
            if month_of(row.voucher_date) != month:
                month, debit, credit = month_of(row.voucher_date), ZERO, ZERO
            debit, credit = debit + row.debit, credit + row.credit
    yield page


def book_row(row: LedgerRow, side_label: str) -> BookRow:
    """Return a line or a total as printed."""
    if isinstance(row, LedgerLine):
        return BookRow(
            day=f"{row.voucher_date}",
            voucher=f"记-{row.number}",
            summary=_short(row.summary),
            debit=_amount(row.debit),
            credit=_amount(row.credit),
            side=_side(row.balance, side_label),
            balance=f"{abs(row.balance):,.2f}",
        )
    day = f"{row.last}" if row.kind == "DAY" else f"{row.last:%Y-%m}"
    return _row(
        row.label,
        debit=row.debit,
        credit=row.credit,
        balance=row.balance,
        side=side_label,
        day=day,
    )


def general_page(sheet: GeneralSheet) -> list[BookRow]:
    """Return an account's year as one page of the general ledger."""
    rows = [_row("上年结转", balance=sheet.opening, side=sheet.side_label)]
    for month in sheet.months:
        side, balance = sheet.side_label, month.balance
        rows.append(
            _row(
                "本月合计",
                debit=month.debit,
                credit=month.credit,
                balance=balance,
                side=side,
                day=month_text(month.month),
            )
        )
        rows.append(
            _row(
                "本年累计",
                debit=month.year_debit,
                credit=month.year_credit,
                balance=balance,
                side=side,
            )
        )
    return rows


def _row(
    summary: str,
    *,
    balance: Decimal,
    side: str,
    debit: Decimal | None = None,
    credit: Decimal | None = None,
    day: str = "",
) -> BookRow:
    return BookRow(
        day=day,
        summary=summary,
        debit="" if debit is None else f"{debit:,.2f}",
        credit="" if credit is None else f"{credit:,.2f}",
        side=_side(balance, side),
        balance=f"{abs(round_yuan(balance)):,.2f}",
        is_total=True,
    )


def _side(balance: Decimal, side_label: str) -> str:
    """Return the side a balance stands on: 平 for none, the other one below zero."""
    if not balance:
        return "平"
    other = "贷" if side_label == "借" else "借"
    return side_label if balance > 0 else other


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else ""


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else f"{text[: SUMMARY_LENGTH - 1]}…"


def _grouped(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    source = iter(things)
    while group := list(islice(source, size)):
        yield group
