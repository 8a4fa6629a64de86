"""Document numbers without gaps in a series."""

from accounts.models import NumberSeries


def next_number(*, pool_id: int, key: str) -> int:
    """Raise the series under a row lock and return its new last number, from 1.

    The lock is held until the transaction ends, so a rolled-back number is given again.
    """
    return take_numbers(pool_id=pool_id, key=key, count=1)


def take_numbers(*, pool_id: int, key: str, count: int) -> int:
    """Reserve `count` consecutive numbers of the series and return the first."""
    NumberSeries.objects.get_or_create(pool_id=pool_id, key=key)
    series = NumberSeries.objects.select_for_update(of=("self",), no_key=True).get(
        pool_id=pool_id, key=key
    )
    series.last_number += count
    series.save(update_fields=["last_number"])
    return series.last_number - count + 1
