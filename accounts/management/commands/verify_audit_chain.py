"""Verify the audit chains; name the first broken row and exit 1 if there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Pool
from accounts.services.audit import verify_chain
from common.actor import Job
from common.tenancy import tenant_transaction


class Command(BaseCommand):
    """`manage.py verify_audit_chain [--pool CODE]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept one pool's code; without it every pool is verified."""
        parser.add_argument("--pool", metavar="CODE", help="code of one pool, e.g. 510400")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per pool.

        Raises:
            CommandError: a chain is broken (exit 1), or there is no such pool.
        """
        pools = Pool.objects.order_by("code")
        if options["pool"]:
            pools = pools.filter(code=options["pool"])
            if not pools:
                raise CommandError(f"no pool {options['pool']}")
        broken = 0
        for pool in pools:
            with tenant_transaction(Job(pool.pk, "verify_audit_chain")):
                found = verify_chain()
            broken += not found.holds
            (self.stdout if found.holds else self.stderr).write(f"{pool}: {found.text}")
        if broken:
            raise CommandError(f"{broken} chain(s) broken")
