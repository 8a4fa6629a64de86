"""People, organisations, posts and parameters: read only."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.forms import ParameterFilter, PeopleFilter
from accounts.permissions import reach_of, require_any
from accounts.selectors import directory
from accounts.selectors import parameters as parameter_selector
from accounts.selectors import posts as post_selector
from accounts.selectors.grants import READING
from accounts.selectors.offices import organisation_choices
from accounts.services import people as people_service
from common.http import TenantRequest, render_page
from common.lists import Viewer, narrowing, open_list, window_of


@require_GET
def people(request: TenantRequest) -> HttpResponse:
    """List the staff of the offices in reach with their posts."""
    reach = require_any(request.actor, Duty.PEOPLE_READ)
    filters = PeopleFilter(
        request.GET,
        posts=post_selector.post_choices(),
        organisations=organisation_choices(reach),
    )
    get = request.GET.get
    search = directory.PeopleSearch(
        text=get("q", "").strip(),
        organisation=get("organisation", ""),
        post=get("post", ""),
    )
    listing = open_list(
        directory.PEOPLE,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, asdict(search)),
    )
    may_unlock = bool(reach_of(request.actor, Duty.GRANT_REVOKE))
    context = {"filters": filters, "listing": listing, "may_unlock": may_unlock}
    return render_page(request, "accounts/people.html", context=context)


@require_POST
def unlock(request: TenantRequest, user_id: int) -> HttpResponse:
    """Lift a person's lock-out after failed log-ins."""
    user = people_service.unlock_log_in(actor=request.actor, user_id=user_id, at=timezone.now())
    messages.success(request, f"{user.name}（{user.username}）的登录锁定已解除")
    return redirect("accounts:people")


@require_GET
def organisations(request: TenantRequest) -> HttpResponse:
    """List the offices with their onboarding state."""
    rows = directory.list_organisations(actor=request.actor)
    may_apply = bool(reach_of(request.actor, Duty.PARAMETER_APPLY))
    context = {"rows": rows, "may_apply": may_apply}
    return render_page(request, "accounts/organisations.html", context=context)


@require_GET
def posts(request: TenantRequest) -> HttpResponse:
    """Show the table of posts and the matrix of incompatible ones."""
    require_any(request.actor, *READING)
    context = {
        "posts": post_selector.list_posts(),
        "matrix": post_selector.post_matrix(),
        "rules": post_selector.list_rules(),
    }
    return render_page(request, "accounts/posts.html", context=context)


@require_GET
def parameters(request: TenantRequest) -> HttpResponse:
    """Show the dated policy values: in force, coming, past."""
    require_any(request.actor, Duty.PARAMETER_READ)
    filters = ParameterFilter(request.GET)
    groups = parameter_selector.list_parameters(
        today=timezone.localdate(),
        text=request.GET.get("q", "").strip(),
        when=request.GET.get("when", ""),
    )
    context = {"filters": filters, "groups": groups}
    return render_page(request, "accounts/parameters.html", context=context)
