"""Look for rows that break a property of the system; ends with 1 when there are any."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import Pool
from common.actor import Job
from common.tenancy import tenant_transaction
from config.invariants import INVARIANTS, Violation, violations_of


class Command(BaseCommand):
    """Check every property in every pool, or in the one named; `-v 2` tells how long each took."""

    help = "Check every invariant in every pool; print violations and end with 1 if there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an optional pool code."""
        parser.add_argument("--pool", help="six-digit code of one pool")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what breaks a property, pool by pool."""
        pools = Pool.objects.order_by("code")
        if options["pool"]:
            pools = pools.filter(code=options["pool"])
        is_timed = options["verbosity"] > 1
        found = sum(self._check(pool, is_timed=is_timed) for pool in pools)
        if found:
            sys.exit(1)

    def _check(self, pool: Pool, *, is_timed: bool) -> int:
        violations: list[Violation] = []
        with tenant_transaction(Job(pool.pk, "config.check_invariants")):
            for invariant in INVARIANTS:
                started = time.monotonic()
                violations += violations_of(invariant)
                if is_timed:
                    seconds = time.monotonic() - started
                    self.stdout.write(f"{pool.code} {invariant.id} {seconds:.2f} s")
                    self.stdout.flush()
        for violation in violations:
            invariant = violation.invariant
            self.stdout.write(
                f"{pool.code} {invariant.id} {invariant.title}: "
                f"{violation.subject}: {violation.detail}"
            )
        outcome = f"{len(violations)} violations" if violations else "no violation"
        self.stdout.write(f"{pool.name}: {len(INVARIANTS)} properties checked, {outcome}")
        return len(violations)
