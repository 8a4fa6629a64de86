"""The reserve fund's memo account: its ledger, one entry, and what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.attachments import AttachmentRow, list_attachments
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from funds.models import GapSheet, ReserveEntry
from funds.selectors.access import require_books
from funds.sharing_enums import GapSheetState, ReserveKind, ReserveState

ZERO = Decimal("0.00")
TONES = {"WAITING": "amber", "APPROVED": "green", "RETURNED": "red"}


def reserve_balance(*, book_id: int) -> Decimal:
    """Return what a book's reserve holds by its approved entries, in yuan."""
    return _sum(ReserveEntry.objects.filter(book_id=book_id, state=ReserveState.APPROVED), "change")


def drawn_for(gap_sheet_id: int) -> Decimal:
    """Return what stands drawn for a gap sheet, in yuan; draws taken back do not count."""
    draws = ReserveEntry.objects.filter(gap_sheet_id=gap_sheet_id, state=ReserveState.APPROVED)
    return _sum(draws.filter(~Exists(_counter_entries())), "amount")


def _counter_entries() -> QuerySet[ReserveEntry]:
    return ReserveEntry.objects.filter(reverses=OuterRef("pk"), state=ReserveState.APPROVED)


def _sum(rows: QuerySet[ReserveEntry], field: str) -> Decimal:
    return rows.aggregate(total=Sum(field))["total"] or ZERO


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """One line of the account; `balance` after it, None while it is not approved. Yuan."""

    id: int
    position: int | None
    number: str
    entry_date: date
    kind_label: str
    reason: str
    document_number: str
    put_in: Decimal | None
    taken_out: Decimal | None
    balance: Decimal | None
    prepared_by: str
    state: str
    state_label: str
    tone: str

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:reserve", self.id)


def find_reserves(
    viewer: Viewer, *, book_id: int, kind: str = "", state: str = ""
) -> QuerySet[ReserveEntry]:
    """Return the book's entries of a kind and state; empty takes all."""
    require_books(viewer.actor)
    rows = ReserveEntry.objects.filter(book_id=book_id).select_related("prepared_by")
    if kind in ReserveKind.values:
        rows = rows.filter(kind=kind)
    return rows.filter(state=state) if state in ReserveState.values else rows


def show_reserves(_viewer: Viewer, rows: Sequence[ReserveEntry]) -> list[ReserveRow]:
    """Return the lines of these entries."""
    return [_row(entry) for entry in rows]


def _row(entry: ReserveEntry) -> ReserveRow:
    return ReserveRow(
        id=entry.pk,
        position=entry.position,
        number=entry.number,
        entry_date=entry.entry_date,
        kind_label=entry.get_kind_display(),
        reason=entry.reason,
        document_number=entry.document_number,
        put_in=entry.change if entry.change > 0 else None,
        taken_out=-entry.change if entry.change < 0 else None,
        balance=entry.balance,
        prepared_by=entry.prepared_by.name,
        state=entry.state,
        state_label=entry.get_state_display(),
        tone=TONES[entry.state],
    )


RESERVES = Listing(
    code="funds.selectors.reserves.RESERVES",
    title="储备金备查账",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("position", "序号", Kind.COUNT, width=8),
        Column("number", "编号", order="number", width=24, link="url", is_whole=True),
        Column("day", "日期", Kind.DAY, order="entry_date", value="entry_date"),
        Column("kind", "类别", order="kind", value="kind_label", is_whole=True),
        Column("reason", "事由", width=36),
        Column("document", "依据文号", value="document_number", width=24),
        Column("in", "增加", Kind.AMOUNT, value="put_in"),
        Column("out", "减少", Kind.AMOUNT, value="taken_out"),
        Column("balance", "余额", Kind.AMOUNT),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
    ),
    query=find_reserves,
    show=show_reserves,
    is_written=True,
)


def list_account(*, actor: Person, book_id: int, year: int) -> list[ReserveRow]:
    """Return a year's approved entries in the account's order, for the print."""
    require_books(actor)
    rows = ReserveEntry.objects.filter(
        book_id=book_id, state=ReserveState.APPROVED, entry_date__year=year
    )
    return [_row(entry) for entry in rows.select_related("prepared_by").order_by("position")]


@dataclass(frozen=True, slots=True)
class ReserveSheet:
    """One entry with its links, signatures and files; yuan."""

    id: int
    book_id: int
    book: str
    number: str
    kind: str
    kind_label: str
    entry_date: date
    amount: Decimal
    change: Decimal
    balance: Decimal | None
    position: int | None
    reason: str
    document_number: str
    office: str
    handed_over: Decimal | None
    gap_sheet_id: int | None
    gap_sheet: str
    reverses_id: int | None
    reverses: str
    reversed_by_id: int | None
    reversed_by: str
    state: str
    state_label: str
    tone: str
    content_sha256: str
    attachments: Sequence[AttachmentRow]
    timeline: Sequence[TimelineEntry]

    @property
    def may_be_reversed(self) -> bool:
        """Tell whether a counter entry may take it back."""
        is_own = self.kind != ReserveKind.REVERSAL and self.reversed_by_id is None
        return is_own and self.state == ReserveState.APPROVED


def get_reserve(*, actor: Person, entry_id: int) -> ReserveSheet:
    """Return an entry with everything its page and its print show; NotFound if there is none."""
    require_books(actor)
    rows = ReserveEntry.objects.select_related("book", "organisation", "gap_sheet", "reverses")
    entry = rows.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    counter = entry.reversals.exclude(state=ReserveState.RETURNED).first()
    return ReserveSheet(
        id=entry.pk,
        book_id=entry.book_id,
        book=entry.book.name,
        number=entry.number,
        kind=entry.kind,
        kind_label=entry.get_kind_display(),
        entry_date=entry.entry_date,
        amount=entry.amount,
        change=entry.change,
        balance=entry.balance,
        position=entry.position,
        reason=entry.reason,
        document_number=entry.document_number,
        office=entry.organisation.short_name if entry.organisation else "",
        handed_over=entry.handed_over,
        gap_sheet_id=entry.gap_sheet_id,
        gap_sheet=sheet_title(entry.gap_sheet) if entry.gap_sheet else "",
        reverses_id=entry.reverses_id,
        reverses=entry.reverses.number if entry.reverses else "",
        reversed_by_id=counter.pk if counter else None,
        reversed_by=counter.number if counter else "",
        state=entry.state,
        state_label=entry.get_state_display(),
        tone=TONES[entry.state],
        content_sha256=entry.content_sha256,
        attachments=list_attachments(kind=SubjectKind.RESERVE, subject_id=entry.pk),
        timeline=list_timeline(
            kind=SubjectKind.RESERVE,
            subject_id=entry.pk,
            current_round=entry.round,
            current_sha256=entry.content_sha256,
        ),
    )


def sheet_title(sheet: GapSheet) -> str:
    """Return how a gap sheet is named where it is referred to."""
    return f"{sheet.year}年度缺口分担表（截至{sheet.month.month}月）第{sheet.version}版"


@dataclass(frozen=True, slots=True)
class DrawableSheet:
    """A signed sheet, and how much of the pool's share may still be drawn, in yuan."""

    id: int
    title: str
    left: Decimal


def list_drawable(*, book_id: int) -> list[DrawableSheet]:
    """Return the signed sheets of the book whose pool share is not drawn whole, newest first."""
    rows = GapSheet.objects.filter(book_id=book_id, state=GapSheetState.SIGNED)
    found = (
        DrawableSheet(row.pk, sheet_title(row), row.pool_share - drawn_for(row.pk))
        for row in rows.order_by("-year")
    )
    return [sheet for sheet in found if sheet.left > 0]
