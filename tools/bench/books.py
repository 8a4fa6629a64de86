"""A month's end and ten years of books: `python -m tools.bench.books [lines]`, 100000 without.

One month is paid and booked for N recipients in 2,000 vouchers and put before the month-end board;
then the book is spread over ten years, and what is read from all of it is measured. Needs
DATABASE_URL, DATABASE_OWNER_URL and DATABASE_ADMIN_URL. Never fails because of a time.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tools.bench.scratch import _connection, bare_tables, gather_statistics, scratch_database

if TYPE_CHECKING:
    from funds.models import Period
    from tools.bench.ground import Ground
    from tools.bench.measuring import Step

DATABASE = "bench_books"
DEFAULT_LINES = 100_000
VOUCHERS = 2_000
ROUNDS = 9
MONTHS = 120
SPREAD = Path(__file__).parent / "sql" / "spread_over_ten_years.sql"
# What the month and the ten years are compared with: the same sums over bare tables.
OF_THE_MONTH = "SELECT account_id, sum(debit), sum(credit) FROM bare.voucher_line GROUP BY 1"
OF_TEN_YEARS = "SELECT account_id, sum(debit), sum(credit) FROM bare.balance GROUP BY 1"


def main() -> int:
    """Measure and print two tables."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_LINES
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with scratch_database(DATABASE) as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.db import connections  # noqa: PLC0415 (after the set-up)

        connections["default"].settings_dict["CONN_MAX_AGE"] = None
        try:
            with bare_tables(DATABASE):
                _run(lines)
        finally:
            connections.close_all()
    return 0


def _run(lines: int) -> None:
    from common.tenancy import tenant_transaction  # noqa: PLC0415
    from funds.enums import StatementForm, StatementSpan  # noqa: PLC0415
    from funds.models import Period  # noqa: PLC0415
    from funds.selectors.general_ledger import general_ledger  # noqa: PLC0415
    from funds.selectors.ledger import LedgerScope, trial_balance  # noqa: PLC0415
    from funds.selectors.statement_figures import (  # noqa: PLC0415
        StatementScope,
        compute_figures,
    )
    from reconciliation.selectors.month_end import check_month_end  # noqa: PLC0415
    from tools.bench.ground import MONTHS as BOOKED  # noqa: PLC0415
    from tools.bench.ground import lay_ground  # noqa: PLC0415
    from tools.bench.report import table_of  # noqa: PLC0415

    ground = lay_ground(lines)
    paid = _book_a_month(ground)
    actor, month = ground.people["FACC"], BOOKED[0]
    with tenant_transaction(actor):
        period = Period.objects.get(month=month, book__kind="UNEMPLOYMENT")
    book, january = period.book_id, month.replace(month=1)
    board = _measured(
        "month-end board", paid, ground, lambda: check_month_end(period), OF_THE_MONTH
    )
    print(table_of([board]), flush=True)
    found = _spread(ground, period)
    scope = LedgerScope(book, january, month)
    yearly = StatementScope(book, StatementForm.ACCOUNTS, StatementSpan.MONTH, month)
    reads: dict[str, Callable[[], Any]] = {
        "trial balance of a year": lambda: trial_balance(actor=actor, scope=scope),
        "both statements with last year": lambda: compute_figures(yearly),
        "general ledger of an account": lambda: general_ledger(
            actor=actor, book_id=book, account_code="5001", last=month
        ),
    }
    print(f"{found:,} balances of {MONTHS} months", flush=True)
    print(table_of([_measured(n, found, ground, read, OF_TEN_YEARS) for n, read in reads.items()]))


def _book_a_month(ground: "Ground") -> int:
    """Plan, pay and book the newest month; return how many payments were booked."""
    from tools.bench.booking import BookingSteps, book_batches  # noqa: PLC0415
    from tools.bench.ground import MONTHS as BOOKED  # noqa: PLC0415
    from tools.bench.measuring import Step  # noqa: PLC0415
    from tools.bench.planning import plan_month, send_plan  # noqa: PLC0415
    from tools.bench.returning import settle_batches  # noqa: PLC0415

    unprinted = Step("set-up", ground.recipients, None)
    gather_statistics(DATABASE)
    plan = plan_month(ground, BOOKED[0], unprinted)
    gather_statistics(DATABASE)
    batches = send_plan(ground, plan)
    gather_statistics(DATABASE)
    paid = settle_batches(ground, batches, unprinted)
    book_batches(ground, batches, paid, BookingSteps(unprinted), VOUCHERS)
    gather_statistics(DATABASE)
    return paid


def _measured(name: str, rows: int, ground: "Ground", read: Callable[[], Any], bare: str) -> "Step":
    """Measure a reading of the books against the bare sum over the same rows."""
    from django.db import connection  # noqa: PLC0415

    from common.tenancy import tenant_transaction  # noqa: PLC0415
    from tools.bench.measuring import Step  # noqa: PLC0415

    step = Step(name, rows, None)
    for _ in range(ROUNDS):
        with tenant_transaction(ground.people["FACC"]):
            with step.ours.measure():
                read()
            with step.raw.measure(), connection.cursor() as cursor:
                cursor.execute(bare)
                if not cursor.fetchall():
                    raise RuntimeError(f"{name}: nothing to compare with")
    return step


def _spread(ground: "Ground", period: "Period") -> int:
    """Spread the book over ten years; return how many balances it has then."""
    words = {
        "pool_id": ground.pool_id,
        "book_id": period.book_id,
        "office_id": ground.office_id,
        "period_id": period.pk,
        "month": period.month,
    }
    with _connection("DATABASE_ADMIN_URL", DATABASE) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in SPREAD.read_bytes().split(b";"):
            admin.execute(statement, words)
        admin.execute("CREATE TABLE bare.balance AS TABLE funds_accountbalance")
        admin.execute("GRANT SELECT ON bare.balance TO fund_app")
        admin.execute("VACUUM ANALYZE")
        row = admin.execute("SELECT count(*), count(DISTINCT period_id) FROM bare.balance")
        balances, months = row.fetchone() or (0, 0)
    if months != MONTHS:
        raise RuntimeError(f"{months} months instead of {MONTHS}")
    return int(balances)


if __name__ == "__main__":
    sys.exit(main())
