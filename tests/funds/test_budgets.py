"""Budgets: computed by formula, complete before signed, through their chain, then in force."""

from decimal import Decimal

import pytest
from django.db import connection

from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import OpinionMissing
from funds.budget_enums import BudgetCause, BudgetFactor, BudgetState
from funds.budget_lines import Inputs, amount_of, with_sums
from funds.models import BudgetLine
from funds.selectors.books import unemployment_book
from funds.selectors.budgets import budget_in_force, office_income_targets
from funds.services import budget_beginnings, budget_signing, budgets
from tests.city import NOW
from tests.funds import budget_builders as build
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db


class TestArithmetic:
    def test_premiums_are_persons_times_base_times_twelve_times_rates(self):
        assert amount_of("I01", build.PREMIUM) == Decimal("11760000.00")
        # 1 × 0.10 × 12 × 0.01 × 0.625 = 0.0075, half up 0.01.
        small = Inputs(Decimal(1), Decimal("0.10"), Decimal("0.01"), Decimal("0.625"))
        assert amount_of("I01", small) == Decimal("0.01")

    def test_benefits_are_person_months_times_the_standard(self):
        assert amount_of("O011", build.BENEFIT) == Decimal("5592000.00")

    def test_sums_are_those_of_the_income_and_expenditure_statement(self):
        amounts = {"I01": Decimal(100), "I03": Decimal(5), "O011": Decimal(40), "O015": Decimal(2),
                   "O02": Decimal(10)}  # fmt: skip
        found = with_sums(amounts)
        assert (found["I00"], found["O01"], found["O00"], found["S00"]) == (105, 42, 52, 53)


class TestDraft:
    def test_a_draft_adds_up_its_lines(self, city):
        budget = build.filled(city)
        assert budget.income_amount == Decimal("11760000.00")
        # 5,592,000 + 900,000 + 500,000
        assert budget.expenditure_amount == Decimal("6992000.00")
        assert budget.closing_amount == Decimal("4768000.00")

    def test_only_the_budget_post_drafts(self, city):
        with pytest.raises(DutyNotHeld):
            budget_beginnings.draft_budget(
                actor=city.actor("FACC"), book_id=unemployment_book().pk, year=2026, at=NOW,
                today=NOW.date(),
            )  # fmt: skip

    def test_one_budget_of_a_year_is_made_at_a_time(self, city):
        build.draft(city)
        with pytest.raises(budget_beginnings.BudgetInWork):
            build.draft(city)
        assert build.draft(city, 2027).version == 1

    def test_a_withdrawn_draft_makes_room_for_another(self, city):
        first = build.draft(city)
        budgets.withdraw_budget(actor=city.actor("BUDG"), budget_id=first.pk, at=NOW)
        assert build.draft(city).version == 2

    @pytest.mark.parametrize("year", [2025, 2028])
    def test_only_this_year_and_the_next_are_budgeted(self, city, year):
        with pytest.raises(budget_beginnings.BudgetYearUnknown):
            build.draft(city, year)

    def test_an_entered_amount_needs_its_explanation(self, city):
        budget = build.draft(city)
        with pytest.raises(budgets.LineUnexplained):
            build.set_line(city, budget, "O02", build.entered("1.00"), explanation=" ")
        build.set_line(city, budget, "O02", build.entered("0.00"), explanation="")

    def test_an_amount_above_the_cap_is_refused(self, city):
        huge = Inputs(Decimal(999_999_999), Decimal("999999999.99"), Decimal(1), Decimal(1))
        with pytest.raises(budgets.BudgetAmountTooLarge):
            build.set_line(city, build.draft(city), "I01", huge)

    def test_the_database_refuses_an_amount_that_is_not_its_formula(self, city):
        budget = build.filled(city)
        for line in ("I01", "O011"):
            statement = "UPDATE funds_budgetline SET amount = amount + 0.01 WHERE line = %s"
            assert refused_by(statement, line) == "budget_line_is_its_formula"
        statement = "UPDATE funds_budgetline SET quantity = NULL WHERE line = 'I01'"
        assert refused_by(statement) == "budget_line_is_its_formula"
        assert BudgetLine.objects.get(budget=budget, line="I01").amount == Decimal("11760000.00")


class TestHandingIn:
    def test_a_complete_draft_goes_to_the_principal_head(self, city):
        assert build.hand_in(city, build.filled(city)).state == BudgetState.HEAD

    def test_a_draft_without_one_of_the_six_factors_is_refused(self, city):
        budget = build.draft(city)
        build.set_line(city, budget, "I01", build.PREMIUM)
        build.set_targets(city, budget)
        build.set_factors(city, budget, tuple(BudgetFactor)[:5])
        with pytest.raises(budgets.FactorsMissing):
            build.hand_in(city, budget)
        build.set_factors(city, budget, tuple(BudgetFactor)[5:])
        assert build.hand_in(city, budget).state == BudgetState.HEAD

    def test_targets_that_do_not_add_up_to_the_premiums_are_refused(self, city):
        budget = build.filled(city)
        build.set_targets(city, budget, "11759999.99")
        with pytest.raises(budgets.TargetsDiffer):
            build.hand_in(city, budget)

    def test_more_expenditure_than_income_and_opening_balance_is_refused(self, city):
        """11,760,000 of income pay 11,760,000, not a cent more, without an opening balance."""
        budget = build.filled(city)
        rest = Decimal("5268000.00")  # 11,760,000 − 5,592,000 − 900,000
        build.set_line(city, budget, "O02", build.entered(rest + Decimal("0.01")))
        with pytest.raises(budgets.BudgetOutOfBalance):
            build.hand_in(city, budget)
        build.set_line(city, budget, "O02", build.entered(rest))
        assert build.hand_in(city, budget).closing_amount == 0

    def test_an_opening_balance_may_pay_a_deficit_of_the_year(self, city):
        budget = build.filled(city)
        build.set_line(city, budget, "O02", build.entered("6000000.00"))
        budgets.set_opening(
            actor=city.actor("BUDG"), budget_id=budget.pk, amount=Decimal("732000.00"), at=NOW
        )
        assert build.hand_in(city, budget).closing_amount == 0

    def test_the_database_refuses_totals_that_do_not_tie(self, city):
        budget = build.filled(city)
        statement = (
            "UPDATE funds_budget SET income_amount = income_amount + 1,"
            " closing_amount = closing_amount + 1 WHERE id = %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [budget.pk])
        # The service signs what stands; the database does not let it go on.
        with pytest.raises(budgets.BudgetIncomplete):
            build.hand_in(city, budget)

    def test_a_handed_in_budget_no_longer_changes(self, city):
        budget = build.hand_in(city, build.filled(city))
        with pytest.raises(budgets.BudgetNotWaiting):
            build.set_line(city, budget, "O02", build.entered("1.00"))
        for table in ("budgetline", "budgettarget"):
            statement = f"UPDATE funds_{table} SET amount = amount WHERE budget_id = %s"
            assert refused_by(statement, budget.pk) == "budget_changes_as_a_draft"
        statement = (
            "UPDATE funds_budget SET opening_amount = 1, closing_amount = closing_amount + 1"
        )
        assert refused_by(statement) == "budget_changes_as_a_draft"


class TestChain:
    def test_five_confirmed_letters_put_a_budget_into_force(self, city):
        budget = build.filled(city)
        build.hand_in(city, budget)
        states = [build.sign(city, budget).state]
        for _ in range(build.LETTER_COUNT):
            build.letter(city, budget)
            states.append(build.confirm(city, budget).state)
        assert states == ["TAX", "HR", "FINANCE", "JOINT", "SUBMITTED", "APPROVED"]
        assert budget_in_force(unemployment_book().pk, 2026).pk == budget.pk

    def test_targets_of_offices_are_read_from_the_budget_in_force(self, city):
        budget = build.answered(city, build.filled(city), letters=4)
        book = unemployment_book()
        assert office_income_targets(book, 2026) == {}
        build.letter(city, budget)
        build.confirm(city, budget)
        targets = office_income_targets(book, 2026)
        assert targets[city.offices["510402"].pk] == Decimal("1000000.00")
        assert sum(targets.values()) == Decimal("11760000.00")
        assert office_income_targets(book, 2027) == {}

    def test_the_head_signs_and_no_other(self, city):
        budget = build.hand_in(city, build.filled(city))
        with pytest.raises(DutyNotHeld):
            build.sign(city, budget, post="FHEAD")
        with pytest.raises(OpinionMissing):
            build.sign(city, budget, Decision.RETURN)
        assert build.sign(city, budget, Decision.RETURN, "收入偏低").state == BudgetState.RETURNED

    def test_a_letter_counts_when_another_has_confirmed_it(self, city):
        budget = build.answered(city, build.filled(city), letters=0)
        build.letter(city, budget)
        with pytest.raises(budget_signing.LetterAwaitsConfirmation):
            build.letter(city, budget)
        assert (
            refused_by("UPDATE funds_budget SET state = 'HR' WHERE id = %s", budget.pk)
            == "budget_letters_confirmed_by_another"
        )
        with pytest.raises(DutyNotHeld):
            build.confirm(city, budget, post="BUDG")
        assert build.confirm(city, budget).state == BudgetState.HR

    def test_nothing_is_confirmed_before_it_is_recorded(self, city):
        budget = build.answered(city, build.filled(city), letters=1)
        with pytest.raises(budget_signing.NoLetterToConfirm):
            build.confirm(city, budget)

    def test_no_step_is_skipped(self, city):
        budget = build.answered(city, build.filled(city), letters=1)
        statement = "UPDATE funds_budget SET state = %s WHERE id = %s"
        assert refused_by(statement, "FINANCE", budget.pk) == "budget_answered_in_order"
        assert refused_by(statement, "HEAD", budget.pk) == "state_transition_known"

    def test_a_letter_is_not_dated_before_the_one_it_follows(self, city):
        budget = build.answered(city, build.filled(city), letters=1)
        with pytest.raises(budget_signing.LetterDatedBefore):
            build.letter(city, budget, day=NOW.date().replace(day=1))
        build.letter(city, budget)

    def test_a_letter_without_its_scan_is_refused(self, city):
        budget = build.answered(city, build.filled(city), letters=0)
        with pytest.raises(budget_signing.LetterUnscanned):
            build.letter(city, budget, scan=None)

    def test_a_refusing_letter_returns_the_budget_and_a_new_round_begins(self, city):
        budget = build.answered(city, build.filled(city), letters=2)
        build.letter(city, budget, decision=Decision.RETURN, opinion="支出增长过快")
        budget = build.confirm(city, budget)
        assert budget.state == BudgetState.RETURNED
        budget = budgets.take_up_again(actor=city.actor("BUDG"), budget_id=budget.pk, at=NOW)
        assert (budget.state, budget.round) == ("DRAFT", 2)
        build.set_line(city, budget, "O02", build.entered("400000.00"))
        assert build.answered(city, budget).state == BudgetState.APPROVED

    def test_a_wrong_record_returns_the_budget(self, city):
        budget = build.answered(city, build.filled(city), letters=0)
        build.letter(city, budget)
        with pytest.raises(budget_signing.ConfirmationReasonMissing):
            build.confirm(city, budget, is_right=False)
        budget = build.confirm(city, budget, is_right=False, reason="文号不符")
        assert budget.state == BudgetState.RETURNED


class TestAdjustment:
    def adjusted(self, city, old):
        return budget_beginnings.adjust_budget(
            actor=city.actor("BUDG"), budget_id=old.pk, cause=BudgetCause.MORE_EXPENDITURE,
            reason="失业人数增加", at=NOW,
        )  # fmt: skip

    def test_the_older_version_stays_in_force_until_the_newer_is_approved(self, city):
        old = build.approved(city)
        new = self.adjusted(city, old)
        build.set_line(city, new, "O02", build.entered("600000.00"))
        new = build.answered(city, new, letters=4)
        assert budget_in_force(old.book_id, 2026).pk == old.pk
        build.letter(city, new)
        build.confirm(city, new)
        assert budget_in_force(old.book_id, 2026).pk == new.pk
        old.refresh_from_db()
        assert old.state == BudgetState.REPLACED
        # 6,992,000 + 100,000
        assert budget_in_force(old.book_id, 2026).expenditure_amount == Decimal("7092000.00")

    def test_an_adjustment_says_its_cause_and_reason(self, city):
        old = build.approved(city)
        for cause, reason in ((BudgetCause.NONE, "增加"), (BudgetCause.LESS_INCOME, " ")):
            with pytest.raises(budget_beginnings.BudgetCauseMissing):
                budget_beginnings.adjust_budget(
                    actor=city.actor("BUDG"), budget_id=old.pk, cause=cause, reason=reason, at=NOW
                )

    def test_only_a_budget_in_force_is_adjusted_once_at_a_time(self, city):
        with pytest.raises(budgets.BudgetNotWaiting):
            self.adjusted(city, build.draft(city, 2027))
        old = build.approved(city)
        self.adjusted(city, old)
        with pytest.raises(budget_beginnings.BudgetInWork):
            self.adjusted(city, old)

    def test_a_version_in_force_never_gives_way_to_nothing(self, city):
        old = build.approved(city)
        statement = (
            "UPDATE funds_budget SET state = 'REPLACED' WHERE id = %s;SET CONSTRAINTS ALL IMMEDIATE"
        )
        assert refused_by(statement, old.pk) == "budget_replaced_by_an_approved_one"
