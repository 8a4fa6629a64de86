"""The audit trail: search it, look at one act, verify the chain."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.forms import AuditFilter
from accounts.permissions import require_any
from accounts.selectors import audit as selector
from accounts.selectors.offices import organisation_choices
from accounts.services import audit_checks
from accounts.verbs import VERBS
from common.errors import DomainError
from common.http import TenantRequest, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of


@require_GET
def audit(request: TenantRequest) -> HttpResponse:
    """Search the acts in reach; shows the chain's last verification."""
    reach = require_any(request.actor, Duty.AUDIT_READ)
    filters = AuditFilter(
        request.GET,
        kinds=selector.list_subject_kinds(),
        organisations=organisation_choices(reach),
    )
    filters.is_valid()
    typed = filters.cleaned_data
    search = selector.AuditSearch(
        text=typed.get("q", "").strip(),
        verb=typed.get("verb", "").strip(),
        subject_kind=typed.get("subject_kind", ""),
        organisation=typed.get("organisation", ""),
        since=typed.get("since"),
        until=typed.get("until"),
    )
    listing = open_list(
        selector.EVENTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, asdict(search)),
    )
    context = {"filters": filters, "listing": listing, "verbs": sorted(set(VERBS.values()))}
    context["check"] = selector.last_check()
    return render_page(request, "accounts/audit.html", context=context)


@require_GET
def audit_event(request: TenantRequest, event_id: int) -> HttpResponse:
    """Show one act with what stood before and after."""
    sheet = selector.get_audit_event(actor=request.actor, event_id=event_id)
    return render_page(request, "accounts/audit_event.html", context={"sheet": sheet})


@require_POST
def audit_verify(request: TenantRequest) -> HttpResponse:
    """Ask for a verification of the chain and show its progress."""
    require_any(request.actor, Duty.AUDIT_READ)
    try:
        job = audit_checks.request_chain_check(actor=request.actor, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return go(request, "accounts:audit")
    return go(request, "accounts:job", job_id=job.pk)
