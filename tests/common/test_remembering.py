"""What pages keep from one to the next is what the database holds, and of one pool."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, Pool, WorkYear
from accounts.selectors.offices import known_offices
from accounts.selectors.parameters import value_in_force
from common.remembering import KEPT, POOLS_KEPT, kept, remembering
from payouts.models import BenefitItem
from payouts.selectors.items import known_items
from payouts.selectors.parameters import working_days
from tests.city import another_city, found_city
from tests.values import put_value

pytestmark = pytest.mark.django_db
KEPT_HERE = [known_offices, known_items, working_days]


def version_of(pool):
    return Pool.objects.values_list("reference_version", flat=True).get(pk=pool.pk)


def as_seen_by_a_page(city, read):
    with remembering(pool_id=city.pool.pk, version=version_of(city.pool)):
        return read()


def rename(office):
    Organisation.objects.filter(pk=office.pk).update(short_name="东区改名")


class TestKeeping:
    def test_a_kept_function_runs_once_until_the_version_changes(self):
        asked = []

        @kept
        def ask():
            asked.append(len(asked))
            return asked[-1]

        KEPT.remove(ask)
        first, second = uuid4(), uuid4()
        with remembering(pool_id=1, version=first):
            assert [ask(), ask()] == [0, 0]
        with remembering(pool_id=1, version=first):
            assert ask() == 0, "the next page of the pool"
        with remembering(pool_id=2, version=first):
            assert ask() == 1, "another pool keeps for itself"
        with remembering(pool_id=1, version=second):
            assert ask() == 2, "its rows have changed"
        with remembering(pool_id=1, version=first):
            assert ask() == 3, "what was kept at another version is gone"
        with remembering():
            assert [ask(), ask()] == [4, 4], "without a version it is kept for one page"
        with remembering():
            assert ask() == 5
        assert [ask(), ask()] == [6, 7], "outside a page every call asks"

    def test_a_process_keeps_a_bounded_number_of_pools(self):
        asked = []

        @kept
        def ask():
            asked.append(None)
            return len(asked)

        KEPT.remove(ask)
        versions = {pool: uuid4() for pool in range(1000, 1000 + POOLS_KEPT + 1)}
        for pool, version in versions.items():
            with remembering(pool_id=pool, version=version):
                ask()
        with remembering(pool_id=1000 + POOLS_KEPT, version=versions[1000 + POOLS_KEPT]):
            ask()
        assert len(asked) == POOLS_KEPT + 1, "the newest is still there"
        with remembering(pool_id=1000, version=versions[1000]):
            ask()
        assert len(asked) == POOLS_KEPT + 2, "the oldest made room"

    def test_kept_functions_read_only_tables_that_renew_the_version(self):
        found_city()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgname = 'renew_reference_version'"
            )
            renewing = {table for (table,) in cursor.fetchall()}
        assert set(KEPT_HERE) <= set(KEPT)
        for function in KEPT:
            with CaptureQueriesContext(connection) as queries:
                function()
            read = re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(q["sql"] for q in queries))
            assert read, function
            assert set(read) <= renewing, function


class TestVersion:
    def changes(self, city):
        office = Organisation.objects.get(code="510402")
        yield (
            "office",
            lambda: rename(office),
        )
        yield "item", lambda: BenefitItem.objects.filter(code="B01").update(is_offered=False)
        yield "parameter", lambda: put_value(city.pool, "source_days", 9, date(2026, 1, 2))
        yield "work year", lambda: WorkYear.objects.create(year=2099, days=[], source="测试")

    def test_every_change_of_a_reference_row_renews_it(self):
        city = found_city()
        seen = [version_of(city.pool)]
        for name, change in self.changes(city):
            change()
            seen.append(version_of(city.pool))
            assert len(set(seen)) == len(seen), name

    def test_a_change_of_one_city_leaves_the_others_version(self):
        city = found_city()
        other = another_city()
        before = version_of(city.pool)
        Organisation.objects.filter(code="513401").update(short_name="西昌")
        assert version_of(city.pool) == before
        assert version_of(other.pool) != before
        WorkYear.objects.create(year=2099, days=[], source="测试")
        assert version_of(city.pool) != before, "working days belong to every city"

    def test_a_page_sees_each_change_at_once(self):
        city = found_city()
        read = {
            "office": lambda: {office.short_name for office in known_offices().values()},
            "item": lambda: {item.code for item in known_items().values() if item.is_offered},
            "parameter": lambda: value_in_force(code="source_days", on=date(2026, 3, 1)),
            "work year": lambda: set(working_days().days),
        }
        for name, change in self.changes(city):
            before = as_seen_by_a_page(city, read[name])
            change()
            after = as_seen_by_a_page(city, read[name])
            assert after == read[name]() != before, name

    def test_two_cities_in_one_process_see_their_own_offices(self):
        city = found_city()
        own = as_seen_by_a_page(city, known_offices)
        other = another_city()
        foreign = as_seen_by_a_page(other, known_offices)
        city.enter()
        assert as_seen_by_a_page(city, known_offices) == own
        assert not set(own) & set(foreign)


def test_a_renamed_office_stands_in_the_next_page():
    city = found_city()
    client = Client()
    client.force_login(city.user("REV1"), backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("payouts:cases")
    assert "东区改名" not in client.get(page).content.decode()
    rename(Organisation.objects.get(code="510400"))
    assert "东区改名" in client.get(page).content.decode()
