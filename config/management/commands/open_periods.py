"""Open the twelve months of a year in every book of every pool: `manage.py open_periods 2027`."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import Pool
from common.actor import Job
from common.tenancy import tenant_transaction
from funds.models import Period
from funds.selectors.books import list_books
from funds.services.founding import open_periods

EARLIEST, LATEST = 2000, 2100


class Command(BaseCommand):
    """Months that exist stay as they are; running it again changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the year."""
        parser.add_argument("year", type=int, choices=range(EARLIEST, LATEST), metavar="YEAR")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open the months pool by pool, each in a transaction of its own."""
        year: int = options["year"]
        for pool in Pool.objects.order_by("pk"):
            with tenant_transaction(Job(pool.pk, "config.open_periods")):
                before = Period.objects.filter(month__year=year).count()
                for book in list_books():
                    open_periods(book=book, first_month=date(year, 1, 1), months=12)
                opened = Period.objects.filter(month__year=year).count() - before
            self.stdout.write(f"{pool.name}: {year} has {opened} months more")
