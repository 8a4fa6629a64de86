"""Payment batches: lists by stage, one batch with all its signer must see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import duties_of, reach_of, require_any, require_visible
from accounts.selectors.offices import Office, known_offices
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import count_each
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.remembering import remembered
from common.workbooks import Kind
from payouts.enums import BatchKind, BatchState
from payouts.models import PaymentBatch, PaymentInstruction
from payouts.selectors.items import Item, known_items
from payouts.workflows.payments import IN_FLIGHT

BATCH_TONES = {
    "DRAFT": "blue",
    "CHECKED": "blue",
    "CONFIRMED": "indigo",
    "RELEASED": "cyan",
    "SENDING": "cyan",
    "UNKNOWN": "amber",
    "SENT": "cyan",
    "RETURNED": "green",
    "REJECTED": "red",
    "WITHDRAWN": "grey",
}
INSTRUCTION_TONES = {
    "CREATED": "grey",
    "SENT": "cyan",
    "UNKNOWN": "amber",
    "SUCCESS": "green",
    "FAILED": "red",
    "WITHDRAWN": "grey",
}
TABS = (
    ("waiting", "待我办理"),
    ("preparing", "编制核对中"),
    ("sent", "发送与回盘中"),
    ("returned", "已回盘"),
    ("stopped", "撤回与拒收"),
    ("all", "全部"),
)
PREPARING = (BatchState.DRAFT, BatchState.CHECKED, BatchState.CONFIRMED)
STOPPED = (BatchState.REJECTED, BatchState.WITHDRAWN)
LARGE = Decimal("1000000.00")  # P28: amounts above are marked


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch of the list. Yuan."""

    number: str
    kind_label: str
    organisation: str
    item: str
    month: date
    line_count: int
    total_amount: Decimal
    state_label: str
    tone: str
    marks: Sequence[tuple[str, str]]
    created_at: datetime
    released_at: datetime | None
    returned_at: datetime | None
    url: str

    @property
    def special_kind(self) -> str:
        """Return the kind of a batch that is no regular one."""
        return "" if self.kind_label == BatchKind.REGULAR.label else f"（{self.kind_label}）"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch as its page shows it. Amounts in yuan."""

    id: int
    number: str
    kind_label: str
    organisation_id: int
    organisation: str
    item: str
    item_code: str
    month: date
    line_count: int
    total_amount: Decimal
    is_large: bool
    is_leaf: bool
    parent_id: int | None
    state: str
    state_label: str
    tone: str
    round: int
    content_sha256: str
    account_masked: str
    bank_name: str
    account_name: str
    bank_count: int | None
    bank_total: Decimal | None
    bank_checked_at: datetime | None
    receipt: str
    created_at: datetime
    released_at: datetime | None
    sent_at: datetime | None
    returned_at: datetime | None


def find_batches(
    viewer: Viewer,
    *,
    tab: str = "",
    organisation_id: int | None = None,
    month: date | str | None = None,
    search: str = "",
) -> QuerySet[PaymentBatch]:
    """Return the signed batches of one tab that the viewer may see, of a benefit month (P11)."""
    reach = require_any(viewer.actor, Duty.BATCH_READ)
    batches = _whole().filter(_of_tab(viewer.actor, tab), organisation_id__in=reach)
    if organisation_id:
        batches = batches.filter(organisation_id=organisation_id)
    if month:
        batches = batches.filter(month=month)
    return batches.filter(number__prefix=search) if search else batches


def show_batches(_viewer: Viewer, batches: Sequence[Any]) -> list[BatchRow]:
    """Return the lines of these batches."""
    offices, items = known_offices(), known_items()
    return [
        BatchRow(
            number=batch.number,
            kind_label=BatchKind(batch.kind).label,
            organisation=offices[batch.organisation_id].short_name,
            item=items[batch.item_id].name,
            month=batch.month,
            line_count=batch.line_count,
            total_amount=batch.total_amount,
            state_label=_state_label(batch.state, is_leaf=batch.is_leaf),
            tone=BATCH_TONES[batch.state],
            marks=_marks(batch),
            created_at=batch.created_at,
            released_at=batch.released_at,
            returned_at=batch.returned_at,
            url=address("payouts:batch", batch.pk),
        )
        for batch in batches
    ]


def _marks(batch: Any) -> list[tuple[str, str]]:
    large = [("大额", "indigo")] if batch.total_amount > LARGE else []
    return large if batch.is_leaf else [*large, ("已拆分", "cyan")]


BATCHES = Listing(
    code="payouts.selectors.batches.BATCHES",
    title="支付批次",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column(
            "number",
            "批次号",
            order="number",
            is_indexed=True,
            width=26,
            link="url",
            is_whole=True,
        ),
        Column("office", "经办机构", order="organisation__code", value="organisation"),
        Column("item", "业务项目", order="item__code", note="special_kind"),
        Column("kind", "类别", value="kind_label", place="file"),
        Column("month", "待遇月份", order="month", is_whole=True),
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
            "金额",
            Kind.AMOUNT,
            order="total_amount",
            value="total_amount",
            total="total_amount",
        ),
        Column("state", "状态", order="state", value="state_label", tone="tone", marks="marks"),
        Column(
            "created", "编制时间", order="created_at", value="created_at", width=18, is_whole=True
        ),
        Column("released", "确认支付时间", value="released_at", place="file", width=18),
        Column("returned", "回盘时间", value="returned_at", place="file", width=18),
    ),
    query=find_batches,
    show=show_batches,
    fields=(
        *("number", "kind", "organisation_id", "item_id", "month", "line_count", "total_amount"),
        *("state", "is_leaf", "created_at", "released_at", "returned_at"),
    ),
    is_written=True,
)


def count_batches(*, actor: Person) -> dict[str, int]:
    """Return how many batches each tab holds for this person."""
    seen = _whole().filter(organisation_id__in=reach_of(actor, Duty.BATCH_READ))
    return count_each(seen, {code: _of_tab(actor, code) for code, _ in TABS})


def _whole() -> QuerySet[PaymentBatch]:
    """Return the batches as they were signed, without the files some were split into."""
    return PaymentBatch.objects.filter(parent__isnull=True)


def _of_tab(actor: Person, tab: str) -> Q:
    match tab:
        case "waiting":
            return waiting_for(actor)
        case "preparing":
            return Q(state__in=PREPARING)
        case "sent":
            return Q(state__in=IN_FLIGHT)
        case "returned":
            return Q(state=BatchState.RETURNED)
        case "stopped":
            return Q(state__in=STOPPED)
    return Q()


def waiting_for(actor: Person) -> Q:
    """Return the condition that a batch waits for this person's current post."""
    duties = duties_of(actor)

    def over(*wanted: Duty) -> frozenset[int]:
        return frozenset().union(*(duties.get(duty.value, frozenset()) for duty in wanted))

    return (
        Q(state=BatchState.DRAFT, organisation_id__in=over(Duty.BATCH_CHECK))
        | Q(state=BatchState.CHECKED, organisation_id__in=over(Duty.BATCH_CHECK))
        | Q(state=BatchState.CONFIRMED, organisation_id__in=over(Duty.BATCH_RELEASE))
    )


BATCH_FIELDS = (
    *("number", "kind", "organisation_id", "item_id", "month", "line_count", "total_amount"),
    *("is_leaf", "parent_id", "state", "round", "content_sha256", "bank_count", "bank_total"),
    *("bank_checked_at", "receipt", "created_at", "released_at", "sent_at", "returned_at"),
    *("bank_account__number_masked", "bank_account__bank_name"),
    "bank_account__organisation__name",
)


def batch_lines(batches: QuerySet[PaymentBatch]) -> list[BatchLine]:
    """Return batches as their pages show them, in the order of the rows."""
    offices, items = known_offices(), known_items()
    rows = batches.values_list("pk", *BATCH_FIELDS, named=True)
    return [_line(row, offices, items) for row in rows]


def _line(batch: Any, offices: Mapping[int, Office], items: Mapping[int, Item]) -> BatchLine:
    """Return a batch as its page shows it, from a tuple of pk and `BATCH_FIELDS`."""
    return BatchLine(
        id=batch.pk,
        number=batch.number,
        kind_label=BatchKind(batch.kind).label,
        organisation_id=batch.organisation_id,
        organisation=offices[batch.organisation_id].short_name,
        item=items[batch.item_id].name,
        item_code=items[batch.item_id].code,
        month=batch.month,
        line_count=batch.line_count,
        total_amount=batch.total_amount,
        is_large=batch.total_amount > LARGE,
        is_leaf=batch.is_leaf,
        parent_id=batch.parent_id,
        state=batch.state,
        state_label=_state_label(batch.state, is_leaf=batch.is_leaf),
        tone=BATCH_TONES[batch.state],
        round=batch.round,
        content_sha256=batch.content_sha256,
        account_masked=batch.bank_account__number_masked,
        bank_name=batch.bank_account__bank_name,
        account_name=batch.bank_account__organisation__name,
        bank_count=batch.bank_count,
        bank_total=batch.bank_total,
        bank_checked_at=batch.bank_checked_at,
        receipt=batch.receipt,
        created_at=batch.created_at,
        released_at=batch.released_at,
        sent_at=batch.sent_at,
        returned_at=batch.returned_at,
    )


def _state_label(state: str, *, is_leaf: bool) -> str:
    """Return the state in words; a released parent is on its way as its files are."""
    if not is_leaf and state == BatchState.RELEASED:
        return "分批发送与回盘中"
    return BatchState(state).label


@remembered
def get_batch(*, actor: Person, batch_id: int) -> BatchLine:
    """Return one batch, or one file of a split batch; NotFound for another office's."""
    found = batch_lines(PaymentBatch.objects.filter(pk=batch_id))
    if not found:
        raise NotFound
    require_visible(actor, Duty.BATCH_READ, over=found[0].organisation_id)
    return found[0]


def instructions_of(batch: BatchLine) -> QuerySet[PaymentInstruction]:
    """Return the instructions of a batch and of its files."""
    parts = PaymentBatch.objects.filter(Q(pk=batch.id) | Q(parent_id=batch.id))
    return PaymentInstruction.objects.filter(batch__in=parts)
