"""Cells of the matrix of posts, written by Python: six hundred on its page."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from accounts.selectors.posts import MatrixCell

register = template.Library()


@register.simple_tag
def matrix_cells(cells: Iterable[MatrixCell]) -> SafeString:
    """How one post goes with each other: X, C, or empty, with the rule as its title."""
    return SafeString("".join(map(_cell, cells)))  # all that comes from outside is escaped


def _cell(cell: MatrixCell) -> str:
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    return f'<td class="matrix-{cell.mark or "none"}"{title}>{cell.mark}</td>'
