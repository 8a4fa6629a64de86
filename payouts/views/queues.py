"""Working through a queue: the next case, the counter, and the filters that travel along."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.duties import Duty
from accounts.permissions import require_any
from common.http import TenantRequest
from common.text import identifier
from payouts.enums import CaseState
from payouts.forms.reviews import QueueForm
from payouts.models import BenefitCase
from payouts.selectors.case_queue import QueueCount, count_queue, next_in_queue


def queue_of(request: TenantRequest) -> QueueForm:
    """Return the queue that the address names."""
    return QueueForm(request.GET)


@require_GET
def next_case(request: TenantRequest) -> HttpResponse:
    """Open the case that has waited longest for this post, or the one after a case passed over."""
    require_any(request.actor, Duty.CASE_READ)
    return open_next(request, identifier(request.GET.get("passed", "")))


def open_next(request: TenantRequest, after: int | None) -> HttpResponse:
    """Go to the next case of the queue, or to the list when nothing is left."""
    queue = queue_of(request)
    case = next_in_queue(actor=request.actor, narrow=queue.to_filter(), after=after)
    if case is None:
        messages.info(request, "目前没有其他等待您办理的案件")
        return HttpResponseRedirect(reverse("payouts:cases") + queue.query())
    name = "payouts:intake" if case.state == CaseState.DRAFT else "payouts:case"
    return HttpResponseRedirect(reverse(name, args=[case.pk]) + queue.query())


def queue_context(request: TenantRequest, case: BenefitCase, *, may_decide: bool) -> dict[str, Any]:
    """Return the addresses that keep the queue, and its counter for whoever decides here."""
    queue = queue_of(request)
    return {
        "review_url": reverse("payouts:review", args=[case.pk]) + queue.query(),
        "next_url": reverse("payouts:next_case") + queue.query(passed=case.pk),
        "queue": _count(request, queue) if may_decide else None,
        "is_narrowed": bool(queue.query()),
        "queue_url": reverse("payouts:cases") + queue.query(tab="waiting"),
    }


def _count(request: TenantRequest, queue: QueueForm) -> QueueCount:
    return count_queue(actor=request.actor, narrow=queue.to_filter(), since=_midnight())


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
