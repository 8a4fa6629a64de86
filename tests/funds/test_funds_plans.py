"""Funds-use plans: asked for, signed by three, answered by two bureaus, allotted within that."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision, SubjectKind
from accounts.models import Parameter
from accounts.permissions import DutyNotHeld
from accounts.services.outside_decisions import (
    LetterMissing,
    Reply,
    ReplyInvalid,
    ReplyReasonMissing,
    record_outside_decision,
)
from accounts.services.signatures import ContentChanged, Matter, OpinionMissing
from common.db import violated_constraint
from funds.demand import FundsDemand, average_paid, payable_by
from funds.enums import BusinessEvent, FundsPlanState
from funds.models import FundsAllotment, FundsUsePlan, FundsUsePlanLine, Voucher
from funds.selectors.funds_plans import list_planned_source_ids
from funds.services import funds_plans
from funds.services.allotments import AllotmentAbovePlan, AllotmentInvalid, AllotmentRecorded
from funds.services.funds_plan_signing import (
    ApprovedAboveAsked,
    LetterScanMissing,
    RecorderTookPart,
    ShortageReasonMissing,
)
from funds.services.posting import AllotmentMissing
from tests.city import NOW, TODAY
from tests.funds.builders import allotted, credit, debit, posted
from tests.funds.plan_builders import (
    LETTER,
    allot,
    answer,
    approve,
    ask,
    need,
    request,
    sign,
    signed_by_us,
)
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


class TestArithmetic:
    def test_asked_is_payments_and_reserve_less_what_is_available(self):
        # Reserve 2 × 3,000.005 → 3,000.01 × 2 = 6,000.02; available 4,000 + 500 − 1,200 = 3,300;
        # asked 10,000 + 6,000.02 − 3,300 = 12,700.02.
        demand = FundsDemand(
            payments=Decimal("10000.00"),
            average_paid=Decimal("3000.01"),
            reserve_months=Decimal(2),
            balance=Decimal("4000.00"),
            expected=Decimal("500.00"),
            promised=Decimal("1200.00"),
        )
        assert demand.reserve == Decimal("6000.02")
        assert demand.available == Decimal("3300.00")
        assert demand.asked == Decimal("12700.02")
        assert replace(demand, balance=Decimal("99999.00")).asked == 0
        # One and a half months of 0.01 are 0.015, half up 0.02.
        small = replace(demand, average_paid=Decimal("0.01"), reserve_months=Decimal("1.5"))
        assert small.reserve == Decimal("0.02")

    def test_the_average_takes_only_months_that_paid(self):
        # (100.00 + 50.01) / 2 = 75.005, half up 75.01; the empty month does not count.
        assert average_paid([Decimal("100.00"), Decimal(0), Decimal("50.01")]) == Decimal("75.01")
        assert average_paid([]) == 0
        assert average_paid([Decimal("-5.00")]) == 0

    def test_part_of_the_money_pays_plans_in_order_as_long_as_it_reaches(self):
        # 100 reaches 60, not then 50, but still 40.
        amounts = [Decimal(60), Decimal(50), Decimal(40)]
        assert payable_by(amounts, Decimal(100)) == [True, False, True]
        assert payable_by(amounts, Decimal(0)) == [False, False, False]


class TestRequest:
    def test_a_request_sums_its_plans_and_takes_the_next_number(self, city):
        first, second = request(city), request(city, 3)
        assert (first.number, second.number) == ("YK510400202611001", "YK510400202611002")
        assert first.payments_amount == Decimal("11184.00")
        assert first.total_amount == Decimal("11184.00")  # no reserve, no balance
        assert list_planned_source_ids() == {1, 2, 3}

    def test_a_second_request_counts_what_the_first_asked_for_and_will_pay(self, city):
        """The first asks 11,184 and pays 11,184: of it nothing is left for the second's 5,592."""
        request(city)
        second = ask(city, need(city, 3), promised="11184.00")
        assert second.expected_amount == Decimal("11184.00")
        assert second.available_amount == 0
        assert second.total_amount == Decimal("5592.00")

    def test_a_plan_is_asked_for_once(self, city):
        request(city, 1)
        with pytest.raises(funds_plans.SourceAlreadyRequested):
            request(city, 1, 2)
        assert list_planned_source_ids() == {1}

    def test_an_empty_request_is_refused(self, city):
        with pytest.raises(funds_plans.NothingToRequest):
            ask(city)

    def test_only_the_accountant_asks(self, city):
        with pytest.raises(DutyNotHeld):
            request(city, post="FHEAD")

    @pytest.mark.parametrize("months", ["0.5", "3"])
    def test_a_reserve_of_less_than_one_or_more_than_two_months_is_refused(self, city, months):
        Parameter.objects.create(
            pool=city.pool, code="reserve_months", value=months, valid_from=TODAY, source="测试"
        )
        with pytest.raises(funds_plans.ReserveOutOfBounds):
            request(city)


class TestSigning:
    def test_it_goes_head_of_finance_principal_head_and_both_bureaus(self, city):
        plan = request(city)
        assert sign(city, plan).state == FundsPlanState.HEAD
        assert sign(city, plan, post="HEAD").state == FundsPlanState.HR
        assert answer(city, plan, "FCHK").state == FundsPlanState.FINANCE
        plan = answer(city, plan, "FACC2")
        assert plan.state == FundsPlanState.REQUESTED
        assert plan.approved_amount == Decimal("11184.00")

    def test_what_is_covered_ends_with_the_principal_head(self, city):
        """A promise below zero stands for money that is there: nothing needs to be asked."""
        plan = ask(city, need(city, 1), promised="-6000.00")
        assert plan.total_amount == 0
        assert signed_by_us(city, plan).state == FundsPlanState.COVERED
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            answer(city, plan)

    def test_nobody_signs_out_of_turn_or_without_the_duty(self, city):
        plan = request(city)
        for post in ("FACC", "HEAD", "FCHK"):
            with pytest.raises(DutyNotHeld):
                sign(city, plan, post=post)
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            answer(city, plan)
        signed_by_us(city, plan)
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            sign(city, plan)
        with pytest.raises(DutyNotHeld):
            answer(city, plan, "FCASH")

    def test_letters_are_recorded_by_two_who_did_nothing_else(self, city):
        plan = request(city)
        signed_by_us(city, plan)
        with pytest.raises(RecorderTookPart):
            answer(city, plan, "FACC")  # prepared it
        answer(city, plan, "FCHK")
        with pytest.raises(RecorderTookPart):
            answer(city, plan, "FCHK")  # recorded the other letter
        assert answer(city, plan, "FACC2").state == FundsPlanState.REQUESTED

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"document_number": " "}, LetterMissing),
            ({"decided_date": TODAY + timedelta(days=1)}, ReplyInvalid),
            ({"decision": Decision.RETURN}, ReplyReasonMissing),
            ({"scan": None}, LetterScanMissing),
            ({"seen_sha256": "b" * 64}, ContentChanged),
        ],
        ids=["no number", "future", "no reason", "no scan", "other content"],
    )
    def test_a_letter_without_its_particulars_is_refused(self, city, changes, refusal):
        plan = request(city)
        signed_by_us(city, plan)
        with pytest.raises(refusal):
            answer(city, plan, **changes)
        assert FundsUsePlan.objects.get(pk=plan.pk).state == FundsPlanState.HR


class TestRefusal:
    @pytest.mark.parametrize("place", range(4))
    def test_whoever_refuses_returns_it_for_a_new_round(self, city, place):
        plan = request(city)
        acts = [
            lambda *refusal: sign(city, plan, *refusal),
            lambda *refusal: sign(city, plan, *refusal, post="HEAD"),
            lambda *refusal: answer(city, plan, "FCHK", *refusal),
            lambda *refusal: answer(city, plan, "FACC2", *refusal),
        ]
        for act in acts[:place]:
            act()
        with pytest.raises((OpinionMissing, ReplyReasonMissing)):
            acts[place](Decision.RETURN)
        assert acts[place](Decision.RETURN, "金额待核").state == FundsPlanState.RETURNED
        assert list_planned_source_ids() == {1, 2}  # they stay with the plan
        again = again_by(city, plan)
        assert (again.state, again.round) == (FundsPlanState.SIGNING, 2)
        assert approve(city, plan).state == FundsPlanState.REQUESTED

    def test_a_new_round_reckons_anew_what_is_left(self, city):
        plan = request(city)
        sign(city, plan, Decision.RETURN, "余额待核")
        # 1,184 of the 11,184 is there by now: 10,000 is asked.
        again = again_by(city, plan, promised="-1184.00")
        assert again.total_amount == Decimal("10000.00")
        assert again.content_sha256 != plan.content_sha256

    def test_a_returned_plan_may_be_withdrawn_and_frees_its_sources(self, city):
        plan = request(city)
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            withdraw(city, plan)
        sign(city, plan, Decision.RETURN, "金额待核")
        with pytest.raises(DutyNotHeld):
            withdraw(city, plan, "FCHK")
        assert withdraw(city, plan).state == FundsPlanState.WITHDRAWN
        assert list_planned_source_ids() == frozenset()
        assert request(city).number == "YK510400202611002"
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            again_by(city, plan)


def again_by(city, plan, post="FACC", promised="0.00"):
    return funds_plans.request_funds_again(
        actor=city.actor(post), plan_id=plan.pk, promised=Decimal(promised), at=NOW
    )


def withdraw(city, plan, post="FACC"):
    return funds_plans.withdraw_funds_plan(actor=city.actor(post), plan_id=plan.pk, at=NOW)


class TestPartApproval:
    def plan(self, city):
        """East 6,000.00 and 3,000.00, Miyi 2,000.00: 11,000.00 in all."""
        return ask(
            city,
            need(city, 1, "6000.00"),
            need(city, 2, "3000.00"),
            need(city, 3, "2000.00", office="510421"),
        )

    def test_what_is_not_reached_is_short_and_may_be_asked_for_again(self, city):
        """8,500 reaches East's 6,000, not then its 3,000, but still Miyi's 2,000."""
        plan = approve(city, self.plan(city), "8500.00", "预算不足")
        assert (plan.total_amount, plan.approved_amount) == (Decimal(11000), Decimal(8500))
        short = FundsUsePlanLine.objects.filter(is_short=True)
        assert [line.source_id for line in short] == [2]
        assert list_planned_source_ids() == {1, 3}
        second = ask(city, need(city, 2, "3000.00"), promised="8000.00")
        # Expected are the approved 8,500, promised 8,000 of it: 500 is left for the 3,000.
        assert second.total_amount == Decimal("2500.00")

    def test_less_needs_a_reason_and_more_is_refused(self, city):
        plan = self.plan(city)
        with pytest.raises(ShortageReasonMissing):
            approve(city, plan, "8500.00")
        for amount in ("11000.01", "0.00", "1.001"):
            with pytest.raises(ApprovedAboveAsked):
                answer(city, plan, "FACC2", amount=Decimal(amount), opinion="x")

    def test_no_more_is_allotted_than_was_approved(self, city):
        plan = approve(city, self.plan(city), "8500.00", "预算不足")
        with pytest.raises(AllotmentAbovePlan):
            allot(city, plan, "8500.01")
        assert allot(city, plan, "8500.00").state == FundsPlanState.ALLOTTED


class TestAllotment:
    def test_no_money_comes_from_the_fiscal_account_without_an_allotment(self, city):
        """The database posts E08 for an allotment that was made, and with its sum."""
        lines = debit("1004", "40"), credit("100301", "40")
        with pytest.raises(AllotmentMissing), transaction.atomic():
            posted(city, *lines, event=BusinessEvent.ALLOTMENT, source_id=10**9)
        another = allotted(city, Decimal(39), TODAY)
        with pytest.raises(AllotmentMissing), transaction.atomic():
            posted(city, *lines, event=BusinessEvent.ALLOTMENT, source_id=another)
        voucher = posted(city, *lines, event=BusinessEvent.ALLOTMENT)
        assert FundsAllotment.objects.get(pk=voucher.source_id).amount == Decimal("40.00")

    def test_each_allotment_drafts_its_voucher(self, city):
        plan = approve(city, request(city))
        first = allot(city, plan, "10000.00")
        assert (first.state, first.allotted_amount) == ("REQUESTED", Decimal("10000.00"))
        with pytest.raises(AllotmentAbovePlan):
            allot(city, plan, "1184.01", "财拨字002")
        with pytest.raises(AllotmentRecorded):
            allot(city, plan, "1184.00")
        second = allot(city, plan, "1184.00", "财拨字002")
        assert (second.state, second.allotted_amount) == ("ALLOTTED", Decimal("11184.00"))
        vouchers = Voucher.objects.filter(event=BusinessEvent.ALLOTMENT).order_by("id")
        lines = [
            [(x.account.code, x.debit, x.credit) for x in voucher.lines.order_by("position")]
            for voucher in vouchers
        ]
        assert lines == [
            [("1004", Decimal(amount), 0), ("100301", 0, Decimal(amount))]
            for amount in ("10000.00", "1184.00")
        ]
        allotments = FundsAllotment.objects.order_by("id")
        assert [v.source_id for v in vouchers] == [a.pk for a in allotments]

    @pytest.mark.parametrize(
        ("amount", "reference", "refusal"),
        [
            ("11184.01", "x", AllotmentAbovePlan),
            ("0.00", "x", AllotmentInvalid),
            ("1.001", "x", AllotmentInvalid),
            ("1.00", " ", AllotmentInvalid),
        ],
        ids=["above", "zero", "three decimals", "no reference"],
    )
    def test_an_odd_allotment_is_refused(self, city, amount, reference, refusal):
        plan = approve(city, request(city))
        with pytest.raises(refusal):
            allot(city, plan, amount, reference)
        with pytest.raises(AllotmentInvalid):
            allot(city, plan, day=TODAY + timedelta(days=1))

    def test_an_unapproved_plan_gets_no_money(self, city):
        plan = request(city)
        signed_by_us(city, plan)
        answer(city, plan)
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            allot(city, plan)


class TestWhatTheDatabaseRefuses:
    def moved_by(self, state, plan, more=""):
        return refused_by(
            f"UPDATE funds_fundsuseplan SET state = %s {more} WHERE id = %s", state, plan.pk
        )

    def test_a_plan_is_not_sent_on_without_its_signatures(self, city):
        plan = request(city)
        assert self.moved_by("HEAD", plan) == "funds_plan_signed_in_order"
        sign(city, plan)
        assert self.moved_by("HR", plan) == "funds_plan_signed_in_order"
        assert self.moved_by("COVERED", plan) == "funds_plan_signed_in_order"
        sign(city, plan, post="HEAD")
        assert self.moved_by("FINANCE", plan) == "funds_plan_answered_by_both_bureaus"
        answer(city, plan)
        more = ", approved_amount = 11184"
        assert self.moved_by("REQUESTED", plan, more) == "funds_plan_answered_by_both_bureaus"

    def letter(self, city, plan, step, recorder, amount=None, opinion=""):
        """Insert a letter behind the services' back."""
        matter = Matter(
            SubjectKind.FUNDS_PLAN,
            plan.pk,
            1,
            plan.content_sha256,
            city.offices["510400"].pk,
        )
        reply = Reply("某局", Decision.APPROVE, opinion, "18号", TODAY, amount=amount, scan=LETTER)
        record_outside_decision(
            actor=city.actor(recorder), matter=matter, step=step, reply=reply, today=TODAY, at=NOW
        )

    def test_a_signer_records_no_letter_and_nobody_both(self, city):
        plan = request(city)
        signed_by_us(city, plan)
        with transaction.atomic():
            self.letter(city, plan, "HR", "FACC")
            refused = self.moved_by("FINANCE", plan)
            assert refused == "funds_plan_letters_recorded_by_others"
            transaction.set_rollback(True)
        plan = answer(city, plan, "FCHK")
        self.letter(city, plan, "FINANCE", "FCHK", Decimal("11184.00"))
        refused = self.moved_by("REQUESTED", plan, ", approved_amount = 11184")
        assert refused == "funds_plan_letters_recorded_by_others"

    @pytest.mark.parametrize(
        ("written", "kept", "opinion"),
        [("9000.00", "11184.00", "x"), ("9000.00", "9000.00", "")],
        ids=["other than the letter", "less without a reason"],
    )
    def test_approved_is_what_the_letter_says(self, city, written, kept, opinion):
        plan = request(city)
        signed_by_us(city, plan)
        plan = answer(city, plan, "FCHK")
        self.letter(city, plan, "FINANCE", "FACC2", Decimal(written), opinion)
        refused = self.moved_by("REQUESTED", plan, f", approved_amount = {kept}")
        assert refused == "funds_plan_approved_as_its_letter_says"

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ("total_amount = 1", "funds_plan_never_changes"),
            ("number = 'x'", "funds_plan_never_changes"),
            ("month = '2026-10-01'", "funds_plan_never_changes"),
            ("balance_amount = 5", "funds_plan_never_changes"),
            ("round = 2", "funds_plan_never_changes"),
            ("approved_amount = 5", "funds_plan_never_changes"),
        ],
    )
    def test_a_plan_never_changes(self, city, change, rule):
        plan = request(city)
        assert rule == refused_by(f"UPDATE funds_fundsuseplan SET {change} WHERE id = %s", plan.pk)

    def test_a_new_round_still_asks_need_less_means(self, city):
        plan = request(city)
        sign(city, plan, Decision.RETURN, "退回")
        more = ", round = 2, total_amount = 5, content_sha256 = repeat('a', 64)"
        assert self.moved_by("SIGNING", plan, more) == "funds_plan_asks_need_less_means"

    def test_more_than_asked_is_not_approved(self, city):
        plan = request(city)
        signed_by_us(city, plan)
        plan = answer(city, plan, "FCHK")
        self.letter(city, plan, "FINANCE", "FACC2", Decimal("11184.01"), "x")
        refused = self.moved_by("REQUESTED", plan, ", approved_amount = 11184.01")
        assert refused == "funds_plan_approved_within_asked"

    def test_allotments_come_to_no_more_than_was_approved(self, city):
        plan = approve(city, request(city), "9000.00", "预算不足")
        allot(city, plan, "8000.00")
        insert = (
            "INSERT INTO funds_fundsallotment (pool_id, plan_id, amount, allotted_date, reference,"
            " recorded_by_id, recorded_at) SELECT pool_id, id, %s, '2026-11-02', 'y',"
            f" {city.actor('FACC').user_id}, now() FROM funds_fundsuseplan WHERE id = %s"
        )
        assert refused_by(insert, "1000.01", plan.pk) == "funds_plan_allotment_within_plan"
        with connection.cursor() as cursor:
            cursor.execute(insert, ["1000.00", plan.pk])
        # The plan still says 8,000: it neither ends nor says anything else than its allotments.
        assert self.moved_by("ALLOTTED", plan) == "funds_plan_allotted_ties"
        allotment = FundsAllotment.objects.first()
        rule = refused_by("UPDATE funds_fundsallotment SET amount = 1 WHERE id = %s", allotment.pk)
        assert rule == "permission denied for table funds_fundsallotment"
        waiting = request(city, 7)
        rule = refused_by(insert, "1.00", waiting.pk)
        assert rule == "allotment_of_an_approved_plan"

    def test_its_lines_never_change_nor_come_back_nor_join_later(self, city):
        plan = request(city)
        line = plan.lines.first()
        change = "UPDATE funds_fundsuseplanline SET {} WHERE id = %s".format
        rule = "funds_plan_line_never_changes"
        assert refused_by(change("amount = 1"), line.pk) == rule
        assert refused_by(change("is_live = false, is_short = true"), line.pk) == rule
        sign(city, plan, Decision.RETURN, "退回")
        withdraw(city, plan)
        assert refused_by(change("is_live = true"), line.pk) == rule
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            FundsUsePlanLine.objects.create(
                pool_id=plan.pool_id, plan=plan, organisation_id=line.organisation_id,
                item_code="B01", source_id=99, source_number="x", line_count=1, amount=1,
            )  # fmt: skip
        assert violated_constraint(caught.value) == rule

    def test_a_plan_does_not_start_signed(self, city):
        plan = request(city)
        plan.pk, plan.number, plan.state = None, "x", FundsPlanState.HEAD
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            plan.save()
        assert violated_constraint(caught.value) == "funds_plan_starts_unsigned"
