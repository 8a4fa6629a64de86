"""What happens to a funds-use plan after it was signed: letters, allotments, a withdrawal."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from common.http import TenantRequest, attempt, attempt_or_warn, go
from funds.enums import FundsPlanState
from funds.forms.funds_plans import AllotmentForm, BureauReplyForm
from funds.selectors.funds_plans import get_funds_plan
from funds.services.allotments import record_allotment
from funds.services.funds_plan_signing import record_reply
from funds.services.funds_plans import withdraw_funds_plan
from funds.views.funds_plan_page import show_funds_plan


@require_POST
def funds_plan_reply(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Record the letter of the bureau a plan waits for."""
    found = get_funds_plan(actor=request.actor, plan_id=plan_id)
    names_amount = found.state == FundsPlanState.FINANCE
    form = BureauReplyForm(request.POST, request.FILES, names_amount=names_amount)
    if form.is_valid() and attempt(
        form,
        lambda: record_reply(
            actor=request.actor, plan_id=plan_id, reply=form.to_reply(), at=timezone.now()
        ),
    ):
        messages.success(request, "批复已登记")
        return go(request, "funds:funds_plan", plan_id=plan_id)
    return show_funds_plan(request, found, reply=form, status=422)


@require_POST
def funds_plan_allot(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Record one sum the finance bureau allotted."""
    form = AllotmentForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: record_allotment(
            actor=request.actor, plan_id=plan_id, at=timezone.now(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已登记拨付，并生成凭证等待稽核")
        return go(request, "funds:funds_plan", plan_id=plan_id)
    found = get_funds_plan(actor=request.actor, plan_id=plan_id)
    return show_funds_plan(request, found, allotment=form, status=422)


@require_POST
def funds_plan_withdraw(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Give up a returned plan."""
    attempt_or_warn(
        request,
        lambda: withdraw_funds_plan(actor=request.actor, plan_id=plan_id, at=timezone.now()),
        "用款计划已撤回，其中的发放计划可以重新申请用款",
    )
    return go(request, "funds:funds_plan", plan_id=plan_id)
