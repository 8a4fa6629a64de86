"""Addresses by name and ids, as `reverse` writes them."""

import pytest
from django.urls import NoReverseMatch, reverse

from common.addresses import address


@pytest.mark.parametrize(
    ("page", "ids"),
    [("payouts:cases", ()), ("payouts:case", (7,)), ("payouts:case", (2**62,))],
)
def test_an_address_is_what_reverse_gives(page: str, ids: tuple[int, ...]) -> None:
    assert address(page, *ids) == reverse(page, args=ids)


@pytest.mark.parametrize(
    ("page", "ids"), [("payouts:nowhere", ()), ("payouts:case", ()), ("payouts:cases", (7,))]
)
def test_a_page_that_does_not_exist_so_has_no_address(page: str, ids: tuple[int, ...]) -> None:
    with pytest.raises(NoReverseMatch):
        address(page, *ids)


@pytest.mark.parametrize("not_an_id", ["seven", "7/../8", None])
def test_only_ids_become_part_of_an_address(not_an_id: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        address("payouts:case", not_an_id)  # type: ignore[arg-type]
