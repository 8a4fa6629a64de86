"""The suite's ground: a real database reached as the app role, and what hunts for bugs."""

import gc
import os
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from tests import databases
from tests.ground import GROUND, commits, fill_of, own_cache, reaches_the_database


def pytest_configure():
    """Look for a static file when it is asked for: every test's client would list them all."""
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_finish():
    """Leave what stands until the end out of every search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker):
    """Create this worker's database and connect as the app role."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"{databases.base_name()}_{worker}"
    databases.forget_other_runs()
    databases.create(name)
    with django_db_blocker.unblock():
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
    address = urlsplit(os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = address._replace(path=f"/{name}").geturl()
    GROUND.blocker = django_db_blocker
    yield
    GROUND.leave()
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let the ground that a test asks for stand before its own transaction opens, and no other."""
    if "_ground" in item.fixturenames and not commits(item):
        GROUND.lay(item.module, fill_of(item))
    elif reaches_the_database(item):
        GROUND.leave()


@pytest.fixture
def _ground(request, db):
    """Return the founded city and what its module's ground left; a test that commits lays both."""
    with own_cache():
        yield GROUND.found(fill_of(request.node))


@pytest.fixture
def founded(_ground):
    """Return the founded city."""
    return _ground[0]


@pytest.fixture
def laid(_ground):
    """Return what the function in the module's LAID returned."""
    return _ground[1]


@pytest.fixture
def city(founded):
    """Return the founded city; many modules do something to it first."""
    return founded


@pytest.fixture(autouse=True)
def _empty_after_commit(request):
    """Stand in for Django's flush, which needs TRUNCATE, a right the app role does not have."""
    yield
    if commits(request.node, request.fixturenames):
        databases.leave_session()
        databases.empty_tables(settings.DATABASES["default"]["NAME"])


@pytest.fixture(scope="session", autouse=True)
def _no_flush():
    TransactionTestCase._fixture_teardown = lambda self: None
    TransactionTestCase._should_reload_connections = lambda self: False  # see leave_session
