"""Pages of the three-source comparison."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any, require_visible
from accounts.selectors.trail import list_trail
from common.http import TenantRequest, attempt, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import month_text
from payouts.enums import MismatchReason
from payouts.forms.plans import (
    ClearingForm,
    OfficeMonthForm,
    PlanFilterForm,
    ResultFilterForm,
    posted,
)
from payouts.selectors.comparisons import (
    RESULTS,
    RUNS,
    count_results,
    get_result,
    get_run,
)
from payouts.selectors.plans import list_items, list_offices
from payouts.selectors.sources import list_freshness
from payouts.services.comparisons import clear_exception, start_comparison


@require_GET
def comparisons(request: TenantRequest) -> HttpResponse:
    """List the comparisons of the offices in reach."""
    offices = list_offices(actor=request.actor, duty=Duty.SOURCE_READ)
    filters = PlanFilterForm(request.GET, offices=offices, today=timezone.localdate())
    listing = open_list(
        RUNS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, filters.to_filters()),
    )
    context = {
        "listing": listing,
        "filters": filters,
        "may_run": bool(reach_of(request.actor, Duty.COMPARISON_RUN)),
    }
    return render_page(request, "payouts/plans/comparisons.html", context=context)


@require_http_methods(["GET", "POST"])
def comparison_new(request: TenantRequest) -> HttpResponse:
    """Start a comparison for an office, item and month."""
    require_any(request.actor, Duty.COMPARISON_RUN)
    today, started = timezone.localdate(), []
    form = OfficeMonthForm(
        posted(request)[0],
        offices=list_offices(actor=request.actor, duty=Duty.COMPARISON_RUN),
        items=list_items(),
        today=today,
    )

    def start() -> None:
        run = start_comparison(actor=request.actor, at=timezone.now(), **form.to_arguments())
        started.append(run.pk)

    if request.method == "POST" and form.is_valid() and attempt(form, start):
        return go(request, "payouts:comparison", run_id=started[0])
    context = {"form": form, "freshness": list_freshness(today=today)}
    template = "payouts/plans/comparison_new.html"
    return render_page(request, template, context=context, status=422 if form.errors else 200)


@require_GET
def comparison(request: TenantRequest, run_id: int) -> HttpResponse:
    """Show one comparison: totals, reasons, and the three sources side by side."""
    run = get_run(actor=request.actor, run_id=run_id)
    filters = ResultFilterForm(request.GET)
    filters.is_valid()
    chosen = {name: filters.cleaned_data.get(name, "") for name in ("state", "reason", "name")}
    listing = open_list(
        RESULTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"run_id": run_id, **chosen},
            比对=f"{run.organisation}{month_text(run.month)}{run.item}",
        ),
    )
    counts = count_results(run_id=run_id)
    reasons = [(r.value, r.label, counts[r.value]) for r in MismatchReason if counts[r.value]]
    context = {
        "run": run,
        "listing": listing,
        "entries": list_trail("payouts.comparisonrun", run_id),
        "filters": filters,
        "counts": counts,
        "reasons": reasons,
        "may_clear": run.organisation_id in reach_of(request.actor, Duty.COMPARISON_CLEAR),
        "may_plan": run.organisation_id in reach_of(request.actor, Duty.PLAN_PREPARE),
    }
    return render_page(request, "payouts/plans/comparison.html", context=context)


@require_http_methods(["GET", "POST"])
def comparison_clear(request: TenantRequest, result_id: int) -> HttpResponse:
    """Clear one person's mismatch with an explanation and evidence."""
    row, run = get_result(actor=request.actor, result_id=result_id)
    require_visible(request.actor, Duty.COMPARISON_CLEAR, over=run.organisation_id)
    form = ClearingForm(*posted(request))

    def clear() -> None:
        clear_exception(
            actor=request.actor, result_id=result_id, at=timezone.now(), **form.cleaned_data
        )

    if request.method == "POST" and form.is_valid() and attempt(form, clear):
        messages.success(request, f"已核实排除 {row.person} 的差异")
        return go(request, "payouts:comparison", run_id=run.id)
    context = {
        "form": form,
        "row": row,
        "run": run,
        "is_own": run.started_by_id == request.actor.user_id,
    }
    template = "payouts/plans/comparison_clear.html"
    return render_page(request, template, context=context, status=422 if form.errors else 200)
