"""The properties hold after the demo, and each is found broken when a superuser breaks it."""

import io
import os
import re
from contextlib import contextmanager

import environ
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models.functions import Now

from accounts.models import Job as JobRow
from accounts.models import OutboxEvent, Pool
from common.actor import Job
from common.tenancy import tenant_transaction
from config.invariants import INVARIANTS, violations_of
from tests.config.ground import loaded_demo
from tests.config.planted import PLANTED, ways_of

pytestmark = pytest.mark.django_db

WAYS = [
    pytest.param(invariant, planted, id=f"{invariant.id}-{way}")
    for invariant in INVARIANTS
    for way, planted in enumerate(ways_of(invariant.id), start=1)
]


@pytest.fixture(scope="module", autouse=True)
def demo(tmp_path_factory, django_db_setup, django_db_blocker):
    with loaded_demo(tmp_path_factory, django_db_blocker) as folder:
        _leave_work_now()
        yield folder


def _leave_work_now():
    """What the demo leaves to the worker is asked for now by the database's clock too."""
    for pool in Pool.objects.all():
        with tenant_transaction(Job(pool.pk, "test")):
            OutboxEvent.objects.filter(sent_at__isnull=True).update(created_at=Now())
            JobRow.objects.filter(state="QUEUED").update(created_at=Now())


@contextmanager
def superuser():
    """Let everything in the block speak to the database as a superuser."""
    config = environ.Env.db_url_config(os.environ["DATABASE_ADMIN_URL"])
    own = connections["default"]
    other = own.copy()
    host = config["HOST"] or config.get("OPTIONS", {}).get("host", "")
    other.settings_dict |= {"HOST": host, "PORT": config["PORT"], "USER": config["USER"]}
    other.settings_dict["PASSWORD"] = config["PASSWORD"]
    connections["default"] = other
    try:
        yield other
    finally:
        other.close()
        connections["default"] = own


def violations_after(planted, invariant):
    """Break something in a transaction, look as the app role under row security, roll back.

    The look is at the second city, which was loaded first: min(id) is one of its rows.
    """
    pool = Pool.objects.get(code="513400").pk
    with superuser() as connection, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in planted.replace("%(pool)s", str(pool)).split(";"):
                cursor.execute(statement)
            cursor.execute("SET LOCAL ROLE fund_app")
            cursor.execute("SELECT set_config('app.pool_id', %s, true)", [str(pool)])
        found = violations_of(invariant)
        transaction.set_rollback(True)
    return found


def test_every_property_has_its_planted_violations():
    assert {invariant.id for invariant in INVARIANTS} == set(PLANTED)
    assert len({invariant.id for invariant in INVARIANTS}) == len(INVARIANTS)


def test_the_demo_breaks_no_property():
    for pool in Pool.objects.all():
        with tenant_transaction(Job(pool.pk, "test")):
            found = [
                (one.invariant.id, one.subject, one.detail)
                for invariant in INVARIANTS
                for one in violations_of(invariant)
            ]
        assert found == []


def test_the_command_says_how_long_each_property_took_when_asked():
    out = io.StringIO()
    call_command("check_invariants", "--pool", "513400", verbosity=2, stdout=out)
    *times, said = out.getvalue().splitlines()
    assert said == f"凉山州: {len(INVARIANTS)} properties checked, no violation"
    for invariant, line in zip(INVARIANTS, times, strict=True):
        assert re.fullmatch(rf"513400 {invariant.id} \d+\.\d\d s", line), line


@pytest.mark.parametrize(("invariant", "planted"), WAYS)
def test_a_planted_violation_is_found(invariant, planted):
    assert violations_after(planted, invariant)


def test_nothing_is_found_where_nothing_was_planted():
    """The same look, by the same way, at the city as it is: what is found was planted."""
    for invariant in INVARIANTS:
        assert violations_after("SELECT 1", invariant) == []
