"""Funds-use plans (用款计划): asked for, signed by the head of finance, allotted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.money import round_yuan
from common.periods import month_code
from funds.enums import BusinessEvent, FundsPlanState, SourceKind
from funds.models import FundsUsePlan, FundsUsePlanLine
from funds.selectors.books import city_centre
from funds.services.drafting import DraftLine, VoucherDraft, draft_voucher

ZERO = Decimal("0.00")


class NothingToRequest(DomainError):
    code = "NOTHING_TO_REQUEST"
    message = "没有可以申请用款的发放计划"


class SourceAlreadyRequested(DomainError):
    code = "SOURCE_ALREADY_REQUESTED"
    message = "其中有发放计划已经列入其他用款计划，请刷新页面后重新选择"


class FundsPlanNotWaiting(DomainError):
    code = "FUNDS_PLAN_NOT_WAITING"
    message = "用款计划已由他人处理，请刷新页面查看最新状态"


class AllotmentAbovePlan(DomainError):
    code = "ALLOTMENT_ABOVE_PLAN"
    message = "拨付金额不能超过用款计划的申请金额"


class AllotmentInvalid(DomainError):
    code = "ALLOTMENT_INVALID"
    message = "拨付金额必须大于0且最多两位小数，拨款凭证号必须填写"


@dataclass(frozen=True, slots=True)
class FundsNeed:
    """What one approved disbursement plan (`source_id`, `source_number`) needs, in yuan."""

    organisation_id: int
    item_code: str
    source_id: int
    source_number: str
    line_count: int
    amount: Decimal


@transaction.atomic
def request_funds(
    *, actor: Person, book_id: int, month: date, needs: Sequence[FundsNeed], at: datetime
) -> FundsUsePlan:
    """Sum approved disbursement plans into one request to the finance bureau and sign it.

    Raises:
        NothingToRequest: no needs; SourceAlreadyRequested: a plan stands in another request.
    """
    centre = city_centre()
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    if not needs:
        raise NothingToRequest
    total = sum((need.amount for need in needs), ZERO)
    number = _number(actor.pool_id, month)
    plan = FundsUsePlan.objects.create(
        pool_id=actor.pool_id,
        book_id=book_id,
        number=number,
        month=month,
        total_amount=total,
        content_sha256=_content(number, month, needs),
        created_at=at,
    )
    _insert_lines(plan, needs)
    signatures.approve(actor, matter_of(plan, centre.pk), "PREPARE", at)
    _record(actor, plan, "funds.funds_plan.requested", at, amount=total, lines=len(needs))
    return plan


def _number(pool_id: int, month: date) -> str:
    series = f"YK{Pool.objects.get(pk=pool_id).code}{month_code(month)}"
    return f"{series}{numbers.next_number(pool_id=pool_id, key=series):03d}"


def _content(number: str, month: date, needs: Sequence[FundsNeed]) -> str:
    content = {"number": number, "month": month, "needs": [asdict(need) for need in needs]}
    return signatures.content_hash(content)


def _insert_lines(plan: FundsUsePlan, needs: Sequence[FundsNeed]) -> None:
    with constraint_errors({"funds_plan_line_once_per_source": SourceAlreadyRequested}):
        FundsUsePlanLine.objects.bulk_create(
            [FundsUsePlanLine(pool_id=plan.pool_id, plan=plan, **asdict(need)) for need in needs],
            batch_size=5000,
        )


def matter_of(plan: FundsUsePlan, centre_id: int) -> signatures.Matter:
    """Return the plan as a matter to sign."""
    return signatures.Matter(
        SubjectKind.FUNDS_PLAN, plan.pk, plan.round, plan.content_sha256, centre_id
    )


@transaction.atomic
def sign_funds_plan(*, actor: Person, plan_id: int, verdict: signatures.Verdict) -> FundsUsePlan:
    """Sign step APPROVE: approval sends the plan to the finance bureau, anything else frees it.

    A refused plan's disbursement plans may stand in the next request.

    Raises:
        FundsPlanNotWaiting: signed or returned already; AlreadySigned: the actor prepared it;
        OpinionMissing: a refusal without opinion.
    """
    plan, centre = _locked(plan_id), city_centre()
    if plan.state != FundsPlanState.SIGNING:
        raise FundsPlanNotWaiting
    require_duty(actor, Duty.FUNDS_PLAN_SIGN, over=centre.pk)
    signatures.sign(actor=actor, matter=matter_of(plan, centre.pk), step="APPROVE", verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    plan.state = FundsPlanState.REQUESTED if is_approved else FundsPlanState.RETURNED
    plan.save(update_fields=["state"])
    if not is_approved:
        plan.lines.update(is_live=False)
    _record(actor, plan, "funds.funds_plan.signed", verdict.signed_at, state=plan.state)
    return plan


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
    """Record what the finance bureau allotted and draft its voucher E08 (Dr 1004, Cr 100301).

    Args:
        amount: yuan, above zero and not above the plan.
        reference: the finance bureau's voucher number.

    Raises:
        FundsPlanNotWaiting, AllotmentAbovePlan, AllotmentInvalid, PeriodMissing, PeriodClosed.
    """
    plan, centre = _locked(plan_id), city_centre()
    if plan.state != FundsPlanState.REQUESTED:
        raise FundsPlanNotWaiting
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    if amount > plan.total_amount:
        raise AllotmentAbovePlan(f"拨付金额不能超过申请金额{plan.total_amount:,.2f}元")
    if amount <= 0 or amount != round_yuan(amount) or not reference.strip():
        raise AllotmentInvalid
    if allotted_date > timezone.localdate(at):
        raise AllotmentInvalid("拨付日期不能晚于今天")
    plan.state = FundsPlanState.ALLOTTED
    plan.allotted_amount, plan.allotted_date = amount, allotted_date
    plan.allotment_reference = reference.strip()
    plan.save(update_fields=["state", "allotted_amount", "allotted_date", "allotment_reference"])
    _record(actor, plan, "funds.funds_plan.allotted", at, amount=amount, reference=reference)
    draft_voucher(actor=actor, draft=_allotment_draft(plan, amount, allotted_date), at=at)
    return plan


def _allotment_draft(plan: FundsUsePlan, amount: Decimal, day: date) -> VoucherDraft:
    summary = f"财政专户拨付支出户 {plan.number}"
    return VoucherDraft(
        book_id=plan.book_id,
        voucher_date=day,
        event=BusinessEvent.ALLOTMENT,
        summary=summary,
        source_kind=SourceKind.FUNDS_USE_PLAN,
        source_id=plan.pk,
        attachment_count=1,
        lines=[
            DraftLine("1004", amount, ZERO, summary),
            DraftLine("100301", ZERO, amount, summary),
        ],
    )


def _locked(plan_id: int) -> FundsUsePlan:
    rows = FundsUsePlan.objects.select_for_update(of=("self",), no_key=True)
    plan = rows.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


def _record(actor: Person, plan: FundsUsePlan, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=plan,
        at=at,
        label=plan.number,
        organisation_id=city_centre().pk,
        after=after,
    )
