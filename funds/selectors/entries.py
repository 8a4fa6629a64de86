"""Receipts and payments as the register, one entry's page and its print show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

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
from funds.entry_shapes import GROUP_LABELS, REDEEMING, RULES, Group, Shape
from funds.enums import EntryKind, EntryState, FlowPlace, SourceKind, VoucherState
from funds.models import FundsEntry, LedgerAccount, Voucher
from funds.selectors.access import require_books
from funds.selectors.books import full_name
from funds.selectors.tax_lists import VoucherLink, list_source_vouchers

ZERO = Decimal("0.00")
LIVE = (EntryState.SIGNING, EntryState.BOOKED)
# How far an entry has come, with its voucher: words and tone.
STATUSES = {
    "SIGNING": ("待财务负责人核准", "amber"),
    "DRAFTED": ("凭证待记账", "blue"),
    "POSTED": ("已记账", "green"),
    "VOIDED": ("凭证已作废，待更正", "red"),
    "REVERSED": ("凭证已冲销，待撤回", "red"),
    "RETURNED": ("已退回，待更正", "red"),
    "WITHDRAWN": ("已撤回", "grey"),
}


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the register; `open_amount` only where others clear it. Yuan."""

    id: int
    number: str
    entry_date: date
    kind_label: str
    event: str
    place_label: str
    counterparty: str
    reference: str
    total: Decimal
    open_amount: Decimal | None
    status: str
    status_label: str
    tone: str

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Return its event as a mark."""
        return [(self.event, "grey")]

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:entry", self.id)


def find_entries(
    viewer: Viewer,
    *,
    book_id: int,
    group: str = "",
    status: str = "",
    month: str | None = None,
    text: str = "",
) -> QuerySet[FundsEntry]:
    """Return the book's entries of a group and status; empty takes all."""
    require_books(viewer.actor)
    rows = with_status(FundsEntry.objects.filter(book_id=book_id))
    if group in GROUP_LABELS:
        rows = rows.filter(kind__in=kinds_of(Group(group)))
    if status in STATUSES:
        rows = rows.filter(status=status)
    if month:
        day = date.fromisoformat(month)
        rows = rows.filter(entry_date__year=day.year, entry_date__month=day.month)
    if text.strip():
        words = text.strip()
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(counterparty__icontains=words)
            | Q(reference__icontains=words)
        )
    return rows


def kinds_of(group: Group) -> list[EntryKind]:
    """Return the kinds of one tab."""
    return [kind for kind, rule in RULES.items() if rule.group == group]


def with_status(rows: QuerySet[FundsEntry]) -> "QuerySet[Any, Any]":
    """Add how far each has come (`status`), its total, and what of it was cleared."""
    vouchers = Voucher.objects.filter(source_kind=SourceKind.FUNDS_ENTRY, source_id=OuterRef("pk"))
    live = vouchers.exclude(state=VoucherState.VOIDED)
    reversed_ = live.filter(reversals__state=VoucherState.POSTED)
    clearing = FundsEntry.objects.filter(clears=OuterRef("pk"), state__in=LIVE).order_by()
    cleared = clearing.values("clears").annotate(total=Sum("amount")).values("total")
    booked = Q(state=EntryState.BOOKED)
    return rows.annotate(
        total=F("amount") + F("second_amount"),
        cleared=Coalesce(Subquery(cleared), Value(ZERO)),
        status=Case(
            When(~booked, then=F("state")),
            When(Exists(reversed_), then=Value("REVERSED")),
            When(Exists(live.filter(state=VoucherState.POSTED)), then=Value("POSTED")),
            When(Exists(live), then=Value("DRAFTED")),
            default=Value("VOIDED"),
            output_field=CharField(),
        ),
    )


def show_entries(_viewer: Viewer, rows: Sequence[FundsEntry]) -> list[EntryRow]:
    """Return the lines of these entries."""
    return [_row(entry) for entry in rows]


def _row(entry: FundsEntry) -> EntryRow:
    status = entry.status  # type: ignore[attr-defined]
    is_open = is_cleared_by_others(EntryKind(entry.kind)) and status == "POSTED"
    return EntryRow(
        id=entry.pk,
        number=entry.number,
        entry_date=entry.entry_date,
        kind_label=entry.get_kind_display(),
        event=entry.event,
        place_label=entry.get_place_display() if entry.place else "—",
        counterparty=entry.counterparty,
        reference=entry.reference,
        total=entry.total,  # type: ignore[attr-defined]
        open_amount=entry.amount - entry.cleared if is_open else None,  # type: ignore[attr-defined]
        status=status,
        status_label=STATUSES[status][0],
        tone=STATUSES[status][1],
    )


def is_cleared_by_others(kind: EntryKind) -> bool:
    """Tell whether entries of this kind stay open until others clear them."""
    return any(kind in rule.clears for rule in RULES.values())


ENTRIES = Listing(
    code="funds.selectors.entries.ENTRIES",
    title="收支登记",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("number", "编号", order="number", width=24, link="url", is_whole=True),
        Column("day", "业务日期", Kind.DAY, order="entry_date", value="entry_date"),
        Column("kind", "业务种类", order="kind", value="kind_label", width=24, marks="marks"),
        Column("place", "账户", order="place", value="place_label", is_whole=True),
        Column("counterparty", "对方单位", order="counterparty", width=30),
        Column("reference", "银行流水号或文号", order="reference", width=24),
        Column("total", "金额", Kind.AMOUNT, order="total", total="total"),
        Column("open_amount", "未清金额", Kind.AMOUNT),
        Column("status", "状态", value="status_label", width=20, tone="tone"),
    ),
    query=find_entries,
    show=show_entries,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class ClearingRow:
    """One entry that clears another."""

    id: int
    number: str
    kind_label: str
    entry_date: date
    amount: Decimal
    status_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class EntryLink:
    """Another entry or voucher as a link."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class InterestLine:
    """The interest received against what the agreed rate demands, in yuan."""

    received: Decimal
    expected: Decimal
    tolerance: Decimal
    demand_rate: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Return by how much more was received; negative: less."""
        return self.received - self.expected

    @property
    def is_red(self) -> bool:
        """Whether the difference goes beyond the tolerance."""
        return abs(self.difference) > self.tolerance

    @property
    def words(self) -> str:
        """Return the check in one line."""
        return (
            f"应收利息{self.expected:,.2f}元，实收{self.received:,.2f}元，"
            f"差额{self.difference:,.2f}元，允差{self.tolerance:,.2f}元"
        )


def interest_line(entry: FundsEntry) -> InterestLine | None:
    """Return the check of an entry's interest, None for an entry that earns none."""
    if entry.expected_income is None or entry.interest_tolerance is None:
        return None
    received = entry.second_amount if entry.kind in REDEEMING else entry.amount
    return InterestLine(
        received, entry.expected_income, entry.interest_tolerance, entry.demand_rate
    )


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """An entry with its rule, links, files, signatures and vouchers. Yuan."""

    row: EntryRow
    id: int
    book_id: int
    book: str
    kind: str
    state: str
    amount: Decimal
    second_amount: Decimal
    account: str
    second_account: str
    note: str
    office: str
    item_code: str
    batch_number: str
    approval_number: str
    prepared_by_id: int
    prepared_by: str
    prepared_at: datetime
    content_sha256: str
    law: str
    investment: EntryLink | None
    interest: InterestLine | None
    clears: EntryLink | None
    original: EntryLink | None
    clearings: Sequence[ClearingRow]
    attachments: Sequence[AttachmentRow]
    vouchers: Sequence[VoucherLink]
    timeline: Sequence[TimelineEntry]

    def signer(self, step: str) -> str:
        """Return the name of who approved a step; empty if nobody did."""
        names = [e.person for e in self.timeline if e.step == step and e.decision == "APPROVE"]
        return names[-1] if names else ""


def get_entry(*, actor: Person, entry_id: int) -> EntrySheet:
    """Return an entry with everything its page and its print show; NotFound if there is none."""
    require_books(actor)
    rows = with_status(FundsEntry.objects.filter(pk=entry_id))
    entry = rows.select_related(
        "book", "organisation", "prepared_by", "clears", "original", "investment"
    ).first()
    if entry is None:
        raise NotFound
    names = _account_names(entry)
    original = entry.original
    return EntrySheet(
        row=_row(entry),
        id=entry.pk,
        book_id=entry.book_id,
        book=entry.book.name,
        kind=entry.kind,
        state=entry.state,
        amount=entry.amount,
        second_amount=entry.second_amount,
        account=names.get(entry.account_code, ""),
        second_account=names.get(entry.second_account_code, ""),
        note=entry.note,
        office=entry.organisation.short_name if entry.organisation else "",
        item_code=entry.item_code,
        batch_number=entry.batch_number,
        approval_number=entry.approval_number,
        prepared_by_id=entry.prepared_by_id,
        prepared_by=entry.prepared_by.name,
        prepared_at=entry.prepared_at,
        content_sha256=entry.content_sha256,
        law=_shape(entry).law,
        investment=EntryLink(entry.investment.pk, entry.investment.number)
        if entry.investment
        else None,
        interest=interest_line(entry),
        clears=EntryLink(entry.clears.pk, entry.clears.number) if entry.clears else None,
        original=EntryLink(original.pk, f"{original.voucher_date} 记字第{original.number}号")
        if original
        else None,
        clearings=_clearings(entry),
        attachments=list_attachments(kind=SubjectKind.FUNDS_ENTRY, subject_id=entry.pk),
        vouchers=list_source_vouchers(source_kinds=("FUNDS_ENTRY",), source_id=entry.pk),
        timeline=list_timeline(
            kind=SubjectKind.FUNDS_ENTRY,
            subject_id=entry.pk,
            current_round=entry.round,
            current_sha256=entry.content_sha256,
        ),
    )


def _shape(entry: FundsEntry) -> Shape:
    """Return the shape the entry was booked by: that of its event and place."""
    shapes = RULES[EntryKind(entry.kind)].shapes
    place = FlowPlace(entry.place) if entry.place else None
    fitting = [shape for shape in shapes if shape.event == entry.event]
    return next((shape for shape in fitting if place in shape.places), fitting[0])


def _account_names(entry: FundsEntry) -> dict[str, str]:
    codes = {entry.account_code, entry.second_account_code} - {""}
    rows = LedgerAccount.objects.filter(book_id=entry.book_id, code__in=codes)
    return {row.code: f"{row.code} {full_name(row)}" for row in rows.select_related("parent")}


def _clearings(entry: FundsEntry) -> list[ClearingRow]:
    rows = with_status(FundsEntry.objects.filter(clears=entry)).order_by("entry_date", "id")
    return [
        ClearingRow(
            id=row.pk,
            number=row.number,
            kind_label=row.get_kind_display(),
            entry_date=row.entry_date,
            amount=row.amount,
            status_label=STATUSES[row.status][0],
            tone=STATUSES[row.status][1],
        )
        for row in rows
    ]


def count_by_group(*, viewer: Viewer, **filters: Any) -> dict[str, int]:
    """Return how many entries each tab has under the same filters as `find_entries`."""
    counts: dict[str, int] = {}
    for kind in find_entries(viewer, **filters).order_by().values_list("kind", flat=True):
        group = RULES[EntryKind(kind)].group
        counts[group] = counts.get(group, 0) + 1
    return counts
