"""Run every signed-in view inside its tenant's transaction, under the person's current post."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.selectors.workplaces import load_working_person
from accounts.services.sessions import GRANT_KEY, record_time_out
from common.actor import Job, Person
from common.errors import DomainError, Forbidden, NotFound
from common.http import TenantRequest
from common.remembering import remembering
from common.tenancy import tenant_transaction

SEEN_KEY = "seen_at"
SEEN_STEP = 5  # seconds; not every click of a quick series is written down
POLLING_HEADER = "Polling"
READING = ("GET", "HEAD")
OPEN_WITH_OLD_PASSWORD = {"password_change", "logout"}
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def outside_tenant(view: View) -> View:
    """Mark a view that works without a pool: log-in, health."""
    view.outside_tenant = True  # type: ignore[attr-defined]
    return view


class IdleTimeoutMiddleware:
    """Sign a person out who did nothing for `IDLE_TIMEOUT` seconds; polling is not doing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(SEEN_KEY, now) > settings.IDLE_TIMEOUT:
                _time_out(request, request.user)
                return _to_login(request)
            seen = request.session.get(SEEN_KEY, 0)
            if POLLING_HEADER not in request.headers and now - seen > SEEN_STEP:
                request.session[SEEN_KEY] = now
        return self.get_response(request)


def seconds_left(request: HttpRequest) -> int:
    """Return how long the session still lasts if nothing more is done in it."""
    now = int(time.time())
    left: int = settings.IDLE_TIMEOUT - (now - request.session.get(SEEN_KEY, now))
    return max(0, left)


def _time_out(request: HttpRequest, user: Any) -> None:
    actor = Job(user.pool_id, "idle time-out")
    with tenant_transaction(actor):
        record_time_out(
            actor=actor, session_key=request.session.session_key or "", at=timezone.now()
        )
    logout(request)


def _to_login(request: HttpRequest) -> HttpResponse:
    url = f"{reverse('login')}?{urlencode({'reason': 'idle', 'next': request.get_full_path()})}"
    return HttpResponseClientRedirect(url) if "HX-Request" in request.headers else redirect(url)


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
        """Call the view in its pool's transaction; a refusal it leaves open becomes a page."""
        user = request.user
        if not isinstance(user, User) or getattr(view, "outside_tenant", False):
            return None
        if user.must_change_password and not _is_open_with_old_password(request):
            return redirect("password_change")
        try:
            with (
                tenant_transaction(Person(user.pool_id, user.organisation_id, user.pk, 0, "")),
                _recognised(request, user),
            ):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
        except DomainError as error:
            with tenant_transaction(request.actor):
                return _refusal(request, error)
        return response


def _is_open_with_old_password(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in OPEN_WITH_OLD_PASSWORD


def _refusal(request: TenantRequest, error: DomainError) -> HttpResponse:
    # The first class that fits: both are domain errors themselves.
    pages = ((NotFound, 404), (Forbidden, 403), (DomainError, 409))
    status = next(code for kind, code in pages if isinstance(error, kind))
    context = {"reason": error.message, "phone": settings.SUPPORT_PHONE}
    return render(request, f"{status}.html", context, status=status)


def _recognised(request: TenantRequest, user: User) -> AbstractContextManager[None]:
    """Put the person with the duties of the current post on the request; let a page remember.

    Read anew in every request: a revoked grant opens nothing from the next click on.
    """
    working = load_working_person(user=user, chosen_grant_id=request.session.get(GRANT_KEY))
    request.actor, request.workplaces = working.actor, working.workplaces
    if request.method not in READING:
        return nullcontext()
    return remembering(pool_id=user.pool_id, version=working.reference_version)
