"""Pages of late unlocks: asking, permitting."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import reach_of, require_any
from common.http import TenantRequest, attempt, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.forms.plans import DecisionForm, UnlockFilterForm, UnlockForm, posted
from payouts.selectors.plans import list_items, list_offices
from payouts.selectors.unlocks import UNLOCKS, get_unlock
from payouts.services.unlocks import decide_unlock, request_unlock


@require_GET
def unlocks(request: TenantRequest) -> HttpResponse:
    """List the requests to hand in late plans."""
    asking, permitting = (
        list_offices(actor=request.actor, duty=duty)
        for duty in (Duty.PLAN_PREPARE, Duty.PLAN_UNLOCK)
    )
    filters = UnlockFilterForm(
        request.GET, offices=asking or permitting, today=timezone.localdate()
    )
    listing = open_list(
        UNLOCKS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, filters.to_filters()),
    )
    context = {
        "listing": listing,
        "filters": filters,
        "may_ask": bool(reach_of(request.actor, Duty.PLAN_PREPARE)),
    }
    return render_page(request, "payouts/plans/unlocks.html", context=context)


@require_http_methods(["GET", "POST"])
def unlock_new(request: TenantRequest) -> HttpResponse:
    """Ask the city to let a late plan in."""
    require_any(request.actor, Duty.PLAN_PREPARE)
    form = UnlockForm(
        posted(request)[0],
        initial=request.GET.dict(),
        offices=list_offices(actor=request.actor, duty=Duty.PLAN_PREPARE),
        items=list_items(),
        today=timezone.localdate(),
    )

    def ask() -> None:
        request_unlock(
            actor=request.actor,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            **form.to_arguments(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, ask):
        messages.success(request, "已申请逾期解锁，等待市级批准")
        return go(request, "payouts:unlocks")
    template, status = "payouts/plans/unlock_new.html", 422 if form.errors else 200
    return render_page(request, template, context={"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def unlock(request: TenantRequest, unlock_id: int) -> HttpResponse:
    """Show one request; POST decides it."""
    found, entries = get_unlock(actor=request.actor, unlock_id=unlock_id)
    form = DecisionForm(posted(request)[0])

    def decide() -> None:
        decide_unlock(
            actor=request.actor,
            unlock_id=unlock_id,
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            at=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, decide):
        messages.success(request, "已办理")
        return go(request, "payouts:unlock", unlock_id=unlock_id)
    may_decide = found.organisation_id in reach_of(request.actor, Duty.PLAN_UNLOCK)
    context = {"unlock": found, "entries": entries, "form": form, "may_decide": may_decide}
    status = 422 if form.errors else 200
    return render_page(request, "payouts/plans/unlock.html", context=context, status=status)
