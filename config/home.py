"""The first page of every post: what waits, what is new, what runs."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import duties_of
from accounts.selectors import grants, parameter_changes, work
from accounts.selectors.worklist import Waiting
from common.actor import Person
from common.http import TenantRequest, render_page
from config.desk import list_oldest, list_tiles
from config.desk_month import board_links, build_month, read_board_month
from config.desk_night import list_night_lines
from config.disclosures.worklist import list_waiting_disclosures
from config.menu import QUICK_ACTIONS, items_for
from funds.selectors import worklist as funds_worklist
from funds.selectors.custody_work import list_waiting_custody
from funds.selectors.investment_worklist import list_waiting_investments
from payouts.selectors import case_worklist, payment_worklist, plan_worklist
from reconciliation.selectors import worklist as reconciliation_worklist

WORKLISTS = (
    case_worklist.list_waiting_case_work,
    plan_worklist.list_waiting_plan_work,
    payment_worklist.list_waiting_payment_work,
    funds_worklist.list_waiting_work,
    list_waiting_custody,
    list_waiting_investments,
    reconciliation_worklist.list_waiting_work,
    list_waiting_disclosures,
    grants.list_waiting_grant_work,
    parameter_changes.list_waiting_changes,
)
JOBS_SHOWN = 1


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
    """Show what waits, what is late, what went wrong last night, and the month in figures."""
    actor, now = request.actor, timezone.now()
    today = timezone.localdate(now)
    month = read_board_month(request.GET.get("month", ""), today=today)
    running = work.list_running_jobs(actor=actor)
    context = {
        "tiles": list_tiles(waiting_work(request)),
        "oldest": list_oldest(actor=actor, today=today),
        "night": list_night_lines(actor=actor, today=today, now=now),
        "month": build_month(actor=actor, board_month=month, today=today, now=now),
        "board_links": board_links(month, today),
        "quick_actions": _quick_actions(actor),
        "notices": work.list_recent_notices(actor=actor),
        "jobs": running[:JOBS_SHOWN],
        "more_jobs": len(running) - JOBS_SHOWN,
        "today": today,
    }
    return render_page(request, "desk.html", context=context)


def _quick_actions(actor: Person) -> list[dict[str, str]]:
    return [
        {"label": item.label, "url": url, "icon": item.icon}
        for item, url in items_for(QUICK_ACTIONS, duties_of(actor), actor.centre_id)
    ]
