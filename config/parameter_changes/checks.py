"""What the computing apps say to a new policy value, and of which items there are own values."""

from typing import Any

from accounts.parameter_values import SHAPES
from payouts.calculators import check_duration_rule
from payouts.models import BenefitItem


def check_value(code: str, value: Any) -> None:
    """Refuse a value the law does not allow.

    Raises:
        RuleInvalid: the table of months grants more than the law for some contribution time.
    """
    if code == "duration":
        check_duration_rule(value)


def parameter_codes() -> list[str]:
    """Return every parameter that can be changed, an offered item's own after the pool's."""
    items = BenefitItem.objects.filter(is_offered=True).order_by("code")
    codes = list(items.values_list("code", flat=True))
    found: list[str] = []
    for base, shape in SHAPES.items():
        if base != "review_depth":  # an item always has its own
            found.append(base)
        if shape.of_items:
            found += [f"{base}.{item}" for item in codes]
    return found
