"""Ending a plan's allotment (结束拨付): applied for with the bureau's letter, decided by another.

Which disbursement plans stand in a batch is known above the books; `payouts` hands it in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.models import Document, OutsideDecision
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from accounts.services.documents import NewDocument, store_document
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from funds.demand import ZERO
from funds.enums import FundsPlanClosingState, FundsPlanState
from funds.models import FundsPlanClosing, FundsUsePlan
from funds.selectors.books import city_centre
from funds.services.funds_plans import leave_short, locked_funds_plan

APPLY, DECIDE = "APPLY", "DECIDE"


class PlanNotAllotting(DomainError):
    code = "FUNDS_PLAN_NOT_ALLOTTING"
    message = "只有待财政拨付的用款计划可以结束拨付，请刷新页面查看最新状态"


class PlanClosingWaiting(DomainError):
    code = "FUNDS_PLAN_CLOSING_WAITING"
    message = "本用款计划已有结束拨付申请待审批，请等待财务负责人办理"


class PlanClosingDecided(DomainError):
    code = "FUNDS_PLAN_CLOSING_DECIDED"
    message = "该申请已由他人办理，请刷新页面查看最新状态"


class PlanClosingIncomplete(DomainError):
    code = "FUNDS_PLAN_CLOSING_INCOMPLETE"
    message = "请填写结束拨付的原因和财政来文文号，并上传来文扫描件"


class PlanClosingDayInvalid(DomainError):
    code = "FUNDS_PLAN_CLOSING_DAY_INVALID"
    message = "来文日期须在财政局批复日期至今天之间，请照来文填写"


class PlanFiguresMoved(DomainError):
    code = "FUNDS_PLAN_FIGURES_MOVED"
    message = "申请之后又登记了拨付，申请所列金额已变，请不予批准，由会计岗按新的金额重新申请"


class PlanClosingUnsigned(DomainError):
    code = "FUNDS_PLAN_CLOSING_UNSIGNED"
    message = "结束拨付须由申请人以外的财务负责人签署批准"


class BatchesAboveMeans(DomainError):
    code = "BATCHES_ABOVE_MEANS"
    message = "本计划的支付批次合计超过可用余额与已拨付之和，请先撤回未支付的批次再办理"


REFUSALS = {
    "funds_plan_closing_one_waiting": PlanClosingWaiting,
    "funds_plan_closing_says_why": PlanClosingIncomplete,
    "funds_plan_closing_of_a_rest": PlanNotAllotting,
    "funds_plan_closing_of_an_approved_plan": PlanNotAllotting,
    "funds_plan_closing_letter_after_the_approval": PlanClosingDayInvalid,
    "funds_plan_closing_as_the_figures_stand": PlanFiguresMoved,
    "funds_plan_closing_signed_by_two": PlanClosingUnsigned,
    "funds_plan_closed_within_its_means": BatchesAboveMeans,
}


@dataclass(frozen=True, slots=True)
class ClosingLetter:
    """Why the allotment ends, and the finance bureau's letter that says so."""

    reason: str
    document_number: str
    letter_date: date
    scan: Evidence | None


@transaction.atomic
def apply_for_closing(
    *, actor: Person, plan_id: int, letter: ClosingLetter, held: Collection[int], at: datetime
) -> FundsPlanClosing:
    """Apply to end a plan's allotment as its figures stand now; the first of two signatures.

    Args:
        held: ids of the disbursement plans that a batch pays or will pay; see `leave_short`.

    Raises:
        PlanNotAllotting: the plan awaits no money. PlanClosingWaiting: it was applied for.
        BatchesAboveMeans: batches take more than is there and allotted.
        PlanClosingIncomplete, PlanClosingDayInvalid: what the letter lacks. DutyNotHeld.
    """
    plan, centre = locked_funds_plan(plan_id), city_centre()
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    if plan.state != FundsPlanState.REQUESTED:
        raise PlanNotAllotting
    if FundsPlanClosing.objects.filter(plan=plan, state=FundsPlanClosingState.WAITING).exists():
        raise PlanClosingWaiting
    _check_batches(plan, held)
    values = _checked(plan, letter, timezone.localdate(at)) | {
        "approved_amount": plan.approved_amount,
        "allotted_amount": plan.allotted_amount,
    }
    with constraint_errors(REFUSALS):
        closing = FundsPlanClosing.objects.create(
            pool_id=actor.pool_id,
            plan=plan,
            letter=(scan := _keep(actor, plan, letter, at)),
            content_sha256=signatures.content_hash(
                {"plan": plan.number, "letter": scan.sha256, **values}
            ),
            requested_by_id=actor.user_id,
            requested_at=at,
            **values,
        )
    signatures.approve(actor, matter_of(closing), APPLY, at, closing.reason)
    after = {"amount": closing.ended_amount, "reason": closing.reason}
    _record(actor, closing, "funds.funds_plan.closing_requested", at, **after)
    notices.notify_duty(
        pool_id=actor.pool_id,
        duty=Duty.FUNDS_PLAN_SIGN,
        over=centre.pk,
        message=_message(closing, "结束拨付待审批"),
        at=at,
    )
    return closing


def _checked(plan: FundsUsePlan, letter: ClosingLetter, today: date) -> dict[str, object]:
    """Return what the letter says; it cannot be older than what it ends."""
    reason, document_number = letter.reason.strip(), letter.document_number.strip()
    if not reason or not document_number or letter.scan is None:
        raise PlanClosingIncomplete
    approvals = OutsideDecision.objects.filter(
        subject_kind=SubjectKind.FUNDS_PLAN, subject_id=plan.pk, round=plan.round, step="FINANCE"
    )
    approved_on = approvals.values_list("decided_date", flat=True).first() or letter.letter_date
    if not approved_on <= letter.letter_date <= today:
        raise PlanClosingDayInvalid
    return {
        "reason": reason,
        "document_number": document_number,
        "letter_date": letter.letter_date,
    }


def _check_batches(plan: FundsUsePlan, held: Collection[int]) -> None:
    means = max(ZERO, plan.available_amount) + plan.allotted_amount
    lines = plan.lines.filter(is_live=True, source_id__in=held)
    taken = sum((line.amount for line in lines), ZERO)
    if taken > means:
        raise BatchesAboveMeans(
            f"本计划已列入支付批次的{taken:,.2f}元超过可用余额与已拨付之和{means:,.2f}元，"
            "结束拨付后不能支付，请先撤回未支付的批次再办理"
        )


@transaction.atomic
def decide_closing(
    *, actor: Person, closing_id: int, held: Collection[int], verdict: signatures.Verdict
) -> FundsPlanClosing:
    """End a plan's allotment, or refuse it: the signature of another person than who applied.

    Approved, the plan is closed: nothing more is allotted or expected, and its lines that no
    batch holds are paid in their order as far as what was left and allotted reaches; the others
    are short. `held` as in `apply_for_closing`.

    Raises:
        PlanClosingDecided: decided already. AlreadySigned: the actor applied himself.
        OpinionMissing: a refusal without opinion. ContentChanged.
        PlanFiguresMoved: something was allotted since. BatchesAboveMeans. DutyNotHeld.
    """
    require_duty(actor, Duty.FUNDS_PLAN_SIGN, over=city_centre().pk)
    closing, plan = _locked(closing_id)
    if closing.state != FundsPlanClosingState.WAITING or verdict.decision == Decision.RETURN:
        raise PlanClosingDecided
    is_approved = verdict.decision == Decision.APPROVE
    figures = (closing.approved_amount, closing.allotted_amount)
    if is_approved and figures != (plan.approved_amount, plan.allotted_amount):
        raise PlanFiguresMoved
    signatures.sign(actor=actor, matter=matter_of(closing), step=DECIDE, verdict=verdict)
    closing.state = FundsPlanClosingState.APPROVED if is_approved else FundsPlanClosingState.REFUSED
    closing.decided_at = verdict.signed_at
    with constraint_errors(REFUSALS):
        closing.save(update_fields=["state", "decided_at"])
        if is_approved:
            _close(plan, held)
    verb = "funds.funds_plan.closed" if is_approved else "funds.funds_plan.closing_refused"
    after = {"state": plan.state, "amount": closing.ended_amount, "opinion": verdict.opinion}
    _record(actor, closing, verb, verdict.signed_at, **after)
    notices.notify_people(
        pool_id=actor.pool_id,
        user_ids=[closing.requested_by_id],
        message=_message(closing, f"结束拨付{closing.get_state_display()}"),
        at=verdict.signed_at,
    )
    return closing


def _close(plan: FundsUsePlan, held: Collection[int]) -> None:
    _check_batches(plan, held)
    leave_short(plan, max(ZERO, plan.available_amount) + plan.allotted_amount, held)
    plan.state = FundsPlanState.CLOSED
    plan.save(update_fields=["state"])


def matter_of(closing: FundsPlanClosing) -> signatures.Matter:
    """Return the application as a matter to sign."""
    return signatures.Matter(
        SubjectKind.FUNDS_PLAN_CLOSING, closing.pk, 1, closing.content_sha256, city_centre().pk
    )


def _locked(closing_id: int) -> tuple[FundsPlanClosing, FundsUsePlan]:
    """Return an application and its plan, both locked, the plan first as everywhere."""
    found = FundsPlanClosing.objects.filter(pk=closing_id).first()
    if found is None:
        raise NotFound
    plan = locked_funds_plan(found.plan_id)
    rows = FundsPlanClosing.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=found.pk), plan


def _keep(actor: Person, plan: FundsUsePlan, letter: ClosingLetter, at: datetime) -> Document:
    assert letter.scan is not None
    new = NewDocument(
        organisation_id=city_centre().pk,
        duty=Duty.BOOKS_READ,
        title=f"{plan.number}结束拨付来文：{letter.document_number.strip()}"[:150],
        file_name=letter.scan.file_name[-150:],
        media_type=letter.scan.media_type,
        content=letter.scan.content,
    )
    return store_document(actor=actor, document=new, at=at)


def _record(
    actor: Person, closing: FundsPlanClosing, verb: str, at: datetime, **after: object
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=closing,
        at=at,
        label=closing.plan.number,
        organisation_id=city_centre().pk,
        after=after,
    )


def _message(closing: FundsPlanClosing, words: str) -> notices.Message:
    return notices.Message(
        kind=NoticeKind.TASK,
        text=f"用款计划{closing.plan.number}{words}：未拨付{closing.ended_amount:,.2f}元",
        url=reverse("funds:funds_plan", args=[closing.plan_id]),
        key=f"funds plan closing {closing.pk} {closing.state}",
    )
