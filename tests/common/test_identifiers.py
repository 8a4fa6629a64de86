"""Identity numbers, credit codes, accounts and names; all numbers here are invented."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError
from common.identifiers import (
    AccountKind,
    AccountNumberInvalid,
    CreditCodeInvalid,
    IdentityNumberInvalid,
    PersonNameInvalid,
    bank_of_card,
    is_luhn_valid,
    make_identity_number,
    mask_account,
    mask_identity,
    mask_name,
    parse_account_number,
    parse_credit_code,
    parse_identity_number,
    parse_person_name,
)

TODAY = date(2026, 11, 21)
IDENTITY_NUMBERS = [
    "11010519491231002X",
    "510402198001010018",
    "51040219850615202X",
    "510403199002280037",
    "510411197811301046",
    "510421199512313057",
    "510422196905054060",
    "510422200010152072",
    "510402197602290081",
]
CREDIT_CODES = [
    "91350100M000100Y43",
    "91110000802100433B",
    "91440300708461136T",
    "91110108551385082Q",
    "91110000600037341L",
    "91510402MA620000X2",
    "91510403MA620000XG",
    "91510411MA62111125",
    "91510421MA6222225K",
    "91510422MA62333381",
    "12510400451258123P",
]
CARDS = [
    "6228480469000000015",
    "6228480469000000023",
    "6222022302000000016",
    "6222022302000000024",
    "6217996500000000017",
]


@pytest.mark.parametrize("number", IDENTITY_NUMBERS)
def test_a_valid_identity_number_is_read(number: str) -> None:
    identity = parse_identity_number(number, TODAY)
    assert str(identity) == identity.number == number
    assert identity.region == number[:6]
    assert identity.birth_date == date.fromisoformat(number[6:14])


def test_an_identity_number_tells_birth_date_and_sex() -> None:
    man = parse_identity_number("510402198001010018", TODAY)
    woman = parse_identity_number("51040219850615202X", TODAY)
    assert (man.birth_date, man.sex) == (date(1980, 1, 1), "MALE")
    assert (woman.birth_date, woman.sex) == (date(1985, 6, 15), "FEMALE")


def test_a_small_x_full_width_digits_and_spaces_are_taken() -> None:
    typed = "\u3000\uff11\uff11\uff10\uff11\uff10\uff1519491231002x "
    assert parse_identity_number(typed, TODAY).number == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "身份证号校验位不正确"),
        ("510402198001010019", "身份证号校验位不正确"),
        ("51040219800101001", "应为18位，实际17位"),
        ("510402800101001", "应为18位，实际15位"),
        ("", "不能为空"),
        ("5104021980010100IX", "应为数字"),
        ("51040219800101001\x00", "应为数字"),
        ("510402198002300018", "出生日期不存在"),
        ("510402197502290011", "出生日期不存在"),
        ("510402202612010018", "晚于今天"),
        ("440524188001010014", "早于1900年"),
        ("990402198001010018", "行政区划"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(IdentityNumberInvalid) as refusal:
        parse_identity_number(text, TODAY)
    assert reason in refusal.value.message


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999))
def test_an_invented_identity_number_is_valid(birth_date: date, sequence: int) -> None:
    number = make_identity_number("510402", birth_date, sequence)
    assert parse_identity_number(number, TODAY).birth_date == birth_date


@given(st.sampled_from(IDENTITY_NUMBERS), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, digit: str) -> None:
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        with pytest.raises(IdentityNumberInvalid):
            parse_identity_number(wrong, TODAY)


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_valid_credit_code_is_read(code: str) -> None:
    assert parse_credit_code(f" {code.lower()} ") == code


def test_the_code_of_a_rural_collective_is_read() -> None:
    assert parse_credit_code("N2510402MF0000001T") == "N2510402MF0000001T"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("91510402MA620000X3", "校验位"),
        ("91510402MA620000X", "应为18位，实际17位"),
        ("91510402MO620000X2", "不允许的字符"),
        ("91510402MA62000\x00X2", "不允许的字符"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(CreditCodeInvalid) as refusal:
        parse_credit_code(text)
    assert reason in refusal.value.message


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_ends_with_its_luhn_digit(number: str) -> None:
    assert is_luhn_valid(number)
    assert parse_account_number(number, AccountKind.CARD) == number


def test_a_card_typed_in_groups_of_four_is_read() -> None:
    assert parse_account_number("6228 4804 6900 0000 015", "CARD") == CARDS[0]


def test_a_settlement_account_has_no_luhn_digit() -> None:
    assert parse_account_number("22020101040012345", "SETTLEMENT") == "22020101040012345"
    assert parse_account_number("123456789", "SETTLEMENT") == "123456789"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("6228480469000000016", "CARD", "校验位不正确"),
        ("622848046900000", "CARD", "16至19位，实际15位"),
        ("12345678", "SETTLEMENT", "9至30位"),
        ("1" * 31, "SETTLEMENT", "9至30位"),
        ("", "CARD", "不能为空"),
        ("6228-4804-6900-0000", "CARD", "只能由数字"),
        ("\u0661" * 16, "CARD", "只能由数字"),
    ],
)
def test_a_wrong_account_is_refused_with_its_reason(text: str, kind: str, reason: str) -> None:
    with pytest.raises(AccountNumberInvalid) as refusal:
        parse_account_number(text, kind)
    assert reason in refusal.value.message


def test_luhn_is_false_for_anything_but_digits() -> None:
    assert not is_luhn_valid("")
    assert not is_luhn_valid("\u00b2" * 16)


def test_the_bank_of_a_card_is_known_by_its_prefix() -> None:
    banks = [bank_of_card(number) for number in CARDS]
    assert banks == ["农业银行", "农业银行", "工商银行", "工商银行", "邮储银行"]
    assert bank_of_card("9999990000000000") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 张三 ", "张三"),
        ("\U00020bb7田", "\U00020bb7田"),
        ("\U000323b0", "\U000323b0"),
        ("阿卜杜拉\u2022买买提", "阿卜杜拉\u00b7买买提"),
        ("〇一", "〇一"),
        ("Anna-Maria O'Neil", "Anna-Maria O'Neil"),
        ("长" * 50, "长" * 50),
    ],
)
def test_every_real_name_is_taken(text: str, name: str) -> None:
    assert parse_person_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u00b7",
        "长" * 51,
        "张3",
        "张\uff13",
        "张\x00三",
        "张\n三",
        "张\u202e三",
        "张\u200b三",
        "张\ud800",
        "张\ue000",
        "=张",
        "张,三",
        "张|三",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(PersonNameInvalid):
        parse_person_name(text)


def test_masks_hide_what_identifies() -> None:
    assert mask_identity("510402198001011234") == "510402********1234"
    assert mask_account("6228480469000000015") == "6228 **** **** 0015"
    assert mask_account("123456789") == "**** 6789"
    assert [mask_name(name) for name in ("张三", "欧阳修文", "张", "")] == [
        "张*",
        "欧**",
        "张*",
        "",
    ]


@given(st.text(max_size=40))
def test_masks_take_any_text_and_never_show_it_whole(text: str) -> None:
    for mask in (mask_identity, mask_account):
        assert not text or text == "*" * len(text) or mask(text) != text


@given(st.text())
def test_parsers_raise_nothing_but_refusals(text: str) -> None:
    for parse in (
        lambda: parse_identity_number(text, TODAY),
        lambda: parse_credit_code(text),
        lambda: parse_account_number(text, "CARD"),
        lambda: parse_person_name(text),
    ):
        with suppress(DomainError):
            parse()
