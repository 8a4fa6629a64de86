"""The allotment of a funds-use plan ends while batches pay from it."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections

from accounts.enums import Decision
from accounts.services import signatures
from accounts.services.signatures import Verdict
from common.errors import NotFound
from funds.models import FundsPlanClosing, FundsUsePlan, FundsUsePlanLine
from funds.selectors.books import unemployment_book
from funds.services.plan_closings import BatchesAboveMeans, ClosingLetter, matter_of
from payouts.selectors.funds_requests import funds_request_page, promised_funds
from payouts.services.batches import prepare_batch, withdraw_batch
from payouts.services.funds_plan_closings import apply_for_plan_closing, decide_plan_closing
from tests.city import NOW, TODAY, found_city
from tests.funds.plan_builders import LETTER, allot, approve
from tests.payouts.claims.test_entitlement_changes import wait_for_a_lock
from tests.payouts.test_allotted_funds import EAST, MIYI, WEST, asked, release
from tests.reconciliation.build import approved_plan
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(city):
    """East 3,000.00, West 2,000.00, Miyi 1,000.00."""
    return [
        approved_plan(city, office, [amount])
        for office, amount in ((EAST, "3000.00"), (WEST, "2000.00"), (MIYI, "1000.00"))
    ]


def ask_to_end(city, plan):
    letter = ClosingLetter("预算调减", "攀财社函〔2026〕31号", TODAY, LETTER)
    return apply_for_plan_closing(actor=city.actor("FACC"), plan_id=plan.pk, letter=letter, at=NOW)


def end(city, plan):
    closing = ask_to_end(city, plan)
    verdict = Verdict(Decision.APPROVE, "同意", NOW, closing.content_sha256)
    return decide_plan_closing(actor=city.actor("FHEAD"), closing_id=closing.pk, verdict=verdict)


def batch_of(city, plan):
    return prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)


def short():
    lines = FundsUsePlanLine.objects.filter(is_short=True)
    return set(lines.values_list("source_id", flat=True))


class TestWhatIsInABatch:
    def test_what_was_paid_stays_and_what_is_left_pays_the_next_in_order(self, city, plans):
        """Of 6,000.00 approved 4,000.00 came, Miyi's 1,000.00 is paid: 3,000.00 pay East's 3,000
        whole, West's 2,000.00 are short, asked for again and paid from another plan."""
        east, west, miyi = plans
        first = approve(city, asked(city, plans))
        allot(city, first, "4000.00")
        release(city, miyi)
        end(city, first)
        assert short() == {west.pk}
        assert refused_by(lambda: release(city, west)) == "batch_of_no_short_plans"
        assert release(city, east).pk  # within what is there, as before
        page = funds_request_page(actor=city.actor("FACC"), at=NOW)
        assert west.pk in {row.id for row in page.plans}
        second = approve(city, asked(city, [west]))
        assert second.total_amount == Decimal("2000.00")
        allot(city, second, "2000.00", "财拨字002")
        assert release(city, west).pk

    def test_a_batch_that_was_made_keeps_its_money(self, city, plans):
        """2,000.00 came: West's batch, not released yet, takes them; East and Miyi are short."""
        east, west, miyi = plans
        first = approve(city, asked(city, plans))
        allot(city, first, "2000.00")
        batch_of(city, west)
        end(city, first)
        assert short() == {east.pk, miyi.pk}
        # What is short is promised to nobody: West's 2,000.00 alone.
        assert promised_funds(book_id=unemployment_book().pk, at=NOW) == Decimal("2000.00")

    def test_a_batch_the_money_does_not_reach_is_withdrawn_first(self, city, plans):
        east, _, miyi = plans
        first = approve(city, asked(city, plans))
        allot(city, first, "2000.00")
        batch = batch_of(city, east)
        with pytest.raises(BatchesAboveMeans, match=r"3,000\.00元超过.*2,000\.00元"):
            ask_to_end(city, first)
        withdraw_batch(actor=city.actor("FACC"), batch_id=batch.pk, reason="结束拨付", at=NOW)
        end(city, first)
        assert short() == {east.pk, miyi.pk}

    def test_no_line_of_a_batch_becomes_short_behind_the_services_back(self, city, plans):
        """Signed by both and not carried out yet: East may become short, Miyi in its batch not."""
        east, west, miyi = plans
        first = approve(city, asked(city, plans))
        allot(city, first, "2000.00")
        batch_of(city, miyi)
        closing = ask_to_end(city, first)
        signatures.approve(city.actor("FHEAD"), matter_of(closing), "DECIDE", NOW)
        FundsPlanClosing.objects.update(state="APPROVED", decided_at=NOW)
        lines = FundsUsePlanLine.objects.filter(source_id__in=[east.pk, west.pk])
        every_line = FundsUsePlanLine.objects.all()
        refused = refused_by(lambda: every_line.update(is_live=False, is_short=True))
        assert refused == "funds_plan_line_short_in_no_batch"
        assert lines.update(is_live=False, is_short=True) == 2

    def test_the_budget_stays_used_for_what_will_be_paid_and_the_month_funded(self, city, plans):
        """Live lines count as waiting for payment, short ones do not: 4,000.00 of 6,000.00."""
        first = approve(city, asked(city, plans))
        allot(city, first, "4000.00")
        with connection.cursor() as cursor:
            use = "SELECT sum(promised) FROM payouts_budget_use(%s, '2026-01-01', '2026-12-01', 0)"
            cursor.execute(use, [first.book_id])
            assert cursor.fetchone()[0] == Decimal("6000.00")
            end(city, first)
            cursor.execute(use, [first.book_id])
            assert cursor.fetchone()[0] == Decimal("4000.00")

    def test_an_application_that_is_not_there_is_not_found(self, city):
        with pytest.raises(NotFound):
            decide_plan_closing(
                actor=city.actor("FHEAD"),
                closing_id=10**9,
                verdict=Verdict(Decision.APPROVE, "", NOW),
            )


@pytest.mark.django_db(transaction=True)
def test_the_end_waits_for_a_batch_that_is_being_made():
    """2,000.00 came for West's 2,000.00 and Miyi's 1,000.00. By order they pay West; but Miyi's
    batch, begun before the decision, keeps its money, and West is short."""
    city = found_city()
    with city.tenant():
        west, miyi = (
            approved_plan(city, office, [amount])
            for office, amount in ((WEST, "2000.00"), (MIYI, "1000.00"))
        )
        first = approve(city, asked(city, [west, miyi]))
        allot(city, first, "2000.00")
        closing = ask_to_end(city, first)

    def decide():
        try:
            with city.tenant():
                verdict = Verdict(Decision.APPROVE, "", NOW, closing.content_sha256)
                decide_plan_closing(
                    actor=city.actor("FHEAD"), closing_id=closing.pk, verdict=verdict
                )
        finally:
            connections.close_all()

    thread = threading.Thread(target=decide)
    with city.tenant():
        batch_of(city, miyi)
        thread.start()
        wait_for_a_lock()
    thread.join()
    with city.tenant():
        assert FundsUsePlan.objects.get(pk=first.pk).state == "CLOSED"
        assert short() == {west.pk}
