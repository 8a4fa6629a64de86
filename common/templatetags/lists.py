"""Tags of list pages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from common.cells import write_rows
from common.lists import ListPage

register = template.Library()


@register.simple_tag
def list_rows(listing: ListPage[Any], query: str = "") -> SafeString:
    """The rows of a list as its columns say; `query` rides along on the links of the rows."""
    return write_rows(listing.columns, listing.rows, query)
