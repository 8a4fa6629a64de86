"""Founding a demo city: one transaction for offices, people, books, catalogue."""

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Pool, WorkYear
from accounts.services.founding import PersonCharter, found_pool
from common.errors import DomainError
from common.periods import seed_year
from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoCity, charter_of
from funds.services.founding import open_books
from payouts.services.founding import install_catalogue

OPEN_AHEAD = 4  # months with an open period from the current one on


def found_demo_city(
    *, city: DemoCity, calendar: DemoCalendar, seed: int, more: tuple[PersonCharter, ...] = ()
) -> Pool:
    """Found a city with its staff and whoever is named besides, open its books and catalogue."""
    charter = charter_of(city, founded_on=calendar.founded_on, seed=seed)
    charter = replace(charter, people=(*charter.people, *more))
    with transaction.atomic():
        pool = found_pool(charter=charter, now=calendar.now)
        months = calendar.months + OPEN_AHEAD
        open_books(
            pool=pool,
            first_month=calendar.history[0],
            months=months,
            accounts_opened=date(calendar.history[0].year - 1, 1, 4),
        )
        install_catalogue(pool=pool, now=calendar.now)
    return pool


def fill_work_years(calendar: DemoCalendar) -> None:
    """Give this year and the next working days where the State Council's notice is not yet out.

    Monday to Friday then, and the source says so; a deadline near the end of the year needs
    them.
    """
    for year in (calendar.today.year, calendar.today.year + 1):
        if not WorkYear.objects.filter(pk=year).exists():
            days, source = _working_days(year)
            WorkYear.objects.create(year=year, days=days, source=source)


def _working_days(year: int) -> tuple[list[date], str]:
    try:
        return sorted(seed_year(year)), "国务院办公厅节假日安排"
    except DomainError:
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        weekdays = [day for day in days if day.year == year and day.weekday() < 5]
        return weekdays, "示范数据：节假日通知发布前按周一至周五预置"
