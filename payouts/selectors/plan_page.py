"""Everything the page of one plan shows, gathered once."""

from dataclasses import dataclass
from datetime import date

from accounts.duties import Duty
from accounts.permissions import duties_of
from common.actor import Person
from common.money import capital_amount
from payouts.enums import PlanState
from payouts.selectors.applications import ReceivedForm, get_received_form
from payouts.selectors.plan_calendar import deadline_of, list_unsigned_months
from payouts.selectors.plan_details import (
    ChangeGroup,
    LeftOutList,
    chain_of,
    list_changes,
    list_left_out,
    list_plan_timeline,
    why_not_sign,
)
from payouts.selectors.plans import PaymentLine, PlanLine, get_plan, list_largest
from payouts.selectors.timelines import TimelineRow
from payouts.workflows.plans import PLAN_STEPS

PHRASES = ("同意", "同意发放", "人员、金额核对无误，同意", "请核对后重新提交")


@dataclass(frozen=True, slots=True)
class Action:
    """A button of `components/decision_bar.html`."""

    value: str
    label: str
    tone: str
    shortcut: str = ""
    confirm_title: str = ""
    confirm_text: str = ""
    confirm_button: str = ""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan's page. `blocked` says why this person cannot sign; empty when he can."""

    plan: PlanLine
    steps: list[dict[str, str]]
    entries: list[TimelineRow]
    changes: list[ChangeGroup]
    left_out: LeftOutList
    largest: list[PaymentLine]
    form: ReceivedForm | None
    deadline: date
    unsigned_months: list[date]
    is_being_signed: bool
    may_submit: bool
    may_receive: bool
    blocked: str
    actions: list[Action]
    submit_text: str
    phrases: tuple[str, ...] = PHRASES


def plan_page(*, actor: Person, plan_id: int) -> PlanPage:
    """Return what the plan's page shows to this person; NotFound for another office's plan."""
    plan = get_plan(actor=actor, plan_id=plan_id)
    duties = duties_of(actor)
    blocked = why_not_sign(actor=actor, plan=plan, duties=duties)
    may_change = plan.organisation_id in duties.get(Duty.PLAN_PREPARE.value, frozenset())
    is_open = plan.state in (PlanState.DRAFT, PlanState.RETURNED)
    receivable = plan.state == PlanState.APPROVED and not plan.has_application
    receiving = duties.get(Duty.APPLICATION_RECEIVE.value, frozenset())
    return PlanPage(
        plan=plan,
        steps=chain_of(plan),
        entries=list_plan_timeline(plan=plan),
        changes=list_changes(plan_id=plan.id),
        left_out=list_left_out(plan=plan),
        largest=list_largest(plan_id=plan.id),
        form=get_received_form(actor=actor, plan=plan) if plan.has_application else None,
        deadline=deadline_of(stage="PLAN", month=plan.month, item_code=plan.item_code),
        unsigned_months=_unsigned_months(plan) if is_open else [],
        is_being_signed=plan.state in PLAN_STEPS,
        may_submit=may_change and is_open,
        may_receive=receivable and plan.organisation_id in receiving,
        blocked=blocked,
        actions=_actions(plan) if not blocked else [],
        submit_text=f"{_figures(plan)}，提交后由机构负责人签字",
    )


def _unsigned_months(plan: PlanLine) -> list[date]:
    return list_unsigned_months(organisation_id=plan.organisation_id, before=plan.month)


def _actions(plan: PlanLine) -> list[Action]:
    return [
        Action(
            value="APPROVE",
            label="签字通过",
            tone="primary",
            shortcut="a",
            confirm_title=f"签署发放计划 {plan.number}",
            confirm_text=f"{_figures(plan)}。签字后不能撤回",
            confirm_button="签字通过",
        ),
        Action(
            value="RETURN",
            label="退回",
            tone="outline-danger",
            shortcut="r",
            confirm_title=f"退回发放计划 {plan.number}",
            confirm_text="退回后由经办机构重新提交或作废，本轮签字失效。请填写意见",
            confirm_button="退回",
        ),
    ]


def _figures(plan: PlanLine) -> str:
    return (
        f"{plan.organisation} {plan.month:%Y年%m月} {plan.item}，共 {plan.line_count} 人次，"
        f"合计 ¥{plan.total_amount:,.2f}（{capital_amount(plan.total_amount)}）"
    )
