"""Batches of subsidies: neither made nor released after a year that left too little."""

from datetime import date

import pytest

from accounts.models import Parameter
from funds.enums import BusinessEvent
from funds.selectors.books import unemployment_book
from funds.services.founding import open_periods
from funds.services.policy_gates import PolicyGateClosed
from payouts.models import BenefitItem, PaymentBatch
from payouts.services.batches import check_batch, prepare_batch, release_batch, release_digits
from tests.city import NOW, found_city
from tests.funds.builders import credit, debit, posted
from tests.payouts.build import approved_plan, fund_expenditure_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """A city whose year 2025 ended with 1,000 after spending 1,000: twelve months, just enough."""
    city = found_city()
    open_periods(book=unemployment_book(), first_month=date(2025, 1, 1), months=12)
    posted(city, debit("1004", "2000"), credit("4401", "2000"), day=date(2025, 1, 6))
    posted(
        city, debit("500101", "1000"), credit("1004", "1000"), day=date(2025, 12, 5),
        event=BusinessEvent.REISSUE,
    )  # fmt: skip
    fund_expenditure_account(city, "100000.00")
    return city


def shut_the_gate(city):
    Parameter.objects.create(
        pool=city.pool, code="policy_gate_months", value="13", valid_from="2026-01-01",
        source="测试",
    )  # fmt: skip


def prepared(city, ledger_code):
    """Make a batch of a plan whose item is booked on this account."""
    plan = approved_plan(city, "510402", ["1864.00"])
    BenefitItem.objects.filter(pk=plan.item_id).update(ledger_code=ledger_code)
    return prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)


def release(city, batch):
    check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    PaymentBatch.objects.filter(pk=batch.pk).update(
        state="CONFIRMED", bank_count=1, bank_total="1864.00", bank_checked_at=NOW
    )
    digits = release_digits(batch.total_amount)
    return release_batch(actor=city.actor("FCASH"), batch_id=batch.pk, digits=digits, at=NOW)


@pytest.mark.parametrize("ledger_code", ["5104", "5105"])
def test_no_batch_of_a_subsidy_is_made_while_the_gate_is_shut(city, ledger_code):
    shut_the_gate(city)
    with pytest.raises(PolicyGateClosed, match=r"2025年末结余1,000\.00元"):
        prepared(city, ledger_code)


def test_a_batch_of_benefits_is_made_all_the_same(city):
    shut_the_gate(city)
    assert prepared(city, "500101").pk


def test_a_subsidy_is_paid_while_the_gate_is_open(city):
    assert release(city, prepared(city, "5104")).released_at == NOW


def test_nor_is_one_released_after_the_gate_shut(city):
    batch = prepared(city, "5104")
    shut_the_gate(city)
    with pytest.raises(PolicyGateClosed):
        release(city, batch)
    assert PaymentBatch.objects.get(pk=batch.pk).released_at is None
