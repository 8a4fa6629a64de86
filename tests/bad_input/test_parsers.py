"""Whatever text or bytes come in, a parser answers with a value in canonical form or a refusal."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from common.identifiers import (
    AccountKind,
    is_luhn_valid,
    make_identity_number,
    parse_account_number,
    parse_credit_code,
    parse_identity_number,
    parse_person_name,
)
from common.money import AMOUNT_CAP, capital_amount, parse_amount, parse_typed_amount, round_yuan
from common.periods import (
    add_months,
    month_code,
    months_between,
    parse_day,
    parse_instant,
    parse_month,
    parse_typed_day,
    parse_typed_month,
)
from common.tables import RETURN_LAYOUT, decode_text, read_piped
from common.text import identifier, refuse_unseen
from funds.services.statement_files import read_statement
from funds.services.tax_files import read_tax_list
from payouts.bank_files import read_return_heading
from payouts.enums import SourceKind
from payouts.services.source_files import read_source
from tests.city import TODAY

TRIALS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
FEW = settings(TRIALS, max_examples=60)
# Text as it comes: anything at all, and strings built of what parsers look for.
ANYTHING = st.text(st.characters(codec=None), max_size=40)
LIKELY = st.text("0123456789０９.,-+_eEXx亿年月日 \u3000\u202e\u0000·张𠮷|NaN²١:T", max_size=30)
TYPED = st.one_of(ANYTHING, LIKELY)
CENTS = st.integers(0, int(AMOUNT_CAP * 100)).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
PARSERS = {
    "identity number": lambda text: parse_identity_number(text, TODAY).number,
    "credit code": parse_credit_code,
    "card": lambda text: parse_account_number(text, AccountKind.CARD),
    "account": lambda text: parse_account_number(text, AccountKind.SETTLEMENT),
    "name": parse_person_name,
    "typed amount": lambda text: f"{parse_typed_amount(text, allow_zero=True):.2f}",
    "amount": lambda text: f"{parse_amount(text, allow_zero=True):.2f}",
    "typed day": lambda text: parse_typed_day(text).isoformat(),
    "day": lambda text: parse_day(text).isoformat(),
    "typed month": lambda text: month_code(parse_typed_month(text)),
    "month": lambda text: month_code(parse_month(text)),
    "instant": lambda text: parse_instant(text).isoformat(),
    "text": refuse_unseen,
}


@pytest.mark.parametrize("name", PARSERS)
@given(text=TYPED)
@TRIALS
def test_a_parser_refuses_in_chinese_or_gives_a_form_that_it_takes_again_unchanged(name, text):
    parse = PARSERS[name]
    canonical, refusal = answer_of(parse, text)
    if refusal:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in refusal)
    else:
        assert parse(canonical) == canonical


def answer_of(parse, text):
    """Return the value and no refusal, or no value and the words of the refusal."""
    try:
        return parse(text), ""
    except DomainError as error:
        return None, error.message


@given(text=TYPED)
@TRIALS
def test_an_identifier_is_one_that_the_database_can_hold_or_none(text):
    found = identifier(text)
    assert found is None or (str(found) == text and 0 < found < 2**63)


@given(day=st.dates(date(1900, 1, 1), TODAY), sequence=st.integers(1, 999), at=st.integers(0, 17))
@TRIALS
def test_one_wrong_digit_in_an_identity_number_is_always_found(day, sequence, at):
    number = make_identity_number("510402", day, sequence)
    assert parse_identity_number(number.lower(), TODAY).birth_date == day
    for digit in "0123456789":
        if digit != number[at]:
            with pytest.raises(DomainError):
                parse_identity_number(number[:at] + digit + number[at + 1 :], TODAY)


@given(digits=st.text("0123456789", min_size=15, max_size=18), at=st.integers(0, 15))
@TRIALS
def test_one_wrong_digit_in_a_card_number_is_always_found(digits, at):
    number = next(digits + last for last in "0123456789" if is_luhn_valid(digits + last))
    assert parse_account_number(f" {number[:4]} {number[4:]}", "CARD") == number
    wrong = str((int(number[at % len(number)]) + 1) % 10)
    place = at % len(number)
    with pytest.raises(DomainError):
        parse_account_number(number[:place] + wrong + number[place + 1 :], "CARD")


# Money ---------------------------------------------------------------------------------------


@given(amount=CENTS)
@TRIALS
def test_an_amount_survives_every_way_of_writing_it(amount):
    plain, grouped = f"{amount:.2f}", f"{amount:,.2f}"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in grouped)
    assert parse_amount(plain, allow_zero=True) == amount
    for text in (plain, grouped, wide, f" {plain}\u3000"):
        assert parse_typed_amount(text, allow_zero=True) == amount


@given(amounts=st.lists(CENTS, max_size=30), seed=st.randoms())
@TRIALS
def test_a_sum_is_exact_in_any_order_and_equals_the_sum_of_its_parts(amounts, seed):
    mixed = list(amounts)
    seed.shuffle(mixed)
    middle = len(amounts) // 2
    parts = sum(amounts[:middle], Decimal(0)) + sum(amounts[middle:], Decimal(0))
    cents = sum(int(amount * 100) for amount in amounts)
    assert sum(mixed, Decimal(0)) == parts == Decimal(cents) / 100
    assert round_yuan(parts) == parts


@given(amount=CENTS, rate=st.integers(0, 100))
@TRIALS
def test_a_share_and_the_rest_come_to_the_whole_to_the_cent(amount, rate):
    share = round_yuan(amount * rate / 100)
    assert share + (amount - share) == amount
    assert abs(share - amount * rate / 100) <= Decimal("0.005")


@given(amount=CENTS)
@TRIALS
def test_capital_numerals_are_read_back_to_the_same_amount(amount):
    assert read_capitals(capital_amount(amount)) == amount
    assert ("整" in capital_amount(amount)) == (int(amount * 100) % 10 == 0)


def read_capitals(text):
    """Return the amount that capital numerals say, read sign by sign."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    cents, group, total, digit = 0, 0, 0, 0
    for sign in text.removeprefix("人民币"):
        if sign in digits:
            digit = digits.index(sign)
        elif sign in units:
            group, digit = group + digit * units[sign], 0
        elif sign in "万亿":
            scale = 10_000 if sign == "万" else 100_000_000
            total, group, digit = total + (group + digit) * scale, 0, 0
        elif sign == "元":
            total, group, digit = total + group + digit, 0, 0
        elif sign in "角分":
            cents, digit = cents + digit * (10 if sign == "角" else 1), 0
    return Decimal(total) + Decimal(cents) / 100


# Days ----------------------------------------------------------------------------------------


@given(day=DAYS, sign=st.sampled_from(["-", "/", ".", ""]))
@TRIALS
def test_a_day_is_read_in_every_form_in_which_it_is_typed(day, sign):
    assert parse_typed_day(f"{day:%Y{sign}%m{sign}%d}") == day
    assert parse_day(day.isoformat()) == day


@given(month=DAYS.map(lambda day: day.replace(day=1)), count=st.integers(-600, 600))
@TRIALS
def test_months_added_are_months_between(month, count):
    assert months_between(month, add_months(month, count)) == count
    assert parse_month(month_code(month)) == parse_typed_month(f"{month:%Y-%m}") == month


# Files ---------------------------------------------------------------------------------------

CELLS = st.one_of(TYPED, st.sampled_from(["2026-11-01", "202611", "1864.00", "00", "ACTIVE", "1"]))
LINES = st.lists(st.lists(CELLS, max_size=10).map(",".join), max_size=8).map("\n".join)
HEADS = {
    "enrolment": "#enrolment,2026-11-01,1\n"
    "identity,name,place,status,last premium month,contributed months,unit\n",
    "medical": "#medical,2026-11-01,1,202611\n"
    "month,identity,name,medical unit no,unit,base,unit part,person part,total\n",
    "tax": "#tax,202610,1,100.00\n"
    "month,tax office,credit code,unit,office,kind,unit part,person part,treasury date\n",
    "statement": "#statement,51050510400000010030,2026-10-01,2026-10-31,0.00,0.00,1\n"
    "account,date,serial,debit,credit,balance,counterparty,counter account,summary\n",
}
READERS = {
    "enrolment": lambda data: read_source(data, SourceKind.ENROLMENT, today=TODAY).table,
    "medical": lambda data: read_source(data, SourceKind.MEDICAL, today=TODAY).table,
    "tax": lambda data: read_tax_list(data, today=TODAY, regions=frozenset({"510400"})),
    "statement": lambda data: read_statement(data, today=TODAY),
}


@pytest.mark.parametrize("kind", READERS)
@given(body=LINES, has_head=st.booleans())
@FEW
def test_a_table_of_any_content_gives_rows_or_problems_that_name_their_place(kind, body, has_head):
    text = (HEADS[kind] if has_head else "") + body
    table = READERS[kind](text.encode("utf-8", "replace"))
    table = getattr(table, "table", table)
    for problem in table.problems:
        assert problem.line >= 0
        assert problem.column
        assert problem.reason
    assert table.is_clean == (not table.problems)


@pytest.mark.parametrize("kind", READERS)
@given(data=st.binary(max_size=200), is_archive=st.booleans())
@FEW
def test_a_table_of_any_bytes_raises_nothing(kind, data, is_archive):
    table = READERS[kind](b"PK\x03\x04" * is_archive + data)
    assert getattr(table, "table", table) is not None


@given(records=st.lists(st.lists(TYPED, max_size=10).map("|".join), max_size=6), data=st.binary())
@FEW
def test_a_return_file_of_any_content_has_a_heading_or_problems(records, data):
    head = "H|B1|2026-10-20|1|1|1.00|0|0.00"
    for text in ("\n".join(records), "\n".join([head, *records, "T|1|1.00"])):
        file = read_piped(text, RETURN_LAYOUT)
        heading = read_return_heading(file)
        assert (heading is None) == bool(file.problem_count)
    text, refusal = answer_of(decode_text, data)
    assert (text is None) == bool(refusal)
