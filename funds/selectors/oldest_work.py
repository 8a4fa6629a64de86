"""What of the books has waited longest for a post."""

from collections.abc import Iterator

from django.db.models import Sum

from accounts.duties import Duty
from accounts.permissions import duties_of
from accounts.selectors.worklist import WaitingItem
from common.actor import Person
from common.addresses import address
from common.periods import last_day, month_of, month_text
from funds.enums import FundsPlanClosingState, FundsPlanState, VoucherState
from funds.models import FundsPlanClosing, FundsUsePlan, Voucher
from funds.selectors.books import city_centre
from funds.workflows import DUTY_AT, FUNDS_PLAN_DUTY

BOOK_DUTIES = (
    *DUTY_AT.values(),
    *FUNDS_PLAN_DUTY.values(),
    Duty.FUNDS_PLAN_PREPARE,
)


def list_oldest_work(*, actor: Person, limit: int) -> list[WaitingItem]:
    """Return the vouchers and funds-use plans that wait for the actor, at most `limit` of each.

    Vouchers are due by the end of their month, in which the books are to hold them.
    """
    duties = duties_of(actor)
    if not any(duty.value in duties for duty in BOOK_DUTIES):
        return []
    centre = city_centre().pk
    held = {duty for duty in BOOK_DUTIES if centre in duties.get(duty.value, ())}
    return [
        *_vouchers(actor, held, limit),
        *_funds_plans(held, limit),
        *_plan_closings(held, limit),
    ]


def _vouchers(actor: Person, held: set[Duty], limit: int) -> Iterator[WaitingItem]:
    states = [state for state, duty in DUTY_AT.items() if duty in held]
    waiting = Voucher.objects.filter(state__in=states).exclude(prepared_by=actor.user_id)
    rows = waiting.annotate(total=Sum("lines__debit"))
    for voucher in rows.order_by("voucher_date", "id")[:limit] if held else ():
        yield WaitingItem(
            label=f"凭证{VoucherState(voucher.state).label}",
            subject=voucher.summary,
            url=address("funds:voucher", voucher.pk),
            since=voucher.prepared_at,
            due=last_day(month_of(voucher.voucher_date)),
            amount=voucher.total,
        )


def _funds_plans(held: set[Duty], limit: int) -> Iterator[WaitingItem]:
    states = [state for state, duty in FUNDS_PLAN_DUTY.items() if duty in held]
    if Duty.FUNDS_PLAN_PREPARE in held:
        states += [FundsPlanState.REQUESTED, FundsPlanState.RETURNED]
    rows = FundsUsePlan.objects.filter(state__in=states)
    for plan in rows.order_by("created_at", "id")[:limit]:
        yield WaitingItem(
            label=f"用款计划{FundsPlanState(plan.state).label}",
            subject=f"{month_text(plan.month)} · {plan.number}",
            url=address("funds:funds_plan", plan.pk),
            since=plan.created_at,
            due=last_day(plan.month),
            amount=plan.total_amount,
        )


def _plan_closings(held: set[Duty], limit: int) -> Iterator[WaitingItem]:
    waiting = FundsPlanClosing.objects.filter(state=FundsPlanClosingState.WAITING)
    rows = waiting.select_related("plan").order_by("requested_at", "id")
    for closing in rows[:limit] if Duty.FUNDS_PLAN_SIGN in held else ():
        yield WaitingItem(
            label="结束拨付待审批",
            subject=f"{month_text(closing.plan.month)} · {closing.plan.number}",
            url=address("funds:funds_plan", closing.plan_id),
            since=closing.requested_at,
            due=last_day(closing.plan.month),
            amount=closing.ended_amount,
        )
