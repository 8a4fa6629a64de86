"""Standards under which people earn the amounts a test wants to pay them."""

from datetime import date, timedelta
from itertools import count

from tests.values import put_value

_starts = count(1)


def months_earning(pool, office, amounts):
    """Put a standard in force at an office that pays these amounts, one per full year contributed.

    Returns the contributed months that earn each. Every call begins on a later day, so that the
    newest is in force, and long before any month a test pays.
    """
    years = {amount: year for year, amount in enumerate(dict.fromkeys(amounts), start=5)}
    tiers = [[year, year + 1, str(amount)] for amount, year in years.items()]
    tiers.append([5 + len(years), 100, str(amounts[0])])  # others at this office earn the first
    rule = {"kind": "TIERS", "tiers": tiers, "later": str(amounts[0])}
    first_day = date(1990, 1, 1) + timedelta(days=next(_starts))
    put_value(pool, "benefit_standard", rule, first_day, office.region_code)
    return [12 * years[amount] for amount in amounts]
