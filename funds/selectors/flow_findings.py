"""Movements without a permitted edge, as their list, their page and the statement show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.attachments import AttachmentRow, list_attachments
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import last_day
from common.workbooks import Kind
from funds.enums import (
    FlowFindingKind,
    FlowFindingState,
    FlowPlace,
    SourceKind,
    VoucherState,
)
from funds.models import FlowFinding, Voucher
from funds.selectors.access import require_books
from funds.selectors.edges import list_permitted_events
from funds.selectors.tax_lists import VoucherLink, list_source_vouchers, voucher_link
from funds.workflows import ANSWERED_FINDINGS

TONES = {
    "OPEN": "red",
    "REVIEW": "amber",
    "APPROVAL": "amber",
    "APPROVED": "green",
    "RETURNED": "red",
    "EXPLAINED": "green",
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One movement: from where to where, why it is red, how far its approval has come. Yuan."""

    id: int
    value_date: date
    serial: str
    account_label: str
    flow: str
    why: str
    counterparty: str
    amount: Decimal
    owner: str
    state: str
    state_label: str
    tone: str

    @property
    def url(self) -> str:
        """Return its address."""
        return address("funds:flow_finding", self.id)


def find_findings(viewer: Viewer, *, book_id: int, state: str = "") -> QuerySet[FlowFinding]:
    """Return the book's findings in a state; empty takes all."""
    require_books(viewer.actor)
    rows = FlowFinding.objects.filter(book_id=book_id)
    rows = rows.select_related("statement_line", "bank_account", "owner")
    return rows.filter(state=state) if state in FlowFindingState.values else rows


def show_findings(_viewer: Viewer, rows: Sequence[FlowFinding]) -> list[FindingRow]:
    """Return the lines of these findings."""
    return [_row(finding) for finding in rows]


def _row(finding: FlowFinding) -> FindingRow:
    line = finding.statement_line
    return FindingRow(
        id=finding.pk,
        value_date=finding.value_date,
        serial=line.serial,
        account_label=finding.bank_account.get_kind_display(),
        flow=f"{finding.get_from_place_display()} → {finding.get_to_place_display()}",
        why=finding.get_kind_display(),
        counterparty=line.counterparty or line.counter_account_masked,
        amount=finding.amount,
        owner=finding.owner.name if finding.owner else "",
        state=finding.state,
        state_label=finding.get_state_display(),
        tone=TONES[finding.state],
    )


FINDINGS = Listing(
    code="funds.selectors.flow_findings.FINDINGS",
    title="资金流向异常",
    duty=Duty.BOOKS_READ.value,
    columns=(
        Column("day", "发生日期", Kind.DAY, order="value_date", value="value_date"),
        Column("serial", "银行流水号", order="statement_line__serial", width=24, link="url"),
        Column("account", "账户", order="bank_account__kind", value="account_label", is_whole=True),
        Column("flow", "资金流向", order="from_place", width=20, is_whole=True),
        Column("why", "异常原因", order="kind", width=24),
        Column("counterparty", "对方", width=30),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column("owner", "责任人"),
        Column("state", "状态", order="state", value="state_label", width=20, tone="tone"),
    ),
    query=find_findings,
    show=show_findings,
    is_written=True,
)


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """A finding with its line, its application, signatures, files and voucher.

    `permitted`: the business that may explain a movement nothing names; empty for the others.
    """

    row: FindingRow
    id: int
    book_id: int
    statement_id: int
    summary: str
    counter_account: str
    state: str
    reason: str
    content_sha256: str
    permitted: Sequence[str]
    is_booked: bool
    attachments: Sequence[AttachmentRow]
    vouchers: Sequence[VoucherLink]
    timeline: Sequence[TimelineEntry]


def get_flow_finding(*, actor: Person, finding_id: int) -> FindingSheet:
    """Return a finding with everything its page shows; NotFound if there is none."""
    require_books(actor)
    rows = FlowFinding.objects.select_related("statement_line", "bank_account", "owner", "voucher")
    finding = rows.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound
    line = finding.statement_line
    vouchers = list_source_vouchers(
        source_kinds=(SourceKind.SPECIAL_BUSINESS,), source_id=finding.pk
    )
    if finding.voucher is not None:
        vouchers.append(voucher_link(finding.voucher))
    return FindingSheet(
        row=_row(finding),
        id=finding.pk,
        book_id=finding.book_id,
        statement_id=line.statement_id,
        summary=line.summary,
        counter_account=line.counter_account_masked,
        state=finding.state,
        reason=finding.reason,
        content_sha256=finding.content_sha256,
        permitted=_permitted(finding),
        is_booked=not unbooked().filter(pk=finding.pk).exists(),
        attachments=list_attachments(kind=SubjectKind.SPECIAL_BUSINESS, subject_id=finding.pk),
        vouchers=vouchers,
        timeline=list_timeline(
            kind=SubjectKind.SPECIAL_BUSINESS,
            subject_id=finding.pk,
            current_round=finding.round,
            current_sha256=finding.content_sha256,
        ),
    )


def _permitted(finding: FlowFinding) -> list[str]:
    if finding.kind != FlowFindingKind.UNNAMED:
        return []
    flow = (FlowPlace(finding.from_place), FlowPlace(finding.to_place))
    return [event.label for event in list_permitted_events(flow)]


def unbooked() -> QuerySet[FlowFinding]:
    """Return the approved findings of the pool that no voucher books yet."""
    live = Voucher.objects.filter(
        source_kind=SourceKind.SPECIAL_BUSINESS, source_id=OuterRef("pk")
    ).exclude(state=VoucherState.VOIDED)
    return FlowFinding.objects.filter(~Exists(live), state=FlowFindingState.APPROVED)


def list_findings_of(*, actor: Person, statement_id: int) -> list[FindingRow]:
    """Return what was found in one bank statement, in the statement's order."""
    require_books(actor)
    rows = FlowFinding.objects.filter(statement_line__statement_id=statement_id)
    rows = rows.select_related("statement_line", "bank_account", "owner")
    return [_row(finding) for finding in rows.order_by("statement_line__position")]


def unanswered_findings(*, book_id: int, month: date) -> QuerySet[FlowFinding]:
    """Return what keeps a month from closing: found in it or earlier, and not answered for."""
    rows = FlowFinding.objects.filter(book_id=book_id, value_date__lte=last_day(month))
    reversal = Voucher.objects.filter(reverses=OuterRef("voucher"), state=VoucherState.POSTED)
    return rows.filter(~Q(state__in=ANSWERED_FINDINGS) | Exists(reversal)).order_by(
        "value_date", "id"
    )
