"""No batch, plan, flow or sheet mixes two books: what the database refuses (P03, L10)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from funds.enums import BookKind, BusinessEvent
from funds.models import BankAccount, Book, FundsAllotment, LedgerAccount, Period, Voucher
from funds.selectors.books import unemployment_book
from funds.services.funds_plans import FundsNeed, request_funds
from funds.services.posting import AllotmentMissing
from funds.services.vouchers import void_voucher
from payouts.models import BatchPlan, BenefitItem
from payouts.services.applications import PlansOfManyBooks, request_funds_for_plans
from payouts.services.batches import prepare_batch
from reconciliation.models import BalanceAdjustment
from reconciliation.services.ledger_bank import run_ledger_bank
from tests.city import NOW
from tests.funds.builders import credit, debit, drafted, posted
from tests.funds.plan_builders import allot, approve, ask, need
from tests.payouts.build import MONTH, approved_plan, fund_expenditure_account
from tests.reconciliation.build import MONTH as LAST_MONTH
from tests.reconciliation.build import bank_statement
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
EAST = "510402"


@pytest.fixture
def farmers(city) -> Book:
    return Book.objects.get(kind=BookKind.LANDLESS_FARMERS)


def sql(statement, *parameters):
    def act():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement, parameters)

    return act


def move_item(kind: BookKind) -> None:
    """Let item B01 belong to another book from now on."""
    BenefitItem.objects.filter(code="B01").update(book_kind=kind)


class TestVouchers:
    def test_a_voucher_stays_in_a_month_of_its_book(self, city, farmers):
        voucher = drafted(city)
        other = Period.objects.get(book=farmers, month=voucher.period.month)
        voucher.pk, voucher.period = None, other
        assert refused_by(voucher.save) == "voucher_period_same_book"

    def test_a_reversal_stays_in_the_book_of_what_it_reverses(self, city, farmers):
        wrong = posted(city)
        other = drafted(city, debit("1002", "5"), credit("400101", "5"), book_id=farmers.pk)
        other.pk, other.reverses = None, wrong
        assert refused_by(other.save) == "voucher_reverses_same_book"

    def test_an_account_hangs_on_an_account_of_its_book(self, farmers):
        parent = LedgerAccount.objects.get(book=farmers, code="4001")
        act = sql(
            "UPDATE funds_ledgeraccount SET parent_id = %s WHERE code = '400101' AND book_id = %s",
            parent.pk,
            unemployment_book().pk,
        )
        assert refused_by(act) == "account_parent_same_book"

    def test_a_source_is_booked_in_its_own_book(self, city, farmers):
        allot(city, approve(city, ask(city, need(city, 1, "5.00"))), "5.00")
        voucher = Voucher.objects.get(event=BusinessEvent.ALLOTMENT)
        void_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, reason="作废", at=NOW)
        lines = debit("1004", "5"), credit("100301", "5")
        source = {
            "event": BusinessEvent.ALLOTMENT,
            "source_kind": "FUNDS_ALLOTMENT",
            "source_id": FundsAllotment.objects.get().pk,
        }
        rule = refused_by(lambda: drafted(city, *lines, book_id=farmers.pk, **source))
        assert rule == "voucher_source_same_book"
        assert drafted(city, *lines, **source).book == unemployment_book()
        # It is posted as what was allotted, and as nothing else.
        lines = debit("1004", "6"), credit("100301", "6")
        void_voucher(
            actor=city.actor("FCHK"),
            voucher_id=Voucher.objects.latest("pk").pk,
            reason="作废",
            at=NOW,
        )
        with pytest.raises(AllotmentMissing):
            posted(city, *lines, **source)


class TestPayments:
    @pytest.fixture
    def batch(self, city):
        fund_expenditure_account(city, "100000.00")
        plan = approved_plan(city, EAST, ["1864.00"])
        return prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)

    def test_a_batch_is_of_its_items_book(self, batch, farmers):
        assert batch.book == unemployment_book()
        act = sql(
            "UPDATE payouts_paymentbatch SET book_id = %s WHERE id = %s", farmers.pk, batch.pk
        )
        assert refused_by(act) == "batch_in_its_items_book"

    def test_a_batch_pays_from_an_account_of_its_book(self, batch, farmers):
        batch.pk, batch.number = None, "another"
        batch.bank_account = BankAccount.objects.get(book=farmers, kind="EXPENDITURE")
        rule = refused_by(lambda: (batch.save(), sql("SELECT 1")()))
        assert rule == "batch_account_same_book"

    def test_a_batch_pays_plans_of_its_own_item(self, city, batch):
        plan = approved_plan(city, EAST, ["1760.00"], month=LAST_MONTH)

        def enter():
            batch.pk = None
            batch.save()
            BatchPlan.objects.create(pool=city.pool, batch=batch, plan=plan)

        batch.number = "of-its-item"
        enter()
        batch.number, batch.item = "of-another-item", BenefitItem.objects.get(code="B02")
        assert refused_by(enter) == "batch_plan_approved_with_application"

    def test_the_batch_of_an_item_of_another_book_pays_from_that_book(self, city, farmers):
        plan = approved_plan(city, EAST, ["1864.00"])
        move_item(BookKind.LANDLESS_FARMERS)
        batch = prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        assert (batch.book, batch.bank_account.book) == (farmers, farmers)


class TestFundsPlans:
    def test_a_funds_plan_asks_for_items_of_its_book(self, city, farmers):
        asked = FundsNeed(city.offices[EAST].pk, "B01", 1, "P1", 1, Decimal("5.00"))

        def ask():
            request_funds(
                actor=city.actor("FACC"),
                book_id=farmers.pk,
                month=MONTH,
                needs=[asked],
                promised=Decimal(0),
                at=NOW,
            )

        assert refused_by(ask) == "funds_plan_line_same_book"
        move_item(BookKind.LANDLESS_FARMERS)
        ask()

    def test_the_request_goes_to_the_items_book(self, city, farmers):
        plan = approved_plan(city, EAST, ["1.00"])
        move_item(BookKind.LANDLESS_FARMERS)
        request_funds_for_plans(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        asked = farmers.fundsuseplan_set.get()
        assert asked.lines.get().source_id == plan.pk

    def test_plans_of_two_books_are_asked_for_apart(self, city, monkeypatch):
        plan = approved_plan(city, EAST, ["1.00"])
        monkeypatch.setattr(
            "payouts.services.applications.books_of", lambda _codes: list(Book.objects.all())
        )
        with pytest.raises(PlansOfManyBooks):
            request_funds_for_plans(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)


def test_an_adjustment_sheet_is_of_one_book(city, farmers):
    movement = (date(2026, 10, 20), "0.00", "5.00", "S1", "利息")
    bank_statement(city, [movement], opening="0.00")
    run_ledger_bank(actor=city.actor("FCASH"), month=LAST_MONTH, at=NOW)
    sheet = BalanceAdjustment.objects.get()
    other = BankAccount.objects.get(book=farmers, kind="EXPENDITURE")
    act = sql(
        "UPDATE reconciliation_balanceadjustment SET bank_account_id = %s WHERE id = %s",
        other.pk,
        sheet.pk,
    )
    assert refused_by(act) == "adjustment_same_book"
