"""Months of the book and their closing."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.duties import Duty
from common.http import TenantRequest, attempt_or_warn, go, render_page
from common.periods import today_in_shanghai
from common.text import identifier
from funds.selectors.access import may
from funds.selectors.periods import list_periods
from funds.services.periods import close_period
from funds.views.shared import chosen_book


@require_http_methods(["GET", "POST"])
def periods(request: TenantRequest) -> HttpResponse:
    """List the months; POST closes one."""
    if request.method == "POST":
        wanted = request.POST.get("decision", "")
        if identifier(wanted):
            attempt_or_warn(
                request,
                lambda: close_period(actor=request.actor, period_id=int(wanted), at=timezone.now()),
                "已结账，该月份不再接受凭证",
            )
        return go(request, "funds:periods")
    rows = list_periods(
        actor=request.actor, book_id=chosen_book(request).pk, today=today_in_shanghai()
    )
    context = {"rows": rows, "may_close": may(request.actor, Duty.PERIOD_CLOSE)}
    return render_page(request, "funds/periods.html", context=context)
