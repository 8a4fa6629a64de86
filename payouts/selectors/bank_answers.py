"""The bank's letters about batches whose outcome is unknown, as screens show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import reach_of, require_visible
from accounts.selectors.signatures import content_hash, has_signed
from common.actor import Person
from common.db import read_objects
from common.errors import NotFound
from payouts.enums import AnswerState, BatchState
from payouts.models import BankAnswer, BankMessage, PaymentBatch
from payouts.selectors.timelines import TimelineRow, list_payment_timeline

SEND_CALL = "POST /files"
CONFLICT = "银行应答409"  # the bank holds other content under this number
TONES = {"WAITING": "amber", "APPROVED": "green", "REFUSED": "red"}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One letter; `words` say what it says."""

    id: int
    batch_id: int
    batch_number: str
    organisation: str
    line_count: int
    total_amount: Decimal
    words: str
    was_taken: bool
    reference: str
    answered_on: date
    note: str
    letter_id: int
    letter_name: str
    state: str
    state_label: str
    tone: str
    recorded_by: str
    recorded_at: datetime

    @property
    def is_waiting(self) -> bool:
        """Tell whether nobody has decided on it yet."""
        return self.state == AnswerState.WAITING


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One letter with who signed it; `blocked` says why this person may not decide."""

    answer: AnswerLine
    content_sha256: str
    timeline: list[TimelineRow]
    may_decide: bool
    blocked: str


@dataclass(frozen=True, slots=True)
class AnsweredBatch:
    """The batch a letter is recorded for; without need once its outcome is known."""

    id: int
    number: str
    organisation: str
    item: str
    line_count: int
    total_amount: Decimal
    is_unknown: bool
    state_label: str


def answer_words(answer: BankAnswer) -> str:
    """Return what the letter says."""
    return f"银行已受理，回执{answer.receipt}" if answer.was_taken else "银行未受理，款项未支付"


def answer_matter(answer: BankAnswer) -> dict[str, Any]:
    """Return the content that the two signatures on a letter cover."""
    return {
        "batch": answer.batch.number,
        "was_taken": answer.was_taken,
        "receipt": answer.receipt,
        "reference": answer.reference,
        "answered_on": answer.answered_on,
        "note": answer.note,
        "letter": answer.letter.sha256,
    }


def get_answered_batch(*, actor: Person, batch_id: int) -> AnsweredBatch:
    """Return the batch a letter is recorded for; NotFound for another office's."""
    found = PaymentBatch.objects.select_related("organisation", "item").filter(is_leaf=True)
    batch = found.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    require_visible(actor, Duty.SPECIAL_APPLY, over=batch.organisation_id)
    return AnsweredBatch(
        batch.pk,
        batch.number,
        batch.organisation.short_name,
        batch.item.name,
        batch.line_count,
        batch.total_amount,
        is_unknown=batch.state == BatchState.UNKNOWN,
        state_label=str(BatchState(batch.state).label),
    )


def has_conflict(batch_id: int) -> bool:
    """Tell whether the bank said it holds other content under the batch's number (409)."""
    said = BankMessage.objects.filter(batch_id=batch_id, call=SEND_CALL)
    return said.filter(outcome__contains=CONFLICT).exists()


def list_answers(*, batch_id: int) -> list[AnswerLine]:
    """Return the letters about a batch, the newest first; the caller may read the batch."""
    rows = read_objects(BankAnswer, "payouts", "read_answers", {"batch_id": batch_id})
    return [_line(answer) for answer in rows]


def get_answer(*, actor: Person, answer_id: int) -> AnswerPage:
    """Return one letter; NotFound for another office's."""
    answer = _rows().filter(pk=answer_id).first()
    if answer is None:
        raise NotFound
    require_visible(actor, Duty.BATCH_READ, over=answer.batch.organisation_id)
    kind, digest = SubjectKind.BANK_ANSWER, content_hash(answer_matter(answer))
    is_waiting = answer.state == AnswerState.WAITING
    holds = answer.batch.organisation_id in reach_of(actor, Duty.SPECIAL_REVIEW)
    took_part = has_signed(kind=kind, subject_id=answer.pk, round_number=1, user_id=actor.user_id)
    blocked = ""
    if is_waiting and took_part:
        blocked = "您登记了该答复，须由他人核准"
    elif is_waiting and not holds:
        blocked = "待核准：由财务负责人办理"
    return AnswerPage(
        answer=_line(answer),
        content_sha256=digest,
        timeline=list_payment_timeline(
            kind=kind,
            subject_id=answer.pk,
            round_number=1,
            sha256=digest,
            to_come=["DECIDE"] if is_waiting else [],
        ),
        may_decide=is_waiting and holds and not took_part,
        blocked=blocked,
    )


def waiting_answers(actor: Person) -> QuerySet[BankAnswer]:
    """Return the letters the current post may approve now."""
    return _rows().filter(
        state=AnswerState.WAITING,
        batch__organisation_id__in=reach_of(actor, Duty.SPECIAL_REVIEW),
    )


def unanswered_batches(actor: Person) -> QuerySet[PaymentBatch]:
    """Return the batches of unknown outcome for which the current post may record a letter."""
    return PaymentBatch.objects.filter(
        state=BatchState.UNKNOWN,
        is_leaf=True,
        organisation_id__in=reach_of(actor, Duty.SPECIAL_APPLY),
    ).exclude(answers__state=AnswerState.WAITING)


def _rows() -> QuerySet[BankAnswer]:
    return BankAnswer.objects.select_related("batch__organisation", "letter", "recorded_by").defer(
        "letter__content_cipher"
    )


def _line(answer: BankAnswer) -> AnswerLine:
    return AnswerLine(
        id=answer.pk,
        batch_id=answer.batch_id,
        batch_number=answer.batch.number,
        organisation=answer.batch.organisation.short_name,
        line_count=answer.batch.line_count,
        total_amount=answer.batch.total_amount,
        words=answer_words(answer),
        was_taken=answer.was_taken,
        reference=answer.reference,
        answered_on=answer.answered_on,
        note=answer.note,
        letter_id=answer.letter_id,
        letter_name=answer.letter.file_name,
        state=answer.state,
        state_label=str(AnswerState(answer.state).label),
        tone=TONES[answer.state],
        recorded_by=answer.recorded_by.name,
        recorded_at=answer.recorded_at,
    )
