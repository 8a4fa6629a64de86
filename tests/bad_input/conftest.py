"""The ground of all tests of bad input: founded once, never committed."""

import pytest

from tests import city as cities
from tests.bad_input.ground import prepared
from tests.standing import Desks, standing


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """Return the city, with an object of every kind and one waiting for every form."""
    with standing(django_db_blocker):
        yield prepared(cities.found_city())


@pytest.fixture(scope="package")
def desks(city):
    """Return what opens the browser of a post's holder."""
    return Desks(city)
