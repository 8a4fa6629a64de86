"""Vouchers as lists and prints show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.columns import Column
from common.db import read_objects, run_sql
from common.errors import DomainError, NotFound
from common.lists import Listing, Viewer
from common.periods import parse_month
from common.text import identifier
from common.workbooks import Kind
from funds.enums import BusinessEvent, SourceKind, VoucherState
from funds.models import FlowEdge, Voucher, VoucherLine
from funds.selectors.access import require_books
from funds.selectors.sources import source_url

ZERO = Decimal("0.00")
TONES = {
    "DRAFT": "amber",
    "CASHIER": "cyan",
    "APPROVAL": "indigo",
    "BOOKING": "blue",
    "POSTED": "green",
    "VOIDED": "grey",
}


@dataclass(frozen=True, slots=True)
class VoucherFilters:
    """What narrows the list of a book; empty text and None mean no limit."""

    book_id: int
    state: str = ""
    event: str = ""
    month: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """One voucher of the list; `amount` is the sum of its debits in yuan."""

    id: int
    number: int | None
    voucher_date: date
    event_label: str
    summary: str
    amount: Decimal
    state: str
    state_label: str
    tone: str
    prepared_by: str
    is_automatic: bool

    @property
    def title(self) -> str:
        """Return 记字第5号, or the draft's own number."""
        return f"记字第{self.number}号" if self.number else f"未编号 #{self.id}"


def find_vouchers(
    viewer: Viewer, *, book_id: int, state: str, month: str | None = None, **more: Any
) -> QuerySet[Voucher]:
    """Return a book's vouchers of one state (the parts of `VoucherFilters`), with their amounts."""
    require_books(viewer.actor)
    filters = VoucherFilters(book_id, month=date.fromisoformat(month) if month else None, **more)
    rows = _filtered(filters).filter(state=state).select_related("prepared_by")
    return _with_amount(rows)


def show_vouchers(_viewer: Viewer, vouchers: Sequence[Voucher]) -> list[VoucherRow]:
    """Return the lines of these vouchers."""
    return [_row(voucher) for voucher in vouchers]


VOUCHERS = Listing(
    code="funds.selectors.vouchers.VOUCHERS",
    title="记账凭证",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("number", "凭证号", order="number", value="title", width=18),
        Column("day", "日期", Kind.DAY, order="voucher_date", value="voucher_date"),
        Column("event", "业务事项", order="event", value="event_label", width=22),
        Column("summary", "摘要", order="summary", width=40),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column("who", "填制人", order="prepared_by__name", value="prepared_by"),
        Column("state", "状态", order="state", value="state_label"),
    ),
    query=find_vouchers,
    show=show_vouchers,
)


def count_by_state(*, filters: VoucherFilters) -> dict[str, int]:
    """Return how many vouchers each state has under the same filters."""
    counted = _filtered(filters).order_by().values_list("state").annotate(count=Count("id"))
    return dict.fromkeys(VoucherState.values, 0) | dict(counted)


def _filtered(filters: VoucherFilters) -> QuerySet[Voucher]:
    rows = Voucher.objects.filter(book_id=filters.book_id)
    if filters.event in BusinessEvent.values:
        rows = rows.filter(event=filters.event)
    if filters.month:
        rows = rows.filter(period__month=filters.month)
    text = filters.text.strip()
    if text:
        wanted = Q(summary__icontains=text) | Q(lines__batch_number=text)
        if identifier(text) and len(text) < 10:
            wanted |= Q(number=int(text))
        rows = rows.filter(pk__in=Voucher.objects.filter(wanted).values("pk"))
    return rows


def _with_amount(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    lines = VoucherLine.objects.filter(voucher=OuterRef("pk")).order_by()
    total = lines.values("voucher").annotate(total=Sum("debit")).values("total")
    return rows.annotate(amount=Subquery(total))


def _row(voucher: Voucher) -> VoucherRow:
    return VoucherRow(
        id=voucher.pk,
        number=voucher.number,
        voucher_date=voucher.voucher_date,
        event_label=voucher.get_event_display(),
        summary=voucher.summary,
        amount=voucher.amount or ZERO,  # type: ignore[attr-defined]
        state=voucher.state,
        state_label=voucher.get_state_display(),
        tone=TONES[voucher.state],
        prepared_by=voucher.prepared_by.name if voucher.prepared_by else "系统",
        is_automatic=voucher.source_kind not in {SourceKind.NONE, SourceKind.VOUCHER},
    )


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a voucher as printed."""

    summary: str
    account_code: str
    account_name: str
    office: str
    item_code: str
    batch_number: str
    entry_count: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """A whole voucher: head, lines, totals, who signed, and what it is tied to."""

    id: int
    book_id: int
    book: str
    number: int | None
    voucher_date: date
    event: str
    event_label: str
    summary: str
    state: str
    state_label: str
    tone: str
    source_kind: str
    source_label: str
    source_id: int | None
    attachment_count: int
    content_sha256: str
    prepared_by_id: int | None
    prepared_by: str
    prepared_at: datetime
    posted_at: datetime | None
    reverses_id: int | None
    reverses_text: str
    reversal_id: int | None
    corrects_id: int | None
    corrects_text: str
    correction_id: int | None
    flow_text: str
    is_cash: bool
    lines: Sequence[LineRow]
    debit_total: Decimal
    credit_total: Decimal
    timeline: Sequence[TimelineEntry]

    @property
    def title(self) -> str:
        """Return 记字第5号, or the draft's own number."""
        return f"记字第{self.number}号" if self.number else f"凭证（未编号）#{self.id}"

    @property
    def source_url(self) -> str:
        """Return the address of the source document, empty for a voucher entered by hand."""
        return source_url(self.source_kind, self.source_id)

    def signer(self, step: str) -> str:
        """Return the name of who approved a step; empty if nobody did."""
        names = [e.person for e in self.timeline if e.step == step and e.decision == "APPROVE"]
        return names[0] if names else ""


def get_voucher(*, actor: Person, voucher_id: int) -> VoucherSheet:
    """Return a voucher with everything its page and its print show.

    Raises:
        NotFound: the pool has no such voucher; DutyNotHeld: the post reads no books.
    """
    require_books(actor)
    wanted = {"voucher_id": voucher_id}
    for voucher in read_objects(Voucher, "funds", "read_voucher", wanted):
        lines = run_sql("funds", "read_voucher_lines", wanted)
        return _sheet(voucher, [LineRow(*line) for line in lines])
    raise NotFound


def _sheet(voucher: Voucher, lines: list[LineRow]) -> VoucherSheet:
    return VoucherSheet(
        id=voucher.pk,
        book_id=voucher.book_id,
        book=voucher.book.name,
        number=voucher.number,
        voucher_date=voucher.voucher_date,
        event=voucher.event,
        event_label=voucher.get_event_display(),
        summary=voucher.summary,
        state=voucher.state,
        state_label=voucher.get_state_display(),
        tone=TONES[voucher.state],
        source_kind=voucher.source_kind,
        source_label=voucher.get_source_kind_display(),
        source_id=voucher.source_id,
        attachment_count=voucher.attachment_count,
        content_sha256=voucher.content_sha256,
        prepared_by_id=voucher.prepared_by_id,
        prepared_by=voucher.prepared_by.name if voucher.prepared_by else "系统",
        prepared_at=voucher.prepared_at,
        posted_at=voucher.posted_at,
        reverses_id=voucher.reverses_id,
        reverses_text=_name(voucher.reverses),
        reversal_id=getattr(voucher, "reversal_id", None),
        corrects_id=voucher.corrects_id,
        corrects_text=_name(voucher.corrects),
        correction_id=getattr(voucher, "correction_id", None),
        flow_text=_flow_text(voucher.edge),
        is_cash=voucher.is_cash,
        lines=lines,
        debit_total=sum((line.debit for line in lines), ZERO),
        credit_total=sum((line.credit for line in lines), ZERO),
        timeline=list_timeline(
            kind=SubjectKind.VOUCHER,
            subject_id=voucher.pk,
            current_round=voucher.round,
            current_sha256=voucher.content_sha256,
        ),
    )


def _name(voucher: Voucher | None) -> str:
    return f"{voucher.voucher_date} 记字第{voucher.number}号" if voucher else ""


def _flow_text(edge: FlowEdge | None) -> str:
    """Return 外部 → 收入户, empty for a voucher that moves no money."""
    return f"{edge.get_from_place_display()} → {edge.get_to_place_display()}" if edge else ""


def month_or_none(text: str) -> date | None:
    """Return the month of an address's `202611`, or None for anything else."""
    try:
        return parse_month(text)
    except DomainError:
        return None
