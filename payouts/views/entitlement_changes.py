"""Pages of stopping, suspending and resuming an entitlement."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_any
from common.http import TenantRequest, attempt, go, obtain, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.forms.entitlements import ChangeFilterForm, ChangeForm
from payouts.forms.plans import DecisionForm, posted
from payouts.selectors.entitlement_changes import CHANGES, get_change, get_change_ground
from payouts.services.entitlement_changes import apply_change, decide_change


@require_GET
def changes(request: TenantRequest) -> HttpResponse:
    """List the applications of the offices in reach."""
    filters = ChangeFilterForm(request.GET or None)
    wanted = dict.fromkeys(filters.fields, "")
    if filters.is_valid():
        wanted = filters.cleaned_data
    listing = open_list(
        CHANGES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, wanted),
    )
    context = {"listing": listing, "filters": filters}
    return render_page(request, "payouts/claims/changes.html", context=context)


@require_http_methods(["GET", "POST"])
def change_new(request: TenantRequest, entitlement_id: int) -> HttpResponse:
    """Apply for stopping, suspending or resuming one entitlement."""
    require_any(request.actor, Duty.ENTITLEMENT_APPLY)
    ground = get_change_ground(actor=request.actor, entitlement_id=entitlement_id)
    form = ChangeForm(*posted(request), reasons=ground.reasons)
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: apply_change(
                actor=request.actor,
                entitlement_id=entitlement_id,
                wish=form.to_wish(),
                evidence=form.cleaned_data["evidence"],
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "已提交申请，等待核准")
            return go(request, "payouts:change", change_id=made.pk)
    context, status = {"ground": ground, "form": form}, 422 if form.errors else 200
    return render_page(request, "payouts/claims/change_new.html", context=context, status=status)


@require_http_methods(["GET", "POST"])
def change(request: TenantRequest, change_id: int) -> HttpResponse:
    """Show one application; POST decides it."""
    page = get_change(actor=request.actor, change_id=change_id)
    form = DecisionForm(posted(request)[0])

    def decide() -> None:
        decide_change(
            actor=request.actor,
            change_id=change_id,
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            at=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, decide):
        messages.success(request, "已办理")
        return go(request, "payouts:change", change_id=change_id)
    context, status = {"page": page, "form": form}, 422 if form.errors else 200
    return render_page(request, "payouts/claims/change.html", context=context, status=status)
