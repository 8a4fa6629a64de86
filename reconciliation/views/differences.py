"""Differences: the list, one of them, explained and closed."""

from dataclasses import asdict
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import reach_of
from common.http import TenantRequest, attempt, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from reconciliation.enums import DifferenceState
from reconciliation.forms import DecisionForm, DifferenceFilterForm, ExplainForm
from reconciliation.selectors.differences import (
    DIFFERENCES,
    DifferencePage,
    count_states,
    get_difference,
)
from reconciliation.services.differences import (
    close_difference,
    explain_difference,
    return_difference,
)


@require_GET
def differences(request: TenantRequest) -> HttpResponse:
    """List the differences in reach, by state."""
    today = timezone.localdate()
    form = DifferenceFilterForm(request.GET, today=today)
    words = dict(DifferenceState.choices)
    filters = form.to_filters()
    listing = open_list(
        DIFFERENCES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(form, asdict(filters), 状态=str(words.get(filters.state, "全部"))),
    )
    context = {"filters": form, "listing": listing, "tabs": _tabs(request, form)}
    return render_page(request, "reconciliation/differences.html", context=context)


def _tabs(request: TenantRequest, form: DifferenceFilterForm) -> list[dict[str, Any]]:
    """Return a tab per state, each keeping the other filters."""
    kept = {
        name: str(value)
        for name, value in request.GET.items()
        if name not in {"state", "after", "before"} and value
    }
    today = timezone.localdate()
    every = DifferenceFilterForm(kept, today=today).to_filters()
    counts = count_states(actor=request.actor, filters=every, today=today)
    chosen = form.cleaned_data.get("state") or ""
    path = reverse("reconciliation:differences")
    states = [("", "全部"), *DifferenceState.choices]
    return [
        {
            "label": label,
            "url": f"{path}?{urlencode(kept | ({'state': state} if state else {}))}",
            "is_current": state == chosen,
            "count": counts[state] if state else sum(counts.values()),
        }
        for state, label in states
    ]


@require_GET
def difference(request: TenantRequest, difference_id: int) -> HttpResponse:
    """Show one difference and what this person may do about it."""
    page = get_difference(
        actor=request.actor, difference_id=difference_id, today=timezone.localdate()
    )
    return _render(request, page, None)


def _render(request: TenantRequest, page: DifferencePage, refused: Form | None) -> HttpResponse:
    state = DifferenceState(page.line.state)
    duty = Duty.DIFFERENCE_HANDLE if state == DifferenceState.OPEN else Duty.DIFFERENCE_CLOSE
    is_able = page.organisation_id in reach_of(request.actor, duty)
    is_own = page.explained_by_id == request.actor.user_id
    context: dict[str, Any] = {
        "page": page,
        "month_code": f"{page.line.month:%Y%m}",
        "may_explain": state == DifferenceState.OPEN and is_able,
        "may_close": state == DifferenceState.EXPLAINED and is_able and not is_own,
        "is_own": is_own,
        "explain_form": ExplainForm(),
        "form": DecisionForm(),
        "actions": CLOSING,
    }
    if isinstance(refused, ExplainForm):
        context["explain_form"] = context["form"] = refused
    elif refused is not None:
        context["form"] = refused
    status = 422 if refused else 200
    return render_page(request, "reconciliation/difference.html", None, context, status)


CLOSING = (
    {
        "value": Decision.APPROVE.value,
        "label": "销号",
        "tone": "primary",
        "confirm_title": "销号差异",
        "confirm_text": "销号后不能再打开。请确认已核对差异原因和处理结果。",
        "confirm_button": "销号",
    },
    {"value": Decision.RETURN.value, "label": "退回重查", "tone": "outline-danger"},
)


@require_POST
def difference_explain(request: TenantRequest, difference_id: int) -> HttpResponse:
    """Record why the sides differ."""
    page = get_difference(
        actor=request.actor, difference_id=difference_id, today=timezone.localdate()
    )
    form = ExplainForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: explain_difference(
            actor=request.actor,
            difference_id=difference_id,
            explanation=form.cleaned_data["explanation"],
            at=timezone.now(),
        ),
    ):
        return go(request, "reconciliation:difference", difference_id=difference_id)
    return _render(request, page, form)


@require_POST
def difference_close(request: TenantRequest, difference_id: int) -> HttpResponse:
    """Close an explained difference as second person, or send it back."""
    page = get_difference(
        actor=request.actor, difference_id=difference_id, today=timezone.localdate()
    )
    form = DecisionForm(request.POST)
    if form.is_valid() and attempt(form, lambda: _decide(request, difference_id, form)):
        return go(request, "reconciliation:difference", difference_id=difference_id)
    return _render(request, page, form)


def _decide(request: TenantRequest, difference_id: int, form: Form) -> object:
    now = timezone.now()
    if form.cleaned_data["decision"] == Decision.RETURN:
        return return_difference(
            actor=request.actor,
            difference_id=difference_id,
            reason=form.cleaned_data["opinion"],
            at=now,
        )
    return close_difference(actor=request.actor, difference_id=difference_id, at=now)
