"""Vouchers and ledgers on paper or as workbooks: asked for from the screen, made by a job."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from accounts.duties import Duty
from accounts.models import Job
from accounts.selectors.people import person_label
from accounts.services import audit, documents, jobs
from common.actor import Person
from common.documents import CellValue, Column, Kind, detail_workbook, join_pdfs
from common.errors import DomainError
from common.periods import month_code, month_text
from funds.documents import books as paper
from funds.enums import PrintKind
from funds.models import Book, LedgerAccount
from funds.selectors.access import require_books
from funds.selectors.account_ledger import (
    LedgerLine,
    LedgerRow,
    LedgerSheet,
    account_ledger,
    ledger_lines,
    place_of,
)
from funds.selectors.books import city_centre
from funds.selectors.general_ledger import GeneralSheet, general_ledger
from funds.selectors.ledger import LedgerScope
from funds.selectors.voucher_slips import VoucherRange, count_slips, list_slips

TASK = "funds.tasks.make_print"
PAGE_LIMIT = 1_000  # pages of one print
ROW_LIMIT = 200_000  # lines of one workbook
SLICE = 2_000  # lines read in one transaction
VOUCHERS_AT_ONCE = 40


class NothingToPrint(DomainError):
    code = "NOTHING_TO_PRINT"
    message = "所选范围内没有已过账的凭证或分录"


class PrintTooLong(DomainError):
    code = "PRINT_TOO_LONG"
    message = f"超过{PAGE_LIMIT:,}页，请缩小月份或凭证号范围后分次打印"


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """What to print of which months of a book.

    `account_code` is empty for vouchers, and for the general ledger of all first-level accounts;
    the numbers narrow vouchers, None for all. `is_workbook` asks for .xlsx instead of PDF.
    """

    what: PrintKind
    book_id: int
    first: date
    last: date
    account_code: str = ""
    first_number: int | None = None
    last_number: int | None = None
    is_workbook: bool = False

    @property
    def scope(self) -> LedgerScope:
        """Return the months as a ledger's scope."""
        return LedgerScope(self.book_id, self.first, self.last)

    @property
    def vouchers(self) -> VoucherRange:
        """Return the range of vouchers."""
        return VoucherRange(
            self.book_id, self.first, self.last, self.first_number, self.last_number
        )

    @property
    def title(self) -> str:
        """Return what the file and the job are called."""
        months = month_code(self.first)
        if self.first != self.last:
            months = f"{months}-{month_code(self.last)}"
        return " ".join(filter(None, [self.what.label, self.account_code, months]))


@transaction.atomic
def request_print(*, actor: Person, wanted: PrintRequest, at: datetime) -> Job:
    """Ask for vouchers or a ledger as one file; a job makes it.

    Raises:
        BooksAtTheCity: the post reads no books. NothingToPrint. PrintTooLong.
        JobExists: the same was asked for within the minute.
    """
    require_books(actor)
    size = _size(actor, wanted)
    if not size:
        raise NothingToPrint
    if size > (ROW_LIMIT if wanted.is_workbook else PAGE_LIMIT):
        raise PrintTooLong
    values = asdict(wanted) | {
        "what": wanted.what.value,
        "first": wanted.first.isoformat(),
        "last": wanted.last.isoformat(),
    }
    person = {
        "organisation_id": actor.organisation_id,
        "user_id": actor.user_id,
        "grant_id": actor.grant_id,
        "post": actor.post,
    }
    digest = hashlib.sha256(f"{actor.grant_id}|{values}".encode()).hexdigest()[:32]
    request = jobs.JobRequest(
        task=TASK,
        key=f"{digest}:{at:%Y%m%d%H%M}",
        title=f"打印{wanted.title}",
        organisation_id=city_centre().pk,
        arguments={"print": values, "person": person},
        is_stoppable=True,
    )
    job = jobs.request_job(actor=actor, request=request, at=at)
    audit.record(
        actor=actor,
        verb="funds.books.printed",
        subject=job,
        at=at,
        label=wanted.title,
        organisation_id=city_centre().pk,
        after={"size": size, "form": "xlsx" if wanted.is_workbook else "pdf"},
    )
    return job


def _size(actor: Person, wanted: PrintRequest) -> int:
    """Return how many pages, or lines of a workbook, the print will have."""
    if wanted.what == PrintKind.VOUCHERS:
        slips = sum(count for _, count in count_slips(actor=actor, wanted=wanted.vouchers))
        return -(-slips // paper.SLIPS_PER_PAGE)
    if wanted.what == PrintKind.GENERAL:
        return len(_general_codes(wanted))
    rows = _row_count(wanted)
    return rows if wanted.is_workbook or not rows else paper.page_count(rows)


def _row_count(wanted: PrintRequest) -> int:
    """Return how many lines and totals a ledger has, 0 without any line."""
    counts = ledger_lines(wanted.scope, wanted.account_code).aggregate(
        lines=Count("pk"),
        days=Count("voucher__voucher_date", distinct=True),
        months=Count("voucher__period", distinct=True),
    )
    days = counts["days"] if wanted.what == PrintKind.DAY_BOOK else 0
    return int(counts["lines"] + days + 2 * counts["months"])


def _general_codes(wanted: PrintRequest) -> list[str]:
    """Return the accounts of the general ledger to print: one, or all of the first level used."""
    if wanted.account_code:
        return [wanted.account_code]
    lines = ledger_lines(replace(wanted.scope, first=date(2000, 1, 1)), "")
    used = set(lines.order_by().values_list("account__code", flat=True).distinct())
    rows = LedgerAccount.objects.filter(book_id=wanted.book_id, parent__isnull=True)
    codes = rows.order_by("code").values_list("code", flat=True)
    return [code for code in codes if any(each.startswith(code) for each in used)]


def make_print(run: jobs.JobRun, at: datetime) -> None:
    """Make the file of a request and keep it."""
    values = dict(run.arguments["print"])
    wanted = PrintRequest(
        **values
        | {
            "what": PrintKind(values["what"]),
            "first": date.fromisoformat(values["first"]),
            "last": date.fromisoformat(values["last"]),
        }
    )
    actor = Person(pool_id=run.actor.pool_id, **run.arguments["person"])
    printing = _Printing(run, wanted, actor, at)
    content = printing.workbook() if wanted.is_workbook else join_pdfs(printing.parts())
    suffix, media_type = ("xlsx", documents.XLSX) if wanted.is_workbook else ("pdf", documents.PDF)
    new = documents.NewDocument(
        organisation_id=printing.centre_id,
        duty=Duty.BOOKS_READ,
        title=wanted.title[:150],
        file_name=f"{wanted.title}.{suffix}",
        media_type=media_type,
        content=content,
    )
    with run.step():
        kept = documents.store_document(actor=actor, document=new, at=at)
        run.finish(result_url=reverse("accounts:document", args=[kept.pk]), report_id=kept.pk)


Cells = Iterator[list[CellValue]]


class _Printing:
    """One print being made: what is read, is read in steps of the job."""

    def __init__(self, run: jobs.JobRun, wanted: PrintRequest, actor: Person, at: datetime) -> None:
        self.run, self.wanted, self.actor, self.at = run, wanted, actor, at
        with run.step():
            self.size, self.centre_id = _size(actor, wanted), city_centre().pk
            self.book = Book.objects.get(pk=wanted.book_id).name
            self.sheet = paper.Print(person_label(actor), at, self.size)

    def parts(self) -> Iterator[bytes]:
        """Yield the print as PDFs of some pages each."""
        source = {
            PrintKind.VOUCHERS: self._voucher_parts,
            PrintKind.GENERAL: self._general_parts,
        }.get(self.wanted.what, self._ledger_parts)
        for done, part in enumerate(source(), start=1):
            self.run.report(min(done * paper.PORTION, self.size), self.size)
            yield part

    def _voucher_parts(self) -> Iterator[bytes]:
        with self.run.step():
            ids = [pk for pk, _ in count_slips(actor=self.actor, wanted=self.wanted.vouchers)]
        return paper.voucher_parts(self._slips(ids), self.sheet)

    def _slips(self, ids: list[int]) -> Iterator[Any]:
        for start in range(0, len(ids), VOUCHERS_AT_ONCE):
            with self.run.step():
                some = ids[start : start + VOUCHERS_AT_ONCE]
                slips = list_slips(actor=self.actor, voucher_ids=some)
            yield from slips

    def _ledger_parts(self) -> Iterator[bytes]:
        first = self._page(None)
        heading = self._heading(first, self.wanted.what.label)
        pages = paper.ledger_pages(first.opening, self._rows(first), first.side_label)
        return paper.ledger_parts(heading, pages, self.sheet)

    def _general_parts(self) -> Iterator[bytes]:
        for number, sheet in enumerate(self._general_sheets(), start=1):
            heading = self._heading(sheet, "总账")
            yield from paper.ledger_parts(
                heading, [paper.general_page(sheet)], self.sheet, first_page=number
            )

    def _general_sheets(self) -> Iterator[GeneralSheet]:
        with self.run.step():
            codes = _general_codes(self.wanted)
        for code in codes:
            with self.run.step():
                sheet = general_ledger(
                    actor=self.actor,
                    book_id=self.wanted.book_id,
                    account_code=code,
                    last=self.wanted.last,
                )
            yield sheet

    def _heading(self, sheet: LedgerSheet | GeneralSheet, title: str) -> paper.Heading:
        first, last = month_text(self.wanted.first), month_text(self.wanted.last)
        return paper.Heading(
            title=title,
            book=self.book,
            account=f"{sheet.code} {sheet.name}",
            period=first if first == last else f"{first}至{last}",
            side_label=sheet.side_label,
        )

    def _page(self, after: str | None) -> LedgerSheet:
        """Return the lines after a place, as many as one transaction reads."""
        with self.run.step():
            return account_ledger(
                actor=self.actor,
                scope=self.wanted.scope,
                account_code=self.wanted.account_code,
                place=place_of(after) if after else None,
                with_days=self.wanted.what == PrintKind.DAY_BOOK,
                size=SLICE,
            )

    def _rows(self, sheet: LedgerSheet) -> Iterator[LedgerRow]:
        yield from sheet.rows
        while sheet.after:
            sheet = self._page(sheet.after)
            yield from sheet.rows

    def workbook(self) -> bytes:
        """Return the print as .xlsx."""
        columns = [
            Column("日期", 12),
            Column("凭证号", 10),
            Column("摘要", 40),
            Column("借方", 18, Kind.AMOUNT),
            Column("贷方", 18, Kind.AMOUNT),
            Column("余额", 18, Kind.AMOUNT),
        ]
        if self.wanted.what == PrintKind.GENERAL:
            sheets = list(self._general_sheets())
            rows: Cells = (row for sheet in sheets for row in _general_cells(sheet))
            account = "、".join(f"{sheet.code} {sheet.name}" for sheet in sheets)
        else:
            first = self._page(None)
            rows = _ledger_cells(first, self._rows(first))
            account = f"{first.code} {first.name}（余额方向：{first.side_label}）"
        head = [
            f"{self.wanted.what.label} {self.book}",
            f"科目：{account}",
            f"{month_text(self.wanted.first)}至{month_text(self.wanted.last)}，单位：元",
            f"{self.sheet.printed_by} {self.at:%Y-%m-%d}",
        ]
        return detail_workbook(columns, rows, title=self.wanted.what.label, head=head)


def _ledger_cells(first: LedgerSheet, rows: Iterable[LedgerRow]) -> Cells:
    yield ["", "", "期初余额", None, None, first.opening]
    for row in rows:
        if isinstance(row, LedgerLine):
            number = f"记-{row.number}"
            amounts = [row.debit or None, row.credit or None, row.balance]
            yield [f"{row.voucher_date}", number, row.summary, *amounts]
        else:
            yield [f"{row.last}", "", row.label, row.debit, row.credit, row.balance]


def _general_cells(sheet: GeneralSheet) -> Cells:
    name = f"{sheet.code} {sheet.name}"
    yield [f"{sheet.year}", "", f"{name} 上年结转", None, None, Decimal(sheet.opening)]
    for row in sheet.months:
        month = f"{row.month:%Y-%m}"
        yield [month, "", f"{name} 本月合计", row.debit, row.credit, row.balance]
        yield [month, "", f"{name} 本年累计", row.year_debit, row.year_credit, row.balance]
