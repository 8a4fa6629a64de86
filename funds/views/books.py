"""Which book (账套) somebody works in."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from common.http import TenantRequest
from funds.selectors.access import require_books
from funds.selectors.books import list_books
from funds.views.shared import choose_book


@require_POST
def book_switch(request: TenantRequest) -> HttpResponse:
    """Let the session work in another book and show the same list there."""
    require_books(request.actor)
    wanted = request.POST.get("book", "")
    for book in list_books():
        if book.kind == wanted:
            choose_book(request, book)
    return HttpResponseRedirect(_list_of(request.POST.get("page", "")))


def _list_of(page: str) -> str:
    """Return a page of the books that shows no single object: itself, or the list it is from.

    An object belongs to one book; opening it again would lead straight back there.
    """
    home = reverse("funds:vouchers")
    start = home.removesuffix("vouchers/")
    wanted = [page, f"{start}{page.removeprefix(start).partition('/')[0]}/"]
    return next((path for path in wanted if _is_list(path)), home)


def _is_list(path: str) -> bool:
    try:
        found = resolve(path)
    except Resolver404:
        return False
    is_ours = found.namespace in {"funds", ""}  # pages composed of the books have no name space
    return is_ours and not found.kwargs and path != reverse("funds:book_switch")
