"""Funds-use plans: list, detail, signature, print and workbook."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Decision
from accounts.services.documents import PDF, XLSX
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt_or_warn, go, render_page, send_file
from common.lists import Narrowing, Viewer, open_list, window_of
from common.money import capital_amount
from funds import forms
from funds.documents.funds_plans import funds_plan_pdf, funds_plan_xlsx
from funds.enums import FundsPlanState
from funds.selectors import funds_plans as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre
from funds.selectors.funds_plans import FundsPlanSheet
from funds.services.funds_plan_signing import sign_funds_plan
from funds.views.funds_plan_page import show_funds_plan
from funds.views.shared import chosen_book, person_name, work_in
from funds.workflows import FUNDS_PLAN_DUTY, FUNDS_PLAN_STEPS


@require_GET
def funds_plans(request: TenantRequest) -> HttpResponse:
    """List funds-use plans by state."""
    book, state = chosen_book(request), request.GET.get("state", "")
    states = [
        *FundsPlanState.choices,
        (selector.UNANSWERED, "待登记批复"),
        (selector.TO_END, "待审批结束拨付"),
    ]
    listing = open_list(
        selector.FUNDS_PLANS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing(
            {"book_id": book.pk, "state": state},
            [
                ("账套", book.name),
                ("状态", str(dict(states).get(state, "全部"))),
            ],
        ),
    )
    tabs = [
        {"label": label, "url": f"?{urlencode({'state': code})}", "is_current": code == state}
        for code, label in [("", "全部"), *states]
    ]
    context = {"listing": listing, "tabs": tabs}
    return render_page(request, "funds/funds_plans.html", context=context)


@require_http_methods(["GET", "POST"])
def funds_plan(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Show a plan; POST signs it."""
    found = selector.get_funds_plan(actor=request.actor, plan_id=plan_id)
    work_in(request, found.book_id)
    if request.method == "GET":
        return _show(request, found)
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, decision=form, status=422)
    data = form.cleaned_data
    if data["decision"]:
        decision = Decision(data["decision"])
        verdict = Verdict(decision, data["opinion"], timezone.now(), data["seen"])
        attempt_or_warn(
            request,
            lambda: sign_funds_plan(actor=request.actor, plan_id=plan_id, verdict=verdict),
            "已签发" if decision == Decision.APPROVE else "用款计划已退回会计岗",
        )
    return go(request, "funds:funds_plan", plan_id=plan_id)


def _show(
    request: TenantRequest,
    found: FundsPlanSheet,
    decision: forms.DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actions, blocked = _actions(request, found)
    return show_funds_plan(
        request, found, actions=actions, blocked=blocked, decision=decision, status=status
    )


WAITS_FOR = {
    FundsPlanState.SIGNING: "待签发：由财务负责人办理",
    FundsPlanState.HEAD: "待签发：由主要领导办理",
}


def _actions(request: TenantRequest, found: FundsPlanSheet) -> tuple[list[dict[str, Any]], str]:
    if found.state not in FUNDS_PLAN_STEPS:
        return [], ""
    if not may(request.actor, FUNDS_PLAN_DUTY[found.state]):
        return [], WAITS_FOR[FundsPlanState(found.state)]
    figures = (
        f"{found.line_total}人次，到期支付{found.demand.payments:,.2f}元，"
        f"申请{found.total:,.2f}元（{capital_amount(found.total)}）"
    )
    then = "签发后报人社局、财政局审核。" if found.total else "支出户余额足够，签发后直接支付。"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "签发上报" if found.total else "签发",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"签发{found.number}",
        "confirm_text": f"{figures}。{then}",
        "confirm_button": "签发",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{found.number}",
        "confirm_text": f"{figures}。退回后由会计岗重新上报或撤回。",
        "confirm_button": "退回",
    }
    return [approve, refuse], ""


@require_GET
def funds_plan_print(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Hand out the plan's form as PDF."""
    found = selector.get_funds_plan(actor=request.actor, plan_id=plan_id)
    content = funds_plan_pdf(
        plan=found,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"用款计划-{found.number}.pdf", PDF)


@require_GET
def funds_plan_workbook(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Hand out the plan as a workbook."""
    found = selector.get_funds_plan(actor=request.actor, plan_id=plan_id)
    content = funds_plan_xlsx(plan=found, organisation=city_centre().name)
    return send_file(content, f"用款计划-{found.number}.xlsx", XLSX)


@require_GET
def allotment(request: TenantRequest, allotment_id: int) -> HttpResponse:
    """Lead to the plan an allotment belongs to: where its voucher's source is shown."""
    plan_id = selector.plan_of_allotment(actor=request.actor, allotment_id=allotment_id)
    return go(request, "funds:funds_plan", plan_id=plan_id)
