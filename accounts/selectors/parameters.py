"""Dated policy values."""

from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Parameter
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
