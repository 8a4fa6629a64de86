"""One batch as its page shows it: where it stands, who signed, and what this person may do."""

from dataclasses import dataclass
from datetime import datetime

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Job, Signature
from accounts.permissions import reach_of
from accounts.selectors.signatures import has_signed
from accounts.selectors.work import JobLine, job_line
from common.actor import Person
from payouts.enums import BatchState
from payouts.models import PaymentBatch
from payouts.selectors.balances import AccountMoney, money_of_account
from payouts.selectors.bank_answers import AnswerLine, has_conflict, list_answers
from payouts.selectors.batch_parts import (
    Leaf,
    MessageLine,
    StateSum,
    list_leaves,
    list_messages,
    list_plans_of_batch,
    sum_states,
)
from payouts.selectors.batches import PREPARING, BatchLine, get_batch
from payouts.selectors.timelines import TimelineRow, list_payment_timeline
from payouts.workflows.payments import WITHDRAWABLE

STEPS = (
    ("编制", BatchState.DRAFT),
    ("复核", BatchState.CHECKED),
    ("银行核对", BatchState.CONFIRMED),
    ("确认支付", BatchState.RELEASED),
    ("发送银行", BatchState.SENT),
    ("回盘", BatchState.RETURNED),
)
ORDER = {
    BatchState.DRAFT: 1,
    BatchState.CHECKED: 2,
    BatchState.CONFIRMED: 3,
    BatchState.RELEASED: 4,
    BatchState.SENDING: 4,
    BatchState.UNKNOWN: 4,
    BatchState.SENT: 5,
    BatchState.RETURNED: 6,
}
SIGNING = ("CHECK", "RELEASE")
SIGNED_ALREADY = "本批次您已签署过其他环节，同一人不能办理两个环节"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the steps bar."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """All that the page of one batch shows. `blocked` says why this person may not act now."""

    batch: BatchLine
    leaves: list[Leaf]
    sums: list[StateSum]
    messages: list[MessageLine]
    plans: list[tuple[int, str]]
    timeline: list[TimelineRow]
    steps: list[Step]
    money: AccountMoney | None
    job: JobLine | None
    may_check: bool
    may_confirm: bool
    may_release: bool
    may_withdraw: bool
    may_answer: bool
    has_conflict: bool
    answers: list[AnswerLine]
    blocked: str


def batch_page(*, actor: Person, batch_id: int, at: datetime) -> BatchPage:
    """Return the page of one batch; NotFound for another office's."""
    batch = get_batch(actor=actor, batch_id=batch_id)
    may = _acts(actor, batch)
    has_signed_it = (may["check"] or may["release"]) and _signed(actor, batch)
    root = _root(actor, batch)
    answers = [] if batch.state in PREPARING else list_answers(batch_id=batch.id)
    return BatchPage(
        batch=batch,
        leaves=list_leaves(batch=batch),
        sums=sum_states(batch=batch),
        messages=list_messages(batch=batch),
        plans=list_plans_of_batch(batch=batch),
        timeline=list_payment_timeline(
            kind=SubjectKind.BATCH,
            subject_id=root.id,
            round_number=batch.round,
            sha256=root.content_sha256,
            to_come=SIGNING if batch.state in PREPARING else (),
        ),
        steps=_steps(batch),
        money=_money(batch, at) if may["release"] else None,
        job=_job(batch),
        may_check=may["check"] and not has_signed_it,
        may_confirm=may["confirm"],
        may_release=may["release"] and not has_signed_it,
        may_withdraw=may["withdraw"],
        may_answer=may["answer"] and not any(one.is_waiting for one in answers),
        has_conflict=batch.state == BatchState.UNKNOWN and has_conflict(batch.id),
        answers=answers,
        blocked=_blocked(batch, may, has_signed_it=has_signed_it),
    )


def _acts(actor: Person, batch: BatchLine) -> dict[str, bool]:
    """Return which acts the batch's state and the person's duties allow together."""

    def holds(*duties: Duty) -> bool:
        return batch.organisation_id in reach_of(actor, *duties)

    finance = holds(Duty.BATCH_PREPARE, Duty.BATCH_CHECK, Duty.BATCH_RELEASE)
    is_root = batch.parent_id is None
    return {
        "check": is_root and batch.state == BatchState.DRAFT and holds(Duty.BATCH_CHECK),
        "confirm": is_root and batch.state == BatchState.CHECKED and finance,
        "release": is_root and batch.state == BatchState.CONFIRMED and holds(Duty.BATCH_RELEASE),
        "withdraw": is_root and batch.state in WITHDRAWABLE and finance,
        "answer": batch.state == BatchState.UNKNOWN and holds(Duty.SPECIAL_APPLY),
    }


def _blocked(batch: BatchLine, may: dict[str, bool], *, has_signed_it: bool) -> str:
    """Return why the person cannot sign what the batch waits for; empty if he can, or it waits
    for nobody.
    """
    if batch.parent_id is not None:
        return "本页是拆分后的单个文件，复核与确认支付在上级批次办理"
    if has_signed_it:
        return SIGNED_ALREADY
    if may["check"] or may["release"] or may["confirm"]:
        return ""
    waiting = {
        BatchState.DRAFT: "本批次待财务复核岗复核",
        BatchState.CHECKED: "本批次待财务人员与银行核对笔数和金额",
        BatchState.CONFIRMED: "本批次待出纳确认支付",
    }
    return waiting.get(BatchState(batch.state), "")


def _root(actor: Person, batch: BatchLine) -> BatchLine:
    """Return what is signed: the batch, or the one it was split from."""
    return batch if batch.parent_id is None else get_batch(actor=actor, batch_id=batch.parent_id)


def list_signers(*, actor: Person, batch: BatchLine) -> dict[str, str]:
    """Return step -> name of who approved exactly this content."""
    root = _root(actor, batch)
    rows = Signature.objects.filter(
        subject_kind=SubjectKind.BATCH,
        subject_id=root.id,
        content_sha256=root.content_sha256,
        decision=Decision.APPROVE,
    )
    return dict(rows.values_list("step", "person__name"))


def _signed(actor: Person, batch: BatchLine) -> bool:
    return has_signed(
        kind=SubjectKind.BATCH,
        subject_id=batch.id,
        round_number=batch.round,
        user_id=actor.user_id,
    )


def _money(batch: BatchLine, at: datetime) -> AccountMoney:
    row = PaymentBatch.objects.select_related("bank_account__ledger_account").get(pk=batch.id)
    return money_of_account(row.bank_account, at=at)


def _job(batch: BatchLine) -> JobLine | None:
    """Return the newest bank count of the batch while it matters."""
    if batch.state != BatchState.CHECKED:
        return None
    job = (
        Job.objects.filter(kind="payouts.tasks.confirm_batch", key=batch.number)
        .select_related("requested_by", "organisation")
        .order_by("-pk")
        .first()
    )
    return job_line(job) if job else None


def _steps(batch: BatchLine) -> list[Step]:
    if batch.state in {BatchState.REJECTED, BatchState.WITHDRAWN}:
        return [Step("编制", "done"), Step(batch.state_label, "refused")]
    done = ORDER[BatchState(batch.state)]
    return [
        Step(label, "done" if place < done else "current" if place == done else "todo")
        for place, (label, _) in enumerate(STEPS)
    ]
