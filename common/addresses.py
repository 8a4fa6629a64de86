"""Addresses of pages named by ids, their pattern worked out once: a list links each of its rows."""

from functools import cache

from django.urls import reverse

_FIRST_MARK = 10**15  # no id is as long, and no path holds such a number


def address(page: str, *ids: int) -> str:
    """Return the address of a page that is named by nothing but ids, as `reverse` does.

    Raises:
        NoReverseMatch: there is no such page, or it takes another number of ids.
    """
    return _pattern(page, len(ids)).format(*(int(one) for one in ids))


@cache
def _pattern(page: str, count: int) -> str:
    marks = [_FIRST_MARK + position for position in range(count)]
    path = reverse(page, args=marks)  # quoted, so without braces of its own
    for mark in marks:
        path = path.replace(str(mark), "{}", 1)
    return path
