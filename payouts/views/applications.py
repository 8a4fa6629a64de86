"""Pages of the payment application form, and of asking for funds."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any, require_visible
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.forms.plans import ApplicationForm, FundsRequestForm, PlanFilterForm, posted
from payouts.selectors.applications import FORMS, get_received_form
from payouts.selectors.funds_requests import funds_request_page
from payouts.selectors.plans import get_plan, list_offices
from payouts.services.applications import (
    receive_application,
    request_funds_for_plans,
    request_returned_funds,
)

TABS = (("waiting", "待接收"), ("received", "已接收"))


@require_GET
def applications(request: TenantRequest) -> HttpResponse:
    """List approved plans that wait for their form, or have it."""
    tab = request.GET.get("tab", "waiting")
    offices = list_offices(actor=request.actor, duty=Duty.PLAN_READ)
    filters = PlanFilterForm(request.GET, offices=offices, today=timezone.localdate())
    wanted = {"is_received": tab == "received", **filters.to_filters()}
    listing = open_list(
        FORMS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, wanted, 分类=dict(TABS).get(tab, "")),
    )
    tabs = [
        {"label": label, "url": f"?tab={code}", "is_current": code == tab, "count": None}
        for code, label in TABS
    ]
    may_receive = bool(reach_of(request.actor, Duty.APPLICATION_RECEIVE))
    context = {
        "listing": listing,
        "filters": filters,
        "tab": tab,
        "tabs": tabs,
        "may_receive": may_receive,
    }
    return render_page(request, "payouts/plans/applications.html", context=context)


@require_http_methods(["GET", "POST"])
def application_receive(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Take in a form: the plan on one side, the typed figures on the other."""
    plan = get_plan(actor=request.actor, plan_id=plan_id)
    require_visible(request.actor, Duty.APPLICATION_RECEIVE, over=plan.organisation_id)
    form = ApplicationForm(*posted(request))

    def receive() -> None:
        receive_application(
            actor=request.actor,
            plan_id=plan_id,
            channel=form.cleaned_data["channel"],
            figures=form.to_figures(),
            scan=form.cleaned_data["scan"],
            at=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, receive):
        messages.success(request, f"{plan.number} 的支付申请表已接收，与计划一致")
        return go(request, "payouts:applications")
    received = get_received_form(actor=request.actor, plan=plan)
    context = {"plan": plan, "form": form, "received": received}
    template, status = "payouts/plans/application_receive.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)


@require_http_methods(["GET", "POST"])
def funds_request_new(request: TenantRequest) -> HttpResponse:
    """Ask the finance bureau for the money of ticked plans."""
    require_any(request.actor, Duty.FUNDS_PLAN_PREPARE)
    page = funds_request_page(actor=request.actor, at=timezone.now())
    form = FundsRequestForm(posted(request)[0], plan_ids=[row.id for row in page.plans])

    def ask() -> None:
        request_funds_for_plans(
            actor=request.actor, plan_ids=form.cleaned_data["ids"], at=timezone.now()
        )

    if request.method == "POST" and form.is_valid() and attempt(form, ask):
        messages.success(request, "已提交用款计划，等待财务负责人签发")
        return go(request, "payouts:funds_request_new")
    context = {"page": page, "form": form}
    template, status = "payouts/plans/funds_request_new.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)


@require_POST
def funds_request_again(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Send a returned funds-use plan round again, its means computed anew."""
    attempt_or_warn(
        request,
        lambda: request_returned_funds(actor=request.actor, plan_id=plan_id, at=timezone.now()),
        "已重新上报，等待财务负责人签发",
    )
    return go(request, "funds:funds_plan", plan_id=plan_id)
