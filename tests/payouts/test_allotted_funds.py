"""Batches are released within what 支出户 had left and was allotted for their funds-use plan."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connections, transaction

from accounts.enums import Decision
from funds.models import FundsUsePlan, FundsUsePlanLine
from funds.selectors.books import unemployment_book
from funds.services.funds_plans import FundsNeed, FundsPlanNotWaiting
from payouts.models import BatchPlan, PaymentBatch
from payouts.selectors.funds_requests import promised_funds
from payouts.services.allotted_funds import AboveAllottedFunds
from payouts.services.applications import request_funds_for_plans, request_returned_funds
from payouts.services.batches import check_batch, prepare_batch, release_batch
from tests.city import NOW, found_city
from tests.funds.plan_builders import allot, approve, ask_in_full, sign, signed_by_us
from tests.payouts import build
from tests.reconciliation.build import approved_plan, released_batch
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
EAST, WEST, MIYI = "510402", "510403", "510421"


def need_of(plan):
    return FundsNeed(
        plan.organisation_id,
        plan.item.code,
        plan.pk,
        plan.number,
        plan.line_count,
        plan.total_amount,
    )


@pytest.fixture
def plans(city):
    """East 3,000.00, West 2,000.00, Miyi 1,000.00."""
    return [
        approved_plan(city, office, [amount])
        for office, amount in ((EAST, "3000.00"), (WEST, "2000.00"), (MIYI, "1000.00"))
    ]


def asked(city, plans):
    """Ask for the plans' money where nothing is there for them."""
    return ask_in_full(city, *(need_of(plan) for plan in plans), month=plans[0].month)


def release(city, plan):
    return released_batch(city, plan, datetime(2026, 11, 2, 1, tzinfo=UTC))


class TestRelease:
    def test_nothing_is_paid_before_the_money_is_approved(self, city, plans):
        asking = asked(city, plans)
        assert refused_by(lambda: release(city, plans[2])) == "batch_after_its_funds_are_approved"
        approve(city, asking)
        allot(city, asking, "6000.00")
        assert release(city, plans[2]).pk

    def test_batches_come_to_no_more_than_was_allotted(self, city, plans):
        """Of 6,000.00 approved 4,500.00 are allotted: East's 3,000 and Miyi's 1,000, then not
        West's 2,000 until the other 1,500.00 are there."""
        asking = approve(city, asked(city, plans))
        assert refused_by(lambda: release(city, plans[0])) == "batch_within_allotted_funds"
        allot(city, asking, "4500.00")
        release(city, plans[0])
        release(city, plans[2])
        assert refused_by(lambda: release(city, plans[1])) == "batch_within_allotted_funds"
        allot(city, asking, "1500.00", "财拨字002")
        assert release(city, plans[1]).pk

    def test_what_was_not_reached_is_not_paid_before_it_is_asked_for_again(self, city, plans):
        """5,000.00 of 6,000.00: East 3,000 and West 2,000; Miyi's 1,000 is short."""
        asking = approve(city, asked(city, plans), "5000.00", "预算不足")
        allot(city, asking, "5000.00")
        short = FundsUsePlanLine.objects.get(is_short=True)
        assert short.source_id == plans[2].pk
        assert refused_by(lambda: release(city, plans[2])) == "batch_of_no_short_plans"
        release(city, plans[0])
        release(city, plans[1])
        again = approve(city, asked(city, [plans[2]]))
        assert again.total_amount == Decimal("1000.00")
        allot(city, again, "1000.00")
        assert release(city, plans[2]).pk

    def test_what_is_there_pays_without_an_allotment(self, city, plans):
        build.fund_expenditure_account(city, "6000.00")
        plan_ids = [plan.pk for plan in plans]
        asking = request_funds_for_plans(actor=city.actor("FACC"), plan_ids=plan_ids, at=NOW)
        asking = FundsUsePlan.objects.get(pk=asking)
        assert (asking.available_amount, asking.total_amount) == (Decimal(6000), 0)
        assert signed_by_us(city, asking).state == "COVERED"
        for plan in plans:
            release(city, plan)

    def test_the_cashier_reads_why(self, city):
        build.fund_expenditure_account(city, "100000.00")
        plan = build.approved_plan(city, EAST, ["1864.00"])
        asking = approve(city, ask_in_full(city, need_of(plan), month=plan.month))
        batch = prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
        PaymentBatch.objects.filter(pk=batch.pk).update(
            state="CONFIRMED", bank_count=1, bank_total="1864.00", bank_checked_at=NOW
        )

        def pay():
            return release_batch(
                actor=city.actor("FCASH"), batch_id=batch.pk, digits="1864.00", at=NOW
            )

        with pytest.raises(AboveAllottedFunds, match="待财政拨付"), transaction.atomic():
            pay()
        allot(city, asking, "1864.00")
        assert pay().state == "RELEASED"


class TestPromised:
    def test_sum_unreleased_funds(self, city, plans):
        """Twin of `sum_unreleased_funds`: line by line; the released is on its way instead."""
        book_id = unemployment_book().pk
        first = approve(city, asked(city, plans[:2]))
        allot(city, first, "5000.00")
        returned = asked(city, plans[2:])
        assert promised_funds(book_id=book_id, at=NOW) == Decimal("6000.00")
        sign(city, returned, Decision.RETURN, "退回")
        release(city, plans[0])
        unreleased = Decimal(0)
        for line in FundsUsePlanLine.objects.filter(is_live=True).exclude(plan__state="RETURNED"):
            held = BatchPlan.objects.filter(plan_id=line.source_id, is_live=True).first()
            is_out = held and held.batch.released_at and held.batch.state != "REJECTED"
            unreleased += 0 if is_out else line.amount
        assert unreleased == Decimal("2000.00")  # West
        # West's 2,000.00 wait, East's 3,000.00 are on their way to the bank.
        assert promised_funds(book_id=book_id, at=NOW) == unreleased + Decimal("3000.00")
        assert promised_funds(book_id=book_id, at=NOW, plan_id=first.pk) == Decimal("3000.00")

    def test_a_returned_plan_goes_again_with_what_is_left_today(self, city, plans):
        """Of 3,000.00 for West and Miyi, 1,500.00 have come in since: 1,500.00 is asked."""
        asking = asked(city, plans[1:])
        with pytest.raises(FundsPlanNotWaiting):
            request_returned_funds(actor=city.actor("FACC"), plan_id=asking.pk, at=NOW)
        sign(city, asking, Decision.RETURN, "余额待核")
        build.fund_expenditure_account(city, "1500.00")
        request_returned_funds(actor=city.actor("FACC"), plan_id=asking.pk, at=NOW)
        again = FundsUsePlan.objects.get(pk=asking.pk)
        assert (again.round, again.state) == (2, "SIGNING")
        assert again.total_amount == Decimal("1500.00")


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_not_both_count_what_is_there():
    """1,000.00 is there and 800.00 asked for twice: 0.00 and 600.00, whoever comes first."""
    city = found_city()
    with city.tenant():
        build.fund_expenditure_account(city, "1000.00")
        plans = [
            build.approved_plan(city, office, ["800.00"], month=month)
            for office, month in ((EAST, build.MONTH), (WEST, date(2026, 12, 1)))
        ]
    start = threading.Barrier(2)

    def ask(plan):
        try:
            with city.tenant():
                start.wait()
                request_funds_for_plans(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=[plan]) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with city.tenant():
        asked_for = sorted(FundsUsePlan.objects.values_list("total_amount", flat=True))
    assert asked_for == [Decimal("0.00"), Decimal("600.00")]
