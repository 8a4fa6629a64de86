"""Amounts: what is read, what is refused, how they round and how they are spelt out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import (
    AMOUNT_CAP,
    AmountInvalid,
    capital_amount,
    parse_amount,
    parse_typed_amount,
    round_yuan,
)

amounts = st.decimals(min_value=0, max_value=AMOUNT_CAP, places=2)
DIGITS = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
GROUPS = {"万": 10_000, "亿": 100_000_000, "元": 1}


def read_capitals(text: str) -> Decimal:
    """Read 大写金额 left to right; shares no code with the writer."""
    total = group = digit = cents = 0
    for character in text.removeprefix("人民币").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in PLACES:
            group, digit = group + digit * PLACES[character], 0
        elif character in GROUPS:
            total, group, digit = total + (group + digit) * GROUPS[character], 0, 0
        else:
            cents, digit = cents + digit * {"角": 10, "分": 1}[character], 0
    return Decimal(total) + Decimal(cents) / 100


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("5261900.00", "人民币伍佰贰拾陆万壹仟玖佰元整"),
        ("100000000.00", "人民币壹亿元整"),
        ("100000001.00", "人民币壹亿零壹元整"),
        ("100005000.00", "人民币壹亿零伍仟元整"),
        ("10000001.00", "人民币壹仟万零壹元整"),
        ("10.00", "人民币壹拾元整"),
        ("0.00", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.53", "人民币伍角叁分"),
        ("-1.00", "人民币负壹元整"),
    ],
)
def test_capitals_agree_with_the_regulation(amount: str, expected: str) -> None:
    assert capital_amount(Decimal(amount)) == expected


@given(amounts)
def test_capitals_read_back_as_the_same_amount(amount: Decimal) -> None:
    text = capital_amount(amount)
    assert read_capitals(text) == amount
    assert "零零" not in text
    assert text.endswith("整") == (int(amount * 100) % 10 == 0)


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "1000000000000.00"])
def test_capitals_are_refused_for_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="capital numerals"):
        capital_amount(Decimal(amount))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("1", "1.00")],
)
def test_rounding_is_half_up(value: str, expected: str) -> None:
    assert round_yuan(Decimal(value)).as_tuple() == Decimal(expected).as_tuple()


def test_rounding_leaves_no_negative_zero() -> None:
    assert str(round_yuan(Decimal("-0.001"))) == "0.00"


def test_rounding_refuses_nan() -> None:
    with pytest.raises(ValueError, match="finite"):
        round_yuan(Decimal("NaN"))


@given(amounts.filter(bool))
def test_a_canonical_amount_is_read_as_it_stands(amount: Decimal) -> None:
    assert parse_amount(f"{amount:.2f}") == amount


@given(st.text() | st.from_regex(r"\A[0-9.,eE_+\-]{1,20}\Z"))
def test_a_file_amount_is_canonical_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text, allow_zero=True)
    except AmountInvalid:
        return
    assert f"{amount:.2f}" == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234.56", "1234.56"),
        ("1234.5", "1234.50"),
        ("1234", "1234.00"),
        ("1\uff0c\uff12\uff13\uff14\uff0e\uff15", "1234.50"),
        (" \u30001864.00 ", "1864.00"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_what_people_type_is_read(text: str, expected: str) -> None:
    assert str(parse_typed_amount(text)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "不能为空"),
        ("1e3", "科学计数法"),
        ("1_000", "只能由数字"),
        ("NaN", "不是数字"),
        ("-Infinity", "不能为负数"),
        ("Infinity", "不是数字"),
        ("1.234", "最多两位小数"),
        ("-5.00", "不能为负数"),
        ("9" * 25, "超过上限"),
        ("1000000000000", "超过上限"),
        ("1.00\x00", "控制字符"),
        ("12,34.00", "千位分隔符"),
        ("007", "不能以0开头"),
        ("1.", "格式不正确"),
        ("0.00", "必须大于0"),
        ("\u0661\u0662", "只能由数字"),
    ],
)
def test_the_refusal_of_a_typed_amount_names_the_reason(text: str, reason: str) -> None:
    with pytest.raises(AmountInvalid) as refusal:
        parse_typed_amount(text)
    assert reason in refusal.value.message


def test_zero_is_an_amount_only_where_it_is_allowed() -> None:
    assert parse_typed_amount("0", allow_zero=True) == 0
    assert parse_amount("0.00", allow_zero=True) == 0
    with pytest.raises(AmountInvalid):
        parse_amount("0.00")
