"""Differences from found to closed: explained by their owner, closed by a second person."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.permissions import require_duty
from accounts.services import audit, notices
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from funds.selectors.books import city_centre
from reconciliation.enums import DifferenceState
from reconciliation.models import Difference


class DifferenceNotWaiting(DomainError):
    code = "DIFFERENCE_NOT_WAITING"
    message = "该差异已由他人处理，请刷新页面查看最新状态"


class ExplanationMissing(DomainError):
    code = "EXPLANATION_MISSING"
    message = "请写明差异原因和处理办法"


class ClosedByExplainer(DomainError):
    code = "DIFFERENCE_CLOSED_BY_EXPLAINER"
    message = "差异须由查明原因以外的人销号"


class ReturnReasonMissing(DomainError):
    code = "RETURN_REASON_MISSING"
    message = "退回重查时请写明理由"


class DifferenceLocked(DomainError):
    code = "DIFFERENCE_LOCKED"
    message = "该月对账明细表已签字，差异不能再变更"


LOCKED = {"difference_before_the_signature": DifferenceLocked}


def organisation_of(difference: Difference) -> int:
    """Return the office a difference belongs to; the city centre's where the run has none."""
    return difference.run.organisation_id or city_centre().pk


@transaction.atomic
def explain_difference(
    *, actor: Person, difference_id: int, explanation: str, at: datetime
) -> Difference:
    """Record why the sides differ and what is done; it then waits for a second person.

    Whoever explains becomes the owner.

    Raises:
        DifferenceNotWaiting: explained or closed already. ExplanationMissing: no text.
        DutyNotHeld.
    """
    difference = _locked(difference_id)
    over = organisation_of(difference)
    require_duty(actor, Duty.DIFFERENCE_HANDLE, over=over)
    if difference.state != DifferenceState.OPEN:
        raise DifferenceNotWaiting
    if not explanation.strip():
        raise ExplanationMissing
    difference.state = DifferenceState.EXPLAINED
    difference.explanation = explanation.strip()
    difference.owner_id = difference.explained_by_id = actor.user_id
    difference.explained_at = at
    _save(difference, "state", "explanation", "owner", "explained_by", "explained_at")
    audit.record(
        actor=actor,
        verb="reconciliation.difference.explained",
        subject=difference,
        at=at,
        label=difference.subject[:120],
        organisation_id=over,
        after={"explanation": difference.explanation},
    )
    notices.notify_duty(
        pool_id=actor.pool_id,
        duty=Duty.DIFFERENCE_CLOSE,
        over=over,
        message=notices.Message(
            NoticeKind.RECONCILIATION,
            f"差异待销号：{difference.subject}",
            reverse("reconciliation:difference", args=[difference.pk]),
            f"difference-close:{difference.pk}:{at:%Y%m%d%H%M%S}",
        ),
        at=at,
    )
    return difference


@transaction.atomic
def close_difference(*, actor: Person, difference_id: int, at: datetime) -> Difference:
    """Close an explained difference (销号); never deleted, never opened again.

    Raises:
        DifferenceNotWaiting: not explained, or closed already.
        ClosedByExplainer: the actor explained it. DutyNotHeld.
    """
    difference = _explained(actor, difference_id)
    difference.state = DifferenceState.CLOSED
    difference.closed_by_id, difference.closed_at = actor.user_id, at
    with constraint_errors({"difference_closed_by_a_second_person": ClosedByExplainer}):
        _save(difference, "state", "closed_by", "closed_at")
    audit.record(
        actor=actor,
        verb="reconciliation.difference.closed",
        subject=difference,
        at=at,
        label=difference.subject[:120],
        organisation_id=organisation_of(difference),
        before={"state": DifferenceState.EXPLAINED},
        after={"state": DifferenceState.CLOSED},
    )
    return difference


@transaction.atomic
def return_difference(
    *, actor: Person, difference_id: int, reason: str, at: datetime
) -> Difference:
    """Send an explained difference back to be looked into again; the reason goes to its owner.

    Raises:
        DifferenceNotWaiting, ClosedByExplainer, ReturnReasonMissing, DutyNotHeld.
    """
    difference = _explained(actor, difference_id)
    if not reason.strip():
        raise ReturnReasonMissing
    explanation, owner_id = difference.explanation, difference.owner_id
    difference.state, difference.explanation = DifferenceState.OPEN, ""
    difference.explained_by = difference.explained_at = None
    _save(difference, "state", "explanation", "explained_by", "explained_at")
    audit.record(
        actor=actor,
        verb="reconciliation.difference.returned",
        subject=difference,
        at=at,
        label=difference.subject[:120],
        organisation_id=organisation_of(difference),
        before={"explanation": explanation},
        after={"reason": reason.strip()},
    )
    notices.notify_people(
        pool_id=actor.pool_id,
        user_ids=[owner_id] if owner_id else [],
        message=notices.Message(
            NoticeKind.RETURNED,
            f"差异退回重查：{difference.subject}。理由：{reason.strip()}"[:300],
            reverse("reconciliation:difference", args=[difference.pk]),
            f"difference-return:{difference.pk}:{at:%Y%m%d%H%M%S}",
        ),
        at=at,
    )
    return difference


def _explained(actor: Person, difference_id: int) -> Difference:
    difference = _locked(difference_id)
    require_duty(actor, Duty.DIFFERENCE_CLOSE, over=organisation_of(difference))
    if difference.state != DifferenceState.EXPLAINED:
        raise DifferenceNotWaiting
    if difference.explained_by_id == actor.user_id:
        raise ClosedByExplainer
    return difference


def _locked(difference_id: int) -> Difference:
    rows = Difference.objects.select_for_update(of=("self",), no_key=True)
    difference = rows.select_related("run").filter(pk=difference_id).first()
    if difference is None:
        raise NotFound
    return difference


def _save(difference: Difference, *fields: str) -> None:
    with constraint_errors(LOCKED):
        difference.save(update_fields=list(fields))
