"""Give every pool what this release adds: duties of posts, and the books it lacks."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Organisation, Pool
from accounts.services.founding import equip_organisations, withdraw_former_duties
from common.actor import Job
from common.tenancy import tenant_transaction
from funds.services.founding import open_missing_books


class Command(BaseCommand):
    """Run as the tables' owner after `migrate`; running it again changes nothing."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Equip every pool in a transaction of its own."""
        for pool_id in list(Pool.objects.order_by("pk").values_list("pk", flat=True)):
            with tenant_transaction(Job(pool_id, "config.equip_pools")):
                equip_organisations(list(Organisation.objects.order_by("id")))
                withdrawn = withdraw_former_duties()
                opened = open_missing_books(pool=Pool.objects.get(pk=pool_id))
            self.stdout.write(
                f"pool {pool_id}: posts equipped, {withdrawn} duties withdrawn,"
                f" {opened} books opened"
            )
