"""Enter a year's working days from the State Council's notice.

    manage.py add_work_year 2027 holidays-2027.txt --source "国办发明电〔2026〕7号"

The file names, one a line, each weekday off (`2027-01-01 休`) and each weekend day worked
(`2027-02-06 班`); all other days follow the week.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import WorkYear
from common.errors import DomainError
from common.periods import parse_day

OFF, WORKED = "休", "班"
SATURDAY = 5


class Command(BaseCommand):
    """A year is entered once; its days are refused when the notice and the week disagree."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the year, the file and the notice's number."""
        parser.add_argument("year", type=int)
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="number of the notice")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the year's working days."""
        year: int = options["year"]
        if WorkYear.objects.filter(pk=year).exists():
            raise CommandError(f"{year} is entered already")
        changes = read_notice(options["file"].read_text(encoding="utf-8"), year)
        days = [day for day in days_of(year) if (day.weekday() < SATURDAY) != (day in changes)]
        WorkYear.objects.create(year=year, days=days, source=options["source"])
        self.stdout.write(f"{year}: {len(days)} working days")


def days_of(year: int) -> list[date]:
    """Return every day of a year in order."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def read_notice(text: str, year: int) -> set[date]:
    """Return the days on which the notice departs from the week.

    Raises:
        CommandError: names the line that is no day of the year, or changes nothing.
    """
    changes: set[date] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        word, _, mark = line.strip().partition(" ")
        try:
            day = parse_day(word)
        except DomainError as error:
            raise CommandError(f"line {number}: {error.message}") from error
        is_off = mark.strip() == OFF
        if day.year != year or mark.strip() not in {OFF, WORKED}:
            raise CommandError(f"line {number}: a day of {year} followed by {OFF} or {WORKED}")
        if is_off != (day.weekday() < SATURDAY) or day in changes:
            raise CommandError(f"line {number}: {day} is so already")
        changes.add(day)
    if not changes:
        raise CommandError("the notice changes no day; a year without holidays is not plausible")
    return changes
