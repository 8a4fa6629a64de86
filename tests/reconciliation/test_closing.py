"""A month closes when every office that was paid for has signed it, and never before."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from funds.enums import PeriodState
from funds.models import Period
from funds.selectors.books import unemployment_book
from funds.services.periods import PaymentsUnanswered, StatementsUnsigned
from reconciliation.services.statement_signing import MonthClosed, supersede_statement
from tests.funds.builders import close_month, close_until
from tests.reconciliation.build import AT, MONTH, book, pay, return_batch
from tests.reconciliation.test_business_ledger import EAST, run
from tests.reconciliation.test_statements import prepare, sign

pytestmark = pytest.mark.django_db
BEFORE = date(2026, 9, 1)


def close(city):
    with transaction.atomic():  # a refused closing leaves no request behind
        return close_month(city, Period.objects.get(book=unemployment_book(), month=MONTH), AT)


def test_a_month_waits_for_the_statement_of_every_office_that_was_paid_for(city):
    close_until(city, BEFORE)
    book(city, pay(city, EAST, ["1864.00", "1760.00"]))
    with pytest.raises(StatementsUnsigned, match="对账明细表没有签署"):
        close(city)
    statement = prepare(city)
    with pytest.raises(StatementsUnsigned):
        close(city)
    sign(city, statement)
    assert close(city).state == PeriodState.CLOSED


def test_a_month_waits_for_the_banks_answer_to_what_was_released_in_it(city):
    close_until(city, BEFORE)
    batch = pay(city, EAST, ["1864.00"], answered=False)
    with pytest.raises(PaymentsUnanswered, match="还有未回盘的"):
        close(city)
    return_batch(city, batch, bank_date=date(2026, 10, 30))
    book(city, batch)
    sign(city, prepare(city))
    assert close(city).state == PeriodState.CLOSED


def test_no_update_closes_a_month_before_its_returns(city):
    close_until(city, BEFORE)
    pay(city, EAST, ["1864.00"], answered=False)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        Period.objects.filter(book=unemployment_book(), month=MONTH).update(
            state=PeriodState.CLOSED, closed_at=AT
        )
    assert refusal.value.__cause__.diag.constraint_name == "period_batches_returned"


def test_a_month_without_payments_needs_no_statement(city):
    close_until(city, BEFORE)
    assert close(city).state == PeriodState.CLOSED


def test_a_month_waits_for_an_offices_open_differences(city):
    close_until(city, BEFORE)
    pay(city, EAST, ["1864.00"])  # paid and not booked: the books differ
    assert run(city).differences.exists()
    with pytest.raises(StatementsUnsigned, match="差异没有销号"):
        close(city)


def test_the_signed_statement_of_a_closed_month_stays(city):
    close_until(city, BEFORE)
    book(city, pay(city, EAST, ["1864.00"]))
    statement = prepare(city)
    sign(city, statement)
    close(city)
    with pytest.raises(MonthClosed, match="已结账"):
        supersede_statement(
            actor=city.actor("PLAN", EAST), statement_id=statement.pk, reason="更正", at=AT
        )
    statement.refresh_from_db()
    assert statement.state == "SIGNED"
