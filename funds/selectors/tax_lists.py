"""Tax income lists as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from accounts.duties import Duty
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.enums import ListState, TaxIncomeKind
from funds.models import TaxIncomeLine, TaxIncomeList, Voucher
from funds.selectors.access import require_books
from funds.selectors.vouchers import TONES as VOUCHER_TONES

TONES = {"IMPORTED": "blue", "TRANSFERRED": "green"}


@dataclass(frozen=True, slots=True)
class TaxListRow:
    """One month's list. Yuan."""

    id: int
    month: date
    line_count: int
    total_amount: Decimal
    state_label: str
    tone: str
    transferred_date: date | None
    imported_at: datetime

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:tax_list", self.id)


def find_tax_lists(viewer: Viewer, *, book_id: int) -> QuerySet[TaxIncomeList]:
    """Return a book's lists of all months."""
    require_books(viewer.actor)
    return TaxIncomeList.objects.filter(book_id=book_id)


def show_tax_lists(_viewer: Viewer, rows: Sequence[Any]) -> list[TaxListRow]:
    """Return the lines of these lists."""
    return [
        TaxListRow(
            id=row.pk,
            month=row.month,
            line_count=row.line_count,
            total_amount=row.total_amount,
            state_label=ListState(row.state).label,
            tone=TONES[row.state],
            transferred_date=row.transferred_date,
            imported_at=row.imported_at,
        )
        for row in rows
    ]


TAX_LISTS = Listing(
    code="funds.selectors.tax_lists.TAX_LISTS",
    title="征收收入明细",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("month", "月份", order="month", link="url"),
        Column(
            "count",
            "笔数",
            Kind.COUNT,
            order="line_count",
            value="line_count",
            total="line_count",
        ),
        Column(
            "amount",
            "合计金额",
            Kind.AMOUNT,
            order="total_amount",
            value="total_amount",
            total="total_amount",
        ),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column(
            "transferred",
            "划转日期",
            Kind.DAY,
            order="transferred_date",
            value="transferred_date",
        ),
        Column(
            "imported",
            "导入时间",
            order="imported_at",
            value="imported_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_tax_lists,
    show=show_tax_lists,
    fields=(*("month", "line_count", "total_amount", "state", "transferred_date", "imported_at"),),
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class OfficeIncome:
    """What one office's units paid of one kind, in yuan."""

    office: str
    kind_label: str
    line_count: int
    unit_part: Decimal
    person_part: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class VoucherLink:
    """A voucher drafted from something, as a link."""

    id: int
    event_label: str
    number: int | None
    state_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class TaxListSheet:
    """A list with its sums by office and kind, and its vouchers."""

    id: int
    book_id: int
    month: date
    line_count: int
    total: Decimal
    state: str
    state_label: str
    tone: str
    transferred_date: date | None
    transfer_reference: str
    imported_at: datetime
    document_id: int
    file_name: str
    sums: Sequence[OfficeIncome]
    vouchers: Sequence[VoucherLink]


def get_tax_list(*, actor: Person, list_id: int) -> TaxListSheet:
    """Return a list with its sums and vouchers; NotFound if the pool has no such list."""
    require_books(actor)
    row = TaxIncomeList.objects.select_related("document").filter(pk=list_id).first()
    if row is None:
        raise NotFound
    return TaxListSheet(
        id=row.pk,
        book_id=row.book_id,
        month=row.month,
        line_count=row.line_count,
        total=row.total_amount,
        state=row.state,
        state_label=ListState(row.state).label,
        tone=TONES[row.state],
        transferred_date=row.transferred_date,
        transfer_reference=row.transfer_reference,
        imported_at=row.imported_at,
        document_id=row.document_id,
        file_name=row.document.file_name,
        sums=_sums(row.pk),
        vouchers=list_source_vouchers(
            source_kinds=("TAX_INCOME_LIST", "TREASURY_TRANSFER"), source_id=row.pk
        ),
    )


def _sums(list_id: int) -> list[OfficeIncome]:
    rows = (
        TaxIncomeLine.objects.filter(income_list_id=list_id)
        .values("organisation__code", "kind", office=F("organisation__short_name"))
        .annotate(lines=Count("id"), unit=Sum("unit_part"), person=Sum("person_part"))
        .order_by("organisation__code", "kind")
    )
    return [
        OfficeIncome(
            office=row["office"],
            kind_label=TaxIncomeKind(row["kind"]).label,
            line_count=row["lines"],
            unit_part=row["unit"],
            person_part=row["person"],
            amount=row["unit"] + row["person"],
        )
        for row in rows
    ]


def list_source_vouchers(*, source_kinds: Sequence[str], source_id: int) -> list[VoucherLink]:
    """Return the vouchers drafted from a source, oldest first, voided ones included."""
    rows = Voucher.objects.filter(source_kind__in=source_kinds, source_id=source_id)
    return [voucher_link(voucher) for voucher in rows.order_by("id")]


def source_vouchers(source_kind: str, source_ids: Sequence[int]) -> dict[int, list[VoucherLink]]:
    """Return the vouchers of several sources of a kind by source, as `list_source_vouchers`."""
    rows = Voucher.objects.filter(source_kind=source_kind, source_id__in=source_ids)
    found: dict[int, list[VoucherLink]] = {}
    for voucher in rows.order_by("id"):
        found.setdefault(voucher.source_id or 0, []).append(voucher_link(voucher))
    return found


def voucher_link(voucher: Voucher) -> VoucherLink:
    """Return a voucher as a link."""
    return VoucherLink(
        id=voucher.pk,
        event_label=voucher.get_event_display(),
        number=voucher.number,
        state_label=voucher.get_state_display(),
        tone=VOUCHER_TONES[voucher.state],
    )
