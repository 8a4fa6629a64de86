"""Budgets: list, draft and its parts, one budget and its signature, adjustment, papers."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, obtain, render_page
from common.lists import Narrowing, Viewer, open_list, window_of
from common.periods import today_in_shanghai
from funds import forms
from funds.budget_enums import BudgetCause, BudgetState
from funds.forms.budgets import AdjustmentForm, BudgetYearForm
from funds.selectors import budgets as selector
from funds.selectors.access import may
from funds.selectors.budget_list import BUDGETS, UNANSWERED
from funds.selectors.budgets import BudgetSheet
from funds.services.budget_beginnings import adjust_budget, draft_budget
from funds.services.budget_signing import sign_budget
from funds.views.budget_page import part_of, parts_in_order, show_budget
from funds.views.shared import chosen_book, work_in


@require_GET
def budgets(request: TenantRequest) -> HttpResponse:
    """List the budgets of the chosen book by state."""
    selector.require_budgets(request.actor)
    book, state = chosen_book(request), request.GET.get("state", "")
    states = [*BudgetState.choices, (UNANSWERED, "待登记或核对批复")]
    listing = open_list(
        BUDGETS,
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
    context = {
        "listing": listing,
        "tabs": tabs,
        "prepares": may(request.actor, Duty.BUDGET_PREPARE),
        "is_missing": selector.budget_in_force(book.pk, today_in_shanghai().year) is None,
        "this_year": today_in_shanghai().year,
    }
    return render_page(request, "funds/budgets.html", context=context)


@require_http_methods(["GET", "POST"])
def budget_new(request: TenantRequest) -> HttpResponse:
    """Ask for the year of a budget; POST begins its draft."""
    if not may(request.actor, Duty.BUDGET_PREPARE):
        raise DutyNotHeld
    book, today = chosen_book(request), today_in_shanghai()
    form = BudgetYearForm(request.POST or None, years=[today.year + 1, today.year])
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: draft_budget(
                actor=request.actor,
                book_id=book.pk,
                year=int(form.cleaned_data["year"]),
                at=timezone.now(),
                today=today,
            ),
        )
        if made is not None:
            messages.success(request, "预算草案已建立，请逐项填写")
            return go(request, "funds:budget", budget_id=made.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "book": book}
    return render_page(request, "funds/budget_new.html", context=context, status=status)


@require_http_methods(["GET", "POST"])
def budget_part(request: TenantRequest, budget_id: int, code: str) -> HttpResponse:
    """Show the form of one part of a draft; POST writes it and goes to the next part."""
    found = selector.get_budget(actor=request.actor, budget_id=budget_id)
    if not may(request.actor, Duty.BUDGET_PREPARE):
        raise DutyNotHeld
    part, order = part_of(found, code), parts_in_order(found)
    form = part.make(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        if attempt(form, lambda: part.save(request.actor, budget_id, form, at)):
            following = order[order.index(code) + 1 :]
            if "next" in request.POST and following:
                return go(request, "funds:budget_part", budget_id=budget_id, code=following[0])
            return go(request, "funds:budget", budget_id=budget_id)
    context = {"budget": found, "part": part, "form": form, "is_last": code == order[-1]}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/budget_part.html", context=context, status=status)


@require_http_methods(["GET", "POST"])
def budget(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Show a budget; POST signs it."""
    found = selector.get_budget(actor=request.actor, budget_id=budget_id)
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
            lambda: sign_budget(actor=request.actor, budget_id=budget_id, verdict=verdict),
            "已签发，等待税务会签" if decision == Decision.APPROVE else "预算已退回预算岗",
        )
    return go(request, "funds:budget", budget_id=budget_id)


def _show(
    request: TenantRequest,
    found: BudgetSheet,
    decision: forms.DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actions, blocked = _actions(request, found)
    return show_budget(
        request, found, actions=actions, blocked=blocked, decision=decision, status=status
    )


def _actions(request: TenantRequest, found: BudgetSheet) -> tuple[list[dict[str, Any]], str]:
    if found.state != BudgetState.HEAD:
        return [], ""
    if not may(request.actor, Duty.BUDGET_SIGN):
        return [], "待签发：由主要领导办理"
    figures = (
        f"基金收入{found.income:,.2f}元，基金支出{found.expenditure:,.2f}元，"
        f"年末滚存结余{found.closing:,.2f}元"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": "签发上报",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"签发{found.title}",
        "confirm_text": f"{figures}。签发后送税务局会签。",
        "confirm_button": "签发",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{found.title}",
        "confirm_text": f"{figures}。退回后由预算岗修改或撤回。",
        "confirm_button": "退回",
    }
    return [approve, refuse], ""


@require_http_methods(["GET", "POST"])
def budget_adjust(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Ask why a budget in force is adjusted; POST begins the new version."""
    found = selector.get_budget(actor=request.actor, budget_id=budget_id)
    if not may(request.actor, Duty.BUDGET_PREPARE):
        raise DutyNotHeld
    form = AdjustmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = obtain(
            form,
            lambda: adjust_budget(
                actor=request.actor,
                budget_id=budget_id,
                cause=BudgetCause(data["cause"]),
                reason=data["reason"],
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "已建立调整草案，原预算在批准前继续执行")
            return go(request, "funds:budget", budget_id=made.pk)
    status = 422 if request.method == "POST" else 200
    context = {"budget": found, "form": form}
    return render_page(request, "funds/budget_adjust.html", context=context, status=status)
