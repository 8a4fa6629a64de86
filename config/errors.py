"""Error pages: what happened, what to do, and a number to quote."""

import logging
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that makes no sense (400)."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a refused request (403)."""
    return _page(request, 403)


def page_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer what was sent from a page that is no longer valid (403); why is for the log."""
    logger.warning("cross-site check failed: %s", reason)
    return _page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there, or not for this person (404)."""
    return _page(request, 404)


def failure(request: HttpRequest) -> HttpResponse:
    """Answer after an unexpected failure (500); the traceback is in the log already."""
    return _page(request, 500)


def _page(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    request_id = uuid.uuid4().hex[:12]
    logger.warning("error page %s for %s, request %s", status, request.path, request_id)
    context = {"request_id": request_id, "phone": settings.SUPPORT_PHONE}
    return render(request, template or f"{status}.html", context, status=status)
