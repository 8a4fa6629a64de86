"""Measure the mass jobs: `python -m tools.bench [recipients]`, 100000 without an argument.

Runs a tenth of that first, so that the growth of each step can be printed. Needs DATABASE_URL,
DATABASE_OWNER_URL and DATABASE_ADMIN_URL. Never fails because of a time.
"""

import os
import sys
from typing import TYPE_CHECKING

import django

from tools.bench.scratch import scratch_database

if TYPE_CHECKING:
    from tools.bench.measuring import Step

DATABASE = "bench_fund"
DEFAULT_RECIPIENTS = 100_000


def main() -> int:
    """Run the bench twice, each time in a database of its own, and print the tables."""
    recipients = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RECIPIENTS
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    smaller: list[Step] = []
    for size in (recipients // 10, recipients):
        steps = _measured(size)
        from tools.bench.report import table_of  # noqa: PLC0415 (after the set-up)

        print(table_of(steps, smaller), flush=True)
        smaller = steps
    return 0


def _measured(recipients: int) -> list["Step"]:
    with scratch_database(DATABASE) as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.db import connections  # noqa: PLC0415

        from tools.bench.running import run_bench  # noqa: PLC0415

        print(f"{recipients:,} recipients", flush=True)
        try:
            return run_bench(recipients, report=lambda text: print(text, flush=True))
        finally:
            connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
