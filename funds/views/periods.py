"""Months of the book."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from common.http import TenantRequest, render_page
from common.periods import today_in_shanghai
from funds.selectors.periods import list_periods
from funds.views.shared import chosen_book


@require_GET
def periods(request: TenantRequest) -> HttpResponse:
    """List the months and where each stands; a month is closed on its board."""
    rows = list_periods(
        actor=request.actor, book_id=chosen_book(request).pk, today=today_in_shanghai()
    )
    return render_page(request, "funds/periods.html", context={"rows": rows})
