"""Measure the mass jobs: `python -m tools.bench [recipients]`, 100000 without an argument.

Needs DATABASE_URL, DATABASE_OWNER_URL and DATABASE_ADMIN_URL. Never fails because of a time.
"""

import os
import sys

import django

from tools.bench.scratch import scratch_database

DATABASE = "bench_fund"
DEFAULT_RECIPIENTS = 100_000


def main() -> int:
    """Run the bench in a database of its own and print the table."""
    recipients = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RECIPIENTS
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with scratch_database(DATABASE) as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.db import connections  # noqa: PLC0415 (after the set-up)

        from tools.bench.report import table_of  # noqa: PLC0415
        from tools.bench.running import run_bench  # noqa: PLC0415

        print(f"{recipients:,} recipients", flush=True)
        try:
            steps = run_bench(recipients, report=lambda text: print(text, flush=True))
        finally:
            connections.close_all()
    print(table_of(steps))
    return 0


if __name__ == "__main__":
    sys.exit(main())
