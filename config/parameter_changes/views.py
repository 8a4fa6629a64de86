"""Pages of changing policy values and onboarding states."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import forms
from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.parameter_values import typed_value
from accounts.permissions import reach_of, require_any
from accounts.selectors import parameter_changes as selector
from accounts.selectors.parameter_texts import parameter_label
from accounts.services import parameter_changes as service
from accounts.services.signatures import Verdict
from common.errors import NotFound
from common.http import TenantRequest, attempt, go, obtain, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from config.parameter_changes.checks import check_value, parameter_codes
from payouts.selectors.timelines import list_application_timeline


@require_GET
def parameter_changes(request: TenantRequest) -> HttpResponse:
    """List the applications of the pool."""
    filters = forms.ParameterChangeFilter(request.GET or None)
    state = filters.cleaned_data["state"] if filters.is_valid() else ""
    listing = open_list(
        selector.CHANGES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"state": state}),
    )
    may_apply = bool(reach_of(request.actor, Duty.PARAMETER_APPLY))
    context = {"listing": listing, "filters": filters, "may_apply": may_apply}
    return render_page(request, "parameter_changes/changes.html", context=context)


@require_GET
def parameter_change_choose(request: TenantRequest) -> HttpResponse:
    """Show every parameter with what holds today, to choose one for a change."""
    require_any(request.actor, Duty.PARAMETER_APPLY)
    today = timezone.localdate()
    rows = [
        (code, parameter_label(code), selector.value_text_in_force(code=code, on=today))
        for code in parameter_codes()
    ]
    return render_page(request, "parameter_changes/choose.html", context={"rows": rows})


@require_http_methods(["GET", "POST"])
def parameter_change_new(request: TenantRequest, code: str) -> HttpResponse:
    """Ask for a new value of one parameter."""
    require_any(request.actor, Duty.PARAMETER_APPLY)
    if code not in parameter_codes():
        raise NotFound
    form = _value_form(request, code)
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: service.apply_for_value(
                actor=request.actor,
                wish=form.to_wish(),
                grounds=form.to_grounds(),
                check=check_value,
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "参数变更已提交，等待分管领导核准")
            return go(request, "parameter_change", change_id=made.pk)
    before = selector.value_text_in_force(code=code, on=timezone.localdate())
    context = {"form": form, "label": parameter_label(code), "before": before}
    status = 422 if form.errors else 200
    return render_page(request, "parameter_changes/new.html", context=context, status=status)


def _value_form(request: TenantRequest, code: str) -> forms.ParameterChangeForm:
    held = selector.value_in_force_or_none(code=code, on=timezone.localdate())
    sent: tuple[Any, Any] = (None, None)
    if request.method == "POST":
        sent = (request.POST, request.FILES)
    return forms.ParameterChangeForm(
        *sent,
        code=code,
        regions=selector.region_choices(),
        initial={} if held is None else {"value": typed_value(code, held)},
    )


@require_http_methods(["GET", "POST"])
def onboarding_change_new(request: TenantRequest, organisation_id: int) -> HttpResponse:
    """Ask for an office's next onboarding state."""
    ground = selector.get_onboarding_ground(actor=request.actor, organisation_id=organisation_id)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.OnboardingForm(*sent, states=ground.states)
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: service.apply_for_onboarding(
                actor=request.actor,
                organisation_id=organisation_id,
                state=form.cleaned_data["state"],
                grounds=form.to_grounds(),
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "上线状态变更已提交，等待分管领导核准")
            return go(request, "parameter_change", change_id=made.pk)
    context, status = {"ground": ground, "form": form}, 422 if form.errors else 200
    return render_page(request, "parameter_changes/onboarding.html", context=context, status=status)


@require_http_methods(["GET", "POST"])
def parameter_change(request: TenantRequest, change_id: int) -> HttpResponse:
    """Show one application; POST decides it."""
    page = selector.get_change(actor=request.actor, change_id=change_id, today=timezone.localdate())
    form = forms.DecisionForm(request.POST or None, initial={"seen_sha256": page.content_sha256})
    if request.method == "POST" and form.is_valid():
        verdict = Verdict(
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            signed_at=timezone.now(),
            seen_sha256=form.cleaned_data["seen_sha256"],
        )
        decide = service.decide_change
        if attempt(form, lambda: decide(actor=request.actor, change_id=change_id, verdict=verdict)):
            messages.success(request, "已办理")
            return go(request, "parameter_change", change_id=change_id)
    context, status = _page_context(page, form), 422 if form.errors else 200
    return render_page(request, "parameter_changes/change.html", context=context, status=status)


def _page_context(page: selector.ChangePage, form: forms.DecisionForm) -> dict[str, Any]:
    line = page.line
    day = f"{line.valid_from:%Y-%m-%d}起" if line.valid_from else "核准后立即"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "核准",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": "核准参数变更",
        "confirm_text": f"{line.place}{line.label}{day}改为：{line.value}。请与依据文件核对。",
        "confirm_button": "核准",
    }
    refuse = {
        "value": Decision.REFUSE.value,
        "label": "不予核准",
        "tone": "outline-danger",
        "shortcut": "r",
    }
    to_come = ["DECIDE"] if line.state == "WAITING" else []
    return {
        "page": page,
        "form": form,
        "actions": [approve, refuse] if page.may_decide else [],
        "blocked": page.blocked,
        "phrases": ["同意", "依据充分、风险可控，同意", "依据不足，不予核准"],
        "entries": list_application_timeline(
            kind=SubjectKind.PARAMETER, subject_id=line.id, to_come=to_come
        ),
    }
