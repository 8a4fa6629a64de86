"""Signing a funds-use plan: head of finance, principal head, then the letters of two bureaus."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.enums import Decision
from accounts.models import OutsideDecision, Pool
from accounts.permissions import require_duty
from accounts.selectors.signatures import has_signed
from accounts.services import signatures
from accounts.services.outside_decisions import Reply, record_outside_decision
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.evidence import Evidence
from common.money import round_yuan
from funds.demand import ZERO
from funds.enums import FundsPlanState
from funds.models import FundsUsePlan
from funds.selectors.books import city_centre
from funds.services.budget_limits import budget_refusals
from funds.services.funds_plans import (
    FundsPlanNotWaiting,
    leave_short,
    locked_funds_plan,
    matter_of,
    record,
)
from funds.workflows import (
    FUNDS_PLAN_DUTY,
    FUNDS_PLAN_LETTERS,
    FUNDS_PLAN_STEPS,
    next_plan_state,
)


class RecorderTookPart(DomainError):
    code = "FUNDS_PLAN_RECORDER_TOOK_PART"
    message = "您已编制、签发或登记过本用款计划本轮的其他环节，批复须由其他人登记"


class ApprovedAboveAsked(DomainError):
    code = "APPROVED_ABOVE_ASKED"
    message = "核准金额须大于0、最多两位小数且不超过申请金额"


class ShortageReasonMissing(DomainError):
    code = "SHORTAGE_REASON_MISSING"
    message = "财政核准金额少于申请金额时，请填写财政部门的意见"


class LetterScanMissing(DomainError):
    code = "LETTER_SCAN_MISSING"
    message = "请上传批复文件扫描件"


REFUSALS = {
    "funds_plan_letters_recorded_by_others": RecorderTookPart,
    "funds_plan_approved_within_asked": ApprovedAboveAsked,
}


@transaction.atomic
def sign_funds_plan(*, actor: Person, plan_id: int, verdict: signatures.Verdict) -> FundsUsePlan:
    """Sign the step a plan waits for: head of finance (APPROVE), then principal head (PRINCIPAL).

    Approval by both sends it to the bureaus, or, where 支出户 covers it, ends it. Anything else
    returns it to the accountant.

    Raises:
        FundsPlanNotWaiting: it waits for no signature; AlreadySigned: the actor signed another
        step of the round; OpinionMissing: a refusal without opinion; AboveBudget,
        AboveLastYear, BudgetNotApproved: what the year's budget leaves (J16).
    """
    plan, centre = locked_funds_plan(plan_id), city_centre()
    step = FUNDS_PLAN_STEPS.get(plan.state)
    if step is None:
        raise FundsPlanNotWaiting
    require_duty(actor, FUNDS_PLAN_DUTY[plan.state], over=centre.pk)
    signatures.sign(actor=actor, matter=matter_of(plan, centre.pk), step=step, verdict=verdict)
    with budget_refusals():
        _move(plan, is_approved=verdict.decision == Decision.APPROVE)
    record(actor, plan, "funds.funds_plan.signed", verdict.signed_at, state=plan.state)
    return plan


def _move(plan: FundsUsePlan, *, is_approved: bool) -> None:
    state = FundsPlanState(plan.state)
    plan.state = (
        next_plan_state(state, asks_nothing=plan.total_amount == 0)
        if is_approved
        else FundsPlanState.RETURNED
    )
    plan.save(update_fields=["state", "approved_amount"])


@dataclass(frozen=True, slots=True)
class BureauReply:
    """A bureau's letter. `amount` in yuan, of the finance bureau only; None approves all."""

    decision: Decision
    opinion: str
    document_number: str
    decided_date: date
    amount: Decimal | None
    scan: Evidence | None
    seen_sha256: str = ""


@transaction.atomic
def record_reply(*, actor: Person, plan_id: int, reply: BureauReply, at: datetime) -> FundsUsePlan:
    """Record the letter of the bureau a plan waits for, and move the plan.

    The finance bureau may approve a part: what it does not reach is short, see `leave_short`.
    A refusal returns the plan to the accountant with the bureau's opinion.

    Raises:
        FundsPlanNotWaiting: no letter is awaited; RecorderTookPart: the actor prepared or signed
        the round, or recorded its other letter; ApprovedAboveAsked, ShortageReasonMissing;
        LetterScanMissing; LetterMissing, ReplyInvalid, ReplyReasonMissing, ContentChanged.
    """
    plan, centre = locked_funds_plan(plan_id), city_centre()
    if plan.state not in FUNDS_PLAN_LETTERS:
        raise FundsPlanNotWaiting
    require_duty(actor, FUNDS_PLAN_DUTY[plan.state], over=centre.pk)
    if _took_part(actor, plan):
        raise RecorderTookPart
    if reply.scan is None:
        raise LetterScanMissing
    is_last = plan.state == FundsPlanState.FINANCE
    approved = _approved(plan, reply) if is_last else None
    step, body = FUNDS_PLAN_LETTERS[plan.state]
    letter = Reply(
        body=f"{Pool.objects.get(pk=actor.pool_id).name}{body}",
        decision=reply.decision,
        opinion=reply.opinion,
        document_number=reply.document_number,
        decided_date=reply.decided_date,
        amount=approved,
        scan=reply.scan,
        seen_sha256=reply.seen_sha256,
    )
    record_outside_decision(
        actor=actor,
        matter=matter_of(plan, centre.pk),
        step=step,
        reply=letter,
        today=timezone.localdate(at),
        at=at,
    )
    _take_reply(plan, reply, approved)
    record(actor, plan, "funds.funds_plan.replied", at, state=plan.state, amount=approved)
    return plan


def _took_part(actor: Person, plan: FundsUsePlan) -> bool:
    matter = matter_of(plan, 0)
    return (
        has_signed(
            kind=matter.kind,
            subject_id=plan.pk,
            round_number=plan.round,
            user_id=actor.user_id,
        )
        or OutsideDecision.objects.filter(
            subject_kind=matter.kind,
            subject_id=plan.pk,
            round=plan.round,
            recorded_by_id=actor.user_id,
        ).exists()
    )


def _approved(plan: FundsUsePlan, reply: BureauReply) -> Decimal | None:
    """Return what the finance bureau approves, None if it refuses."""
    if reply.decision != Decision.APPROVE:
        return None
    amount = plan.total_amount if reply.amount is None else reply.amount
    if not ZERO < amount <= plan.total_amount or amount != round_yuan(amount):
        raise ApprovedAboveAsked(f"核准金额须大于0且不超过申请金额{plan.total_amount:,.2f}元")
    if amount < plan.total_amount and not reply.opinion.strip():
        raise ShortageReasonMissing
    return amount


def _take_reply(plan: FundsUsePlan, reply: BureauReply, approved: Decimal | None) -> None:
    plan.approved_amount = approved
    with constraint_errors(REFUSALS):
        _move(plan, is_approved=reply.decision == Decision.APPROVE)
    if approved is not None and approved < plan.total_amount:
        leave_short(plan, max(ZERO, plan.available_amount) + approved)
