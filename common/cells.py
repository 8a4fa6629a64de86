"""Heads and rows of a list as a page shows them, written from the list's columns.

A page of fifty rows has five hundred cells; a template for each would be most of its cost.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from html import escape
from operator import attrgetter
from typing import Any

from django.utils.safestring import SafeString

from common.columns import Column, Head
from common.templatetags.fund import MISSING, amount, day, deadline, instant, month, tag, yuan
from common.workbooks import Kind

Write = Callable[[Any], str]
TOO_LONG = "名单较长，请先筛选到一万条以内，再按此列排序"
SORT_MARKS = {"ascending": "▲", "descending": "▼", "": "↕"}


def write_heads(heads: Iterable[Head], query: str = "") -> SafeString:
    """Return the heads of a table; `query` is what their links keep of the address."""
    kept = escape(f"{query}&" if query else "")
    return SafeString("".join(_head(head, kept) for head in heads))  # escaped as rows are


def _head(head: Head, kept: str) -> str:
    style = ' class="money"' if head.is_number else ""
    order = f' aria-sort="{head.direction}"' if head.direction else ""
    title = f' title="{TOO_LONG}"' if head.is_too_long else ""
    label = escape(head.label)
    if head.sort:
        mark = f'<span class="sort-mark" aria-hidden="true">{SORT_MARKS[head.direction]}</span>'
        label = (
            f'<a class="sort" id="sort-{head.key}" href="?{kept}sort={head.sort}">{label}{mark}</a>'
        )
    return f'<th scope="col"{style}{order}{title}>{label}</th>\n'


def write_rows(columns: Iterable[Column], rows: Iterable[object], query: str = "") -> SafeString:
    """Return the rows of a table's body; `query` rides along on every link of a row itself."""
    cells = [_cell_of(column, query) for column in columns]
    return SafeString("".join(_row(cells, row) for row in rows))  # cells escape what they write


def _row(cells: Sequence[Write], row: object) -> str:
    return f"<tr>{''.join([write(row) for write in cells])}</tr>\n"


def _cell_of(column: Column, query: str) -> Write:
    content = _marked(_linked(_content_of(column), column.link, query), column.marks)
    if not column.note:
        opening = f'<td class="{style}">' if (style := _style(column)) else "<td>"
        return lambda row: f"{opening}{content(row)}</td>"
    note, read = _linked(_note_of(column.note), column.note_link), attrgetter(column.note)
    style = "" if column.note_link else ' class="muted"'
    style = ' class="refused-text"' if column.is_warning else style
    opening = '<td class="money">' if column.is_number else "<td>"
    whole, closing = ('<span class="nowrap">', "</span>") if column.is_whole else ("", "")

    def write(row: object) -> str:
        more = f" <small{style}>{note(row)}</small>" if read(row) else ""
        return f"{opening}{whole}{content(row)}{closing}{more}</td>"

    return write


def _style(column: Column) -> str:
    if column.is_number and not column.days_left:
        return "money"
    return "nowrap" if column.is_whole or column.kind is Kind.DAY else ""


def _content_of(column: Column) -> Write:
    """Return what writes a row's value: by its kind, as a state, or as the days that are left."""
    read = column.read
    if column.days_left:
        left = attrgetter(column.days_left)
        return lambda row: deadline(left(row))
    if column.tone:
        return _toned(read, attrgetter(column.tone))
    match column.kind:
        case Kind.AMOUNT:
            money = yuan if column.has_sign else amount
            return lambda row: money(read(row))
        case Kind.DAY:
            return lambda row: day(read(row))
        case _:
            return lambda row: _written(read(row))


def _toned(read: Write, tone: Write) -> Write:
    """Return what writes a row's value as a state, or plainly where it has no tone."""

    def write(row: object) -> str:
        colour = tone(row)
        return tag(read(row), colour) if colour else _written(read(row))

    return write


def _marked(content: Write, path: str) -> Write:
    """Return the content with the row's marks behind it."""
    if not path:
        return content
    marks = attrgetter(path)
    return lambda row: " ".join([content(row), *(tag(*mark) for mark in marks(row))])


def _note_of(path: str) -> Write:
    read = attrgetter(path)
    return lambda row: _written(read(row))


def _linked(content: Write, link: str, query: str = "") -> Write:
    """Return the content as a link to the address that the row holds, if it holds one."""
    if not link:
        return content
    address, more = attrgetter(link), escape(query)

    def write(row: object) -> str:
        to = address(row)
        return f'<a href="{escape(to)}{more}">{content(row)}</a>' if to else content(row)

    return write


def _written(value: object) -> str:
    """Return a value in words; a day of a column of text is a month, as months are kept so."""
    match value:
        case str():
            return escape(value) or MISSING
        case None:
            return MISSING
        case bool():
            return "是" if value else "否"
        case int():
            return str(value)
        case datetime():
            return instant(value)
        case date():
            return month(value)
    raise TypeError(f"a cell holds no {type(value).__name__}")
