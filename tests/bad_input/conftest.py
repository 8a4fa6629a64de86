"""The ground of all tests of bad input."""

import pytest

from tests.standing import Desks, standing
from tests.two_cities import found_two_cities


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """Return the city, with an object of every kind and one waiting for every form."""
    with standing(django_db_blocker, "two_cities", found_two_cities) as (city, _):
        city.enter()
        yield city


@pytest.fixture(scope="package")
def desks(city):
    """Return what opens the browser of a post's holder."""
    return Desks(city)
