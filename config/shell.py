"""The page frame's context: who, where, under which post, and what waits."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.duties import Duty
from accounts.middleware import SEEN_STEP
from accounts.models import User
from accounts.permissions import duties_of
from config.frame import frame_counts
from config.menu import build_menu
from funds.selectors.access import may
from funds.selectors.books import list_books
from funds.views.shared import chosen_book


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a signed-in page, or nothing when signed out.

    Lazy: a fragment or an error page does not show it and asks the database nothing.
    """
    if not hasattr(request, "actor"):
        return {}
    return {"shell": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: Any) -> dict[str, Any]:
    actor, user = request.actor, request.user
    assert isinstance(user, User)
    places = request.workplaces
    current = next((place for place in places if place.is_current), None)
    counts = frame_counts(request)
    return {
        "user_name": user.name,
        "organisation": current.organisation if current else user.organisation.short_name,
        "post": current.post if current else "",
        "posts": [
            {
                "grant_id": place.grant_id,
                "label": f"{place.organisation} · {place.post}",
                "is_current": place.is_current,
            }
            for place in places
        ],
        "may_search": Duty.CASE_READ.value in duties_of(actor),
        "menu": build_menu(
            duties=duties_of(actor),
            centre_id=actor.centre_id,
            path=request.path,
            counts=counts.waiting,
        ),
        "book": _book(request),
        "notice_count": counts.notice_count,
        "banners": counts.banners if current else [NO_POST],
        "idle_seconds": settings.IDLE_TIMEOUT - SEEN_STEP,
        "version": settings.VERSION,
        "phone": settings.SUPPORT_PHONE,
    }


# Pages composed here that show the chosen book, beside those of the books themselves.
PAGES_OF_A_BOOK = frozenset({"analysis", "capacity", "disclosures", "disclosure_new"})


def _book(request: Any) -> dict[str, Any] | None:
    """Return the book that a page of the books shows, and the others; None on any other page."""
    page = request.resolver_match
    if page is None or (page.namespace != "funds" and page.view_name not in PAGES_OF_A_BOOK):
        return None
    if page.url_name.startswith("custody"):
        return None  # what is kept is the centre's, not a book's
    if not may(request.actor, Duty.BOOKS_READ):
        return None
    chosen = chosen_book(request)
    others = [book for book in list_books() if book != chosen]
    return {
        "name": chosen.name,
        "others": [{"kind": book.kind, "name": book.name} for book in others],
    }


NO_POST = {
    "level": "warning",
    "text": "您目前没有有效的岗位授权，只能查看个人设置。请由所在机构申请岗位授权。",
}
