"""Tags of list pages."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from common.cells import write_heads, write_rows
from common.lists import ListPage

register = template.Library()


@register.simple_tag(takes_context=True)
def list_heads(context: Context, listing: ListPage[Any]) -> SafeString:
    """The heads of a list; one that can be sorted is a link to the first page of its order."""
    kept = context["request"].GET.copy()
    for place in ("sort", "after", "before"):
        kept.pop(place, None)
    return write_heads(listing.heads, kept.urlencode())


@register.simple_tag
def list_rows(listing: ListPage[Any], query: str = "") -> SafeString:
    """The rows of a list as its columns say; `query` rides along on the links of the rows."""
    return write_rows(listing.columns, listing.rows, query)
