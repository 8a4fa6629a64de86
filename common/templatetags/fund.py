"""Filters and tags of the screens: money, dates, states and links."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.forms import BaseForm
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.addresses import address
from common.money import capital_amount

register = template.Library()

MISSING = "—"
MINUS = "\N{MINUS SIGN}"
SOON = 2  # working days from which a deadline is marked
SHANGHAI = ZoneInfo("Asia/Shanghai")


@register.filter
def yuan(value: object) -> str:
    """¥1,234,567.89; negative with −; a missing value is —."""
    return _grouped(value, "¥")


@register.filter
def amount(value: object) -> str:
    """1,234,567.89, for columns whose head names the unit."""
    return _grouped(value, "")


@register.filter
def capital(value: object) -> str:
    """The amount in capital characters, as printed on forms."""
    number = _decimal(value)
    return MISSING if number is None else capital_amount(number)


@register.filter
def day(value: dt.date | None) -> str:
    """2026-11-21."""
    return f"{_local(value):%Y-%m-%d}" if value else MISSING


@register.filter
def day_chinese(value: dt.date | None) -> str:
    """2026年11月21日."""
    if not value:
        return MISSING
    local = _local(value)
    return f"{local.year}年{local.month}月{local.day}日"


@register.filter
def month(value: dt.date | None) -> str:
    """2026年11月."""
    if not value:
        return MISSING
    local = _local(value)
    return f"{local.year}年{local.month}月"


@register.filter
def instant(value: dt.datetime | None) -> str:
    """2026-11-21 14:05, in the city's time."""
    return f"{_local(value):%Y-%m-%d %H:%M}" if value else MISSING


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's query string with the given parameters changed; None or "" removes one."""
    return f"?{changed_query(context, changes).urlencode()}"


def changed_query(context: Context, changes: Mapping[str, object]) -> QueryDict:
    """Return a copy of the page's parameters with these changed; None or "" removes one."""
    parameters: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return parameters


@register.simple_tag(name="address")
def address_tag(page: str, *ids: int) -> str:
    """The address of a page named by ids alone: `url`, for what stands in every row."""
    return address(page, *ids)


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)  # a list shows one in every row
def tag(label: object, tone: str = "grey") -> SafeString:
    """A state as an outlined word; tones: grey, blue, cyan, indigo, green, amber, red."""
    return format_html('<span class="tag tag-{}">{}</span>', tone or "grey", label)


@register.simple_tag
@lru_cache(maxsize=1024)
def deadline(days: int | None) -> SafeString | str:
    """Working days left, never by colour alone; negative when late, None without a deadline."""
    if days is None:
        return _in_deadline("", "", MISSING)
    if days < 0:
        return _in_deadline(" deadline-late", icon("exclamation-octagon"), f" 超期 {-days} 天")
    if days == 0:
        return _in_deadline(" deadline-soon", icon("clock"), " 今日到期")
    urgent = (" deadline-soon", icon("clock")) if days <= SOON else ("", "")
    return _in_deadline(*urgent, f"{' ' if urgent[1] else ''}剩 {days} 个工作日")


def _in_deadline(style: str, mark: SafeString | str, words: str) -> SafeString:
    return format_html('<span class="deadline{}">{}{}</span>', style, mark, words)


@register.simple_tag(takes_context=True)
def unfiltered(context: Context, form: BaseForm | None = None) -> str:
    """The page's address without its filters; what rides along hidden, as the tab, is kept."""
    path = str(context["request"].path)
    kept = {field.html_name: field.value() for field in form.hidden_fields()} if form else {}
    words = urlencode({name: value for name, value in kept.items() if value})
    return f"{path}?{words}" if words else path


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon; a word always stands beside it. Names: tools/vendor_assets.py."""
    return _drawn(name)


@lru_cache(maxsize=256)
def _drawn(name: str) -> SafeString:
    """Return the same text every time: a board of the month shows hundreds."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        static("vendor/bootstrap-icons/icons.svg"),
        name,
    )


def _grouped(value: object, sign: str) -> str:
    number = _decimal(value)
    if number is None:
        return MISSING
    minus = MINUS if number < 0 else ""
    return f"{minus}{sign}{abs(number):,.2f}"


def _decimal(value: object) -> Decimal | None:
    match value:
        case None | "":
            return None
        case Decimal():
            return value
        case int() | str():
            return Decimal(value)
        case _:
            raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")


def _local(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(SHANGHAI)
    return value
