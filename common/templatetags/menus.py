"""Entries of the side menu, written by Python: every page has up to fifty."""

from collections.abc import Iterable
from html import escape
from typing import Protocol

from django import template
from django.utils.safestring import SafeString

from common.templatetags.fund import icon

register = template.Library()


class Entry(Protocol):
    """What the menu shows of a screen: `config.menu.MenuLink`."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int


@register.simple_tag
def menu_entries(entries: Iterable[Entry]) -> SafeString:
    """The entries of one group, with how much waits at each."""
    return SafeString("".join(map(_entry, entries)))  # all that comes from outside is escaped


def _entry(entry: Entry) -> str:
    current = ' aria-current="page"' if entry.is_current else ""
    count = f'<b class="count">{entry.count}</b>' if entry.count else ""
    return (
        f'<li><a href="{escape(entry.url)}"{current}>{icon(entry.icon or "dot")}'
        f"<span>{escape(entry.label)}</span>{count}</a></li>\n"
    )
