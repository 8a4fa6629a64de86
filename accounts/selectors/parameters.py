"""Dated policy values."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from accounts.models import Parameter
from accounts.selectors.offices import known_offices
from accounts.selectors.parameter_texts import LABELS, parameter_label, parameter_text
from common.errors import DomainError
from common.remembering import is_remembering, kept


class ParameterMissing(DomainError):
    code = "PARAMETER_MISSING"


def value_in_force(*, code: str, on: date, region_code: str = "") -> Any:
    """Return the parameter's value in force on a day, the district's own before the pool's.

    Raises:
        ParameterMissing: no value covers the day; says which parameter and day.
    """
    return parameter_in_force(code=code, on=on, region_code=region_code).value


class DatedValue(NamedTuple):
    """One value of a parameter, in force from `valid_from` to `valid_until` inclusive."""

    region_code: str
    value: Any
    valid_from: date
    valid_until: date | None
    source: str


def parameter_in_force(*, code: str, on: date, region_code: str = "") -> DatedValue:
    """Return the value in force on a day: the newest start on or before it that has not ended."""
    rows = (_values_by_code() if is_remembering() else _read_values(code=code)).get(code, [])
    in_force = (row for row in rows if _covers(row, on, region_code))
    row = next(in_force, None)
    if row is None:
        raise ParameterMissing(f"缺少 {on:%Y-%m-%d} 有效的政策参数“{code}”，请先由市级维护")
    return row


def value_or(*, code: str, on: date, default: Any, region_code: str = "") -> Any:
    """Return the value in force on a day, or what the law says where the pool set none."""
    try:
        return value_in_force(code=code, on=on, region_code=region_code)
    except ParameterMissing:
        return default


def _covers(row: DatedValue, on: date, region_code: str) -> bool:
    is_begun = row.valid_from <= on and (row.valid_until is None or row.valid_until >= on)
    return is_begun and row.region_code in {"", region_code}


@kept
def _values_by_code() -> dict[str, list[DatedValue]]:
    return _read_values()


def _read_values(**narrowed: str) -> dict[str, list[DatedValue]]:
    """Return values by parameter, in the order of precedence: the district's own, the newest."""
    rows = Parameter.objects.filter(**narrowed).order_by("-region_code", "-valid_from")
    found: dict[str, list[DatedValue]] = defaultdict(list)
    for code, *value in rows.values_list("code", *DatedValue._fields):
        found[code].append(DatedValue(*value))
    return found


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """One dated value; `when_label` says whether it is past, in force or to come."""

    region: str
    value: str
    valid_from: date
    valid_until: date | None
    source: str
    when: str
    when_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """All values of one parameter, the newest first."""

    code: str
    label: str
    lines: list[ParameterLine]


WHEN = {
    "now": ("现行", "green"),
    "coming": ("将生效", "blue"),
    "past": ("历史", "grey"),
}


def list_parameters(*, today: date, text: str = "", when: str = "") -> list[ParameterGroup]:
    """Return the pool's parameters with all their dated values, in the labels' order.

    A value without an end is in force until the next start of the same parameter and district.
    """
    groups: dict[str, list[ParameterLine]] = {}
    later: dict[tuple[str, str], date] = {}
    regions = {office.region_code: office.short_name for office in known_offices().values()}
    for row in Parameter.objects.order_by("code", "region_code", "-valid_from"):
        place = (row.code, row.region_code)
        region = regions.get(row.region_code, row.region_code)
        line = _line(row, region, today, later.get(place))
        if row.valid_from <= today:
            later.setdefault(place, row.valid_from)
        label = parameter_label(row.code)
        is_meant = text in label or text in row.code or text in row.source
        if is_meant and (not when or when == line.when):
            groups.setdefault(row.code, []).append(line)
    order = [*LABELS, *sorted(set(groups) - set(LABELS))]
    return [
        ParameterGroup(code, parameter_label(code), groups[code])
        for code in order
        if code in groups
    ]


def _line(row: Parameter, region: str, today: date, later_start: date | None) -> ParameterLine:
    if row.valid_from > today:
        when = "coming"
    elif later_start or (row.valid_until and row.valid_until < today):
        when = "past"
    else:
        when = "now"
    label, tone = WHEN[when]
    return ParameterLine(
        region=region if row.region_code else "全统筹区",
        value=parameter_text(row.code, row.value),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        when=when,
        when_label=label,
        tone=tone,
    )
