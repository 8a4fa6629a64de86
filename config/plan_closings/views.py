"""Ending the allotment of a funds-use plan: the books' page, decided with regard to the batches."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, go
from funds.forms import DecisionForm
from funds.forms.funds_plans import PlanClosingForm
from funds.selectors.funds_plans import get_funds_plan
from funds.selectors.plan_closings import plan_of_closing
from funds.views.funds_plan_page import show_funds_plan
from payouts.services.funds_plan_closings import apply_for_plan_closing, decide_plan_closing


@require_POST
def plan_closing(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Apply to end a plan's allotment."""
    form = PlanClosingForm(request.POST, request.FILES)
    if form.is_valid() and attempt(
        form,
        lambda: apply_for_plan_closing(
            actor=request.actor, plan_id=plan_id, letter=form.to_letter(), at=timezone.now()
        ),
    ):
        messages.success(request, "已申请结束拨付，等待财务负责人审批")
        return go(request, "funds:funds_plan", plan_id=plan_id)
    found = get_funds_plan(actor=request.actor, plan_id=plan_id)
    return show_funds_plan(request, found, closing=form, status=422)


@require_POST
def plan_closing_decide(request: TenantRequest, closing_id: int) -> HttpResponse:
    """Approve or refuse the end of a plan's allotment."""
    plan_id = plan_of_closing(actor=request.actor, closing_id=closing_id)
    form = DecisionForm(request.POST)
    if form.is_valid() and attempt(form, lambda: _decide(request, closing_id, form)):
        is_approved = form.cleaned_data["decision"] == Decision.APPROVE
        messages.success(request, "已批准结束拨付" if is_approved else "已不予批准，并通知申请人")
        return go(request, "funds:funds_plan", plan_id=plan_id)
    found = get_funds_plan(actor=request.actor, plan_id=plan_id)
    return show_funds_plan(request, found, decision=form, status=422)


def _decide(request: TenantRequest, closing_id: int, form: DecisionForm) -> None:
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    decide_plan_closing(actor=request.actor, closing_id=closing_id, verdict=verdict)
