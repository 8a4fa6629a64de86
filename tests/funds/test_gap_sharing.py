"""Who bears a gap: worked by hand, ratios of 辽宁 2022 (8:2 and 6:4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds.gap_sharing import OfficeFigures, Ratio, is_covered, share_gap, target_to_date
from tests.funds.builders import yuan

COVERED, NOT_COVERED = Ratio(8, 2), Ratio(6, 4)


def office(number, target, income, expenditure):
    return OfficeFigures(number, yuan(target), yuan(income), yuan(expenditure))


# 1,000,000 gap. First office: 300,000 short, spent 400,000 more than it brought in; the second
# 600,000 more; the third neither.
OFFICES = (
    office(1, "2000000", "1700000", "2100000"),
    office(2, "1000000", "1050000", "1650000"),
    office(3, "500000", "500000", "400000"),
)


def shares_of(split):
    return {
        each: (str(share.for_shortfall), str(share.of_rest))
        for each, share in split.shares.items()
    }  # fmt: skip


def test_a_covered_gap_is_shared_eight_to_two():
    split = share_gap(yuan("1000000"), OFFICES, COVERED)
    # Rest 700,000; two tenths are 140,000: 4/10 of it 56,000, 6/10 of it 84,000.
    assert split.rest == yuan("700000")
    assert shares_of(split) == {
        1: ("300000.00", "56000.00"),
        2: ("0.00", "84000.00"),
        3: ("0.00", "0.00"),
    }
    assert split.pool_share == yuan("560000")


def test_a_gap_that_is_not_covered_is_shared_six_to_four():
    split = share_gap(yuan("1000000"), OFFICES, NOT_COVERED)
    # Four tenths of 700,000 are 280,000: 112,000 and 168,000; the pool bears 420,000.
    assert shares_of(split)[1] == ("300000.00", "112000.00")
    assert shares_of(split)[2] == ("0.00", "168000.00")
    assert split.pool_share == yuan("420000")


def test_shortfalls_beyond_the_gap_bear_it_in_proportion_and_nothing_is_left_to_share():
    offices = (office(1, "100", "0", "0"), office(2, "200", "0", "0"))
    split = share_gap(yuan("100"), offices, COVERED)
    # 100 × 100 ÷ 300 = 33.33…, 100 × 200 ÷ 300 = 66.66…; the fen that is left is the pool's.
    assert shares_of(split) == {1: ("33.33", "0.00"), 2: ("66.66", "0.00")}
    assert (split.rest, split.pool_share) == (yuan("0"), yuan("0.01"))


def test_shares_are_rounded_down_to_the_fen_and_the_remainder_falls_to_the_pool():
    offices = tuple(office(number, "0", "0", "1") for number in (1, 2, 3))
    split = share_gap(yuan("0.10"), offices, NOT_COVERED)
    # Four of ten fen among three: one each.
    assert shares_of(split) == dict.fromkeys((1, 2, 3), ("0.00", "0.01"))
    assert split.pool_share == yuan("0.07")


def test_without_a_gap_of_its_own_no_office_bears_the_rest():
    split = share_gap(yuan("50"), (office(1, "0", "9", "8"),), NOT_COVERED)
    assert shares_of(split) == {1: ("0.00", "0.00")}
    assert split.pool_share == yuan("50")


def test_no_gap_no_share():
    split = share_gap(yuan("0"), OFFICES, COVERED)
    assert set(shares_of(split).values()) == {("0.00", "0.00")}
    assert split.pool_share == yuan("0")


@pytest.mark.parametrize(("months", "due"), [(12, "100.00"), (7, "58.33"), (1, "8.33")])
def test_a_target_is_asked_for_month_by_month(months, due):
    assert target_to_date(yuan("100"), months) == yuan(due)


def test_the_balance_covers_a_gap_of_its_own_size():
    assert is_covered(yuan("10"), yuan("10"))
    assert not is_covered(yuan("10.01"), yuan("10"))


def test_an_amount_of_three_decimals_is_no_money():
    with pytest.raises(ValueError, match="two decimals"):
        share_gap(Decimal("0.001"), (), COVERED)


AMOUNTS = st.integers(0, 10**14).map(lambda fen: Decimal(fen) / 100)


@given(
    gap=AMOUNTS,
    figures=st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), max_size=6),
    ratio=st.sampled_from([COVERED, NOT_COVERED, Ratio(1, 0), Ratio(0, 1)]),
)
def test_shares_always_make_the_gap_and_no_office_bears_more_than_its_part(gap, figures, ratio):
    offices = [OfficeFigures(number, *each) for number, each in enumerate(figures)]
    split = share_gap(gap, offices, ratio)
    assert sum((s.total for s in split.shares.values()), split.pool_share) == gap
    assert split.pool_share >= 0
    for one in offices:
        share = split.shares[one.organisation_id]
        assert 0 <= share.for_shortfall <= one.shortfall
        assert 0 <= share.of_rest <= split.rest
