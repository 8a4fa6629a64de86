"""Standards under which people earn the amounts a test wants to pay them."""

from datetime import date, timedelta
from itertools import count

from accounts.models import Parameter

_starts = count(1)


def months_earning(pool, office, amounts):
    """Put a standard in force at an office that pays these amounts, one per full year contributed.

    Returns the contributed months that earn each. Every call begins on a later day, so that the
    newest is in force, and long before any month a test pays.
    """
    years = {amount: year for year, amount in enumerate(dict.fromkeys(amounts), start=5)}
    tiers = [[year, year + 1, str(amount)] for amount, year in years.items()]
    tiers.append([5 + len(years), 100, str(amounts[0])])  # others at this office earn the first
    Parameter.objects.create(
        pool=pool,
        code="benefit_standard",
        region_code=office.region_code,
        value={"kind": "TIERS", "tiers": tiers, "later": str(amounts[0])},
        valid_from=date(1990, 1, 1) + timedelta(days=next(_starts)),
        source="测试用标准",
    )
    return [12 * years[amount] for amount in amounts]
