"""What is signed for payment stays within the budget of its year, line by line."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import Signature
from common.db import violated_constraint
from funds.budget_enums import BudgetCause
from funds.enums import FundsPlanState
from funds.selectors.books import unemployment_book
from funds.services import budget_beginnings
from funds.services.budget_limits import AboveBudget, AboveLastYear, BudgetNotApproved
from funds.services.founding import open_periods
from funds.statement_lines import INCOME
from tests.funds import budget_builders as build
from tests.funds.builders import credit, debit, posted
from tests.funds.plan_builders import ask_in_full, need, sign

pytestmark = pytest.mark.django_db

# Budget of 失业保险金支出: 3,000 × 1,864.00 = 5,592,000.00.
MOST = "5592000.00"


def signed(city, amount, source=1, item="B01", month=date(2026, 11, 1)):
    """Ask for an amount and sign as the head of finance; it waits for the principal head."""
    plan = ask_in_full(city, need(city, source, amount, item=item), month=month)
    return sign(city, plan)


def head_signs(city, plan):
    return sign(city, plan, post="HEAD")


def spent(city, amount, day=date(2026, 10, 12), account="500101"):
    """Post an expenditure that came from no plan."""
    posted(city, debit(account, amount), credit("1004", amount), day=day)


class TestWithinTheBudget:
    def test_a_plan_may_use_a_line_up_to_its_budget_and_not_a_cent_more(self, city):
        build.approved(city)
        with pytest.raises(AboveBudget) as caught:
            head_signs(city, signed(city, "5592000.01"))
        assert caught.value.message == (
            "“（一）失业保险金支出”超出0.01元：全年预算5,592,000.00元，已支出0.00元，"
            "已核准未支付0.00元，本计划5,592,000.01元。请先由预算岗调整预算，批准后再签发"
        )
        assert head_signs(city, signed(city, MOST, source=2)).state == FundsPlanState.HR

    def test_a_refused_plan_carries_no_signature_of_the_head(self, city):
        build.approved(city)
        plan = signed(city, "5592000.01")
        with pytest.raises(AboveBudget):
            head_signs(city, plan)
        assert not Signature.objects.filter(
            subject_kind="FUNDS_PLAN", subject_id=plan.pk, step="PRINCIPAL"
        ).exists()

    def test_what_is_posted_and_what_is_approved_count_too(self, city):
        """5,592,000 − 1,000 posted − 500 approved and unpaid leave 5,590,500."""
        spent(city, "1000")
        build.approved(city)
        head_signs(city, signed(city, "500.00"))
        with pytest.raises(AboveBudget):
            head_signs(city, signed(city, "5590500.01", source=2))
        assert head_signs(city, signed(city, "5590500.00", source=3)).state == FundsPlanState.HR

    def test_each_line_has_its_own_budget(self, city):
        """900,000 of medical premiums are budgeted, whatever the benefits leave."""
        build.approved(city)
        with pytest.raises(AboveBudget) as caught:
            head_signs(city, signed(city, "900000.01", item="B02"))
        assert "基本医疗保险费" in caught.value.message
        assert head_signs(city, signed(city, "900000.00", 2, "B02")).state == FundsPlanState.HR

    def test_the_remedy_is_an_adjustment(self, city):
        old = build.approved(city)
        plan = signed(city, "5592000.01")
        with pytest.raises(AboveBudget):
            head_signs(city, plan)
        new = budget_beginnings.adjust_budget(
            actor=city.actor("BUDG"), budget_id=old.pk, cause=BudgetCause.MORE_EXPENDITURE,
            reason="失业人数增加", at=build.NOW,
        )  # fmt: skip
        more = build.Inputs(Decimal(3001), Decimal("1864.00"))
        build.set_line(city, new, "O011", more)
        with pytest.raises(AboveBudget):  # a draft allows nothing yet
            head_signs(city, plan)
        build.answered(city, new)
        assert head_signs(city, plan).state == FundsPlanState.HR

    def test_the_database_refuses_it_behind_the_service(self, city):
        build.approved(city)
        plan = signed(city, "5592000.01")
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            connection.cursor().execute(
                "UPDATE funds_fundsuseplan SET state = 'HR' WHERE id = %s", [plan.pk]
            )
        assert violated_constraint(caught.value) == "funds_plan_within_budget"


class TestWithoutBudget:
    def test_before_the_year_that_needs_one_nothing_is_stopped(self, city):
        assert head_signs(city, signed(city, "9999999.99")).state == FundsPlanState.HR

    def test_after_the_first_quarter_nothing_is_signed_without_one(self, city):
        build.required_from(city, 2026)
        with pytest.raises(BudgetNotApproved):
            head_signs(city, signed(city, "1.00", month=date(2026, 4, 1)))
        build.approved(city)
        assert head_signs(city, signed(city, "1.00", 2)).state == FundsPlanState.HR

    def test_in_the_first_quarter_last_years_same_months_are_the_limit(self, city):
        """Last year January and February spent 300, March 700: up to February 300 is the limit."""
        open_periods(book=unemployment_book(), first_month=date(2025, 1, 1), months=12)
        spent(city, "300", day=date(2025, 2, 3))
        spent(city, "700", day=date(2025, 3, 3))
        spent(city, "100", day=date(2026, 1, 5))
        build.required_from(city, 2026)
        february = date(2026, 2, 1)
        with pytest.raises(AboveLastYear) as caught:
            head_signs(city, signed(city, "200.01", month=february))
        assert "上年同期执行数300.00元，已支出100.00元" in caught.value.message
        assert head_signs(city, signed(city, "200.00", 2, month=february)).state == "HR"


def test_the_database_maps_accounts_to_lines_as_the_statement_does(city):
    with connection.cursor() as cursor:
        for line in INCOME:
            for account in line.accounts:
                if not line.plus:
                    cursor.execute("SELECT funds_line_of_account(%s)", [f"{account}01"])
                    assert cursor.fetchone() == (line.code,)
        cursor.execute("SELECT funds_line_of_account('100301')")
        assert cursor.fetchone() == (None,)
