"""Run every signed-in view inside its tenant's transaction, under the person's current post."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import reverse

from accounts.models import User
from accounts.permissions import effective_grants
from common.actor import Job, Person
from common.errors import Forbidden, NotFound
from common.http import TenantRequest
from common.tenancy import tenant_transaction

GRANT_KEY = "grant_id"
SEEN_KEY = "seen_at"
POLLING_HEADER = "Polling"


class IdleTimeoutMiddleware:
    """Sign a person out who did nothing for `IDLE_TIMEOUT` seconds; polling is not doing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(SEEN_KEY, now) > settings.IDLE_TIMEOUT:
                logout(request)
                return redirect(f"{reverse('login')}?reason=idle&next={request.path}")
            if POLLING_HEADER not in request.headers and now - request.session.get(SEEN_KEY, 0) > 5:
                request.session[SEEN_KEY] = now
        return self.get_response(request)


class TenantMiddleware:
    """Last in MIDDLEWARE, because it calls the view itself: an exception then rolls back.

    A lazy TemplateResponse is rendered inside the transaction; a queryset evaluated later
    would reach the database without a tenant and find nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: TenantRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Call the view in its pool's transaction; answer refusals with 403 or 404."""
        user = request.user
        if not isinstance(user, User) or getattr(view, "outside_tenant", False):
            return None
        with tenant_transaction(Job(user.pool_id, "sign in")):
            request.actor = current_actor(request, user)
        try:
            with tenant_transaction(request.actor):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
        except (Forbidden, NotFound) as error:
            with tenant_transaction(request.actor):
                return _refusal(request, error)
        return response


def _refusal(request: TenantRequest, error: Forbidden | NotFound) -> HttpResponse:
    status = 404 if isinstance(error, NotFound) else 403
    return render(request, f"{status}.html", {"message": error.message}, status=status)


def current_actor(request: HttpRequest, user: User) -> Person:
    """Return the person under the post chosen in this session, or under the first in force.

    A person without any post in force becomes an actor with no post: every duty check fails.
    """
    grants = effective_grants(user_id=user.pk)
    chosen = request.session.get(GRANT_KEY)
    grant = next((g for g in grants if g.pk == chosen), grants[0] if grants else None)
    if grant is None:
        return Person(user.pool_id, user.organisation_id, user.pk, 0, "")
    return Person(user.pool_id, grant.organisation_id, user.pk, grant.pk, grant.post_id)
