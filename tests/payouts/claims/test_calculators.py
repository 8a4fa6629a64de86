"""Durations and standards against published figures, by hand."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Parameter
from accounts.selectors.parameters import ParameterMissing, value_in_force
from payouts import calculators
from payouts.calculators import NotEligible, RuleInvalid, monthly_standard, months_granted
from payouts.parameters import DURATIONS, STANDARDS
from payouts.selectors.parameters import standard_in_force
from tests.city import found_city


def months(place, contributed, carried=0):
    return months_granted(contributed, carried, DURATIONS[place][0]).months


class TestDuration:
    @pytest.mark.parametrize(
        ("years", "granted"),
        [(1, 3), (2, 6), (3, 9), (4, 12), (5, 15), (6, 15), (7, 16), (8, 17), (15, 24), (20, 24)],
    )
    def test_chongqing_gives_the_published_months(self, years, granted):
        assert months("CHONGQING", years * 12) == granted

    @pytest.mark.parametrize(
        ("contributed", "granted"),
        [
            (12, 3),
            (23, 3),
            (24, 6),
            (36, 12),
            (59, 12),
            (60, 15),
            (95, 15),
            (96, 18),
            (119, 18),
            (120, 24),
            (400, 24),
        ],
    )
    def test_sichuan_changes_at_full_years_only(self, contributed, granted):
        assert months("SICHUAN", contributed) == granted

    @pytest.mark.parametrize(
        ("contributed", "granted"),
        [(12, 1), (48, 4), (53, 4), (54, 5), (60, 6), (119, 15), (120, 16), (168, 24), (300, 24)],
    )
    def test_guangdong_counts_years_then_half_years(self, contributed, granted):
        assert months("GUANGDONG", contributed) == granted

    @pytest.mark.parametrize(("years", "granted"), [(1, 2), (5, 10), (9, 18), (12, 24), (13, 24)])
    def test_shanghai_gives_two_months_per_full_year(self, years, granted):
        assert months("SHANGHAI", years * 12 + 11) == granted

    @pytest.mark.parametrize("place", list(DURATIONS))
    def test_no_place_breaks_the_national_limits(self, place):
        for contributed in range(12, 480):
            cap = calculators.national_cap(contributed // 12)
            assert 0 < months(place, contributed) <= cap

    def test_eleven_months_grant_nothing(self):
        with pytest.raises(NotEligible, match="11个月"):
            months("SICHUAN", 11)

    def test_unused_months_alone_may_still_be_drawn(self):
        assert months("SICHUAN", 11, carried=5) == 5

    @pytest.mark.parametrize(
        ("contributed", "carried", "granted"), [(60, 3, 18), (60, 9, 24), (60, 20, 24)]
    )
    def test_unused_months_are_added_up_to_twenty_four(self, contributed, carried, granted):
        assert months("SICHUAN", contributed, carried) == granted

    def test_lines_show_the_arithmetic(self):
        lines = months_granted(137, 0, DURATIONS["SICHUAN"][0], "四川").lines
        assert [(line.label, line.value) for line in lines] == [
            ("累计缴费时间", "满11年"),
            ("领取期限", "24个月"),
            ("核定月数", "24个月"),
        ]
        assert lines[0].arithmetic == "137个月 ÷ 12 = 11年余5个月"
        assert lines[1].source == "四川"

    @pytest.mark.parametrize(
        "rule",
        [
            {"kind": "STEPS", "steps": [[1, 5, 13], [5, None, 15]]},
            {"kind": "STEPS", "steps": [[1, 5, 12], [5, 10, 19], [10, None, 24]]},
            {"kind": "STEPS", "steps": [[2, None, 6]]},
            {"kind": "PER_YEAR", "months_per_year": 4},
            {"kind": "PER_YEAR"},
            {"kind": "UNKNOWN"},
        ],
    )
    def test_a_table_that_breaks_the_law_or_has_gaps_is_refused(self, rule):
        with pytest.raises(RuleInvalid):
            months_granted(60, 0, rule)


class TestReason:
    def test_own_will_gives_no_claim(self):
        with pytest.raises(NotEligible, match="本人意愿"):
            calculators.require_eligible_reason("90")

    @pytest.mark.parametrize("code", ["01", "02", "03", "04", "05", "06"])
    def test_the_six_other_reasons_do(self, code):
        assert calculators.require_eligible_reason(code).value == "非因本人意愿中断就业"

    @pytest.mark.parametrize("code", ["", "07", "1"])
    def test_an_unknown_reason_does_not(self, code):
        with pytest.raises(NotEligible):
            calculators.require_eligible_reason(code)


class TestStandard:
    @pytest.mark.parametrize(
        ("wage", "amount"),
        [
            ("2330.00", "1864.00"),
            ("2200.00", "1760.00"),
            ("1970.00", "1576.00"),
            ("2100", "1680.00"),
        ],
    )
    def test_sichuan_pays_eighty_percent_of_the_minimum_wage(self, wage, amount):
        rule = STANDARDS["SICHUAN"][0]
        assert monthly_standard(rule, Decimal(wage), 60, 1) == Decimal(amount)

    def test_guangdong_pays_ninety_percent_rounded_half_up(self):
        rule = STANDARDS["GUANGDONG"][0]
        assert monthly_standard(rule, Decimal("1720.05"), 60, 1) == Decimal("1548.05")  # 1548.045

    @pytest.mark.parametrize(
        ("month", "amount"), [(1, "2340.00"), (12, "2340.00"), (13, "1872.00"), (24, "1872.00")]
    )
    def test_shanghai_pays_less_from_the_thirteenth_month(self, month, amount):
        assert monthly_standard(STANDARDS["SHANGHAI"][0], None, 60, month) == Decimal(amount)

    def test_shanghai_covers_no_twenty_fifth_month(self):
        with pytest.raises(RuleInvalid, match="第25个月"):
            monthly_standard(STANDARDS["SHANGHAI"][0], None, 60, 25)

    def test_tiers_pay_by_years_and_one_amount_later(self):
        rule = {"kind": "TIERS", "tiers": [[1, 5, "2124"], [5, None, "2151"]], "later": "2124"}
        assert monthly_standard(rule, None, 59, 12) == Decimal("2124.00")
        assert monthly_standard(rule, None, 60, 12) == Decimal("2151.00")
        assert monthly_standard(rule, None, 60, 13) == Decimal("2124.00")

    def test_a_share_needs_the_wage_and_stays_below_it(self):
        with pytest.raises(RuleInvalid, match="最低工资"):
            monthly_standard(STANDARDS["SICHUAN"][0], None, 60, 1)
        full = {"kind": "MINIMUM_WAGE_SHARE", "percent": "100"}
        with pytest.raises(RuleInvalid, match="低于"):
            monthly_standard(full, Decimal("2330"), 60, 1)


class TestFirstMonth:
    @pytest.mark.parametrize(
        ("applied", "registered", "offset", "first"),
        [
            (date(2026, 11, 2), date(2026, 10, 15), 0, date(2026, 10, 1)),
            (date(2026, 11, 2), date(2026, 11, 2), 1, date(2026, 12, 1)),
            (date(2026, 12, 31), date(2026, 12, 1), 1, date(2027, 1, 1)),
        ],
    )
    def test_it_is_the_month_of_registration_and_the_offset(
        self, applied, registered, offset, first
    ):
        assert calculators.first_month(applied, registered, offset) == first

    @pytest.mark.parametrize(
        ("applied", "registered", "first"),
        [
            (date(2026, 11, 2), date(2026, 10, 15), date(2026, 11, 1)),
            (date(2026, 11, 20), date(2026, 11, 2), date(2026, 11, 1)),
        ],
    )
    def test_a_pool_may_count_from_a_later_application(self, applied, registered, first):
        assert calculators.first_month(applied, registered, 0, "APPLICATION") == first


@pytest.mark.django_db
class TestParametersInForce:
    def test_the_wage_of_the_day_and_the_place_counts(self):
        found_city()
        assert standard_in_force(month=date(2024, 12, 1), region_code="510402").minimum_wage == 1970
        assert standard_in_force(month=date(2025, 1, 1), region_code="510402").minimum_wage == 2330
        assert standard_in_force(month=date(2025, 1, 1), region_code="510421").minimum_wage == 2200

    def test_an_ended_value_is_followed_by_the_general_one_or_missing(self):
        city = found_city()
        Parameter.objects.create(
            pool=city.pool,
            code="trial",
            value=1,
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 6, 30),
            source="试行",
        )
        assert value_in_force(code="trial", on=date(2026, 6, 30)) == 1
        with pytest.raises(ParameterMissing, match=r"2026-07-01.*trial"):
            value_in_force(code="trial", on=date(2026, 7, 1))
        with pytest.raises(ParameterMissing, match="2025-12-31"):
            value_in_force(code="trial", on=date(2025, 12, 31))
