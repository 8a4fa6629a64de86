"""The allotment of a funds-use plan ends: applied for by one with a letter, decided by another."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.enums import Decision, SubjectKind
from accounts.models import AuditEvent, Notice, Signature
from accounts.permissions import DutyNotHeld
from accounts.services import signatures
from funds.enums import BusinessEvent
from funds.models import FundsPlanClosing, FundsUsePlan, FundsUsePlanLine, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.funds_demand import expected_amount
from funds.selectors.funds_plans import list_planned_source_ids
from funds.services import plan_closings as service
from funds.services.allotments import FundsPlanClosed
from funds.services.funds_plans import FundsPlanNotWaiting
from tests.city import NOW, TODAY
from tests.funds.builders import post
from tests.funds.plan_builders import (
    allot,
    approve,
    ask,
    ask_to_end,
    decide_end,
    need,
    request,
    sign,
    signed_by_us,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(city):
    """East 6,000.00 and 3,000.00, Miyi 2,000.00: 11,000.00 asked and approved, none allotted."""
    needs = (
        need(city, 1, "6000.00"),
        need(city, 2, "3000.00"),
        need(city, 3, "2000.00", office="510421"),
    )
    return approve(city, ask(city, *needs))


def short():
    lines = FundsUsePlanLine.objects.filter(is_short=True)
    return set(lines.values_list("source_id", flat=True))


class TestApplication:
    def test_it_names_what_was_approved_allotted_and_will_not_come(self, city, plan):
        allot(city, plan, "8500.00")
        closing = ask_to_end(city, plan)
        assert closing.state == "WAITING"
        figures = closing.approved_amount, closing.allotted_amount, closing.ended_amount
        assert figures == (Decimal(11000), Decimal(8500), Decimal(2500))
        assert closing.letter.sha256
        signed = Signature.objects.get(subject_kind=SubjectKind.FUNDS_PLAN_CLOSING)
        assert (signed.step, signed.content_sha256) == ("APPLY", closing.content_sha256)
        told = Notice.objects.get(recipient=city.actor("FHEAD").user_id, text__contains="结束拨付")
        assert "2,500.00" in told.text
        # Each signature stands in the trail beside its matter.
        event = AuditEvent.objects.get(verb="funds.funds_plan.closing_requested")
        assert (event.subject_id, event.subject_label) == (closing.pk, plan.number)
        assert FundsUsePlan.objects.get(pk=plan.pk).state == "REQUESTED"

    def test_one_waits_at_a_time_and_a_new_one_may_follow_a_refused(self, city, plan):
        first = ask_to_end(city, plan)
        with pytest.raises(service.PlanClosingWaiting):
            ask_to_end(city, plan)
        decide_end(city, first, Decision.REFUSE, "请再与财政局核实")
        second = ask_to_end(city, plan)
        states = FundsPlanClosing.objects.order_by("id").values_list("pk", "state")
        assert list(states) == [(first.pk, "REFUSED"), (second.pk, "WAITING")]

    @pytest.mark.parametrize("post", ["FHEAD", "FCHK", "HEAD", "FCASH"])
    def test_only_the_accountant_applies(self, city, plan, post):
        with pytest.raises(DutyNotHeld):
            ask_to_end(city, plan, post=post)
        assert ask_to_end(city, plan).pk

    def test_a_plan_that_awaits_no_money_does_not_end(self, city, plan):
        waiting = request(city, 7)
        with pytest.raises(service.PlanNotAllotting):
            ask_to_end(city, waiting)
        allot(city, plan, "11000.00")
        with pytest.raises(service.PlanNotAllotting):
            ask_to_end(city, plan)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"reason": " "}, service.PlanClosingIncomplete),
            ({"document_number": " "}, service.PlanClosingIncomplete),
            ({"scan": None}, service.PlanClosingIncomplete),
            ({"letter_date": TODAY + timedelta(days=1)}, service.PlanClosingDayInvalid),
            ({"letter_date": TODAY - timedelta(days=1)}, service.PlanClosingDayInvalid),
        ],
        ids=["no reason", "no number", "no scan", "of tomorrow", "before the approval"],
    )
    def test_without_its_letter_it_is_refused(self, city, plan, changes, refusal):
        with pytest.raises(refusal):
            ask_to_end(city, plan, **changes)
        assert not FundsPlanClosing.objects.exists()

    def test_batches_the_money_will_not_reach_go_first(self, city, plan):
        """East's 6,000.00 stand in a batch, 5,000.00 were allotted: the batch would never pay."""
        allot(city, plan, "5000.00")
        with pytest.raises(service.BatchesAboveMeans, match=r"6,000\.00元超过.*5,000\.00元"):
            ask_to_end(city, plan, held={1})
        closing = ask_to_end(city, plan)  # the batch was withdrawn
        with pytest.raises(service.BatchesAboveMeans):
            decide_end(city, closing, held={1})  # and made again
        assert decide_end(city, closing).state == "APPROVED"


class TestDecision:
    def test_what_is_not_reached_is_short_and_may_be_asked_for_again(self, city, plan):
        """8,500 reaches East's 6,000, not then its 3,000, but still Miyi's 2,000."""
        allot(city, plan, "8500.00")
        closing = decide_end(city, ask_to_end(city, plan), opinion="同意")
        assert (closing.state, closing.decided_at) == ("APPROVED", NOW)
        ended = FundsUsePlan.objects.get(pk=plan.pk)
        assert (ended.state, ended.get_state_display()) == ("CLOSED", "已结束拨付")
        assert short() == {2}
        assert list_planned_source_ids() == {1, 3}
        # Nothing is booked: 8,500 are still expected, of which 8,000 are promised.
        again = ask(city, need(city, 2, "3000.00"), promised="8000.00")
        assert again.total_amount == Decimal("2500.00")

    def test_what_stands_in_a_batch_keeps_its_money_before_the_others(self, city, plan):
        """5,000.00 of 11,000.00: Miyi's 2,000, last in order, is paid; then East's 3,000."""
        allot(city, plan, "5000.00")
        decide_end(city, ask_to_end(city, plan, held={3}), held={3})
        assert short() == {1}

    def test_a_plan_without_any_money_frees_all_it_has_taken_up(self, city, plan):
        decide_end(city, ask_to_end(city, plan))
        assert short() == {1, 2, 3}
        assert list_planned_source_ids() == frozenset()

    def test_what_was_there_pays_beside_what_was_allotted(self, city):
        """1,184.00 were left for the plan; with 9,999.99 of 10,000.00 they miss 0.01."""
        plan = approve(city, ask(city, need(city, 1), need(city, 2), promised="-1184.00"))
        assert plan.total_amount == Decimal("10000.00")
        allot(city, plan, "9999.99")
        decide_end(city, ask_to_end(city, plan))
        assert short() == {2}

    def test_it_is_no_longer_expected(self, city, plan):
        book_id = unemployment_book().pk
        allot(city, plan, "8500.00")
        closing = ask_to_end(city, plan)
        assert expected_amount(book_id=book_id) == Decimal("11000.00")
        decide_end(city, closing)
        assert expected_amount(book_id=book_id) == Decimal("8500.00")  # its voucher is a draft
        posted_voucher = Voucher.objects.get(event=BusinessEvent.ALLOTMENT)
        post(city, posted_voucher)
        assert expected_amount(book_id=book_id) == 0

    def test_money_that_comes_after_all_goes_another_way(self, city, plan):
        decide_end(city, ask_to_end(city, plan))
        with pytest.raises(FundsPlanClosed, match=r"重新申请用款.*收到不明来款"):
            allot(city, plan, "1.00")

    def test_a_refusal_says_why_and_leaves_the_plan(self, city, plan):
        closing = ask_to_end(city, plan)
        with pytest.raises(signatures.OpinionMissing):
            decide_end(city, closing, Decision.REFUSE)
        refused = decide_end(city, closing, Decision.REFUSE, "财政局尚未定案")
        assert refused.state == "REFUSED"
        assert short() == set()
        assert allot(city, plan, "11000.00").state == "ALLOTTED"
        told = Notice.objects.filter(recipient=city.actor("FACC").user_id, text__contains="未批准")
        assert told.exists()

    def test_who_decides_is_the_head_of_finance_and_decides_once(self, city, plan):
        closing = ask_to_end(city, plan)
        for other in ("FACC", "FCHK", "HEAD"):
            with pytest.raises(DutyNotHeld):
                decide_end(city, closing, post=other)
        with pytest.raises(signatures.ContentChanged):
            decide_end(city, closing, seen="a" * 64)
        with pytest.raises(service.PlanClosingDecided):
            decide_end(city, closing, Decision.RETURN, "退回")
        decide_end(city, closing)
        with pytest.raises(service.PlanClosingDecided):
            decide_end(city, closing, Decision.REFUSE, "x")
        with pytest.raises(FundsPlanNotWaiting):
            sign(city, plan)

    @pytest.mark.parametrize(("amount", "state"), [("1.00", "REQUESTED"), ("11000.00", "ALLOTTED")])
    def test_an_allotment_in_between_has_it_applied_for_anew(self, city, plan, amount, state):
        closing = ask_to_end(city, plan)
        allot(city, plan, amount)
        with pytest.raises(service.PlanFiguresMoved):
            decide_end(city, closing)
        assert decide_end(city, closing, Decision.REFUSE, "金额已变").state == "REFUSED"
        assert FundsUsePlan.objects.get(pk=plan.pk).state == state


class TestWhatTheDatabaseRefuses:
    def insert(self, city, plan, **changes):
        """Insert an application behind the services' back, like one that was made before."""
        like = decide_end(city, ask_to_end(city, plan), Decision.REFUSE, "样本")
        values = {"state": "'WAITING'", "decided_at": "NULL"} | changes
        names = [f.column for f in FundsPlanClosing._meta.fields if f.column != "id"]
        columns = ", ".join(values.get(name, name) for name in names)
        return refused_by(
            f"INSERT INTO funds_fundsplanclosing ({', '.join(names)}) SELECT {columns}"
            " FROM funds_fundsplanclosing WHERE id = %s",
            like.pk,
        )

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"state": "'APPROVED'", "decided_at": "now()"}, "funds_plan_closing_starts_waiting"),
            ({"reason": "''"}, "funds_plan_closing_says_why"),
            ({"document_number": "''"}, "funds_plan_closing_says_why"),
            ({"allotted_amount": "1"}, "funds_plan_closing_as_the_figures_stand"),
            ({"approved_amount": "1"}, "funds_plan_closing_as_the_figures_stand"),
            (
                {"letter_date": "letter_date + 1"},
                "funds_plan_closing_letter_after_the_approval",
            ),
            (
                {"letter_date": "letter_date - 1"},
                "funds_plan_closing_letter_after_the_approval",
            ),
            ({"decided_at": "now()"}, "funds_plan_closing_decided_has_instant"),
        ],
        ids=[
            "approved",
            "reason",
            "number",
            "allotted",
            "approved sum",
            "late",
            "early",
            "decided",
        ],
    )
    def test_an_application_says_what_is_so(self, city, plan, changes, rule):
        assert self.insert(city, plan, **changes) == rule

    def test_one_waits_at_a_time_and_none_for_a_plan_that_awaits_nothing(self, city, plan):
        ask_to_end(city, plan)
        again = (
            "INSERT INTO funds_fundsplanclosing (pool_id, plan_id, reason, document_number,"
            " letter_date, letter_id, approved_amount, allotted_amount, state, content_sha256,"
            " requested_by_id, requested_at) SELECT pool_id, %s, reason, document_number,"
            " letter_date, letter_id, approved_amount, allotted_amount, 'WAITING', content_sha256,"
            " requested_by_id, requested_at FROM funds_fundsplanclosing LIMIT 1"
        )
        assert refused_by(again, plan.pk) == "funds_plan_closing_one_waiting"
        waiting = request(city, 7)
        signed_by_us(city, waiting)
        assert refused_by(again, waiting.pk) == "funds_plan_closing_of_an_approved_plan"

    def approved_by_hand(self, closing):
        return refused_by(
            "UPDATE funds_fundsplanclosing SET state = 'APPROVED', decided_at = requested_at"
            " WHERE id = %s",
            closing.pk,
        )

    def test_two_people_sign_it_and_its_content_stays(self, city, plan):
        closing = ask_to_end(city, plan)
        assert self.approved_by_hand(closing) == "funds_plan_closing_signed_by_two"
        change = "UPDATE funds_fundsplanclosing SET reason = 'x' WHERE id = %s"
        assert refused_by(change, closing.pk) == "funds_plan_closing_never_changes"
        decide_end(city, closing, Decision.REFUSE, "不同意")
        back = "UPDATE funds_fundsplanclosing SET state = 'WAITING', decided_at = NULL"
        assert refused_by(back) == "funds_plan_closing_never_changes"

    def test_who_applied_does_not_decide(self, city, plan):
        closing = ask_to_end(city, plan)
        with pytest.raises(signatures.AlreadySigned):
            signatures.approve(city.actor("FACC"), service.matter_of(closing), "DECIDE", NOW)

    def signed(self, city, closing):
        """Sign an application as the head of finance, and leave the rest undone."""
        signatures.approve(city.actor("FHEAD"), service.matter_of(closing), "DECIDE", NOW)

    def test_an_allotment_in_between_stops_it(self, city, plan):
        closing = ask_to_end(city, plan)
        self.signed(city, closing)
        allot(city, plan, "1.00")
        assert self.approved_by_hand(closing) == "funds_plan_closing_as_the_figures_stand"
        allot(city, plan, "10999.00", "财拨字002")
        assert self.approved_by_hand(closing) == "funds_plan_closing_of_an_approved_plan"

    def test_a_plan_closes_only_as_applied_for_and_within_its_means(self, city, plan):
        """6,000.00 allotted reach East's 6,000; a line less or more is not what the money says."""
        allot(city, plan, "6000.00")
        move = "UPDATE funds_fundsuseplan SET state = 'CLOSED' WHERE id = %s"
        shorten = (
            "UPDATE funds_fundsuseplanline SET is_live = false, is_short = true"
            " WHERE source_id = ANY (%s)"
        )
        assert refused_by(move, plan.pk) == "funds_plan_closed_by_two"
        closing = ask_to_end(city, plan)
        assert refused_by(shorten, [2, 3]) == "funds_plan_line_never_changes"
        self.signed(city, closing)
        FundsPlanClosing.objects.update(state="APPROVED", decided_at=NOW)
        assert refused_by(move, plan.pk) == "funds_plan_closed_within_its_means"
        assert refused_by(shorten, [1, 2, 3]) == "funds_plan_line_short_of_money"
        with connection.cursor() as cursor:
            cursor.execute(shorten, [[2, 3]])
            cursor.execute(move, [plan.pk])
        # Closed, nothing moves any more: no line, no figure, no money, no other state.
        assert refused_by(shorten, [1]) == "funds_plan_line_never_changes"
        back = "UPDATE funds_fundsuseplan SET state = 'REQUESTED' WHERE id = %s"
        assert refused_by(back, plan.pk) == "funds_plan_never_changes"
        more = (
            "INSERT INTO funds_fundsallotment (pool_id, plan_id, amount, allotted_date, reference,"
            " recorded_by_id, recorded_at) SELECT pool_id, plan_id, 1, allotted_date, 'y',"
            " recorded_by_id, recorded_at FROM funds_fundsallotment WHERE plan_id = %s"
        )
        assert refused_by(more, plan.pk) == "allotment_of_an_approved_plan"

    def test_part_approval_leaves_nothing_short_that_the_money_reaches(self, city):
        """The same rule where the bureau approves a part: 11,000.00 of 11,184.00."""
        plan = approve(city, request(city), "11000.00", "预算不足")
        assert short() == {2}
        free = "UPDATE funds_fundsuseplanline SET is_live = false, is_short = true WHERE id = %s"
        line = plan.lines.get(is_live=True)
        assert refused_by(free, line.pk) == "funds_plan_line_short_of_money"
