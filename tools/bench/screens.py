"""Pages over many cases: `python -m tools.bench.screens [cases]`, 100000 without an argument.

A small city is written through the services' tables and multiplied set-based to N cases. Needs
DATABASE_URL, DATABASE_OWNER_URL and DATABASE_ADMIN_URL. Never fails because of a time.
"""

import os
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, LiteralString

import django
from psycopg import Connection, sql

from tools.bench.scratch import _connection, scratch_database

if TYPE_CHECKING:
    from tools.bench.ground import Ground
    from tools.bench.measuring import Step

DATABASE = "bench_screens"
DEFAULT_CASES = 100_000
SEED = 500  # cases before they are multiplied
ROUNDS = 30  # of each page and each query
PAGE_GOAL = 15.0  # milliseconds of CPU
REPEATS = 20  # of a query in one round, because one alone is too short to measure
OPEN_TABLES: tuple[LiteralString, ...] = ("payouts_benefitcase", "payouts_claimant")
FIRST_PAGE = (
    "SELECT id, number, state, applied_date FROM payouts_benefitcase ORDER BY id DESC LIMIT 51"
)
# name: ours, what it is compared with (in a copy without a policy, the pool named), goal
QUERIES = {
    "list under the policy": (
        FIRST_PAGE,
        (
            "SELECT id, number, state, applied_date FROM bare.payouts_benefitcase"
            " WHERE pool_id = %(pool)s ORDER BY id DESC LIMIT 51"
        ),
        1.2,
    ),
    "name prefix under the policy": (
        "SELECT id, name FROM payouts_claimant WHERE name ^@ '张丁' ORDER BY name, id LIMIT 51",
        (
            "SELECT id, name FROM bare.payouts_claimant WHERE pool_id = %(pool)s"
            " AND name ^@ '张丁' ORDER BY name, id LIMIT 51"
        ),
        1.5,
    ),
    "page 1,000 against page 1": (
        (
            "SELECT id, number, state, applied_date FROM payouts_benefitcase"
            " WHERE id < %(deep)s ORDER BY id DESC LIMIT 51"
        ),
        FIRST_PAGE,
        1.1,
    ),
}


def main() -> int:
    """Measure pages, queries and files; print three tables."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_CASES
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with scratch_database(DATABASE) as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.db import connections  # noqa: PLC0415 (after the set-up)

        connections["default"].settings_dict["CONN_MAX_AGE"] = None
        try:
            _run(cases)
        finally:
            connections.close_all()
    return 0


def _run(cases: int) -> None:
    from tools.bench.files import PDF_SECONDS, measure_statement, measure_workbook  # noqa: PLC0415
    from tools.bench.ground import lay_ground  # noqa: PLC0415
    from tools.bench.multiplying import multiply, reopen  # noqa: PLC0415
    from tools.bench.report import table_of  # noqa: PLC0415

    ground = lay_ground(SEED)
    with _connection("DATABASE_ADMIN_URL", DATABASE) as admin:
        found = multiply(admin, pool_id=ground.pool_id, copies=cases // SEED - 1)
        opened = reopen(admin, pool_id=ground.pool_id)
        _open_copies(admin)
        admin.execute("VACUUM ANALYZE")
        print(f"{found:,} cases", flush=True)
    print_pages(ground, opened)
    steps = [measure_query(ground, name, found) for name in QUERIES]
    print(table_of([*steps, measure_workbook(min(cases, 100_000))]))
    pages, seconds = measure_statement()
    print(f"statement pdf: {pages} pages, {seconds:.1f} s CPU (goal {PDF_SECONDS:.0f} s)")


def print_pages(ground: "Ground", opened: tuple[int, int]) -> None:
    """Print what each page costs in this process and in its database backend, milliseconds."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from tools.bench.measuring import _backend, _cpu_seconds  # noqa: PLC0415

    client = Client()
    user = User.objects.get(pk=ground.people["REV1"].user_id)
    clerk = User.objects.get(pk=ground.people["ACC"].user_id)
    print("| page | CPU ms | of the database ms | goal |\n|---|---|---|---|")
    for name, address in _pages(ground, opened):
        client.force_login(
            clerk if "intake" in address else user,
            backend="django.contrib.auth.backends.ModelBackend",
        )
        connection.ensure_connection()
        backend = _backend()
        spent, both = [], []
        for turn in range(ROUNDS + 3):
            before, began = _cpu_seconds(backend) or 0.0, time.process_time()
            status = client.get(address).status_code
            if status != 200:
                raise RuntimeError(f"{address} answers {status}")
            if turn >= 3:  # the first ones fill caches
                spent.append(time.process_time() - began)
                both.append((_cpu_seconds(backend) or 0.0) - before)
        cost, database = median(spent) * 1000, (median(both) - median(spent)) * 1000
        verdict = "reached" if cost <= PAGE_GOAL else "not reached"
        print(f"| {name} | {cost:.1f} | {database:.1f} | {PAGE_GOAL:.0f}, {verdict} |", flush=True)


def _pages(ground: "Ground", opened: tuple[int, int]) -> list[tuple[str, str]]:
    from django.urls import reverse  # noqa: PLC0415

    from common.tenancy import tenant_transaction  # noqa: PLC0415
    from payouts.models import BenefitCase  # noqa: PLC0415

    with tenant_transaction(ground.people["PLAN"]):
        ids = BenefitCase.objects.order_by("-id").values_list("pk", "claimant_id")
        (case, claimant), (deep, _) = ids[0], ids[min(50_000, ids.count() // 2)]
    cases = reverse("payouts:cases")
    return [
        ("new intake", reverse("payouts:intake_new")),
        ("intake, fourth step", reverse("payouts:intake", args=[opened[1]])),
        ("review of a case", reverse("payouts:case", args=[opened[0]])),
        ("waiting cases", cases),
        ("all cases, page 1", f"{cases}?tab=all"),
        ("all cases, page 1,000", f"{cases}?tab=all&after={deep}"),
        ("cases by name", f"{cases}?tab=all&name=张丁"),
        ("recipients", reverse("payouts:recipients")),
        ("search by name", f"{reverse('payouts:search')}?q=张丁"),
        ("case", reverse("payouts:case", args=[case])),
        ("person", reverse("payouts:person", args=[claimant])),
    ]


def measure_query(ground: "Ground", name: str, cases: int) -> "Step":
    """Measure one query under the policy against the one it should cost as much as."""
    from common.tenancy import tenant_transaction  # noqa: PLC0415
    from payouts.models import BenefitCase  # noqa: PLC0415
    from tools.bench.measuring import Step  # noqa: PLC0415

    ours, raw, goal = QUERIES[name]
    with tenant_transaction(ground.people["PLAN"]):
        newest = BenefitCase.objects.order_by("-id").values_list("pk", flat=True)
        deep = newest[min(50_000, cases // 2)]
    words = {"pool": ground.pool_id, "deep": deep}
    step = Step(name, REPEATS, goal)
    for _ in range(ROUNDS):
        with tenant_transaction(ground.people["PLAN"]):
            with step.ours.measure():
                found = _ask(ours, words)
            with step.raw.measure():
                expected = _ask(raw, words)
        if found != expected:
            raise RuntimeError(f"{name}: {found} rows instead of {expected}")
    return step


def _ask(query: str, words: dict[str, int]) -> int:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for _ in range(REPEATS):
            cursor.execute(query, words)
            rows = cursor.fetchall()
    return len(rows)


def _open_copies(admin: Connection) -> None:
    """Copy the tables with their indexes but without row-level security."""
    admin.execute("CREATE SCHEMA bare")
    admin.execute("GRANT USAGE ON SCHEMA bare TO fund_app")
    for table in OPEN_TABLES:
        copy: LiteralString = "CREATE TABLE bare.{0} (LIKE public.{0} INCLUDING INDEXES)"
        admin.execute(sql.SQL(copy).format(sql.Identifier(table)))
        fill: LiteralString = "INSERT INTO bare.{0} SELECT * FROM public.{0}"
        admin.execute(sql.SQL(fill).format(sql.Identifier(table)))
    admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA bare TO fund_app")


if __name__ == "__main__":
    sys.exit(main())
