"""The bank's letter about a batch whose outcome is unknown: recorded by one, approved by another.

After a conflict (409) the machine asks no more, and a silent bank may never answer: only the
bank's own letter says whether it took the file. Whoever approves it sends the batch on its way
(the return is awaited), or gives its plans free to be paid by another batch.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from accounts.services.documents import NewDocument, store_document
from accounts.services.signatures import Matter, Verdict
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from payouts.enums import AnswerState, BatchState
from payouts.models import BankAnswer, PaymentBatch
from payouts.selectors.bank_answers import answer_matter, answer_words
from payouts.services.batch_releasing import log_message
from payouts.services.sending import Outcome, enter_outcome

LETTER = "银行书面答复"


class OutcomeKnown(DomainError):
    code = "BATCH_OUTCOME_KNOWN"
    message = "该批次的结果已经查明，无须银行书面答复，请刷新页面"


class AnswerWaiting(DomainError):
    code = "BANK_ANSWER_WAITING"
    message = "该批次已有银行书面答复待核准，请先办理"


class AnswerNotWaiting(DomainError):
    code = "BANK_ANSWER_NOT_WAITING"
    message = "该答复已由他人办理，请刷新页面"


class AnswerDayInvalid(DomainError):
    code = "BANK_ANSWER_DAY_INVALID"
    message = "答复日期须在确认支付当日至今天之间"


class ReceiptMismatch(DomainError):
    code = "BANK_ANSWER_RECEIPT"
    message = "银行已受理的须填回执号，未受理的不填"


class AnswerUnsigned(DomainError):
    code = "BANK_ANSWER_UNSIGNED"
    message = "银行书面答复须由登记人以外的人员签署核准"


REFUSALS: dict[str, type[DomainError]] = {
    "bank_answer_one_waiting": AnswerWaiting,
    "bank_answer_taken_has_receipt": ReceiptMismatch,
    "bank_answer_signed_by_two": AnswerUnsigned,
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says, its number and day, and what was checked with the bank."""

    was_taken: bool
    receipt: str
    reference: str
    answered_on: date
    note: str
    scan: Evidence


@transaction.atomic
def record_answer(*, actor: Person, batch_id: int, letter: Letter, at: datetime) -> BankAnswer:
    """Record the bank's letter about an unknown outcome; another person approves it.

    Raises:
        DutyNotHeld, OutcomeKnown, AnswerWaiting, AnswerDayInvalid, ReceiptMismatch.
    """
    batch = _locked_batch(batch_id)
    require_duty(actor, Duty.SPECIAL_APPLY, over=batch.organisation_id)
    if batch.state != BatchState.UNKNOWN or not batch.is_leaf:
        raise OutcomeKnown
    released_on = timezone.localdate(batch.released_at) if batch.released_at else None
    if letter.answered_on > timezone.localdate(at) or (
        released_on and letter.answered_on < released_on
    ):
        raise AnswerDayInvalid
    document = NewDocument(
        organisation_id=batch.organisation_id,
        duty=Duty.BATCH_READ,
        title=f"{LETTER}：{letter.reference}"[:150],
        file_name=letter.scan.file_name[-150:],
        media_type=letter.scan.media_type,
        content=letter.scan.content,
    )
    with constraint_errors(REFUSALS):
        answer = BankAnswer.objects.create(
            pool_id=actor.pool_id,
            batch=batch,
            was_taken=letter.was_taken,
            receipt=letter.receipt,
            reference=letter.reference,
            answered_on=letter.answered_on,
            note=letter.note,
            letter=store_document(actor=actor, document=document, at=at),
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    signatures.approve(actor, _matter(answer), "APPLY", at, letter.note)
    _record(actor, answer, "recorded", at, {"answer": answer_words(answer), "note": letter.note})
    notices.notify_duty(
        pool_id=answer.pool_id,
        duty=Duty.SPECIAL_REVIEW,
        over=batch.organisation_id,
        message=_message(answer, f"{LETTER}待核准：批次{batch.number}{answer_words(answer)}"),
        at=at,
    )
    return answer


@transaction.atomic
def decide_answer(*, actor: Person, answer_id: int, verdict: Verdict) -> BankAnswer:
    """Approve or refuse a recorded letter; approved, the batch is what the letter says.

    Raises:
        DutyNotHeld, AnswerNotWaiting, AlreadySigned, OpinionMissing, ContentChanged.
        OutcomeKnown: the bank answered in the meantime.
    """
    answer = (
        BankAnswer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("letter", "batch")
        .filter(pk=answer_id)
        .first()
    )
    if answer is None:
        raise NotFound
    require_duty(actor, Duty.SPECIAL_REVIEW, over=answer.batch.organisation_id)
    if answer.state != AnswerState.WAITING or verdict.decision == Decision.RETURN:
        raise AnswerNotWaiting
    is_approved = verdict.decision == Decision.APPROVE
    batch = _locked_batch(answer.batch_id)
    if is_approved and batch.state != BatchState.UNKNOWN:
        raise OutcomeKnown
    signatures.sign(actor=actor, matter=_matter(answer), step="DECIDE", verdict=verdict)
    answer.state = AnswerState.APPROVED if is_approved else AnswerState.REFUSED
    with constraint_errors(REFUSALS):
        answer.save(update_fields=["state"])
    if is_approved:
        _carry_out(actor, answer, batch, verdict.signed_at)
    after = {"state": answer.state, "opinion": verdict.opinion}
    _record(actor, answer, "decided", verdict.signed_at, after)
    notices.notify_people(
        pool_id=answer.pool_id,
        user_ids=[answer.recorded_by_id],
        message=_message(answer, f"批次{batch.number}{LETTER}：{answer.get_state_display()}"),
        at=verdict.signed_at,
    )
    return answer


def _carry_out(actor: Person, answer: BankAnswer, batch: PaymentBatch, at: datetime) -> None:
    """Give the batch its outcome under a new epoch: a query still on its way changes nothing."""
    batch.epoch += 1
    state = BatchState.SENT if answer.was_taken else BatchState.REJECTED
    outcome = Outcome(state, f"{LETTER}{answer.reference}：{answer_words(answer)}", answer.receipt)
    enter_outcome(batch, outcome, at)
    log_message(batch, LETTER, outcome.text, at, actor.user_id)


def _locked_batch(batch_id: int) -> PaymentBatch:
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=batch_id)
        .first()
    )
    if batch is None:
        raise NotFound
    return batch


def _matter(answer: BankAnswer) -> Matter:
    content = signatures.content_hash(answer_matter(answer))
    return Matter(SubjectKind.BANK_ANSWER, answer.pk, 1, content, answer.batch.organisation_id)


def _record(
    actor: Person, answer: BankAnswer, act: str, at: datetime, after: dict[str, str]
) -> None:
    audit.record(
        actor=actor,
        verb=f"payouts.bank_answer.{act}",
        subject=answer,
        at=at,
        label=answer.batch.number,
        organisation_id=answer.batch.organisation_id,
        after=after,
    )


def _message(answer: BankAnswer, text: str) -> notices.Message:
    return notices.Message(
        kind=NoticeKind.TASK,
        text=text[:300],
        url=reverse("payouts:bank_answer", args=[answer.pk]),
        key=f"bank answer {answer.pk} {answer.state}",
    )
