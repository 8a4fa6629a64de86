"""Funds-use plans (用款计划): asked for, corrected after a return, withdrawn.

Signatures and letters stand in `funds_plan_signing`, the bureau's money in `allotments`.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import month_code
from funds.demand import FundsDemand, payable_by
from funds.enums import FundsPlanState
from funds.models import BankAccount, FundsUsePlan, FundsUsePlanLine
from funds.selectors.books import city_centre, expenditure_account
from funds.selectors.funds_demand import funds_demand

ZERO = Decimal("0.00")


class NothingToRequest(DomainError):
    code = "NOTHING_TO_REQUEST"
    message = "没有可以申请用款的发放计划"


class SourceAlreadyRequested(DomainError):
    code = "SOURCE_ALREADY_REQUESTED"
    message = "其中有发放计划已经列入其他用款计划，请刷新页面后重新选择"


class FundsPlanNotWaiting(DomainError):
    code = "FUNDS_PLAN_NOT_WAITING"
    message = "用款计划已由他人办理，请刷新页面查看最新状态"


class ReserveOutOfBounds(DomainError):
    code = "RESERVE_OUT_OF_BOUNDS"
    message = "政策参数“支出户备付月数”须为1至2个月，请先由市级更正参数"


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
    *,
    actor: Person,
    book_id: int,
    month: date,
    needs: Sequence[FundsNeed],
    promised: Decimal,
    at: datetime,
) -> FundsUsePlan:
    """Sum approved disbursement plans into one request to the finance bureau and sign it.

    Asked is what they come to and the reserve, less what 支出户 has left (`FundsDemand`).

    Args:
        promised: yuan that 支出户 owes to other plans or has on its way to the bank.

    Raises:
        NothingToRequest: no needs; SourceAlreadyRequested: a plan stands in another request;
        ReserveOutOfBounds: the parameter is no reserve of one to two months.

    Source: J08; 财社〔2017〕144号 on what 支出户 holds.
    """
    centre = city_centre()
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    if not needs:
        raise NothingToRequest
    number = _number(actor.pool_id, month)  # its row lock lets one request of a month pass
    payments = sum((need.amount for need in needs), ZERO)
    demand = funds_demand(
        book_id=book_id,
        month=month,
        payments=payments,
        promised=promised,
        today=timezone.localdate(at),
    )
    plan = FundsUsePlan(
        pool_id=actor.pool_id,
        book_id=book_id,
        number=number,
        month=month,
        created_at=at,
    )
    _take_demand(plan, demand)
    plan.content_sha256 = _content(plan, [asdict(need) for need in needs])
    with constraint_errors(REFUSALS):
        plan.save()
    _insert_lines(plan, needs)
    signatures.approve(actor, matter_of(plan, centre.pk), "PREPARE", at)
    record(actor, plan, "funds.funds_plan.requested", at, amount=plan.total_amount)
    return plan


REFUSALS = {
    "funds_plan_reserve_of_one_to_two_months": ReserveOutOfBounds,
}


def _number(pool_id: int, month: date) -> str:
    series = f"YK{Pool.objects.get(pk=pool_id).code}{month_code(month)}"
    return f"{series}{numbers.next_number(pool_id=pool_id, key=series):03d}"


def _take_demand(plan: FundsUsePlan, demand: FundsDemand) -> None:
    plan.payments_amount = demand.payments
    plan.average_paid_amount = demand.average_paid
    plan.reserve_months, plan.reserve_amount = demand.reserve_months, demand.reserve
    plan.balance_amount = demand.balance
    plan.expected_amount, plan.promised_amount = demand.expected, demand.promised
    plan.available_amount = demand.available
    plan.total_amount = demand.asked


FIGURES = (
    "payments_amount",
    "average_paid_amount",
    "reserve_months",
    "reserve_amount",
    "balance_amount",
    "expected_amount",
    "promised_amount",
    "available_amount",
    "total_amount",
)


def _content(plan: FundsUsePlan, needs: Sequence[dict[str, object]]) -> str:
    figures = {name: f"{getattr(plan, name):f}" for name in FIGURES}
    content = {"number": plan.number, "month": plan.month, "needs": list(needs), **figures}
    return signatures.content_hash(content)


def _insert_lines(plan: FundsUsePlan, needs: Sequence[FundsNeed]) -> None:
    with constraint_errors({"funds_plan_line_once_per_source": SourceAlreadyRequested}):
        FundsUsePlanLine.objects.bulk_create(
            [FundsUsePlanLine(pool_id=plan.pool_id, plan=plan, **asdict(need)) for need in needs],
            batch_size=5000,
        )


@transaction.atomic
def request_funds_again(
    *, actor: Person, plan_id: int, promised: Decimal, at: datetime
) -> FundsUsePlan:
    """Send a returned plan round once more, its means and reserve computed anew.

    Its disbursement plans stay; to change them, withdraw the plan. `promised` as in
    `request_funds`, without this plan's own.

    Raises:
        FundsPlanNotWaiting: it was not returned; ReserveOutOfBounds.
    """
    plan, centre = locked_funds_plan(plan_id), city_centre()
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=centre.pk)
    if plan.state != FundsPlanState.RETURNED:
        raise FundsPlanNotWaiting
    demand = funds_demand(
        book_id=plan.book_id,
        month=plan.month,
        payments=plan.payments_amount,
        promised=promised,
        today=timezone.localdate(at),
        plan_id=plan.pk,
    )
    _take_demand(plan, demand)
    names = list(FundsNeed.__dataclass_fields__)
    plan.content_sha256 = _content(plan, list(plan.lines.order_by("id").values(*names)))
    plan.state, plan.round = FundsPlanState.SIGNING, plan.round + 1
    with constraint_errors(REFUSALS):
        plan.save(update_fields=[*FIGURES, "content_sha256", "state", "round"])
    signatures.approve(actor, matter_of(plan, centre.pk), "PREPARE", at)
    after = {"amount": plan.total_amount, "round": plan.round}
    record(actor, plan, "funds.funds_plan.requested", at, **after)
    return plan


@transaction.atomic
def withdraw_funds_plan(*, actor: Person, plan_id: int, at: datetime) -> FundsUsePlan:
    """Give up a returned plan; its disbursement plans may stand in another.

    Raises:
        FundsPlanNotWaiting: it was not returned.
    """
    plan = locked_funds_plan(plan_id)
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=city_centre().pk)
    if plan.state != FundsPlanState.RETURNED:
        raise FundsPlanNotWaiting
    plan.state = FundsPlanState.WITHDRAWN
    plan.save(update_fields=["state"])
    plan.lines.update(is_live=False)
    record(actor, plan, "funds.funds_plan.withdrawn", at, state=plan.state)
    return plan


def matter_of(plan: FundsUsePlan, centre_id: int) -> signatures.Matter:
    """Return the plan as a matter to sign."""
    return signatures.Matter(
        SubjectKind.FUNDS_PLAN, plan.pk, plan.round, plan.content_sha256, centre_id
    )


def leave_short(plan: FundsUsePlan, means: Decimal, held: Collection[int] = ()) -> None:
    """Free the disbursement plans that `means`, in yuan, do not reach.

    Those in `held` (their ids) keep what they need; after them the lines are paid in the order of
    offices and items. The reserve has given way before anything is short.
    """
    lines = list(plan.lines.filter(is_live=True).order_by("organisation__code", "item_code", "id"))
    free = [line for line in lines if line.source_id not in held]
    left = means - sum((line.amount for line in lines if line.source_id in held), ZERO)
    reached = payable_by([line.amount for line in free], left)
    short = [line.pk for line, is_reached in zip(free, reached, strict=True) if not is_reached]
    plan.lines.filter(pk__in=short).update(is_live=False, is_short=True)


def lock_expenditure_account(book_id: int) -> None:
    """Let one request of a book look at what 支出户 has left at a time, until it commits."""
    rows = BankAccount.objects.select_for_update(of=("self",), no_key=True)
    rows.get(pk=expenditure_account(book_id).pk)


def locked_funds_plan(plan_id: int) -> FundsUsePlan:
    """Return the plan under its row lock; NotFound if there is none."""
    rows = FundsUsePlan.objects.select_for_update(of=("self",), no_key=True)
    plan = rows.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


def record(actor: Person, plan: FundsUsePlan, verb: str, at: datetime, **after: object) -> None:
    """Write a funds-use plan's event into the audit trail."""
    audit.record(
        actor=actor,
        verb=verb,
        subject=plan,
        at=at,
        label=plan.number,
        organisation_id=city_centre().pk,
        after=after,
    )
