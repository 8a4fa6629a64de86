"""Decisions of bodies outside the agency, recorded from their letters."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.models import Document, OutsideDecision
from accounts.services import audit
from accounts.services.documents import NewDocument, store_document
from accounts.services.signatures import ContentChanged, Matter, StepAlreadySigned
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.evidence import Evidence


class LetterMissing(DomainError):
    code = "LETTER_MISSING"
    message = "请填写批复文号和批复单位"


class ReplyInvalid(DomainError):
    code = "REPLY_INVALID"
    message = "批复日期不能晚于今天"


class ReplyReasonMissing(DomainError):
    code = "REPLY_REASON_MISSING"
    message = "外部单位未予通过时，请填写其意见"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a letter says. `amount` in yuan where the body decides on a sum, else None."""

    body: str
    decision: Decision
    opinion: str
    document_number: str
    decided_date: date
    amount: Decimal | None = None
    scan: Evidence | None = None
    seen_sha256: str = ""


def record_outside_decision(
    *, actor: Person, matter: Matter, step: str, reply: Reply, today: date, at: datetime
) -> OutsideDecision:
    """Record one body's decision on the matter's present content.

    The caller has locked the row and checked state and duty.

    Raises:
        StepAlreadySigned: the step of this round was recorded already.
        ContentChanged: the page showed other content.
        LetterMissing, ReplyInvalid, ReplyReasonMissing: the letter's particulars.
    """
    if reply.seen_sha256 and reply.seen_sha256 != matter.content_sha256:
        raise ContentChanged
    if not reply.body.strip() or not reply.document_number.strip():
        raise LetterMissing
    if reply.decided_date > today:
        raise ReplyInvalid
    if reply.decision != Decision.APPROVE and not reply.opinion.strip():
        raise ReplyReasonMissing
    scan = _keep(actor, matter, reply, at) if reply.scan else None
    with constraint_errors({"outside_decision_once_per_step": StepAlreadySigned}):
        decision = OutsideDecision.objects.create(
            pool_id=actor.pool_id,
            subject_kind=matter.kind,
            subject_id=matter.id,
            round=matter.round,
            step=step,
            body=reply.body.strip(),
            decision=reply.decision,
            opinion=reply.opinion.strip(),
            amount=reply.amount,
            document_number=reply.document_number.strip(),
            decided_date=reply.decided_date,
            content_sha256=matter.content_sha256,
            evidence=scan,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    audit.record(
        actor=actor,
        verb="accounts.outside_decision.recorded",
        subject=decision,
        at=at,
        label=f"{decision.body} {decision.document_number}"[:120],
        organisation_id=matter.organisation_id,
        after={"step": step, "decision": reply.decision, "amount": reply.amount},
    )
    return decision


def _keep(actor: Person, matter: Matter, reply: Reply, at: datetime) -> Document:
    assert reply.scan is not None
    new = NewDocument(
        organisation_id=matter.organisation_id,
        duty=Duty.BOOKS_READ,
        title=f"{matter.kind.label}批复：{reply.document_number}"[:150],
        file_name=reply.scan.file_name[-150:],
        media_type=reply.scan.media_type,
        content=reply.scan.content,
    )
    return store_document(actor=actor, document=new, at=at)
