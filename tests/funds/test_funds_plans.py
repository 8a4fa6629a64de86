"""Funds-use plans: asked for by one, signed by another, allotted within the plan."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing, Verdict
from common.db import violated_constraint
from funds.enums import BusinessEvent, FundsPlanState
from funds.models import FundsUsePlan, FundsUsePlanLine, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.funds_plans import get_funds_plan, list_planned_source_ids
from funds.services import funds_plans
from funds.services.funds_plans import FundsNeed
from tests.city import NOW, TODAY, found_city

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)


@pytest.fixture
def city():
    return found_city()


def request(city, *sources: int, post: str = "FACC") -> FundsUsePlan:
    needs = [
        FundsNeed(city.offices["510402"].pk, "B01", source, f"P{source}", 3, Decimal("5592.00"))
        for source in sources or (1, 2)
    ]
    return funds_plans.request_funds(
        actor=city.actor(post), book_id=unemployment_book().pk, month=MONTH, needs=needs, at=NOW
    )


def sign(city, plan, decision=Decision.APPROVE, opinion="", post="FHEAD"):
    verdict = Verdict(decision, opinion, NOW, plan.content_sha256)
    return funds_plans.sign_funds_plan(actor=city.actor(post), plan_id=plan.pk, verdict=verdict)


def allot(city, plan, amount="11184.00", reference="财拨字001"):
    return funds_plans.record_allotment(
        actor=city.actor("FACC"), plan_id=plan.pk, amount=Decimal(amount),
        allotted_date=TODAY, reference=reference, at=NOW,
    )  # fmt: skip


class TestRequest:
    def test_a_request_sums_its_plans_and_takes_the_next_number(self, city):
        first, second = request(city), request(city, 3)
        assert (first.number, second.number) == ("YK510400202611001", "YK510400202611002")
        assert first.total_amount == Decimal("11184.00")
        assert list_planned_source_ids() == {1, 2, 3}

    def test_a_plan_is_asked_for_once(self, city):
        request(city, 1)
        with pytest.raises(funds_plans.SourceAlreadyRequested):
            request(city, 1, 2)
        assert list_planned_source_ids() == {1}

    def test_an_empty_request_is_refused(self, city):
        with pytest.raises(funds_plans.NothingToRequest):
            funds_plans.request_funds(
                actor=city.actor("FACC"), book_id=1, month=MONTH, needs=[], at=NOW
            )

    def test_only_the_accountant_asks(self, city):
        with pytest.raises(DutyNotHeld):
            request(city, post="FHEAD")


class TestSigning:
    def test_the_head_of_finance_signs_and_the_city_asks(self, city):
        assert sign(city, request(city)).state == FundsPlanState.REQUESTED

    def test_a_refused_plan_frees_its_sources(self, city):
        plan = request(city)
        with pytest.raises(OpinionMissing):
            sign(city, plan, Decision.RETURN)
        assert sign(city, plan, Decision.RETURN, "金额待核").state == FundsPlanState.RETURNED
        assert list_planned_source_ids() == frozenset()
        assert request(city).number == "YK510400202611002"

    def test_nobody_else_signs_and_nobody_twice(self, city):
        plan = request(city)
        with pytest.raises(DutyNotHeld):
            sign(city, plan, post="FACC")
        sign(city, plan)
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            sign(city, plan)


class TestAllotment:
    def test_an_allotment_drafts_its_voucher(self, city):
        plan = request(city)
        sign(city, plan)
        allotted = allot(city, plan, "10000.00")
        assert (allotted.state, allotted.allotted_amount) == ("ALLOTTED", Decimal("10000.00"))
        voucher = Voucher.objects.get(event=BusinessEvent.ALLOTMENT)
        lines = [(x.account.code, x.debit, x.credit) for x in voucher.lines.order_by("position")]
        assert lines == [
            ("1004", Decimal("10000.00"), Decimal(0)), ("100301", Decimal(0), Decimal("10000.00")),
        ]  # fmt: skip
        sheet = get_funds_plan(actor=city.actor("FACC"), plan_id=plan.pk)
        assert [v.id for v in sheet.vouchers] == [voucher.pk]

    @pytest.mark.parametrize(
        ("amount", "reference", "refusal"),
        [
            ("11184.01", "x", funds_plans.AllotmentAbovePlan),
            ("0.00", "x", funds_plans.AllotmentInvalid),
            ("1.001", "x", funds_plans.AllotmentInvalid),
            ("1.00", " ", funds_plans.AllotmentInvalid),
        ],
        ids=["above", "zero", "three decimals", "no reference"],
    )
    def test_an_odd_allotment_is_refused(self, city, amount, reference, refusal):
        plan = request(city)
        sign(city, plan)
        with pytest.raises(refusal):
            allot(city, plan, amount, reference)

    def test_an_unsigned_plan_gets_no_money(self, city):
        with pytest.raises(funds_plans.FundsPlanNotWaiting):
            allot(city, request(city))


class TestWhatTheDatabaseRefuses:
    def refused_by(self, statement, *parameters) -> str | None:
        with (
            pytest.raises(DatabaseError) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, parameters)
        return violated_constraint(caught.value)

    def test_a_plan_is_not_sent_without_two_signatures(self, city):
        plan = request(city)
        rule = self.refused_by(
            "UPDATE funds_fundsuseplan SET state = 'REQUESTED' WHERE id = %s", plan.pk
        )
        assert rule == "funds_plan_signed_by_two"

    @pytest.mark.parametrize("change", ["total_amount = 1", "number = 'x'", "month = '2026-10-01'"])
    def test_a_plan_never_changes(self, city, change):
        plan = request(city)
        rule = self.refused_by(f"UPDATE funds_fundsuseplan SET {change} WHERE id = %s", plan.pk)
        assert rule == "funds_plan_never_changes"

    def test_its_lines_never_change_nor_come_back_nor_join_later(self, city):
        plan = request(city)
        line = plan.lines.first()
        rule = self.refused_by(
            "UPDATE funds_fundsuseplanline SET amount = 1 WHERE id = %s", line.pk
        )
        assert rule == "funds_plan_line_never_changes"
        sign(city, plan, Decision.RETURN, "退回")
        rule = self.refused_by(
            "UPDATE funds_fundsuseplanline SET is_live = true WHERE id = %s", line.pk
        )
        assert rule == "funds_plan_line_never_changes"
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            FundsUsePlanLine.objects.create(
                pool_id=plan.pool_id, plan=plan, organisation_id=line.organisation_id,
                item_code="B01", source_id=99, source_number="x", line_count=1, amount=1,
            )  # fmt: skip
        assert violated_constraint(caught.value) == "funds_plan_line_never_changes"

    def test_a_plan_does_not_start_signed(self, city):
        plan = request(city)
        plan.pk, plan.number, plan.state = None, "x", FundsPlanState.REQUESTED
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            plan.save()
        assert violated_constraint(caught.value) == "funds_plan_starts_unsigned"
