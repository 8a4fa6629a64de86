"""Dated policy values."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Organisation, Parameter
from accounts.selectors.parameter_texts import LABELS, parameter_text
from common.errors import DomainError


class ParameterMissing(DomainError):
    code = "PARAMETER_MISSING"


def value_in_force(*, code: str, on: date, region_code: str = "") -> Any:
    """Return the parameter's value in force on a day, the district's own before the pool's.

    Raises:
        ParameterMissing: no value covers the day; says which parameter and day.
    """
    return parameter_in_force(code=code, on=on, region_code=region_code).value


def parameter_in_force(*, code: str, on: date, region_code: str = "") -> Parameter:
    """Return the row in force on a day: the newest start on or before it that has not ended."""
    row = (
        Parameter.objects.filter(code=code, region_code__in=["", region_code])
        .filter(valid_from__lte=on)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on))
        .order_by("-region_code", "-valid_from")
        .first()
    )
    if row is None:
        raise ParameterMissing(f"缺少 {on:%Y-%m-%d} 有效的政策参数“{code}”，请先由市级维护")
    return row


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
    regions = dict(Organisation.objects.values_list("region_code", "short_name"))
    for row in Parameter.objects.order_by("code", "region_code", "-valid_from"):
        place = (row.code, row.region_code)
        region = regions.get(row.region_code, row.region_code)
        line = _line(row, region, today, later.get(place))
        if row.valid_from <= today:
            later.setdefault(place, row.valid_from)
        label = LABELS.get(row.code, row.code)
        is_meant = text in label or text in row.code or text in row.source
        if is_meant and (not when or when == line.when):
            groups.setdefault(row.code, []).append(line)
    order = [*LABELS, *sorted(set(groups) - set(LABELS))]
    return [
        ParameterGroup(code, LABELS.get(code, code), groups[code])
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
