"""Pages of disbursement plans: lists by tab, one plan, its lines, and the acts on it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import reach_of, require_any, require_visible
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import month_of
from payouts.forms.plans import (
    DecisionForm,
    LineFilterForm,
    OfficeMonthForm,
    PlanFilterForm,
    WithdrawForm,
    posted,
)
from payouts.selectors.plan_calendar import list_deadlines
from payouts.selectors.plan_page import plan_page
from payouts.selectors.plans import (
    LINES,
    PLANS,
    TABS,
    count_plans,
    get_plan,
    list_items,
    list_offices,
)
from payouts.services import plans as service

SIGNING_DUTIES = (
    Duty.PLAN_SIGN_OFFICE,
    Duty.PLAN_SIGN_DEPARTMENT,
    Duty.PLAN_SIGN_LEADER,
    Duty.PLAN_SIGN_PRINCIPAL,
)


@require_GET
def plans(request: TenantRequest) -> HttpResponse:
    """List the plans of one tab, with the month's deadlines above."""
    today, tab = timezone.localdate(), request.GET.get("tab", "waiting")
    filters = PlanFilterForm(
        request.GET, offices=list_offices(actor=request.actor, duty=Duty.PLAN_READ), today=today
    )
    listing = open_list(
        PLANS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"tab": tab, **filters.to_filters()},
            分类=dict(TABS).get(tab, "全部"),
        ),
    )
    context = {
        "listing": listing,
        "tab": tab,
        "filters": filters,
        "tabs": _tabs(request, tab),
        "deadlines": list_deadlines(month=month_of(today), item_code="B01", today=today),
        "month": month_of(today),
        "may_prepare": bool(reach_of(request.actor, Duty.PLAN_PREPARE)),
    }
    return render_page(request, "payouts/plans/plans.html", context=context)


def _tabs(request: TenantRequest, current: str) -> list[dict[str, object]]:
    counts, url = count_plans(actor=request.actor), reverse("payouts:plans")
    return [
        {
            "label": label,
            "url": f"{url}?{urlencode({'tab': code})}",
            "is_current": code == current,
            "count": counts[code],
        }
        for code, label in TABS
    ]


@require_http_methods(["GET", "POST"])
def plan_new(request: TenantRequest) -> HttpResponse:
    """Have a plan built from the comparison in force."""
    require_any(request.actor, Duty.PLAN_PREPARE)
    built = []
    form = OfficeMonthForm(
        posted(request)[0],
        initial=request.GET.dict(),
        offices=list_offices(actor=request.actor, duty=Duty.PLAN_PREPARE),
        items=list_items(),
        today=timezone.localdate(),
    )

    def build() -> None:
        plan = service.build_plan(actor=request.actor, at=timezone.now(), **form.to_arguments())
        built.append(plan.pk)

    if request.method == "POST" and form.is_valid() and attempt(form, build):
        return go(request, "payouts:plan", plan_id=built[0])
    template, status = "payouts/plans/plan_new.html", 422 if form.errors else 200
    return render_page(request, template, context={"form": form}, status=status)


@require_GET
def plan(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Show one plan with all that its signer must see."""
    return _plan_page(request, plan_id, DecisionForm(), WithdrawForm())


def _plan_page(
    request: TenantRequest,
    plan_id: int,
    form: DecisionForm,
    withdraw_form: WithdrawForm,
    status: int = 200,
) -> HttpResponse:
    page = plan_page(actor=request.actor, plan_id=plan_id)
    form.show_content(page.plan.content_sha256)
    context = {"page": page, "plan": page.plan, "form": form, "withdraw_form": withdraw_form}
    return render_page(request, "payouts/plans/plan.html", context=context, status=status)


@require_GET
def plan_lines(request: TenantRequest, plan_id: int) -> HttpResponse:
    """List a plan's lines, fifty to a page."""
    found = get_plan(actor=request.actor, plan_id=plan_id)
    filters = LineFilterForm(request.GET)
    name = filters.cleaned_data.get("name", "") if filters.is_valid() else ""
    listing = open_list(
        LINES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"plan_id": plan_id, "name": name}, 计划=found.number),
    )
    context = {"plan": found, "listing": listing, "filters": filters}
    return render_page(request, "payouts/plans/plan_lines.html", context=context)


@require_POST
def plan_decide(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Sign the step a plan waits for, or return it."""
    found = get_plan(actor=request.actor, plan_id=plan_id)
    require_visible(request.actor, *SIGNING_DUTIES, over=found.organisation_id)
    form = DecisionForm(request.POST)

    def decide() -> None:
        service.sign_plan(
            actor=request.actor,
            plan_id=plan_id,
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            seen_sha256=form.cleaned_data["seen"],
            at=timezone.now(),
        )

    if form.is_valid() and attempt(form, decide):
        is_signed = form.cleaned_data["decision"] == Decision.APPROVE
        messages.success(request, f"{found.number} {'已签字' if is_signed else '已退回'}")
        return go(request, "payouts:plan", plan_id=plan_id)
    return _plan_page(request, plan_id, form, WithdrawForm(), status=422)


@require_POST
def plan_submit(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Hand a plan to the office head under the preparer's signature."""
    found = get_plan(actor=request.actor, plan_id=plan_id)
    require_visible(request.actor, Duty.PLAN_PREPARE, over=found.organisation_id)

    def submit() -> None:
        service.submit_plan(
            actor=request.actor,
            plan_id=plan_id,
            at=timezone.now(),
            seen_sha256=request.POST.get("seen", ""),
        )

    attempt_or_warn(request, submit, f"{found.number} 已提交机构负责人签字")
    return go(request, "payouts:plan", plan_id=plan_id)


@require_POST
def plan_withdraw(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Withdraw a plan that is not being signed."""
    found = get_plan(actor=request.actor, plan_id=plan_id)
    require_visible(request.actor, Duty.PLAN_PREPARE, over=found.organisation_id)
    form = WithdrawForm(request.POST)

    def withdraw() -> None:
        service.withdraw_plan(
            actor=request.actor, plan_id=plan_id, at=timezone.now(), **form.cleaned_data
        )

    if form.is_valid() and attempt(form, withdraw):
        messages.success(request, f"{found.number} 已作废，可以重新编制")
        return go(request, "payouts:plans")
    return _plan_page(request, plan_id, DecisionForm(), form, status=422)
