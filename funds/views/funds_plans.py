"""Funds-use plans: list, detail, signature, allotment, print."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.documents import PDF
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page, send_file
from common.lists import Narrowing, Viewer, open_list, window_of
from common.money import capital_amount
from common.periods import today_in_shanghai
from funds import forms
from funds.documents.funds_plans import funds_plan_pdf
from funds.enums import FundsPlanState
from funds.selectors import funds_plans as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre
from funds.selectors.funds_plans import FundsPlanSheet
from funds.services import funds_plans as service
from funds.views.shared import PHRASES, chosen_book, person_name, timeline_rows, work_in

STEP_NAMES = {"PREPARE": "编制上报", "APPROVE": "财务负责人签发"}


@require_GET
def funds_plans(request: TenantRequest) -> HttpResponse:
    """List funds-use plans by state."""
    book, state = chosen_book(request), request.GET.get("state", "")
    listing = open_list(
        selector.FUNDS_PLANS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing(
            {"book_id": book.pk, "state": state},
            [
                ("账套", book.name),
                ("状态", str(dict(FundsPlanState.choices).get(state, "全部"))),
            ],
        ),
    )
    tabs = [
        {"label": label, "url": f"?{urlencode({'state': code})}", "is_current": code == state}
        for code, label in [("", "全部"), *FundsPlanState.choices]
    ]
    context = {"listing": listing, "tabs": tabs}
    return render_page(request, "funds/funds_plans.html", context=context)


@require_http_methods(["GET", "POST"])
def funds_plan(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Show a plan; POST signs it."""
    found = selector.get_funds_plan(actor=request.actor, plan_id=plan_id)
    work_in(request, found.book_id)
    if request.method == "POST":
        form = forms.DecisionForm(request.POST)
        if not form.is_valid():
            return _show(request, found, decision=form, status=422)
        decision = form.cleaned_data["decision"]
        if decision:
            verdict = Verdict(
                Decision(decision),
                form.cleaned_data["opinion"],
                timezone.now(),
                form.cleaned_data["seen"],
            )
            attempt_or_warn(
                request,
                lambda: service.sign_funds_plan(
                    actor=request.actor, plan_id=plan_id, verdict=verdict
                ),
                "已签发，等待财政拨付" if decision == Decision.APPROVE else "用款计划已退回",
            )
        return go(request, "funds:funds_plan", plan_id=plan_id)
    return _show(request, found)


def _show(
    request: TenantRequest,
    found: FundsPlanSheet,
    form: forms.AllotmentForm | None = None,
    decision: forms.DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {"amount": f"{found.total:.2f}", "allotted_date": today_in_shanghai().isoformat()}
    actions, blocked = _actions(request, found)
    context = {
        "plan": found,
        "steps": _steps(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": PHRASES[:1],
        "decision_form": decision or forms.DecisionForm(initial={"seen": found.content_sha256}),
        "form": form or decision,
        "allotment_form": form or forms.AllotmentForm(initial=initial),
        "is_requested": found.state == FundsPlanState.REQUESTED,
        "may_allot": may(request.actor, Duty.FUNDS_PLAN_PREPARE),
    }
    return render_page(request, "funds/funds_plan.html", context=context, status=status)


def _steps(found: FundsPlanSheet) -> list[dict[str, str]]:
    order = {"SIGNING": 1, "REQUESTED": 2, "ALLOTTED": 3, "RETURNED": 1}
    reached = order[found.state]
    names = ("编制上报", "财务负责人签发", "财政拨付")
    rows = []
    for place, name in enumerate(names):
        state = "done" if place < reached else "current" if place == reached else "todo"
        if found.state == FundsPlanState.RETURNED and place == 1:
            state = "refused"
        rows.append({"label": name, "state": state, "note": ""})
    return rows


def _actions(request: TenantRequest, found: FundsPlanSheet) -> tuple[list[dict[str, Any]], str]:
    if found.state != FundsPlanState.SIGNING:
        return [], ""
    if not may(request.actor, Duty.FUNDS_PLAN_SIGN):
        return [], "待签发：由财务负责人办理"
    figures = f"{len(found.lines)}个发放计划，{found.line_total}人次，合计{found.total:,.2f}元"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "签发上报",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"签发{found.number}",
        "confirm_text": f"{figures}（{capital_amount(found.total)}）。签发后报财政部门申请拨付。",
        "confirm_button": "签发",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{found.number}",
        "confirm_text": f"{figures}。退回后其中的发放计划可以重新申请用款。",
        "confirm_button": "退回",
    }
    return [approve, refuse], ""


@require_POST
def funds_plan_allot(request: TenantRequest, plan_id: int) -> HttpResponse:
    """Record the finance bureau's allotment."""
    form = forms.AllotmentForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: service.record_allotment(
            actor=request.actor, plan_id=plan_id, at=timezone.now(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已登记拨付，并生成凭证等待稽核")
        return go(request, "funds:funds_plan", plan_id=plan_id)
    found = selector.get_funds_plan(actor=request.actor, plan_id=plan_id)
    return _show(request, found, form=form, status=422)


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
