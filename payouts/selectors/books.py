"""Which of the pool's books (账套) a business item belongs to."""

from collections.abc import Collection

from funds.models import Book
from payouts.models import BenefitItem


def book_of(item: BenefitItem) -> Book:
    """Return the book from which an item is paid and in which it is booked."""
    return Book.objects.get(kind=item.book_kind)


def books_of(item_codes: Collection[str]) -> list[Book]:
    """Return the books these items belong to, each once."""
    kinds = BenefitItem.objects.filter(code__in=item_codes).values("book_kind")
    return list(Book.objects.filter(kind__in=kinds).order_by("pk"))
