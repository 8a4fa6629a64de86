"""A pool founded with each province's rules computes one claim, by hand."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Parameter
from payouts.calculators import RuleInvalid
from payouts.selectors.computation import ClaimFacts, compute_claim
from tests.city import found_city

pytestmark = pytest.mark.django_db

FACTS = ClaimFacts(
    applied_date=date(2026, 11, 2),
    registered_date=date(2026, 10, 15),
    unemployed_date=date(2026, 9, 30),
    leaving_reason="01",
    contributed_months=130,  # 10 full years and 10 months
    contribution_source="全国社保参保信息",
    carried_months=0,
    region_code="510402",
    item_depth=3,
)


@pytest.mark.parametrize(
    ("rules", "months", "amount"),
    [
        ("SICHUAN", 24, "1864.00"),  # 10 years and more; 2330 × 80 %
        ("CHONGQING", 19, "1864.00"),  # 16 at 7 years, one more for each of 3 years; 2330 × 80 %
        ("GUANGDONG", 17, "2097.00"),  # 4 for 4 years, 13 half years of 82 months; 2330 × 90 %
        ("SHANGHAI", 20, "2340.00"),  # 2 for each of 10 years; first stage
    ],
)
def test_each_set_of_rules_gives_its_own_figures(rules, months, amount):
    found_city(rules=rules)
    claim = compute_claim(FACTS)
    assert (claim.months, claim.monthly_amount) == (months, Decimal(amount))
    assert claim.first_month == date(2026, 10, 1)


def enter(city, code, value, region="", since=date(2026, 1, 1)):
    Parameter.objects.create(
        pool=city.pool,
        code=code,
        region_code=region,
        value=value,
        valid_from=since,
        source="测试依据",
    )


def test_a_pool_may_count_from_the_application():
    city = found_city()
    enter(city, "start_basis", "APPLICATION")
    assert compute_claim(FACTS).first_month == date(2026, 11, 1)


def test_no_amount_is_below_the_minimum_living_allowance():
    city = found_city()
    enter(city, "minimum_living", "1864.00", "510402")
    assert compute_claim(FACTS).monthly_amount == Decimal("1864.00")
    enter(city, "minimum_living", "1864.01", "510402", since=date(2026, 10, 1))
    with pytest.raises(RuleInvalid, match=r"不得低于城市居民最低生活保障标准1864.01元"):
        compute_claim(FACTS)
