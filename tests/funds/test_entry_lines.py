"""Every event of the register, booked by hand-computed lines (财会〔2017〕28号)."""

from datetime import date

import pytest

from funds.enums import BusinessEvent, EntryState, VoucherState
from funds.models import Voucher
from funds.selectors.books import unemployment_book
from funds.services import entries
from funds.services.founding import open_periods
from tests.funds.builders import credit, debit, post, posted, yuan
from tests.funds.entry_builders import K, P, booked, decide, lines, paid, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_passes_the_gate(city):
    """Post what a test drafted: the rules of the database hold for every voucher here."""
    yield
    for voucher in Voucher.objects.exclude(state=VoucherState.POSTED).order_by("pk"):
        post(city, voucher)


@pytest.fixture
def last_year(city):
    """Open the last month of the year before; return a day in it."""
    open_periods(book=unemployment_book(), first_month=date(2025, 12, 1), months=1)
    return date(2025, 12, 20)


# kind, what the clerk says, event, lines of a receipt or payment of 1,000.00 yuan
PLAIN = [
    (K.TREASURY_INTEREST, {}, "E03", ("1005", "420101")),
    (K.PREMIUM_DIRECT, {"account_code": "400104"}, "E04", ("100301", "400104")),
    (K.PREMIUM_DIRECT, {"place": P.INCOME}, "E04", ("1002", "400101")),
    (K.INCOME_TO_FISCAL, {}, "E07", ("100301", "1002")),
    (K.TRANSFER_IN, {}, "E18", ("1002", "4301")),
    (K.TRANSFER_IN, {"place": P.FISCAL}, "E18", ("100301", "4301")),
    (K.TRANSFER_IN_RETURNED, {}, "E18B", ("4301", "1002")),
    (K.TRANSFER_OUT, {}, "E19", ("5201", "1004")),
    (K.TRANSFER_OUT_RETURNED, {}, "E19B", ("1002", "5201")),
    (K.BANK_INTEREST, {"place": P.EXPENDITURE}, "E20", ("1004", "420101")),
    (K.BANK_INTEREST, {"place": P.INCOME}, "E20", ("1002", "420101")),
    (K.BANK_INTEREST, {"place": P.FISCAL}, "E20", ("100301", "420101")),
    (K.INTEREST_TO_FISCAL, {}, "E21", ("100301", "1004")),
    (K.FISCAL_SUBSIDY, {}, "E22", ("100301", "4101")),
    (K.HIGHER_SUBSIDY, {}, "E23", ("100301", "4401")),
    (K.HIGHER_SUBSIDY, {"place": P.EXPENDITURE}, "E23", ("1004", "4401")),
    (K.TO_HIGHER_LEVEL, {}, "E24", ("5301", "1004")),
    (K.UNKNOWN_RECEIPT, {}, "E28", ("1002", "200102")),
    (K.LOAN_RECEIVED, {}, "E30", ("100301", "2101")),
    (K.ADVANCE_PAID, {"account_code": "110103"}, "E31", ("110103", "1004")),
]


@pytest.mark.parametrize(("kind", "said", "event", "accounts"), PLAIN)
def test_a_receipt_or_payment_drafts_its_voucher(city, kind, said, event, accounts):
    entry = register(city, kind, **said)
    assert (entry.event, entry.state) == (event, EntryState.BOOKED)
    assert lines(entry) == [
        (accounts[0], "1000.00", "0.00"),
        (accounts[1], "0.00", "1000.00"),
    ]
    voucher = entries.live_voucher(entry.pk)
    assert (voucher.event, voucher.voucher_date) == (event, entry.entry_date)


def test_a_direct_payment_of_two_premiums_has_two_credits(city):
    entry = register(
        city, K.PREMIUM_DIRECT, "800.00", account_code="400101",
        second_amount=yuan("200"), second_account_code="400103",
    )  # fmt: skip
    # 800.00 + 200.00 = 1,000.00 arrive
    assert lines(entry) == [
        ("100301", "1000.00", "0.00"),
        ("400101", "0.00", "800.00"),
        ("400103", "0.00", "200.00"),
    ]


def test_a_loan_is_repaid_with_interest_and_the_rest_by_finance(city):
    loan = booked(city, K.LOAN_RECEIVED, "10000.00")
    repaid = register(city, K.LOAN_REPAID, "6000.00", clears_id=loan.pk, second_amount=yuan("150"))
    assert repaid.event == BusinessEvent.LOAN_REPAID
    assert lines(repaid) == [
        ("2101", "6000.00", "0.00"),
        ("5401", "150.00", "0.00"),
        ("100301", "0.00", "6150.00"),
    ]
    by_finance = register(city, K.LOAN_REPAID_BY_FINANCE, "4000.00", clears_id=loan.pk)
    assert by_finance.event == "E30C"
    assert lines(by_finance) == [("2101", "4000.00", "0.00"), ("4101", "0.00", "4000.00")]


class TestYearRule:
    """The calendar year of the original voucher against that of the return decides."""

    def test_a_late_return_of_this_year_reduces_the_expenditure(self, city):
        original = paid(city, "1864.00")
        entry = register(city, K.LATE_RETURN, "1864.00", original=(original.pk, 1))
        assert (entry.event, lines(entry)) == (
            "E11",
            [("1004", "1864.00", "0.00"), ("500101", "0.00", "1864.00")],
        )
        voucher = entries.live_voucher(entry.pk)
        line = voucher.lines.get(credit__gt=0)
        assert (line.item_code, line.batch_number) == ("B01", "ZF001")
        assert line.organisation_id == city.offices["510402"].pk

    def test_a_recovery_of_this_year_reduces_the_expenditure(self, city):
        original = paid(city)
        entry = register(city, K.RECOVERY, "700.00", original=(original.pk, 1), place=P.INCOME)
        assert (entry.event, lines(entry)) == (
            "E13",
            [("1002", "700.00", "0.00"), ("500101", "0.00", "700.00")],
        )

    @pytest.mark.parametrize("kind", [K.LATE_RETURN, K.RECOVERY])
    def test_what_was_paid_in_an_earlier_year_comes_back_as_other_income(
        self, city, kind, last_year
    ):
        original = paid(city, day=last_year)
        entry = register(city, kind, "700.00", original=(original.pk, 1))
        assert (entry.event, lines(entry)) == (
            "E12",
            [("1004", "700.00", "0.00"), ("450102", "0.00", "700.00")],
        )

    def test_a_refund_of_this_years_premium_reduces_the_income(self, city):
        original = posted(city, debit("1002", "900.00"), credit("400101", "900.00"))
        entry = register(city, K.PREMIUM_REFUND, "90.00", original=(original.pk, 2))
        assert (entry.event, lines(entry)) == (
            "E05",
            [("400101", "90.00", "0.00"), ("1002", "0.00", "90.00")],
        )

    def test_a_refund_of_an_earlier_years_premium_is_other_expenditure(self, city, last_year):
        original = posted(city, debit("1002", "900.00"), credit("400101", "900.00"), day=last_year)
        entry = register(
            city, K.PREMIUM_REFUND, "90.00", original=(original.pk, 2), place=P.EXPENDITURE
        )
        assert (entry.event, lines(entry)) == (
            "E06",
            [("5401", "90.00", "0.00"), ("1004", "0.00", "90.00")],
        )

    def test_an_unknown_receipt_that_is_a_return_follows_the_years_too(self, city, last_year):
        receipt = booked(city, K.UNKNOWN_RECEIPT, "1000.00")
        this, earlier = paid(city), paid(city, day=last_year)
        same = register(
            city, K.RECEIPT_IS_RETURN, "400.00", clears_id=receipt.pk, original=(this.pk, 1)
        )
        other = register(
            city, K.RECEIPT_IS_RETURN, "600.00", clears_id=receipt.pk, original=(earlier.pk, 1)
        )
        assert same.event == other.event == "E29"
        assert lines(same) == [("200102", "400.00", "0.00"), ("500101", "0.00", "400.00")]
        assert lines(other) == [("200102", "600.00", "0.00"), ("450102", "0.00", "600.00")]


class TestClearing:
    def test_an_unknown_receipt_is_identified(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT)
        entry = register(
            city, K.RECEIPT_IDENTIFIED, "300.00", clears_id=receipt.pk, account_code="4301"
        )
        assert (entry.event, lines(entry)) == (
            "E29",
            [("200102", "300.00", "0.00"), ("4301", "0.00", "300.00")],
        )

    def test_an_advance_is_recovered_and_turned_into_expenditure(self, city):
        advance = booked(city, K.ADVANCE_PAID, account_code="110102")
        back = register(city, K.ADVANCE_RECOVERED, "400.00", clears_id=advance.pk)
        spent = register(
            city, K.ADVANCE_EXPENSED, "600.00", clears_id=advance.pk, account_code="500104"
        )
        assert back.event == spent.event == "E31B"
        assert lines(back) == [("1004", "400.00", "0.00"), ("110102", "0.00", "400.00")]
        assert lines(spent) == [("500104", "600.00", "0.00"), ("110102", "0.00", "600.00")]

    def test_an_approved_write_off_of_an_advance(self, city):
        advance = booked(city, K.ADVANCE_PAID, account_code="110199")
        entry = register(city, K.ADVANCE_WRITTEN_OFF, clears_id=advance.pk)
        assert (entry.state, entries.live_voucher(entry.pk)) == (EntryState.SIGNING, None)
        decide(city, entry)
        assert lines(entry) == [("5401", "1000.00", "0.00"), ("110199", "0.00", "1000.00")]
        assert entries.live_voucher(entry.pk).event == "E32"

    def test_an_approved_write_off_of_what_nobody_claims(self, city):
        receipt = booked(city, K.UNKNOWN_RECEIPT)
        entry = decide(city, register(city, K.PAYABLE_WRITTEN_OFF, clears_id=receipt.pk))
        assert entry.event == "E33"
        assert lines(entry) == [("200102", "1000.00", "0.00"), ("450199", "0.00", "1000.00")]
