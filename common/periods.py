"""Months, days and working days. A month is the date of its first day; ends are named."""

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from common.errors import DomainError
from common.text import half_width

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
_TYPED_MONTH = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPED_DAY = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})")
_YEARS = range(1900, 2100)  # as of months; a step beyond never leaves the calendar
_INSTANT = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00")


class MonthInvalid(DomainError):
    """The text is not a month."""

    code = "MONTH_INVALID"
    message = "月份须为六位数字的年月，例如202611"


class DayInvalid(DomainError):
    """The text is not a day, or the day does not exist."""

    code = "DAY_INVALID"
    message = "日期须为存在的年月日，例如2026-11-21"


class InstantInvalid(DomainError):
    """The text is not an instant in Beijing time."""

    code = "INSTANT_INVALID"
    message = "时间须为北京时间，例如2026-11-21T09:30:00+08:00"


_REMEDY = "请系统管理员按国务院办公厅节假日通知录入"


class CalendarYearUnknown(DomainError):
    """Nobody has entered the working days of the year yet."""

    code = "CALENDAR_YEAR_UNKNOWN"
    message = f"该年度的工作日历尚未维护，{_REMEDY}"


def today_in_shanghai() -> date:
    """Return the day it is now in Beijing time.

    Reads the clock, so for views, tasks and commands only; everything below is given `today`.
    """
    return datetime.now(_SHANGHAI).date()


def month_of(day: date) -> date:
    """Return the month a day lies in, as its first day."""
    return date(day.year, day.month, 1)


@lru_cache(maxsize=4096)
def parse_month(text: str) -> date:
    """Return the first day of a month given as `202611`; MonthInvalid for anything else."""
    if _MONTH.fullmatch(text) is None:
        raise MonthInvalid
    return date(int(text[:4]), int(text[4:]), 1)


def parse_typed_month(text: str) -> date:
    """Return the first day of the month a person typed: 202611 or 2026-11.

    Full-width digits and surrounding spaces are taken. MonthInvalid for anything else.
    """
    found = _TYPED_MONTH.fullmatch(half_width(text).strip())
    if found is None:
        raise MonthInvalid
    return date(int(found[1]), int(found[2]), 1)


@lru_cache(maxsize=16384)
def parse_day(text: str) -> date:
    """Return the day given as `2026-11-21`; DayInvalid for anything else, as 2026-02-30."""
    if _DAY.fullmatch(text) is None:
        raise DayInvalid
    return _existing_day(text[:4], text[5:7], text[8:])


def parse_typed_day(text: str) -> date:
    """Return the day a person typed: 2026-11-21, 20261121, 2026/11/21 or 2026.11.21.

    Full-width digits and surrounding spaces are taken. DayInvalid for anything else.
    """
    found = _TYPED_DAY.fullmatch(half_width(text).strip())
    if found is None:
        raise DayInvalid
    return _existing_day(found[1], found[3], found[4])


def parse_instant(text: str) -> datetime:
    """Return the aware instant of a file field, `2026-11-21T09:30:00+08:00`.

    InstantInvalid for anything else, another offset included. Source: docs/formats.md.
    """
    if _INSTANT.fullmatch(text) is None:
        raise InstantInvalid
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InstantInvalid from None


def month_code(month: date) -> str:
    """Return the month as files and numbers write it: `202611`."""
    return f"{month.year:04d}{month.month:02d}"


def month_text(month: date) -> str:
    """Return the month as people read it: 2026年11月."""
    return f"{month.year}年{month.month}月"


def day_text(day: date) -> str:
    """Return the day as documents print it: 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def add_months(month: date, n: int) -> date:
    """Return the first day of the month `n` months after (before, if negative) that of `month`."""
    years, months = divmod(month.month - 1 + n, 12)
    return date(month.year + years, months + 1, 1)


def months_later(day: date, months: int) -> date:
    """Return the day so many months later; the month's last where it has no such day."""
    month = add_months(day, months)
    return month.replace(day=min(day.day, last_day(month).day))


def months_between(first: date, last: date) -> int:
    """Return how many months `last` lies after `first`: 202611 to 202701 is 2, never rounded."""
    return (last.year - first.year) * 12 + last.month - first.month


def last_day(month: date) -> date:
    """Return the last day of the month."""
    return date(month.year, month.month, monthrange(month.year, month.month)[1])


def full_years(months: int) -> int:
    """Return the full years (满年) in a count of months ≥ 0: 23 months are 1 year."""
    if months < 0:
        raise ValueError("a count of months is not negative")
    return months // 12


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A city's working days, make-up days (调休) included.

    Args:
        days: the working days of each year that has been entered, by year.
    """

    days: Mapping[int, frozenset[date]]

    def is_working(self, day: date) -> bool:
        """Return whether people work on the day; CalendarYearUnknown if nobody knows."""
        return day in self._year(day.year)

    def add(self, day: date, n: int) -> date:
        """Return the n-th working day after `day`, which itself does not count.

        n = 0 returns `day` unchanged, also when it is a holiday. ValueError for n < 0.

        Raises:
            CalendarYearUnknown: the count reaches into a year nobody has entered.
        """
        if n < 0:
            raise ValueError("working days are counted forwards")
        reached, remaining = day, n
        while remaining:
            reached += timedelta(days=1)
            remaining -= self.is_working(reached)
        return reached

    def count(self, after: date, until: date) -> int:
        """Return the working days after `after` up to and including `until`, ≥ 0.

        Raises:
            CalendarYearUnknown: a year between the two has not been entered.
        """
        if until <= after:
            return 0
        years = range(after.year, until.year + 1)
        return sum(
            _position(self._year(year), until) - _position(self._year(year), after)
            for year in years
        )

    def _year(self, year: int) -> frozenset[date]:
        try:
            return self.days[year]
        except KeyError:
            raise CalendarYearUnknown(
                f"{year}年的工作日历尚未维护，请系统管理员按国务院办公厅节假日通知录入"
            ) from None


def seed_year(year: int) -> frozenset[date]:
    """Return the working days of a year as the State Council published them.

    For seeding the calendar table; a city then edits its table, not this.

    Raises:
        CalendarYearUnknown: the year's holiday notice is not in the installed package.

    Source: 国务院办公厅 yearly holiday notices, by the chinesecalendar package.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        return frozenset(chinese_calendar.get_workdays(first, last))
    except NotImplementedError:
        raise CalendarYearUnknown(
            f"{year}年的节假日安排尚未收录，请按国务院通知录入工作日历"
        ) from None


@lru_cache(maxsize=64)
def _in_order(days: frozenset[date]) -> tuple[date, ...]:
    return tuple(sorted(days))


def _position(days: frozenset[date], day: date) -> int:
    """Return how many of the days are not after `day`."""
    return bisect_right(_in_order(days), day)


def _existing_day(year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise DayInvalid(f"日期{year}-{month}-{day}不存在") from None
    if found.year not in _YEARS:
        raise DayInvalid(f"日期{year}-{month}-{day}的年份不在1900至2099之间")
    return found
