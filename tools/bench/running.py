"""One run: every step month after month, our way and raw SQL in turns."""

from collections.abc import Callable

from django.db import connection
from django.urls import reverse

from tools.bench.booking import BookingSteps, book_batches
from tools.bench.ground import FILE_LINES, MONTHS, lay_ground
from tools.bench.measuring import Step
from tools.bench.planning import plan_month, send_plan
from tools.bench.reconciling import fill_bare_ledgers, reconcile_month
from tools.bench.returning import settle_batches
from tools.bench.scratch import bare_tables, gather_statistics

RECONCILIATIONS = 9  # only read, so it is repeated on the first month


def run_bench(
    recipients: int,
    *,
    rounds: int = len(MONTHS),
    file_lines: int = FILE_LINES,
    report: Callable[[str], None] = print,
) -> list[Step]:
    """Found a pool, work through its months, return what was measured.

    Raises:
        RuntimeError: a step wrote or read other rows than it should have.
    """
    database = str(connection.settings_dict["NAME"])
    steps = (
        Step("comparison + plan", recipients, 2.5),
        Step("return: parse, match, settle", recipients, 1.6),
        Step("posting", recipients, 1.8),
        Step("reconciliation totals", recipients, 2.3),
    )
    planning, returning, posting, reconciling = steps
    booking = BookingSteps(posting)
    reverse("payouts:plans")  # loads the views, which a worker has done long before
    with bare_tables(database):
        ground = lay_ground(recipients, file_lines=file_lines)
        for turn, month in enumerate(MONTHS[:rounds]):
            report(f"round {turn + 1} of {rounds}: {month:%Y-%m}")
            gather_statistics(database)
            plan = plan_month(ground, month, planning)
            gather_statistics(database)  # between planning and payment lie days of signing
            batches = send_plan(ground, plan)
            gather_statistics(database)
            paid = settle_batches(ground, batches, returning)
            book_batches(ground, batches, paid, booking)
            if turn == 0:
                fill_bare_ledgers(ground, batches, paid)
                gather_statistics(database)
                for _ in range(RECONCILIATIONS):
                    reconcile_month(ground, batches, paid, reconciling)
    halves = [
        Step("  of which lines written", recipients, None, booking.writing, posting.raw),
        Step("  of which post_vouchers", recipients, None, booking.posting, posting.raw),
    ]
    return [planning, returning, posting, *halves, reconciling]
