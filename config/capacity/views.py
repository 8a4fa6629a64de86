"""The page of the fund's payment capacity."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.duties import Duty
from accounts.permissions import reach_of
from common.http import TenantRequest, render_page
from common.periods import today_in_shanghai
from config.capacity.figures import find_capacity
from funds.enums import BookKind, CapacityLevel
from funds.selectors.access import require_books
from funds.views.shared import chosen_book
from payouts.selectors.funds_needed import get_funds_needed

TONES = {
    CapacityLevel.RED: "red",
    CapacityLevel.ORANGE: "amber",
    CapacityLevel.YELLOW: "amber",
    CapacityLevel.NORMAL: "green",
    CapacityLevel.NONE: "grey",
}


@require_GET
def capacity(request: TenantRequest) -> HttpResponse:
    """Show how long the chosen book can pay, what the year's end looks like, what is due soon."""
    require_books(request.actor)
    book = chosen_book(request)
    found = find_capacity(book_id=book.pk, today=today_in_shanghai())
    shows_plans = book.kind == BookKind.UNEMPLOYMENT and reach_of(request.actor, Duty.PLAN_READ)
    context = {
        "book": book,
        "capacity": found,
        "tone": TONES[found.level],
        "forecast": [(row, TONES[row.level]) for row in found.forecast],
        "limits": [(level.label, months) for level, months in found.limits.items()],
        "needed": get_funds_needed(actor=request.actor, at=timezone.now()) if shows_plans else None,
    }
    return render_page(request, "capacity/capacity.html", context=context)
