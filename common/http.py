"""The request every signed-in view receives, and the ways to answer it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from common.actor import Person
from common.errors import DomainError, Forbidden, NotFound

T = TypeVar("T")


class TenantRequest(HttpRequest):
    """`actor` and `workplaces` (posts in force) are set by TenantMiddleware, `htmx` by another."""

    actor: Person
    workplaces: Sequence[Any]
    htmx: HtmxDetails


def render_page(
    request: TenantRequest,
    page: str,
    fragment: str | None = None,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the fragment for htmx, and the page that includes it for a plain request."""
    template = fragment if fragment and request.htmx else page
    return render(request, template, context or {}, status=status)


def go(request: TenantRequest, view_name: str, **kwargs: object) -> HttpResponse:
    """Send the browser to another screen, whoever asked."""
    url = reverse(view_name, kwargs=kwargs)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def attempt(form: Form, act: Callable[[], object]) -> bool:
    """Run `act`; put its refusal, if any, on top of the form. Return whether it went through.

    Raises:
        Forbidden, NotFound: no other input would help.
    """

    def done() -> bool:
        act()
        return True

    return obtain(form, done) is not None


def obtain(form: Form, make: Callable[[], T]) -> T | None:
    """Return what `make` makes; None with its refusal on top of the form.

    Raises:
        Forbidden, NotFound: no other input would help.
    """
    try:
        return make()
    except (Forbidden, NotFound):
        raise
    except DomainError as error:
        form.add_error(None, error.message)
        return None


def attempt_or_warn(request: HttpRequest, act: Callable[[], object], success: str) -> bool:
    """Run `act` for a button without a form; its outcome becomes a message on the next page.

    Raises:
        Forbidden, NotFound: the button is not this post's, or its object is not there.
    """
    try:
        act()
    except (Forbidden, NotFound):
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, success)
    return True


def send_file(content: bytes, file_name: str, media_type: str) -> HttpResponse:
    """Answer with a file to save; never shown inside a page of ours."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
