"""What several pages of funds show alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages

from accounts.models import User
from accounts.selectors.signatures import TimelineEntry
from common.http import TenantRequest
from funds.enums import BookKind, VoucherState
from funds.models import Book
from funds.selectors.books import BOOK_IN_ADDRESS, list_books

STEP_NAMES = {
    "PREPARE": "填制",
    "CHECK": "稽核",
    "CASHIER": "出纳签章",
    "APPROVE": "会计主管签章",
    "POST": "记账（过账）",
}
BOOK_KEY = "funds_book"  # session: kind of the book somebody works in
DECISION_TONES = {"APPROVE": "green", "RETURN": "amber", "REFUSE": "red"}
PHRASES = ("单据齐全，同意", "附件不全，请补充后重新填制", "科目使用有误，请重新填制")


def _bulk(label: str, words: str) -> dict[str, str]:
    return {
        "value": "sign",
        "label": f"批量{label}",
        "tone": "primary",
        "confirm_title": f"{label}所选凭证",
        "confirm_text": words,
        "confirm_button": f"{label}",
    }


_EACH = "所选凭证将逐张签署，不符合条件的会单独列出。"
BULK_ACTIONS = {
    VoucherState.DRAFT: _bulk("稽核", _EACH),
    VoucherState.CASHIER: _bulk("出纳签章", f"请确认款项已与银行回单核对。{_EACH}"),
    VoucherState.APPROVAL: _bulk("会计主管签章", _EACH),
    VoucherState.BOOKING: _bulk("过账", "过账后凭证取得编号并记入账簿，不能再修改，只能冲销。"),
}


def timeline_rows(
    entries: Sequence[TimelineEntry], names: Mapping[str, str] = STEP_NAMES
) -> list[dict[str, Any]]:
    """Return signatures as `components/timeline.html` shows them."""
    return [
        {
            "step": names.get(entry.step, entry.step_label),
            "person": entry.person,
            "post": entry.post,
            "organisation": entry.organisation,
            "decision": entry.decision_label,
            "tone": DECISION_TONES[entry.decision],
            "opinion": entry.opinion,
            "at": entry.at,
            "is_void": entry.is_void,
            "void_reason": entry.void_reason,
        }
        for entry in entries
    ]


def chosen_book(request: TenantRequest) -> Book:
    """Return the book this session works in; the unemployment-insurance book until another is.

    An address that names a book (`?book=`) leads the session into it.
    """
    books = {book.kind: book for book in list_books()}
    named = books.get(request.GET.get(BOOK_IN_ADDRESS, ""))
    if named is not None:
        choose_book(request, named)
    kind = request.session.get(BOOK_KEY, BookKind.UNEMPLOYMENT)
    return books.get(kind, books[BookKind.UNEMPLOYMENT])


def work_in(request: TenantRequest, book_id: int) -> None:
    """Lead the session into the book of the object that was opened."""
    book = next(book for book in list_books() if book.pk == book_id)
    if choose_book(request, book):
        messages.info(request, f"已切换到账套“{book.name}”")


def choose_book(request: TenantRequest, book: Book) -> bool:
    """Let the session work in a book from now on; tell whether it worked in another before."""
    before = request.session.get(BOOK_KEY, BookKind.UNEMPLOYMENT)
    if before == book.kind:
        return False
    request.session[BOOK_KEY] = book.kind
    return True


def person_name(request: TenantRequest) -> str:
    """Return the signed-in person's name, for prints."""
    assert isinstance(request.user, User)
    return request.user.name
