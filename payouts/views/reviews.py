"""Signing a case at the review steps."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.errors import NotFound
from common.http import TenantRequest, attempt
from payouts.forms.claims import ReviewForm
from payouts.selectors.case_access import shown_case, visible_case
from payouts.services.reviews import review_case
from payouts.views.cases import case_context, case_page
from payouts.views.queues import open_next


@require_http_methods(["GET", "POST"])
def review(request: TenantRequest, case_id: int) -> HttpResponse:
    """Sign the step the case waits at; a refused opinion comes back on the case page."""
    if request.method == "GET":
        return case_page(request, case_id)
    form = ReviewForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: review_case(
            actor=request.actor,
            case_id=case_id,
            verdict=form.to_verdict(timezone.now()),
            seen_state=form.cleaned_data["seen_state"],
        ),
    ):
        return _go_on(request, case_id)
    context = case_context(request, shown_case(request.actor, case_id), form)
    return render(request, "payouts/claims/case.html", context, status=422)


def _go_on(request: TenantRequest, case_id: int) -> HttpResponse:
    """Say where the case is now, and open the next one of the same queue."""
    try:
        case = visible_case(request.actor, case_id)
    except NotFound:
        return open_next(request, case_id)
    messages.success(request, f"{case.number} 已办理：{case.get_state_display()}")
    return open_next(request, case_id)
