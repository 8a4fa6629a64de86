"""The first page of every post: what waits, what is new, what runs."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import duties_of
from accounts.selectors import grants, work
from accounts.selectors.worklist import Waiting
from common.http import TenantRequest, render_page
from config.menu import QUICK_ACTIONS, items_for
from funds.selectors import worklist as funds_worklist
from payouts.selectors import case_worklist, payment_worklist, plan_worklist
from reconciliation.selectors import worklist as reconciliation_worklist

WORKLISTS = (
    case_worklist.list_waiting_case_work,
    plan_worklist.list_waiting_plan_work,
    payment_worklist.list_waiting_payment_work,
    funds_worklist.list_waiting_work,
    reconciliation_worklist.list_waiting_work,
    grants.list_waiting_grant_work,
)


def waiting_work(request: Any) -> list[Waiting]:
    """Return everything that waits for the current post, asked for once per request."""
    cached: list[Waiting] | None = getattr(request, "waiting_work", None)
    if cached is None:
        today = timezone.localdate()
        cached = [
            line for worklist in WORKLISTS for line in worklist(actor=request.actor, today=today)
        ]
        request.waiting_work = cached
    return cached


@require_GET
def desk(request: TenantRequest) -> HttpResponse:
    """Show the tiles of waiting work, new messages, running jobs and quick actions."""
    context = {
        "tiles": [_tile(line) for line in waiting_work(request) if line.count],
        "quick_actions": [
            {"label": item.label, "url": url, "icon": item.icon}
            for item, url in items_for(QUICK_ACTIONS, duties_of(request.actor))
        ],
        "notices": work.list_recent_notices(actor=request.actor),
        "jobs": work.list_running_jobs(actor=request.actor),
        "today": timezone.localdate(),
    }
    return render_page(request, "desk.html", context=context)


def _tile(line: Waiting) -> dict[str, object]:
    late = line.overdue_count
    return {
        "label": line.label,
        "value": line.count,
        "unit": "件",
        "url": line.url,
        "tone": "red" if late else "",
        "note": f"其中超期 {late} 件" if late else "均在时限内",
    }
