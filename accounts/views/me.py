"""The person's own page: posts, log-ins, acts; switching the post."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import seconds_left
from accounts.selectors import sessions as selector
from accounts.selectors.audit import list_own_acts
from accounts.services import sessions as service
from common.errors import DomainError
from common.http import TenantRequest, attempt_or_warn, render_page
from common.text import identifier


@require_GET
def me(request: TenantRequest) -> HttpResponse:
    """Show my posts, my log-ins and my recent acts."""
    key = request.session.session_key or ""
    context = {
        "posts": selector.list_my_posts(actor=request.actor),
        "sessions": selector.list_my_sessions(
            actor=request.actor, session_key=key, now=timezone.now()
        ),
        "acts": list_own_acts(actor=request.actor),
    }
    return render_page(request, "accounts/me.html", context=context)


@require_POST
def switch_post(request: TenantRequest) -> HttpResponse:
    """Act under another of my posts from now on."""
    grant_id = request.POST.get("grant_id", "")
    try:
        grant = service.choose_grant(
            actor=request.actor,
            grant_id=int(grant_id) if identifier(grant_id) else 0,
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        request.session[service.GRANT_KEY] = grant.pk
        messages.success(
            request, f"当前岗位已切换为{grant.organisation.short_name}{grant.post.name}"
        )
    return redirect("desk")


@require_http_methods(["GET", "POST"])
def session_clock(request: TenantRequest) -> JsonResponse:
    """Say how long my log-in still lasts; a POST goes on working, a polling GET only asks.

    The token lets a page that outlived its log-in go on after a new one.
    """
    return JsonResponse({"seconds_left": seconds_left(request), "token": get_token(request)})


@require_POST
def end_session(request: TenantRequest, session_id: int) -> HttpResponse:
    """End one of my log-ins."""
    attempt_or_warn(
        request,
        lambda: service.end_session(actor=request.actor, session_id=session_id, at=timezone.now()),
        "该登录已结束",
    )
    return redirect("accounts:me")
