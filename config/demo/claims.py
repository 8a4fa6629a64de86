"""Determined claims as invented: who claimed what at which office, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from config.demo.calendar import DemoCalendar
from config.demo.charters import DemoCity, DemoOffice
from config.demo.people import InventedPerson, invent_person
from payouts.enums import Channel

CONTRIBUTED = (14, 20, 26, 31, 41, 55, 64, 78, 92, 105, 126, 150)  # months
# One reason per contribution time: every combination is computed once, and there should be few.
REASONS = ("01", "02", "01", "03", "02", "01", "05", "02", "01", "04", "02", "03")
REASON_OF = dict(zip(CONTRIBUTED, REASONS, strict=True))
CHANNELS = (*(Channel.WINDOW,) * 7, Channel.WECHAT, Channel.WECHAT, Channel.WEB)
APPLICATION_DAYS = (3, 8, 13)
# Of a thousand recipients, how many begin in the newest months, this one last; the others drew
# before.
STARTS = (100, 70, 50)


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """One person's claim as invented: when it came in and what it says."""

    person: InventedPerson
    office: DemoOffice
    applied_date: date
    contributed_months: int
    leaving_reason: str
    channel: str


def recipients_of(city: DemoCity, office: DemoOffice, recipients: int) -> int:
    """Return how many of the city's recipients one office pays; every office pays somebody."""
    return max(recipients * office.share // 1000, 3)


def list_claims(
    city: DemoCity, recipients: int, seed: int, calendar: DemoCalendar
) -> Iterator[DemoClaim]:
    """Yield the city's determined claims, office by office; always the same for a seed."""
    for office in city.offices:
        for number in range(recipients_of(city, office, recipients)):
            yield claim_of(office, number, seed, calendar)


def claim_of(office: DemoOffice, number: int, seed: int, calendar: DemoCalendar) -> DemoClaim:
    """Return claim `number` of an office."""
    random = Random(f"{seed}/claim/{office.code}/{number}")
    region = office.identity_region
    contributed_months = random.choice(CONTRIBUTED)
    return DemoClaim(
        person=invent_person(seed=seed, region=region, number=number, place=office.short_name),
        office=office,
        applied_date=_application(random, calendar),
        contributed_months=contributed_months,
        leaving_reason=REASON_OF[contributed_months],
        channel=random.choice(CHANNELS),
    )


def applicant_of(
    city: DemoCity,
    office: DemoOffice,
    place: int,
    recipients: int,
    seed: int,
    calendar: DemoCalendar,
) -> DemoClaim:
    """Return a person of the office who lost his work lately and has not drawn yet."""
    number = recipients_of(city, office, recipients) + place
    return replace(claim_of(office, number, seed, calendar), applied_date=calendar.today)


def application_days(calendar: DemoCalendar) -> list[date]:
    """Return the days on which determined claims were made."""
    days = (
        _decided(month, day, calendar) for month in _months(calendar) for day in APPLICATION_DAYS
    )
    return sorted(set(days))


def _application(random: Random, calendar: DemoCalendar) -> date:
    late = STARTS[-calendar.months :]
    month = random.choices(_months(calendar), (1000 - sum(late), *late))[0]
    return _decided(month, random.choice(APPLICATION_DAYS), calendar)


@cache
def _months(calendar: DemoCalendar) -> tuple[date, ...]:
    return (*calendar.history, calendar.month)


@cache
def _decided(month: date, day: int, calendar: DemoCalendar) -> date:
    """Return the day of the month; a claim of this month must have been decided by now."""
    applied = month + timedelta(days=day - 1)
    return applied if applied + timedelta(days=5) <= calendar.today else calendar.history[-1]
