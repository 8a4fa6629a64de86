"""Payment batches: lists by stage, one batch with all its signer must see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.duties import Duty
from accounts.permissions import duties_of, reach_of, require_any, require_visible
from common.actor import Person
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.remembering import remembered
from common.workbooks import Kind
from payouts.enums import (
    BatchKind,
    BatchState,
    InstructionState,
)
from payouts.models import (
    BankFile,
    BankMessage,
    BatchPlan,
    PaymentBatch,
    PaymentInstruction,
)
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
MESSAGES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch of the list and the head of its page. Amounts in yuan."""

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


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file of a batch: what is sent. `document_id` leads to its exact bytes."""

    batch: BatchLine
    file_sha256: str
    document_id: int | None


@dataclass(frozen=True, slots=True)
class StateSum:
    """How many instructions stand in one state, and their yuan."""

    state: str
    label: str
    tone: str
    line_count: int
    total_amount: Decimal


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of the conversation with the bank."""

    at: datetime
    batch_number: str
    call: str
    outcome: str
    person: str


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
    batches = _tab(viewer.actor, tab).filter(organisation_id__in=reach)
    if organisation_id:
        batches = batches.filter(organisation_id=organisation_id)
    if month:
        batches = batches.filter(month=month)
    return batches.filter(number__prefix=search) if search else batches


def show_batches(_viewer: Viewer, batches: Sequence[PaymentBatch]) -> list[BatchLine]:
    """Return the lines of these batches."""
    return [batch_line(batch) for batch in batches]


BATCHES = Listing(
    code="payouts.selectors.batches.BATCHES",
    title="支付批次",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column("number", "批次号", order="number", is_indexed=True, width=26),
        Column("office", "经办机构", order="organisation__code", value="organisation"),
        Column("item", "业务项目", order="item__code"),
        Column("kind", "类别", value="kind_label", place="file"),
        Column("month", "待遇月份", order="month"),
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
        Column("state", "状态", order="state", value="state_label"),
        Column("created", "编制时间", order="created_at", value="created_at", width=18),
        Column("released", "确认支付时间", value="released_at", place="file", width=18),
        Column("returned", "回盘时间", value="returned_at", place="file", width=18),
    ),
    query=find_batches,
    show=show_batches,
)


def count_batches(*, actor: Person) -> dict[str, int]:
    """Return how many batches each tab holds for this person."""
    reach = reach_of(actor, Duty.BATCH_READ)
    return {code: _tab(actor, code).filter(organisation_id__in=reach).count() for code, _ in TABS}


def _tab(actor: Person, tab: str) -> QuerySet[PaymentBatch]:
    batches = _rows().filter(parent__isnull=True)
    match tab:
        case "waiting":
            return batches.filter(waiting_for(actor))
        case "preparing":
            return batches.filter(state__in=PREPARING)
        case "sent":
            return batches.filter(state__in=IN_FLIGHT)
        case "returned":
            return batches.filter(state=BatchState.RETURNED)
        case "stopped":
            return batches.filter(state__in=STOPPED)
    return batches


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


def _rows() -> QuerySet[PaymentBatch]:
    return PaymentBatch.objects.select_related("organisation", "item", "bank_account__organisation")


def batch_line(batch: PaymentBatch) -> BatchLine:
    """Return a batch as screens show it."""
    return BatchLine(
        id=batch.pk,
        number=batch.number,
        kind_label=BatchKind(batch.kind).label,
        organisation_id=batch.organisation_id,
        organisation=batch.organisation.short_name,
        item=batch.item.name,
        item_code=batch.item.code,
        month=batch.month,
        line_count=batch.line_count,
        total_amount=batch.total_amount,
        is_large=batch.total_amount > LARGE,
        is_leaf=batch.is_leaf,
        parent_id=batch.parent_id,
        state=batch.state,
        state_label=_state_label(batch),
        tone=BATCH_TONES[batch.state],
        round=batch.round,
        content_sha256=batch.content_sha256,
        account_masked=batch.bank_account.number_masked,
        bank_name=batch.bank_account.bank_name,
        account_name=batch.bank_account.organisation.name,
        bank_count=batch.bank_count,
        bank_total=batch.bank_total,
        bank_checked_at=batch.bank_checked_at,
        receipt=batch.receipt,
        created_at=batch.created_at,
        released_at=batch.released_at,
        sent_at=batch.sent_at,
        returned_at=batch.returned_at,
    )


def _state_label(batch: PaymentBatch) -> str:
    """Return the state in words; a released parent is on its way as its files are."""
    if not batch.is_leaf and batch.state == BatchState.RELEASED:
        return "分批发送与回盘中"
    return BatchState(batch.state).label


@remembered
def get_batch(*, actor: Person, batch_id: int) -> BatchLine:
    """Return one batch, or one file of a split batch; NotFound for another office's."""
    batch = _rows().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    require_visible(actor, Duty.BATCH_READ, over=batch.organisation_id)
    return batch_line(batch)


def list_leaves(*, batch: BatchLine) -> list[Leaf]:
    """Return the files of a batch: itself, or its children, in order."""
    leaves = _rows().filter(Q(pk=batch.id, is_leaf=True) | Q(parent_id=batch.id)).order_by("pk")
    files = {file.batch_id: file for file in BankFile.objects.filter(batch__in=leaves)}
    return [
        Leaf(
            batch_line(leaf),
            files[leaf.pk].sha256 if leaf.pk in files else "",
            files[leaf.pk].document_id if leaf.pk in files else None,
        )
        for leaf in leaves
    ]


def sum_states(*, batch: BatchLine) -> list[StateSum]:
    """Return counts and sums of a batch's instructions by state; together they are the batch."""
    sums = (
        instructions_of(batch)
        .values("state")
        .annotate(line_count=Count("pk"), total=Sum("amount"))
        .order_by("state")
    )
    return [
        StateSum(
            row["state"],
            InstructionState(row["state"]).label,
            INSTRUCTION_TONES[row["state"]],
            row["line_count"],
            row["total"],
        )
        for row in sums
    ]


def instructions_of(batch: BatchLine) -> QuerySet[PaymentInstruction]:
    """Return the instructions of a batch and of its files."""
    parts = PaymentBatch.objects.filter(Q(pk=batch.id) | Q(parent_id=batch.id))
    return PaymentInstruction.objects.filter(batch__in=parts)


def list_messages(*, batch: BatchLine) -> list[MessageLine]:
    """Return the newest lines of the conversation with the bank about a batch and its files."""
    rows = (
        BankMessage.objects.filter(Q(batch_id=batch.id) | Q(batch__parent_id=batch.id))
        .select_related("batch", "person")
        .order_by("-pk")[:MESSAGES_SHOWN]
    )
    return [
        MessageLine(
            row.at,
            row.batch.number,
            row.call,
            row.outcome,
            row.person.name if row.person else "系统",
        )
        for row in rows
    ]


def list_plans_of_batch(*, batch: BatchLine) -> list[tuple[int, str]]:
    """Return id and number of the plans a batch pays or paid."""
    rows = BatchPlan.objects.filter(batch_id=batch.id).order_by("plan_id")
    return list(rows.values_list("plan_id", "plan__number"))
