"""What the finance bureau moves to 支出户 for a funds-use plan, and its voucher E08."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.services import audit
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.money import round_yuan
from funds.enums import BusinessEvent, FundsPlanState, SourceKind
from funds.models import FundsAllotment, FundsUsePlan
from funds.selectors.books import city_centre
from funds.services.drafting import DraftLine, VoucherDraft, draft_voucher
from funds.services.funds_plans import FundsPlanNotWaiting, locked_funds_plan

ZERO = Decimal("0.00")


class FundsPlanClosed(DomainError):
    code = "FUNDS_PLAN_CLOSED"
    message = (
        "本用款计划已结束拨付，不能再登记拨付。又收到拨款的，重新申请用款，登记在新的用款计划；"
        "用途查不明的，在“收支登记”按“收到不明来款”登记"
    )


class AllotmentAbovePlan(DomainError):
    code = "ALLOTMENT_ABOVE_PLAN"
    message = "拨付金额合计不能超过用款计划的核准金额"


class AllotmentInvalid(DomainError):
    code = "ALLOTMENT_INVALID"
    message = "拨付金额必须大于0且最多两位小数，拨款凭证号必须填写"


class AllotmentRecorded(DomainError):
    code = "ALLOTMENT_RECORDED"
    message = "该拨款凭证号已在本用款计划登记过，请核对是否重复"


REFUSALS = {
    "funds_plan_allotment_within_plan": AllotmentAbovePlan,
    "allotment_once_per_reference": AllotmentRecorded,
}


@transaction.atomic
def record_allotment(
    *,
    actor: Person,
    plan_id: int,
    amount: Decimal,
    allotted_date: date,
    reference: str,
    at: datetime,
) -> FundsUsePlan:
    """Record one sum the finance bureau allotted and draft its voucher E08 (Dr 1004, Cr 100301).

    The plan is allotted when the sums come to what was approved.

    Args:
        amount: yuan, above zero, with the earlier ones not above what was approved.
        reference: the finance bureau's voucher number, once per plan.

    Raises:
        FundsPlanNotWaiting, AllotmentAbovePlan, AllotmentInvalid, AllotmentRecorded,
        PeriodMissing, PeriodClosed; FundsPlanClosed: its allotment has ended (`plan_closings`).
    """
    plan, centre = locked_funds_plan(plan_id), city_centre()
    left = _left_to_allot(plan)
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    _check(left, amount, reference)
    if allotted_date > timezone.localdate(at):
        raise AllotmentInvalid("拨付日期不能晚于今天")
    with constraint_errors(REFUSALS):
        allotment = FundsAllotment.objects.create(
            pool_id=actor.pool_id,
            plan=plan,
            amount=amount,
            allotted_date=allotted_date,
            reference=reference.strip(),
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    _take(plan, allotment)
    audit.record(
        actor=actor,
        verb="funds.funds_plan.allotted",
        subject=allotment,
        at=at,
        label=plan.number,
        organisation_id=centre.pk,
        after={"amount": amount, "reference": reference},
    )
    draft_voucher(actor=actor, draft=_draft(plan, allotment), at=at)
    return plan


def _left_to_allot(plan: FundsUsePlan) -> Decimal:
    if plan.state == FundsPlanState.CLOSED:
        raise FundsPlanClosed
    if plan.state != FundsPlanState.REQUESTED or plan.approved_amount is None:
        raise FundsPlanNotWaiting
    left: Decimal = plan.approved_amount - plan.allotted_amount
    return left


def _check(left: Decimal, amount: Decimal, reference: str) -> None:
    if amount > left:
        raise AllotmentAbovePlan(f"拨付金额不能超过尚未拨付的{left:,.2f}元")
    if amount <= 0 or amount != round_yuan(amount) or not reference.strip():
        raise AllotmentInvalid


def _take(plan: FundsUsePlan, allotment: FundsAllotment) -> None:
    plan.allotted_amount += allotment.amount
    plan.allotted_date = max(allotment.allotted_date, plan.allotted_date or date.min)
    if plan.allotted_amount == plan.approved_amount:
        plan.state = FundsPlanState.ALLOTTED
    plan.save(update_fields=["state", "allotted_amount", "allotted_date"])


def _draft(plan: FundsUsePlan, allotment: FundsAllotment) -> VoucherDraft:
    summary = f"财政专户拨付支出户 {plan.number}"
    return VoucherDraft(
        book_id=plan.book_id,
        voucher_date=allotment.allotted_date,
        event=BusinessEvent.ALLOTMENT,
        summary=summary,
        source_kind=SourceKind.FUNDS_ALLOTMENT,
        source_id=allotment.pk,
        attachment_count=1,
        lines=[
            DraftLine("1004", allotment.amount, ZERO, summary),
            DraftLine("100301", ZERO, allotment.amount, summary),
        ],
    )
