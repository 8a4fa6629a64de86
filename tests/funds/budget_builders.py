"""Budgets for tests: drafted with figures that tie, handed in, signed, answered and confirmed."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.models import Parameter
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.budget_enums import BudgetFactor
from funds.budget_lines import Inputs
from funds.models import Budget
from funds.selectors.books import unemployment_book
from funds.services import budget_beginnings, budget_signing, budgets
from funds.services.budgets import LineEntry
from tests.city import NOW, TODAY

LETTER = Evidence("批复.pdf", "application/pdf", b"%PDF-1.7 letter")
YEAR = 2026
LETTER_COUNT = 5
# 20,000 persons × 5,000.00 × 12 × 1 % × 98 % = 11,760,000.00
PREMIUM = Inputs(Decimal(20000), Decimal("5000.00"), Decimal("0.01"), Decimal("0.98"))
# 3,000 person-months × 1,864.00 = 5,592,000.00
BENEFIT = Inputs(Decimal(3000), Decimal("1864.00"))
MEDICAL = Inputs(Decimal(3000), Decimal("300.00"))  # 900,000.00


def draft(city, year=YEAR, at=NOW, book=None, today=None):
    """Begin an empty draft."""
    return budget_beginnings.draft_budget(
        actor=city.actor("BUDG"), book_id=(book or unemployment_book()).pk, year=year, at=at,
        today=today or at.date(),
    )  # fmt: skip


def set_line(city, budget, line, inputs, explanation="按上年预计执行数测算", estimate="0.00"):
    """Write one line."""
    return budgets.set_line(
        actor=city.actor("BUDG"), budget_id=budget.pk, line=line, at=NOW,
        entry=LineEntry(inputs, Decimal(estimate), explanation),
    )  # fmt: skip


def entered(amount):
    """Return the inputs of a line whose amount is entered."""
    return Inputs(amount=Decimal(amount))


def set_factors(city, budget, factors=tuple(BudgetFactor)):
    """Write the six factors."""
    for factor in factors:
        budgets.set_factor(
            actor=city.actor("BUDG"), budget_id=budget.pk, factor=factor, value="增长3%",
            explanation="按统计公报", at=NOW,
        )  # fmt: skip


def set_targets(city, budget, total="11760000.00"):
    """Give every office a million and the city centre the rest."""
    counties = [office for code, office in city.offices.items() if code != "510400"]
    targets = {office.pk: Decimal("1000000.00") for office in counties}
    rest = Decimal(total) - sum(targets.values())
    targets[city.offices["510400"].pk] = rest
    budgets.set_targets(actor=city.actor("BUDG"), budget_id=budget.pk, targets=targets, at=NOW)


def filled(city, year=YEAR, benefit=BENEFIT, at=NOW, book=None, today=None):
    """Return a draft that may be handed in."""
    budget = draft(city, year, at, book, today)
    set_line(city, budget, "I01", PREMIUM)
    set_line(city, budget, "O011", benefit)
    set_line(city, budget, "O012", MEDICAL)
    set_line(city, budget, "O02", entered("500000.00"))
    set_factors(city, budget)
    set_targets(city, budget)
    return Budget.objects.get(pk=budget.pk)


def hand_in(city, budget, at=NOW):
    """Hand a draft in."""
    return budgets.hand_in_budget(actor=city.actor("BUDG"), budget_id=budget.pk, at=at)


def sign(city, budget, decision=Decision.APPROVE, opinion="", post="HEAD", at=NOW):
    """Sign as the principal head, or try as another post."""
    seen = Budget.objects.get(pk=budget.pk).content_sha256
    return budget_signing.sign_budget(
        actor=city.actor(post), budget_id=budget.pk,
        verdict=Verdict(decision, opinion, at, seen),
    )  # fmt: skip


def letter(city, budget, post="BUDG", at=NOW, day: date = TODAY, **changes):
    """Record the letter the budget waits for."""
    values = {
        "decision": Decision.APPROVE, "opinion": "", "document_number": "攀财社〔2026〕28号",
        "decided_date": day, "scan": LETTER,
    }  # fmt: skip
    return budget_signing.record_letter(
        actor=city.actor(post), budget_id=budget.pk, at=at,
        letter=budget_signing.BudgetLetter(**(values | changes)),
    )  # fmt: skip


def confirm(city, budget, post="FCHK", is_right=True, reason="", at=NOW):
    """Confirm the letter just recorded."""
    return budget_signing.confirm_letter(
        actor=city.actor(post), budget_id=budget.pk, is_right=is_right, reason=reason, at=at
    )


def answered(city, budget, letters=LETTER_COUNT, at=NOW):
    """Hand in, sign, and have so many letters recorded and confirmed."""
    hand_in(city, budget, at)
    budget = sign(city, budget, at=at)
    for _ in range(letters):
        letter(city, budget, at=at, day=at.date())
        budget = confirm(city, budget, at=at)
    return budget


def approved(city, year=YEAR, benefit=BENEFIT, at=NOW):
    """Return a budget in force."""
    return answered(city, filled(city, year, benefit, at), at=at)


def required_from(city, year):
    """Let the pool need an approved budget from this year on."""
    Parameter.objects.create(
        pool=city.pool, code="budget_required_from_year", value=year,
        valid_from=date(year, 1, 1), source="市级通知",
    )  # fmt: skip
