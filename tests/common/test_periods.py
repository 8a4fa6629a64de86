"""Months, days and working days."""

from datetime import date, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from common.periods import (
    CalendarYearUnknown,
    DayInvalid,
    InstantInvalid,
    MonthInvalid,
    WorkingDays,
    add_months,
    day_text,
    full_years,
    last_day,
    month_code,
    month_of,
    month_text,
    months_between,
    parse_day,
    parse_instant,
    parse_month,
    parse_typed_day,
    seed_year,
    today_in_shanghai,
)

MONTH = date(2026, 11, 1)
CALENDAR = WorkingDays({2025: seed_year(2025), 2026: seed_year(2026)})
months = st.dates(date(1950, 1, 1), date(2099, 12, 31)).map(month_of)


def test_a_month_is_its_first_day() -> None:
    assert parse_month("202611") == month_of(date(2026, 11, 30)) == MONTH
    assert (month_code(MONTH), month_text(MONTH)) == ("202611", "2026年11月")
    assert day_text(date(2026, 11, 21)) == "2026年11月21日"


@pytest.mark.parametrize("text", ["202613", "202600", "2026-11", "20261", "", "\uff12026110", "x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(MonthInvalid):
        parse_month(text)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "20261121", "0000-01-01", "", "x"])
def test_what_is_no_day_of_a_file_is_refused(text: str) -> None:
    with pytest.raises(DayInvalid):
        parse_day(text)


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(DayInvalid) as refusal:
        parse_day("2026-02-30")
    assert refusal.value.message == "日期2026-02-30不存在"


@pytest.mark.parametrize(
    "text", ["2026-11-21", "20261121", "2026/11/21", "2026.11.21", " \uff12\uff10\uff12\uff161121"]
)
def test_people_may_type_a_day_in_several_ways(text: str) -> None:
    assert parse_typed_day(text) == date(2026, 11, 21)


@pytest.mark.parametrize("text", ["2026-1121", "2026-11/21", "20260230", "21.11.2026"])
def test_a_typed_day_is_never_guessed(text: str) -> None:
    with pytest.raises(DayInvalid):
        parse_typed_day(text)


def test_an_instant_bears_the_offset_of_beijing() -> None:
    instant = parse_instant("2026-11-21T09:30:00+08:00")
    assert instant == datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "text", ["2026-11-21T09:30:00", "2026-11-21T09:30:00Z", "2026-11-21T25:00:00+08:00", ""]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InstantInvalid):
        parse_instant(text)


@given(months, st.integers(-300, 300))
def test_adding_months_and_counting_them_agree(month: date, n: int) -> None:
    assert months_between(month, add_months(month, n)) == n


@given(months)
def test_the_day_after_the_last_day_is_the_next_month(month: date) -> None:
    assert last_day(month) + timedelta(days=1) == add_months(month, 1)


def test_full_years_drop_the_months_left_over() -> None:
    assert [full_years(n) for n in (0, 11, 12, 23, 24)] == [0, 0, 1, 1, 2]
    with pytest.raises(ValueError, match="negative"):
        full_years(-1)


def test_make_up_days_are_worked_and_holidays_are_not() -> None:
    assert not CALENDAR.is_working(date(2026, 10, 1))
    assert CALENDAR.is_working(date(2026, 1, 4))  # a Sunday, worked for New Year


def test_the_national_holiday_is_stepped_over() -> None:
    assert CALENDAR.add(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CALENDAR.add(date(2026, 10, 3), 0) == date(2026, 10, 3)


@given(st.dates(date(2025, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_adding_working_days_and_counting_them_agree(day: date, n: int) -> None:
    reached = CALENDAR.add(day, n)
    assert CALENDAR.is_working(reached)
    assert CALENDAR.count(day, reached) == n


def test_the_day_begins_at_midnight_in_beijing() -> None:
    with time_machine.travel("2026-11-20T16:00:00Z", tick=False):
        assert today_in_shanghai() == date(2026, 11, 21)


def test_no_working_days_lie_before_the_day_itself() -> None:
    assert CALENDAR.count(date(2026, 5, 6), date(2026, 5, 6)) == 0
    assert CALENDAR.count(date(2026, 5, 6), date(2026, 4, 1)) == 0


def test_an_unknown_year_is_never_guessed() -> None:
    with pytest.raises(CalendarYearUnknown) as refusal:
        CALENDAR.add(date(2026, 12, 30), 5)
    assert "2027年" in refusal.value.message
    with pytest.raises(CalendarYearUnknown):
        CALENDAR.count(date(2026, 12, 30), date(2027, 1, 5))
    with pytest.raises(CalendarYearUnknown):
        seed_year(2099)
