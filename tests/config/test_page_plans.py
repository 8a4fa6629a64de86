"""Lists and searches keep their indexes under row-level security: EXPLAIN as the app role.

A small pool stands beside larger ones, so that reading a whole table would show.
"""

import json
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from common.tenancy import tenant_transaction
from payouts.models import BenefitCase, Claimant, Entitlement
from tests.databases import as_superuser, empty_tables
from tools.bench.ground import lay_ground
from tools.bench.multiplying import multiply

SEED = 50  # recipients of a pool before it is multiplied
OWN, OTHERS = 1_500, 6_000  # of the pool that looks, and of each one beside it
LARGE = ("payouts_benefitcase", "payouts_claimant", "payouts_entitlement", "payouts_payeeaccount")


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker):
    """Found the pools once, and let the planner know their size."""
    with django_db_blocker.unblock():
        name = settings.DATABASES["default"]["NAME"]
        others = [lay_ground(SEED, code) for code in ("510400", "510500", "510600", "510700")]
        own = lay_ground(SEED, "513400")
        with as_superuser(name) as admin:
            for pool in others:
                multiply(admin, pool_id=pool.pool_id, copies=OTHERS // SEED - 1)
            assert multiply(admin, pool_id=own.pool_id, copies=OWN // SEED - 1) == OWN
        yield own
        connection.close()
        empty_tables(name)


@pytest.fixture
def visitor(ground):
    actor = ground.people["PLAN"]
    with tenant_transaction(actor):
        user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def plan_of(actor, sql):
    """Return the plan's nodes of a statement, as the app role in this pool."""
    with tenant_transaction(actor), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql)
        answer = cursor.fetchone()[0]
    top = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return list(nodes(top))


def nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def whole_tables(plan):
    """Return the large tables a plan reads from end to end."""
    return {
        node["Relation Name"]
        for node in plan
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    }


def test_the_app_role_is_subject_to_the_policies(ground):
    with tenant_transaction(ground.people["PLAN"]), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        assert BenefitCase.objects.count() == OWN


PAGES = {
    "all cases": ("payouts:cases", {"tab": "all"}),
    "waiting cases": ("payouts:cases", {}),
    "finished cases": ("payouts:cases", {"tab": "finished"}),
    "returned cases": ("payouts:cases", {"tab": "returned"}),
    "cases by name": ("payouts:cases", {"tab": "all", "name": "张"}),
    "cases by number": ("payouts:cases", {"tab": "all", "number": "BENCH-1"}),
    "recipients": ("payouts:recipients", {}),
    "recipients by name": ("payouts:recipients", {"name": "王"}),
    "search by name": ("payouts:search", {"q": "张"}),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_list_reads_a_large_table_from_end_to_end(page, ground, visitor):
    name, parameters = PAGES[page]
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(reverse(name), parameters)
    assert answer.status_code == 200
    asked = [sql for sql in read_statements(queries) if any(table in sql for table in LARGE)]
    assert asked, "the page asks for large tables"
    actor = ground.people["PLAN"]
    assert {sql: tables for sql in asked if (tables := whole_tables(plan_of(actor, sql)))} == {}


def read_statements(queries):
    """Return what a page read, by the ORM or by a file that begins with its comment."""
    texts = [re.sub(r"^(--[^\n]*\n)+", "", query["sql"]) for query in queries]
    return [text for text in texts if text.startswith(("SELECT", "WITH"))]


def sql_of(actor, queryset):
    """Return a query's text with its values, as the connection sends it."""
    with CaptureQueriesContext(connection) as queries, tenant_transaction(actor):
        list(queryset)
    return next(query["sql"] for query in queries if query["sql"].startswith('SELECT "'))


def test_a_prefix_of_a_name_is_looked_up_in_the_index_and_by_like_it_would_not_be(ground):
    actor = ground.people["PLAN"]
    by_prefix = plan_of(actor, sql_of(actor, Claimant.objects.filter(name__prefix="张丁")))
    assert whole_tables(by_prefix) == set()
    (scan,) = [n for n in by_prefix if n.get("Index Name") == "claimant_by_name"]
    assert re.search(r"name.*>=.*张丁", scan["Index Cond"])
    by_like = plan_of(actor, sql_of(actor, Claimant.objects.filter(name__startswith="张丁")))
    assert not any("张" in node.get("Index Cond", "") for node in by_like)


def test_a_deep_page_starts_in_the_index_where_the_first_one_does(ground):
    actor = ground.people["PLAN"]
    with tenant_transaction(actor):
        middle = BenefitCase.objects.order_by("id").values_list("pk", flat=True)[OWN // 2]
    deep = BenefitCase.objects.filter(pk__lt=middle).order_by("-pk")[:51]
    plan = plan_of(actor, sql_of(actor, deep))
    (scan,) = [node for node in plan if "Index Cond" in node]
    assert "Sort" not in {node["Node Type"] for node in plan}
    assert {"pool_id", str(middle)} <= set(re.findall(r"\w+", scan["Index Cond"]))


def test_an_exact_prefix_means_its_signs_themselves(ground):
    actor = ground.people["PLAN"]
    with tenant_transaction(actor):
        assert Claimant.objects.filter(name__prefix="张").count() == OWN // 10
        assert Claimant.objects.filter(name__prefix="%").count() == 0
        assert Claimant.objects.filter(name__prefix="张_").count() == 0
        assert Entitlement.objects.filter(claimant__name__prefix="张").count() == OWN // 10
