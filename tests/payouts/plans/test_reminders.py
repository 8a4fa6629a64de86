"""Planners hear three working days before a deadline, office heads when it has passed."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Notice, Parameter
from payouts.selectors.plan_calendar import deadline_of, list_deadlines
from payouts.services.reminders import remind_deadlines
from tests.city import found_city
from tests.payouts.build import determined_people

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)


@pytest.fixture
def city():
    city = found_city()
    determined_people(city, "510402", 1)
    return city


def texts(city, post, office="510402"):
    user = city.actor(post, office).user_id
    return list(Notice.objects.filter(recipient_id=user).values_list("text", flat=True))


def test_nobody_is_reminded_four_working_days_before(city):
    remind_deadlines(at=datetime(2026, 11, 19, 1, tzinfo=UTC))  # Thursday; due Wednesday 25
    assert texts(city, "PLAN") == []


def test_the_planner_is_reminded_once_three_working_days_before(city):
    for hour in (1, 2):
        remind_deadlines(at=datetime(2026, 11, 20, hour, tzinfo=UTC))
    assert texts(city, "PLAN") == [
        "东区失业保险金2026年11月计划提交截止日 2026-11-25，还有 3 个工作日，未完成 1 件"
    ]
    assert texts(city, "OFFH") == []


def test_the_office_head_hears_what_is_late(city):
    remind_deadlines(at=datetime(2026, 11, 26, 1, tzinfo=UTC))
    assert texts(city, "OFFH") == [
        "东区失业保险金2026年11月计划提交截止日 2026-11-25，已超期，未完成 1 件"
    ]
    assert texts(city, "OFFH", "510403") == []


def test_an_item_may_have_a_calendar_of_its_own(city):
    Parameter.objects.create(
        pool=city.pool,
        code="deadlines.B01",
        value={"ACCEPT": 15, "REVIEW": 18, "PLAN": 20, "PAY": 24, "RETURN": 31},
        valid_from=MONTH,
        source="测试",
    )
    assert deadline_of(stage="PLAN", month=MONTH, item_code="B01") == date(2026, 11, 20)
    assert deadline_of(stage="PLAN", month=MONTH, item_code="B10") == date(2026, 11, 25)
    assert deadline_of(stage="RETURN", month=MONTH, item_code="B01") == date(2026, 11, 30)


def test_days_left_are_working_days(city):
    days = {
        d.stage: d.days
        for d in list_deadlines(month=MONTH, item_code="B01", today=date(2026, 11, 20))
    }
    assert (days["ACCEPT"], days["PLAN"], days["PAY"]) == (-2, 3, 5)
