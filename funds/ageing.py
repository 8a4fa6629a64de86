"""How long an item of the current accounts has stood open, in the brackets of the ageing table.

Months are counted from day to day: what began on the 31st is one month old on the last day of
the next month. Source: the register of 往来账项 of the six rules of management; no regulation
names brackets or a day on which an item is late, the house's are below.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from common.periods import months_later

# The months an item of each bracket is at most old; the last one holds all that is older.
BRACKETS: Mapping[str, int] = MappingProxyType({"M1": 1, "M3": 3, "M6": 6, "M12": 12})
OLDEST = "OLD"
BRACKET_LABELS: Mapping[str, str] = MappingProxyType(
    {"M1": "1个月以内", "M3": "1至3个月", "M6": "3至6个月", "M12": "6至12个月", OLDEST: "1年以上"}
)
OVERDUE_MONTHS = 3  # 暂付款、暂收款应在三个月内清理


def bracket_of(since: date, on: date) -> str:
    """Return the bracket of an item that began on a day, as it stands on another."""
    for code, months in BRACKETS.items():
        if on <= months_later(since, months):
            return code
    return OLDEST


def is_overdue(since: date, on: date) -> bool:
    """Tell whether an item has stood open for longer than it may."""
    return on > months_later(since, OVERDUE_MONTHS)
