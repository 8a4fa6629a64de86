"""How long the fund's money lasts: levels, forecast, the gate of last year, and who is warned."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Notice, Parameter
from config.capacity.figures import find_capacity
from config.capacity.warning import warn_of_capacity
from funds.calculators import capacity_level, forecast_balances, is_policy_gate_open
from funds.enums import BusinessEvent, CapacityLevel
from funds.posting_rules import GATED_EVENTS
from funds.selectors.books import unemployment_book
from funds.services.founding import open_periods
from funds.services.policy_gates import PolicyGateClosed
from tests.city import NOW, TODAY, found_city
from tests.funds.builders import credit, debit, drafted, post, posted, yuan

LIMITS = {
    CapacityLevel.RED: Decimal(3),
    CapacityLevel.ORANGE: Decimal(6),
    CapacityLevel.YELLOW: Decimal(12),
}


class TestArithmetic:
    @pytest.mark.parametrize(
        ("months", "level"),
        [("0.0", "RED"), ("2.9", "RED"), ("3.0", "ORANGE"), ("5.9", "ORANGE"), ("6.0", "YELLOW"),
         ("11.9", "YELLOW"), ("12.0", "NORMAL"), (None, "NONE")],
    )  # fmt: skip
    def test_a_bound_belongs_to_the_milder_level(self, months, level):
        assert capacity_level(None if months is None else Decimal(months), LIMITS) == level

    def test_the_balance_goes_on_by_the_average_change(self):
        assert forecast_balances(yuan("1000"), yuan("-300"), 3) == [
            yuan("700"), yuan("400"), yuan("100"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("balance", "spent", "is_open"),
        [("1200", "1200", True), ("1199.99", "1200", False), ("5", "0", None)],
    )
    def test_the_gate_asks_for_a_year_of_last_years_expenditure(self, balance, spent, is_open):
        assert is_policy_gate_open(yuan(balance), yuan(spent), Decimal(12)) is is_open


def spend(city, amount, day):
    posted(
        city, debit("500101", amount), credit("1004", amount), day=day,
        event=BusinessEvent.REISSUE, summary="重发",
    )  # fmt: skip


def receive(city, amount, day):
    posted(
        city, debit("1004", amount), credit("4401", amount), day=day,
        event=BusinessEvent.HIGHER_SUBSIDY, summary="补助",
    )  # fmt: skip


@pytest.mark.django_db
class TestOfABook:
    @pytest.fixture
    def city(self):
        """Books since January 2026: 70,000 received, 10,000 spent by the end of October."""
        city = found_city()
        receive(city, "70000", date(2026, 1, 5))
        spend(city, "4000", date(2026, 9, 10))
        spend(city, "6000", date(2026, 10, 9))
        return city

    def found(self, today=TODAY):
        return find_capacity(book_id=unemployment_book().pk, today=today)

    def test_months_are_of_the_full_months_there_are(self, city):
        found = self.found()
        # Ten months: 10,000 ÷ 10 = 1,000 a month; 60,000 ÷ 1,000 = 60 months.
        assert (found.month, found.averaged) == (date(2026, 10, 1), 10)
        assert (found.balance, found.expenditure) == (yuan("60000"), yuan("1000"))
        assert (found.capacity, found.level) == (Decimal("60.0"), CapacityLevel.NORMAL)
        assert not found.is_warning

    def test_the_forecast_runs_to_december(self, city):
        found = self.found()
        # 70,000 ÷ 10 − 1,000 = 6,000 more each month: 66,000 and 72,000.
        assert [(row.month.month, row.balance, row.capacity) for row in found.forecast] == [
            (11, yuan("66000"), Decimal("66.0")),
            (12, yuan("72000"), Decimal("72.0")),
        ]

    def test_in_january_the_forecast_is_of_the_new_year(self, city):
        found = self.found(date(2027, 1, 4))
        assert len(found.forecast) == 12
        assert found.forecast[-1].month == date(2027, 12, 1)

    def test_without_expenditure_no_level_is_named(self):
        city = found_city()
        receive(city, "70000", date(2026, 1, 5))
        found = self.found()
        assert (found.capacity, found.level) == (None, CapacityLevel.NONE)
        assert found.gate.is_open is None

    def test_the_citys_own_levels_count(self, city):
        Parameter.objects.create(
            pool=city.pool, code="capacity_levels", value={"RED": "61"}, valid_from="2026-11-01",
            source="测试",
        )  # fmt: skip
        assert self.found().level == CapacityLevel.RED
        assert self.found(date(2026, 10, 31)).level == CapacityLevel.NORMAL

    def test_the_heads_are_warned_once_per_month_and_level(self, city):
        assert warn_of_capacity(pool_id=city.pool.pk, today=TODAY, at=NOW) == 0
        spend(city, "55000", date(2026, 10, 20))  # 5,000 left, 6,500 a month: 0.8 months
        for _ in range(2):
            assert warn_of_capacity(pool_id=city.pool.pk, today=TODAY, at=NOW) == 1
        told = Notice.objects.filter(text__contains="支付能力0.8个月，红色预警")
        heads = {city.actor("FHEAD").user_id, city.actor("HEAD").user_id}
        assert sorted(told.values_list("recipient_id", flat=True)) == sorted(heads)

    def test_the_page_says_it(self, city, client):
        spend(city, "55000", date(2026, 10, 20))
        client.force_login(city.user("FACC"), backend="django.contrib.auth.backends.ModelBackend")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("config.capacity.views.today_in_shanghai", lambda: TODAY)
            page = client.get(reverse("capacity")).content.decode()
        for words in ("红色预警", "0.8个月", "5,000.00", "2026年12月", "系统不作限制"):
            assert words in page


@pytest.mark.django_db
class TestGate:
    @pytest.fixture
    def city(self):
        """A book whose year 2025 ended with 1,000 after spending 1,200."""
        city = found_city()
        open_periods(book=unemployment_book(), first_month=date(2025, 1, 1), months=12)
        receive(city, "2200", date(2025, 1, 6))
        spend(city, "1200", date(2025, 12, 5))
        return city

    def subsidise(self, city, event, account, item_code="", act=posted):
        return act(
            city, debit(account, "1", item_code=item_code), credit("1004", "1"),
            day=date(2026, 10, 12), event=event, summary="补贴",
        )  # fmt: skip

    # 一次性扩岗补助 (B12) is booked by E16 on 5104, as 稳岗返还 (B10) is.
    @pytest.mark.parametrize(
        ("event", "account", "item_code"),
        [
            (BusinessEvent.STABILITY_SUBSIDY, "5104", "B10"),
            (BusinessEvent.STABILITY_SUBSIDY, "5104", "B12"),
            (BusinessEvent.SKILL_SUBSIDY, "5105", "B11"),
            (BusinessEvent.REISSUE, "5104", "B12"),
            (BusinessEvent.REISSUE, "5105", "B11"),
        ],
    )
    def test_no_subsidy_is_drafted_after_a_year_that_left_too_little(
        self, city, event, account, item_code
    ):
        found = find_capacity(book_id=unemployment_book().pk, today=TODAY)
        assert (found.gate.balance, found.gate.spent) == (yuan("1000"), yuan("1200"))
        assert (found.gate.is_whole_year, found.gate.is_open) == (True, False)
        with pytest.raises(PolicyGateClosed, match=r"2025年末结余1,000\.00元，全年支出1,200\.00元"):
            self.subsidise(city, event, account, item_code)

    @pytest.mark.parametrize("item_code", ["B10", "B12"])
    def test_the_database_posts_none_either(self, city, item_code):
        receive(city, "200", date(2025, 12, 30))
        event = BusinessEvent.STABILITY_SUBSIDY
        voucher = self.subsidise(city, event, "5104", item_code, act=drafted)
        Parameter.objects.create(
            pool=city.pool, code="policy_gate_months", value="13", valid_from="2026-10-01",
            source="测试",
        )  # fmt: skip
        with pytest.raises(PolicyGateClosed):
            post(city, voucher)

    def test_what_was_spent_otherwise_does_not_become_a_subsidy(self, city):
        with pytest.raises(PolicyGateClosed):
            posted(
                city, debit("5104", "1"), credit("500101", "1"), day=date(2026, 10, 12),
                event=BusinessEvent.RECLASSIFICATION,
            )  # fmt: skip

    def test_one_subsidy_may_be_put_right_as_another(self, city):
        assert posted(
            city, debit("5104", "1"), credit("5105", "1"), day=date(2026, 10, 12),
            event=BusinessEvent.RECLASSIFICATION,
        ).number  # fmt: skip

    def test_benefits_are_paid_all_the_same(self, city):
        spend(city, "1", date(2026, 10, 12))

    def test_the_database_gates_the_events_that_can_spend_on_subsidies(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
                " WHERE tgname = 'check_policy_gate' AND tgrelid = 'funds_voucher'::regclass"
            )
            [(definition,)] = cursor.fetchall()
        gated = re.findall(r"'(E\d+|RECLASS)'", definition)
        assert sorted(gated) == sorted(GATED_EVENTS)

    def test_a_year_of_expenditure_opens_the_gate(self, city):
        receive(city, "200", date(2025, 12, 30))  # 1,200 left: exactly twelve months
        self.subsidise(city, BusinessEvent.STABILITY_SUBSIDY, "5104")
        assert find_capacity(book_id=unemployment_book().pk, today=TODAY).gate.is_open
