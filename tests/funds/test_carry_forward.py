"""The year's carry-forward: E34 takes income and expenditure to the fund balance.

December 2025 of the ground holds, in yuan: premiums 76,000.00 and interest 1,000.00 of income;
benefits of 东区 1,864.00 and of 西区 2,000.00; and 500.00 of transfers sent back, which leaves an
account of income on its other side. 76,000 + 1,000 - 500 = 76,500 of income, less 3,864 of
expenditure: 72,636 to 3001.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.permissions import DutyNotHeld
from accounts.services import signatures
from common.db import violated_constraint
from funds.enums import BusinessEvent
from funds.models import Period, PeriodRequest
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.ledger import LedgerScope, trial_balance
from funds.selectors.statement_figures import compute_figures
from funds.selectors.year_end import list_results
from funds.services import carry_forward, periods
from funds.services.founding import open_periods
from tests.city import NOW, found_city
from tests.funds.builders import (
    ask_to_close,
    close_month,
    credit,
    debit,
    drafted,
    post,
    posted,
    yuan,
)
from tests.funds.statement_year import scope

DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    city = found_city()
    open_periods(book=unemployment_book(), first_month=DECEMBER, months=1)
    premium = (debit("1002", "76000"), credit("400101", "76000"))
    posted(city, *premium, day=date(2025, 12, 5))
    posted(
        city,
        debit("1004", "1000"),
        credit("420101", "1000"),
        day=date(2025, 12, 21),
        event=BusinessEvent.BANK_INTEREST,
    )
    for office, amount in (("510402", "1864"), ("510403", "2000")):
        organisation = city.offices[office].pk
        posted(
            city,
            debit("500101", amount, organisation_id=organisation),
            credit("1004", amount),
            day=date(2025, 12, 26),
            event=BusinessEvent.BENEFIT_PAID,
        )
    posted(
        city,
        debit("4301", "500"),
        credit("1002", "500"),
        day=date(2025, 12, 28),
        event=BusinessEvent.TRANSFER_IN_RETURNED,
    )
    return city


def december() -> Period:
    return Period.objects.get(book=unemployment_book(), month=DECEMBER)


def carry(city, post_code="FACC", period=None):
    return carry_forward.draft_carry_forward(
        actor=city.actor(post_code), period_id=(period or december()).pk, at=NOW
    )


def balance(code, until=None) -> Decimal:
    return account_balance(book_id=unemployment_book().pk, account_code=code, until=until)


def entries(voucher):
    lines = voucher.lines.select_related("account", "organisation").order_by("position")
    return [
        (
            line.account.code,
            line.organisation.code if line.organisation else "",
            line.debit,
            line.credit,
        )
        for line in lines
    ]


class TestTheVoucher:
    def test_takes_every_balance_by_account_office_and_item(self, city):
        east = city.offices["510402"].pk
        posted(
            city,
            debit("500101", "100", organisation_id=east, item_code="B01"),
            credit("1004", "100"),
            day=date(2025, 12, 27),
            event=BusinessEvent.BENEFIT_PAID,
        )
        voucher = carry(city)
        zero = yuan("0")
        assert entries(voucher) == [
            ("400101", "", yuan("76000"), zero),
            ("420101", "", yuan("1000"), zero),
            ("4301", "", zero, yuan("500")),
            ("500101", "510402", zero, yuan("1864")),
            ("500101", "510402", zero, yuan("100")),
            ("500101", "510403", zero, yuan("2000")),
            ("3001", "", zero, yuan("77000")),
            ("3001", "", yuan("4464"), zero),
        ]
        assert (voucher.event, voucher.voucher_date) == ("E34", date(2025, 12, 31))
        assert (voucher.state, voucher.is_cash) == ("DRAFT", False)

    def test_posted_it_leaves_zero_and_the_surplus(self, city):
        post(city, carry(city))
        assert list_results(book_id=unemployment_book().pk, month=DECEMBER) == []
        assert (balance("4001"), balance("4201"), balance("5001")) == (0, 0, 0)
        assert balance("3001") == yuan("72636")

    def test_what_is_posted_later_is_carried_by_a_further_voucher(self, city):
        first = post(city, carry(city))
        with pytest.raises(carry_forward.NothingToCarry), transaction.atomic():
            carry(city)
        posted(city, debit("1002", "10"), credit("400101", "10"), day=date(2025, 12, 30))
        for amount in ("10", "20"):
            second = post(city, carry(city))
            assert entries(second) == [
                ("400101", "", yuan(amount), yuan("0")),
                ("3001", "", yuan("0"), yuan(amount)),
            ]
            posted(city, debit("1002", "20"), credit("400101", "20"), day=date(2025, 12, 30))
        post(city, carry(city))
        assert second.corrects_id is not None
        assert first.corrects_id is None
        assert balance("3001") == yuan("72686")  # 72,636 + 10 + 20 + 20
        assert balance("4001") == 0

    def test_not_while_a_voucher_waits_nor_twice_at_once(self, city):
        waiting = drafted(city, day=date(2025, 12, 9))
        with pytest.raises(periods.VouchersUnfinished):
            carry(city)
        post(city, waiting)
        carry(city)
        with pytest.raises(periods.VouchersUnfinished, match="年末结转"):
            carry(city)

    def test_only_the_accountant_and_only_in_december(self, city):
        for post_code in ("FHEAD", "FCHK", "FCASH"):
            with pytest.raises(DutyNotHeld):
                carry(city, post_code)
        january = Period.objects.get(book=unemployment_book(), month=JANUARY)
        with pytest.raises(carry_forward.NotYearEnd):
            carry(city, period=january)

    def test_after_the_earlier_months_and_after_its_end(self, city):
        this = Period.objects.get(book=unemployment_book(), month=date(2026, 12, 1))
        with pytest.raises(periods.PeriodNotOver):
            carry(city, period=this)
        open_periods(book=unemployment_book(), first_month=date(2025, 11, 1), months=1)
        with pytest.raises(periods.EarlierPeriodOpen, match="2025年11月"):
            carry(city)


class TestTheYear:
    def test_december_closes_only_at_zero(self, city):
        with pytest.raises(periods.YearNotCarriedForward), transaction.atomic():
            close_month(city, december())
        post(city, carry(city))
        assert close_month(city, december()).state == "CLOSED"

    def test_the_database_keeps_december_open_too(self, city):
        request = ask_to_close(city, december())
        matter = periods.matter_of(request, city.offices["510400"].pk)
        signatures.approve(city.actor("FHEAD"), matter, "CLOSE", NOW)
        PeriodRequest.objects.update(state="DONE", decided_at=NOW)
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            Period.objects.filter(pk=december().pk).update(state="CLOSED", closed_at=NOW)
        assert violated_constraint(caught.value) == "year_carried_forward"

    def test_statements_say_the_same_before_and_after(self, city):
        before = compute_figures(scope(DECEMBER)).cells
        post(city, carry(city))
        after = compute_figures(scope(DECEMBER)).cells
        assert before == after
        assert after["INCOME", "S00", "CURRENT"] == yuan("72636")

    def test_the_next_year_opens_with_what_the_old_one_closed_with(self, city):
        post(city, carry(city))
        book = unemployment_book().pk
        actor = city.actor("FACC")
        closed = trial_balance(actor=actor, scope=LedgerScope(book, DECEMBER, DECEMBER))
        opened = trial_balance(actor=actor, scope=LedgerScope(book, JANUARY, JANUARY))
        assert {row.code: row.closing for row in closed.rows} == {
            row.code: row.opening for row in opened.rows
        }
        # 收入户 76,000 - 500; 支出户 1,000 - 3,864, which the ground never funded.
        assert {row.code: row.opening for row in opened.rows if row.opening} == {
            "1002": yuan("75500"),
            "1004": yuan("-2864"),
            "3001": yuan("72636"),
        }
        assert closed.is_balanced
        assert opened.is_balanced

    def test_the_trial_balance_before_the_carry_forward_still_shows_the_year(self, city):
        post(city, carry(city))
        scope_before = LedgerScope(unemployment_book().pk, DECEMBER, DECEMBER, with_closing=False)
        rows = {
            row.code: row.closing
            for row in trial_balance(actor=city.actor("FACC"), scope=scope_before).rows
        }
        assert {code: rows[code] for code in ("4001", "4201", "4301", "5001")} == {
            "4001": yuan("76000"),
            "4201": yuan("1000"),
            "4301": yuan("-500"),
            "5001": yuan("3864"),
        }
