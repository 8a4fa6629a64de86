"""The demo's budgets: this year's in force, next year's being drafted."""

from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from config.demo.papers import demo_paper
from config.demo.story import Story
from funds.budget_enums import BudgetFactor
from funds.budget_lines import Inputs
from funds.models import Budget
from funds.selectors.books import unemployment_book
from funds.selectors.budget_figures import year_actuals
from funds.services import budget_beginnings, budget_signing, budgets
from funds.services.budgets import LineEntry
from funds.workflows import BUDGET_LETTERS

BASE, RATE, COLLECTION = Decimal("5000.00"), Decimal("0.01"), Decimal("0.98")
PER_RECIPIENT = Decimal("21000.00")  # what the former offices handed over
STANDARD, MEDICAL = Decimal("1864.00"), Decimal("372.80")
PERSON_MONTHS = 12  # budgeted for each recipient of the demo
LAST_MONTH_DAY = 26
WHOLE = 10_000  # yuan
FACTORS = {
    BudgetFactor.ECONOMY: ("地区生产总值增长6%", "经济平稳，用工需求略增，收入小幅增长"),
    BudgetFactor.LAST_EXECUTION: ("收入完成99%", "以上年预计执行数为基数"),
    BudgetFactor.RATE_CHANGE: ("维持1%", "阶段性降低费率政策延续"),
    BudgetFactor.WAGE_GROWTH: ("平均工资增长5%", "缴费基数相应提高"),
    BudgetFactor.EMPLOYMENT: ("登记失业率3.6%", "领取人数与上年基本持平"),
    BudgetFactor.COVERAGE: ("新增参保800人", "按扩面计划测算"),
}


def approve_budget(story: Story) -> None:
    """Have this year's budget drafted, signed and answered before the current month's money."""
    day = story.calendar.day_of(story.calendar.history[-1], LAST_MONTH_DAY)
    year = story.calendar.today.year
    budget_id = _draft(story, year, story.calendar.at(day, 9))
    with story.act("BUDG") as actor:
        at = story.calendar.at(day, 9, 30)
        budgets.hand_in_budget(actor=actor, budget_id=budget_id, at=at)
    with story.act("HEAD") as actor:
        verdict = Verdict(Decision.APPROVE, "同意上报", story.calendar.at(day, 10))
        budget_signing.sign_budget(actor=actor, budget_id=budget_id, verdict=verdict)
    for place, (step, _) in enumerate(BUDGET_LETTERS.values()):
        _answer(story, budget_id, step, story.calendar.at(day, 11 + place))


def leave_budget(story: Story) -> None:
    """Leave next year's draft to be finished."""
    _draft(story, story.calendar.today.year + 1, story.calendar.at(story.calendar.today, 9))


def _draft(story: Story, year: int, at: datetime) -> int:
    with story.act("BUDG") as actor:
        book_id = unemployment_book().pk
        budget = budget_beginnings.draft_budget(
            actor=actor, book_id=book_id, year=year, at=at, today=at.date()
        )
        months = len(story.calendar.history)
        collected = year_actuals(book_id, story.calendar.today.year)["I01"] * 12 / months
        persons = (collected / (BASE * 12 * RATE * COLLECTION)).to_integral_value(ROUND_CEILING)
        inputs = {
            "I01": Inputs(max(persons, Decimal(story.recipients * 20)), BASE, RATE, COLLECTION),
            "O011": Inputs(Decimal(story.recipients * PERSON_MONTHS), STANDARD),
            "O012": Inputs(Decimal(story.recipients * PERSON_MONTHS), MEDICAL),
            "I03": Inputs(amount=Decimal(story.recipients * 200)),
            "O02": Inputs(amount=Decimal(story.recipients * 400)),
        }
        before = year_actuals(book_id, year - 1)
        for line, given in inputs.items():
            entry = LineEntry(given, before[line], "按上年预计执行数和本年政策测算")
            budgets.set_line(actor=actor, budget_id=budget.pk, line=line, entry=entry, at=at)
        opening = PER_RECIPIENT * max(story.recipients, 100)
        budgets.set_opening(actor=actor, budget_id=budget.pk, amount=opening, at=at)
        for factor, (value, explanation) in FACTORS.items():
            budgets.set_factor(
                actor=actor, budget_id=budget.pk, factor=factor, value=value,
                explanation=explanation, at=at,
            )  # fmt: skip
        _share_targets(story, budget.pk, at)
    return budget.pk


def _share_targets(story: Story, budget_id: int, at: datetime) -> None:
    """Give each office an equal target in whole ten thousands, the first one the rest."""
    budget = Budget.objects.get(pk=budget_id)
    total = budget.lines.get(line="I01").amount
    offices = list(budget.targets.order_by("organisation__code").values_list("organisation_id"))
    each = total // len(offices) // WHOLE * WHOLE
    targets = {pk: each for (pk,) in offices[1:]}
    targets[offices[0][0]] = total - sum(targets.values(), Decimal(0))
    actor = story.person("BUDG")
    budgets.set_targets(actor=actor, budget_id=budget_id, targets=targets, at=at)


def _answer(story: Story, budget_id: int, step: str, at: datetime) -> None:
    """Record one body's letter and have the checker confirm it."""
    with story.act("BUDG") as actor:
        letter = budget_signing.BudgetLetter(
            decision=Decision.APPROVE,
            opinion="",
            document_number=f"攀{NAMES[step]}〔{at.year}〕{budget_id}号",
            decided_date=at.date(),
            scan=demo_paper("budget reply", f"{step}{budget_id}"),
        )
        budget_signing.record_letter(actor=actor, budget_id=budget_id, letter=letter, at=at)
    with story.act("FCHK") as actor:
        budget_signing.confirm_letter(
            actor=actor, budget_id=budget_id, is_right=True, reason="", at=at
        )


NAMES = {"TAX": "税函", "HR": "人社函", "FINANCE": "财社", "JOINT": "财社", "GOVERNMENT": "府函"}
