"""Payment batches: lists by stage, one batch with all its signer must see, its instructions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.duties import Duty
from accounts.permissions import duties_of, reach_of, require_any, require_visible
from accounts.selectors.paging import PAGE_SIZE, Page, page_of
from common.actor import Person
from common.errors import NotFound
from payouts.enums import (
    BatchKind,
    BatchState,
    FailCode,
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
class InstructionLine:
    """One instruction. Yuan."""

    id: int
    batch_number: str
    position: int
    end_to_end_id: str
    attempt: int
    payee_name: str
    identity_masked: str
    account_masked: str
    bank_name: str
    amount: Decimal
    state: str
    state_label: str
    tone: str
    fail_label: str
    bank_serial: str
    bank_date: date | None


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


def list_batches(
    *,
    actor: Person,
    tab: str = "",
    organisation_id: int | None = None,
    search: str = "",
    after: str = "",
    before: str = "",
) -> tuple[list[BatchLine], Page[PaymentBatch]]:
    """Return the signed batches of one tab that the person may see, newest first (P11)."""
    batches = _tab(actor, tab).filter(organisation_id__in=require_any(actor, Duty.BATCH_READ))
    if organisation_id:
        batches = batches.filter(organisation_id=organisation_id)
    if search:
        batches = batches.filter(number__startswith=search)
    page = page_of(batches, after=after, before=before)
    return [batch_line(batch) for batch in page.rows], page


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
        _instructions(batch)
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


def list_instructions(
    *, batch: BatchLine, state: str = "", name: str = "", after: str = "", before: str = ""
) -> tuple[list[InstructionLine], Page[PaymentInstruction]]:
    """Return one page of a batch's instructions in the order of sending."""
    rows = _instructions(batch).select_related("batch", "payee_account__claimant")
    if state in InstructionState.values:
        rows = rows.filter(state=state)
    if name:
        rows = rows.filter(payee_name__startswith=name)
    count = rows.order_by().count()
    if before.isdigit():
        found = list(rows.filter(pk__lt=int(before)).order_by("-pk")[: PAGE_SIZE + 1])
        has_earlier, has_later = len(found) > PAGE_SIZE, True
        found = found[:PAGE_SIZE][::-1]
    else:
        start = int(after) if after.isdigit() else 0
        found = list(rows.filter(pk__gt=start).order_by("pk")[: PAGE_SIZE + 1])
        has_earlier, has_later = start > 0, len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
    page = Page(
        rows=found,
        next=found[-1].pk if found and has_later else None,
        previous=found[0].pk if found and has_earlier else None,
        count_text=f"共 {count} 条",
    )
    return [instruction_line(row) for row in found], page


def _instructions(batch: BatchLine) -> QuerySet[PaymentInstruction]:
    return PaymentInstruction.objects.filter(Q(batch_id=batch.id) | Q(batch__parent_id=batch.id))


def instruction_line(row: PaymentInstruction) -> InstructionLine:
    """Return an instruction as screens show it."""
    return InstructionLine(
        id=row.pk,
        batch_number=row.batch.number,
        position=row.position,
        end_to_end_id=row.end_to_end_id,
        attempt=row.attempt,
        payee_name=row.payee_name,
        identity_masked=row.payee_account.claimant.identity_masked,
        account_masked=row.payee_account.number_masked,
        bank_name=row.payee_account.bank_name,
        amount=row.amount,
        state=row.state,
        state_label=InstructionState(row.state).label,
        tone=INSTRUCTION_TONES[row.state],
        fail_label=FailCode(row.fail_code).label if row.fail_code else "",
        bank_serial=row.bank_serial,
        bank_date=row.bank_date,
    )


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
