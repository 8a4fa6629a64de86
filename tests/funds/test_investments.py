"""Term deposits and bonds: two people before money moves, every step booked by its rule."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.enums import Decision
from accounts.models import Parameter
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict, sign
from funds.models import Book, FundsEntry, Investment
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.services import entries, investments, vouchers
from funds.services.corrections import (
    Correction,
    InvestedByTheRegister,
    correct_voucher,
    reverse_voucher,
)
from funds.services.drafting import VoucherAnswered
from funds.services.entries import live_voucher
from funds.services.entry_input import (
    EntryAnswered,
    InterestUnexplained,
    InvestmentEntryStays,
    PurchaseNotPosted,
)
from funds.services.investment_receipts import ReceivedBelowCost
from tests.city import NOW
from tests.funds.builders import credit, debit, post
from tests.funds.entry_builders import decide, lines
from tests.funds.handovers import handed_over, opening_of
from tests.funds.investing import BOND, DEPOSIT, bought, decided, earned, proposed, redeemed
from tests.refusals import refused_in_the_end

pytestmark = pytest.mark.django_db


def state(one) -> str:
    return Investment.objects.get(pk=one.pk).state


def balance(code: str) -> Decimal:
    return account_balance(
        book_id=unemployment_book().pk, account_code=code, until=date(2026, 12, 31)
    )


class TestDeposit:
    def test_a_deposit_is_proposed_approved_placed_and_taken_back(self, city):
        one = proposed(city)
        assert (one.number, one.state, one.date_to) == (
            "TZ5104002026110001", "PROPOSED", date(2026, 11, 2),
        )  # fmt: skip
        assert decided(city, one).state == "APPROVED"
        one = bought(city, institution="中国农业银行")
        assert one.state == "HELD"
        [placed] = one.entries.all()
        assert (placed.event, placed.entry_date) == ("E25", date(2026, 5, 2))
        assert lines(placed) == [
            ("100302", "10000000.00", "0.00"), ("100301", "0.00", "10000000.00"),
        ]  # fmt: skip
        assert balance("100302") == 10_000_000
        # 10,000,000.00 at 2.15 % for six whole months: 107,500.00.
        entry = redeemed(city, one, "10107500.00")
        assert (entry.expected_income, entry.state) == (Decimal("107500.00"), "BOOKED")
        assert lines(entry) == [
            ("100301", "10107500.00", "0.00"),
            ("100302", "0.00", "10000000.00"),
            ("420101", "0.00", "107500.00"),
        ]
        post(city, live_voucher(entry.pk))
        assert (state(one), balance("100302")) == ("MATURED", 0)

    def test_one_person_never_proposes_and_approves(self, city):
        for post_code in ("FCHK", "FHEAD", "RISK"):
            with pytest.raises(DutyNotHeld):
                proposed(city, post_code=post_code)
        one = proposed(city)
        with pytest.raises(DutyNotHeld):
            decided(city, one, post_code="FACC2")
        refused = decided(city, one, Decision.REFUSE, "存期过长")
        assert refused.state == "REFUSED"
        with pytest.raises(investments.InvestmentNotWaiting):
            decided(city, one)

    def test_interest_that_differs_waits_for_an_explanation_by_another(self, city):
        one = bought(city)
        # 107,500.00 were agreed; 107,498.99 is 1.01 short, a cent beyond the tolerance.
        entry = redeemed(city, one, "10107498.99")
        assert (entry.state, live_voucher(entry.pk), state(one)) == ("SIGNING", None, "MATURED")
        with pytest.raises(InterestUnexplained):
            decide(city, entry)
        with pytest.raises(DutyNotHeld):
            decide(city, entry, post_code="FACC2", opinion="银行按实际天数计息")
        decide(city, entry, opinion="银行按实际天数计息，已附利息清单")
        assert lines(entry)[2] == ("420101", "0.00", "107498.99")
        post(city, live_voucher(entry.pk))

    def test_the_tolerance_is_a_dated_parameter(self, city):
        parameter(city, "interest_tolerance", "50.00")
        assert redeemed(city, bought(city), "10107450.00").state == "BOOKED"

    def test_interest_within_the_tolerance_is_booked_at_once(self, city):
        assert redeemed(city, bought(city), "10107499.00").state == "BOOKED"
        other = bought(city, certificate="2", institution="工商银行")
        assert redeemed(city, other, "10107501.01", reference="2").state == "SIGNING"

    def test_a_difference_sent_back_is_withdrawn_and_registered_anew(self, city):
        one = bought(city)
        entry = redeemed(city, one, "10100000.00")
        decide(city, entry, Decision.RETURN, "金额抄错")
        with pytest.raises(InvestmentEntryStays):
            entries.correct_entry(actor=city.actor("FACC"), entry_id=entry.pk, new=None, at=NOW)
        with pytest.raises(investments.InvestmentNotWaiting):
            redeemed(city, one, "10107500.00")
        withdraw(city, entry)
        assert state(one) == "HELD"
        assert redeemed(city, one, "10107500.00").state == "BOOKED"

    def test_early_money_bears_the_demand_rate(self, city):
        one = bought(city, date_from=date(2026, 6, 15))
        # 15 June to 1 November: four months and 17 days = 137 of 360 days;
        # 10,000,000.00 at 0.05 % a year: 5,000.00 x 137 / 360 = 1,902.78.
        entry = redeemed(city, one, "10001902.78", day=date(2026, 11, 1))
        assert entry.expected_income == Decimal("1902.78")
        assert (entry.state, entry.demand_rate, state(one)) == ("BOOKED", Decimal("0.05"), "EARLY")

    def test_late_money_bears_the_demand_rate_after_its_last_day(self, city):
        parameter(city, "demand_rate", "0.1000")
        one = bought(city, date_from=date(2026, 4, 23))  # until 23 October, ten days before
        # 107,500.00 and 10,000,000.00 x 0.1 % x 10 / 360 = 277.78.
        entry = redeemed(city, one, "10107777.78")
        assert (entry.expected_income, state(one)) == (Decimal("107777.78"), "MATURED")
        assert entry.state == "BOOKED"

    def test_it_is_taken_back_once_and_after_its_purchase_is_posted(self, city):
        one = bought(city, is_posted=False)
        with pytest.raises(PurchaseNotPosted):
            redeemed(city, one, "10107500.00")
        post(city, live_voucher(one.entries.get().pk))
        with pytest.raises(ReceivedBelowCost):
            redeemed(city, one, "9999999.99")
        redeemed(city, one, "10107500.00")
        with pytest.raises(investments.InvestmentNotWaiting):
            redeemed(city, one, "10107500.00", reference="SH02")

    def test_a_purchase_is_withdrawn_only_while_nothing_rests_on_it(self, city):
        one = bought(city)
        [placed] = one.entries.all()
        with pytest.raises(EntryAnswered):
            withdraw(city, placed)
        redeemed(city, one, "10107500.00")
        with pytest.raises(VoucherAnswered):
            undone(city, placed)
        withdraw_redemption(city, one)
        undone(city, placed)
        withdraw(city, placed)
        again = Investment.objects.get(pk=one.pk)
        assert (again.state, again.certificate_number, balance("100302")) == ("APPROVED", "", 0)
        dropped = investments.drop_investment(
            actor=city.actor("FACC"), investment_id=one.pk, reason="银行未办理", at=NOW
        )
        assert dropped.state == "DROPPED"

    def test_what_is_invested_is_never_corrected_by_a_voucher(self, city):
        voucher = live_voucher(bought(city).entries.get().pk)
        more = [debit("100302", "1.00"), credit("100301", "1.00")]
        with pytest.raises(InvestedByTheRegister):
            correct_voucher(
                actor=city.actor("FACC"), voucher_id=voucher.pk, at=NOW,
                correction=Correction(date(2026, 11, 2), 1, more, "少记"),
            )  # fmt: skip

    def test_one_certificate_stands_in_the_register_once(self, city):
        bought(city)
        with pytest.raises(investments.CertificateKnown):
            bought(city, reference="CR2")


class TestBond:
    def test_a_bond_is_bought_with_its_fees_earns_and_is_redeemed(self, city):
        one = bought(city, BOND)
        assert lines(one.entries.get()) == [
            ("1201", "1000200.00", "0.00"), ("100301", "0.00", "1000200.00"),
        ]  # fmt: skip
        # 1,000,000.00 at 2.38 % for the half-year to 20 October: 11,900.00.
        coupon = earned(city, one, "11900.00")
        assert (coupon.event, coupon.expected_income) == ("E27B", Decimal("11900.00"))
        assert lines(coupon) == [("100301", "11900.00", "0.00"), ("420102", "0.00", "11900.00")]
        # Nothing more is due before April; what comes all the same is red.
        assert earned(city, one, "100.00", reference="FX02").state == "SIGNING"

    def test_the_last_payment_is_what_is_left_less_the_fees(self, city):
        one = bought(city, BOND | {"term_months": 6})
        # 11,900.00 of interest, 200.00 of fees in the cost: income 11,700.00.
        entry = redeemed(city, one, "1011900.00", day=date(2026, 10, 20))
        assert entry.expected_income == Decimal("11700.00")
        assert lines(entry) == [
            ("100301", "1011900.00", "0.00"),
            ("1201", "0.00", "1000200.00"),
            ("420102", "0.00", "11700.00"),
        ]
        post(city, live_voucher(entry.pk))
        assert (state(one), balance("1201")) == ("MATURED", 0)

    def test_a_deposit_pays_no_coupons(self, city):
        with pytest.raises(investments.InvestmentInvalid, match="收回时登记"):
            earned(city, bought(city), "100.00")


class TestTakenOver:
    def test_what_a_handover_brought_is_held_at_once_and_no_more_than_it_brought(self, city):
        opening = (("100302", "10000000", "0"), ("3001", "0", "10000000"))
        post(city, opening_of(handed_over(city, balances=opening)))
        brought = {"is_taken_over": True, "certificate_number": "ZC1"}
        one = decided(city, proposed(city, **brought))
        assert (one.state, one.entries.count()) == ("HELD", 0)
        more = proposed(city, **brought | {"certificate_number": "ZC2", "principal": Decimal(1)})
        with pytest.raises(investments.TakenOverTooMuch):
            decided(city, more)
        entry = redeemed(city, one, "10107500.00")
        post(city, live_voucher(entry.pk))
        assert (state(one), balance("100302")) == ("MATURED", 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issue": "一期"}, "定期存款不填期次"),
        ({"fees": Decimal(1)}, "没有手续费"),
        ({"certificate_number": "1"}, "移交接收"),
        ({"is_taken_over": True}, "移交接收"),
        ({"rate": Decimal("100.0001")}, "年利率"),
        ({"term_months": 0}, "期限"),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused_in_words(city, changes, words):
    with pytest.raises(investments.InvestmentInvalid, match=words):
        proposed(city, **changes)


def test_a_book_without_the_account_takes_no_bond(city):
    book = Book.objects.get(kind="LANDLESS_FARMERS")
    with pytest.raises(investments.BookTakesNoBond):
        proposed(city, BOND, book_id=book.pk)
    assert proposed(city, DEPOSIT, book_id=book.pk).state == "PROPOSED"


class TestDatabase:
    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ("principal = 0", "investment_never_changes"),
            ("state = 'APPROVED'", "investment_signed_by_two"),
            ("state = 'DROPPED'", "state_transition_known"),
            ("certificate_number = 'X'", "investment_never_changes"),
        ],
    )
    def test_a_proposal_stays_as_it_was_signed(self, city, change, rule):
        one = proposed(city)
        assert (
            refused_in_the_end(f"UPDATE funds_investment SET {change} WHERE id = {one.pk}") == rule
        )

    @pytest.mark.parametrize(
        ("column", "value", "rule"),
        [
            ("principal", "0", "investment_principal_above_zero"),
            ("principal", "'NaN'", "investment_principal_above_zero"),
            ("fees", "'NaN'", "investment_fees_not_negative"),
            ("rate", "'NaN'", "investment_rate_is_a_percentage"),
            ("date_to", "date_from", "investment_ends_after_it_starts"),
            ("date_to", "date_to + 1", "investment_lasts_its_term"),
            ("issue", "'一期'", "investment_fits_its_kind"),
            ("state", "'HELD'", "investment_starts_proposed"),
            ("approval_number", "''", "investment_says_where_and_why"),
        ],
    )
    def test_a_row_that_must_never_be_is_refused(self, city, column, value, rule):
        one = proposed(city)
        assert refused_in_the_end(copied(one, column, value)) == rule

    def test_a_state_without_its_entry_is_refused(self, city):
        one = decided(city, proposed(city))
        change = "state = 'HELD', certificate_number = 'X'"
        assert (
            refused_in_the_end(f"UPDATE funds_investment SET {change} WHERE id = {one.pk}")
            == "investment_state_follows_its_entries"
        )
        held = bought(city, institution="工商银行")
        assert (
            refused_in_the_end(
                f"UPDATE funds_investment SET state = 'MATURED' WHERE id = {held.pk}"
            )
            == "investment_state_follows_its_entries"
        )

    def test_an_entry_cannot_take_another_amount_or_come_twice(self, city):
        one = bought(city)
        [placed] = one.entries.all()
        kind = "'DEPOSIT_MATURED', 'E26', 10000000"
        wrong = entry_sql(placed, "'DEPOSIT_MATURED', 'E26', 9999999")
        assert refused_in_the_end(wrong) == "investment_entry_as_approved"
        redeemed(city, one, "10107500.00")
        assert refused_in_the_end(entry_sql(placed, kind)) == "investment_entry_as_approved"

    def test_a_difference_is_never_booked_without_its_explanation(self, city):
        entry = redeemed(city, bought(city), "10107498.99")
        booked = f"UPDATE funds_fundsentry SET state = 'BOOKED' WHERE id = {entry.pk}"
        assert refused_in_the_end(booked) == "entry_write_off_signed_by_two"
        verdict = Verdict(Decision.APPROVE, "", NOW, entry.content_sha256)
        sign(actor=city.actor("FHEAD"), matter=entries.matter_of(entry), step="APPROVE",
             verdict=verdict)  # fmt: skip
        assert refused_in_the_end(booked) == "interest_difference_is_explained"


def withdraw(city, entry):
    return entries.withdraw_entry(
        actor=city.actor("FACC"), entry_id=entry.pk, reason="重新登记", at=NOW
    )


def withdraw_redemption(city, one):
    entry = one.entries.get(kind="DEPOSIT_MATURED")
    void_voucher(city, live_voucher(entry.pk))
    withdraw(city, entry)


def void_voucher(city, voucher):
    vouchers.void_voucher(
        actor=city.actor("FCHK"), voucher_id=voucher.pk, reason="重新登记", at=NOW
    )


def undone(city, entry):
    """Reverse an entry's posted voucher and post the reversal."""
    reversal = reverse_voucher(
        actor=city.actor("FACC"),
        voucher_id=live_voucher(entry.pk).pk,
        voucher_date=date(2026, 11, 2),
        reason="重复",
        at=NOW,
    )
    post(city, reversal)


def parameter(city, code, value):
    """Give a dated parameter its value."""
    Parameter.objects.create(
        pool=city.pool, code=code, value=value, valid_from=date(2026, 1, 1), source="测试"
    )


def copied(row, column: str, value: str) -> str:
    """Return the insert of a copy of a row with another number and one other value."""
    columns = [f.column for f in row._meta.fields if f.column not in {"id", "number", column}]
    names = ", ".join(columns)
    return (
        f"INSERT INTO {row._meta.db_table} (number, {column}, {names})"
        f" SELECT 'X', {value}, {names} FROM {row._meta.db_table} WHERE id = {row.pk}"
    )


def entry_sql(placed: FundsEntry, values: str) -> str:
    """Return the insert of a redemption made from a purchase's row."""
    fixed = {"id", "number", "kind", "event", "amount", "entry_date", "reference"}
    fixed |= {"expected_income", "interest_tolerance"}
    names = ", ".join(f.column for f in FundsEntry._meta.fields if f.column not in fixed)
    return (
        "INSERT INTO funds_fundsentry (number, entry_date, reference, expected_income,"
        f" interest_tolerance, kind, event, amount, {names})"
        f" SELECT 'X', '2026-11-02', 'X', 0, 1, {values}, {names}"
        f" FROM funds_fundsentry WHERE id = {placed.pk}"
    )
