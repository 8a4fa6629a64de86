"""Budgets as services, screens and prints read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.selectors.outside_decisions import OutsideDecisionRow, list_outside_decisions
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from common.periods import day_text
from funds.budget_enums import BudgetCause, BudgetFactor, BudgetFormula, BudgetState
from funds.budget_lines import BENEFIT_LINE, PREMIUM_LINE, ZERO, with_sums
from funds.models import Book, Budget, BudgetConfirmation, BudgetLine, BudgetTarget
from funds.selectors.access import BooksAtTheCity, may
from funds.statement_lines import INCOME, Line
from funds.workflows import BUDGET_LETTERS

OFFICE = "office-"
TONES = {
    **dict.fromkeys(("HEAD", "TAX", "HR", "FINANCE", "JOINT", "SUBMITTED"), "amber"),
    "DRAFT": "blue",
    "APPROVED": "green",
    "REPLACED": "grey",
    "RETURNED": "red",
    "WITHDRAWN": "grey",
}


def require_budgets(actor: Person) -> None:
    """Refuse unless the person's post may read the pool's budgets.

    Raises:
        BooksAtTheCity: the post reads none, or only of one county office.
    """
    if not may(actor, Duty.BUDGET_READ):
        raise BooksAtTheCity("预算由市级统一编制，您当前的岗位不能查看")


def budget_in_force(book_id: int, year: int) -> Budget | None:
    """Return the approved budget of a book's year, None without one."""
    return Budget.objects.filter(book_id=book_id, year=year, state=BudgetState.APPROVED).first()


def office_income_targets(book: Book, year: int) -> dict[int, Decimal]:
    """Return what each office is to collect in premiums by the budget in force, in yuan.

    By organisation id; empty when no budget of the year is in force.
    """
    rows = BudgetTarget.objects.filter(
        budget__book=book, budget__year=year, budget__state=BudgetState.APPROVED
    )
    return dict(rows.values_list("organisation_id", "amount"))


@dataclass(frozen=True, slots=True)
class BudgetLineRow:
    """One line of 收支表 in a budget; a sum has no inputs. Yuan.

    `change` is the change against last year's estimate in percent, None where that is zero.
    """

    line: Line
    row: BudgetLine | None
    amount: Decimal
    last_budget: Decimal | None
    last_actual: Decimal
    estimate: Decimal

    @property
    def change(self) -> Decimal | None:
        """Return the change against the estimate in percent, with one place."""
        if not self.estimate:
            return None
        return ((self.amount - self.estimate) * 100 / self.estimate).quantize(Decimal("0.1"))

    @property
    def rate_text(self) -> str:
        """Return the premium rate in percent."""
        return f"{_percent(self.row.rate)}%" if self.row else ""

    @property
    def collection_text(self) -> str:
        """Return the collection rate in percent."""
        return f"{_percent(self.row.collection_rate)}%" if self.row else ""

    @property
    def is_entered(self) -> bool:
        """Tell whether the amount was entered and not computed."""
        return self.row is not None and self.row.formula == BudgetFormula.ENTERED

    @property
    def how(self) -> str:
        """Return how the amount came about, in figures."""
        row = self.row
        if row is None:
            return ""
        if row.formula == BudgetFormula.ENTERED:
            return row.explanation
        figures = f"{row.quantity:,}人月×{row.unit_amount:,.2f}元"
        if row.formula == BudgetFormula.PREMIUM:
            rates = f"{_percent(row.rate)}%×{_percent(row.collection_rate)}%"
            figures = f"{row.quantity:,}人×{row.unit_amount:,.2f}元×12×{rates}"
        return f"{figures}。{row.explanation}" if row.explanation else figures


def _percent(rate: Decimal | None) -> str:
    return f"{((rate or ZERO) * 100).normalize():f}"


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One of the six factors; empty texts where it was not filled in."""

    factor: BudgetFactor
    value: str
    explanation: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What one office is to collect. Yuan."""

    organisation_id: int
    office: str
    amount: Decimal

    @property
    def code(self) -> str:
        """Return what its page is called."""
        return f"{OFFICE}{self.organisation_id}"


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter and who confirmed it; empty while nobody has."""

    letter: OutsideDecisionRow
    confirmed_by: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class BudgetSheet:
    """A budget with everything its page, its print and its workbook show."""

    id: int
    book_id: int
    book: str
    year: int
    version: int
    cause: BudgetCause
    cause_label: str
    reason: str
    replaces_id: int | None
    opening: Decimal
    income: Decimal
    expenditure: Decimal
    closing: Decimal
    state: str
    state_label: str
    tone: str
    round: int
    content_sha256: str
    approved_at: datetime | None
    lines: Sequence[BudgetLineRow]
    factors: Sequence[FactorRow]
    targets: Sequence[TargetRow]
    timeline: Sequence[TimelineEntry]
    letters: Sequence[LetterRow]

    @property
    def title(self) -> str:
        """Return what the budget is called."""
        return f"{self.year}年度预算（第{self.version}版）"

    @property
    def last_year(self) -> int:
        """Return the year before."""
        return self.year - 1

    @property
    def two_before(self) -> int:
        """Return the year before the last."""
        return self.year - 2

    @property
    def result(self) -> Decimal:
        """Return what the year takes more than it spends; negative for a deficit."""
        return self.income - self.expenditure

    @property
    def deficit(self) -> Decimal:
        """Return what the year spends more than it takes; zero for a surplus."""
        return max(ZERO, -self.result)

    @property
    def target_total(self) -> Decimal:
        """Return what the offices are to collect together."""
        return sum((target.amount for target in self.targets), ZERO)

    @property
    def premiums(self) -> BudgetLineRow:
        """Return the premium line."""
        return next(line for line in self.lines if line.line.code == PREMIUM_LINE)

    @property
    def benefits(self) -> BudgetLineRow:
        """Return the line of unemployment benefits."""
        return next(line for line in self.lines if line.line.code == BENEFIT_LINE)

    @property
    def open_letter(self) -> LetterRow | None:
        """Return the letter of the present step that awaits its confirmation."""
        step = BUDGET_LETTERS.get(self.state, ("", ""))[0]
        found = [
            row for row in self.letters if (row.letter.round, row.letter.step) == (self.round, step)
        ]
        return found[0] if found else None

    @property
    def lacks(self) -> list[str]:
        """Return what a draft still lacks before it may be handed in, in words."""
        lacks = [f"测算因素“{row.factor.label}”" for row in self.factors if not row.value]
        lacks += [
            f"“{row.line.label}”的测算依据"
            for row in self.lines
            if row.is_entered and row.amount and not (row.row and row.row.explanation)
        ]
        if self.target_total != self.premiums.amount:
            gap = self.premiums.amount - self.target_total
            lacks.append(f"征缴目标与社会保险费收入相差{gap:,.2f}元")
        if self.closing < 0:
            lacks.append(f"收支不平衡：收入加上年结余少于支出{-self.closing:,.2f}元")
        return lacks

    def signer(self, step: str) -> str:
        """Return the name of who approved a step of this round; empty if nobody did."""
        names = [
            entry.person
            for entry in self.timeline
            if entry.step == step and entry.decision == "APPROVE" and not entry.is_void
        ]
        return names[0] if names else ""

    def letter(self, step: str) -> str:
        """Return body, number and date of a body's approval of this round; empty without."""
        texts = [
            f"{row.letter.body} {row.letter.document_number}（{day_text(row.letter.decided_date)}）"
            for row in self.letters
            if (row.letter.step, row.letter.round, row.letter.decision)
            == (step, self.round, "APPROVE")
        ]
        return texts[0] if texts else ""


def get_budget(*, actor: Person, budget_id: int) -> BudgetSheet:
    """Return a budget with everything its page shows; NotFound if there is none."""
    require_budgets(actor)
    budget = Budget.objects.select_related("book").filter(pk=budget_id).first()
    if budget is None:
        raise NotFound
    return BudgetSheet(
        id=budget.pk,
        book_id=budget.book_id,
        book=budget.book.name,
        year=budget.year,
        version=budget.version,
        cause=BudgetCause(budget.cause),
        cause_label=budget.get_cause_display(),
        reason=budget.reason,
        replaces_id=budget.replaces_id,
        opening=budget.opening_amount,
        income=budget.income_amount,
        expenditure=budget.expenditure_amount,
        closing=budget.closing_amount,
        state=budget.state,
        state_label=budget.get_state_display(),
        tone=TONES[budget.state],
        round=budget.round,
        content_sha256=budget.content_sha256,
        approved_at=budget.approved_at,
        lines=_lines(budget),
        factors=_factors(budget),
        targets=_targets(budget),
        timeline=list_timeline(
            kind=SubjectKind.BUDGET,
            subject_id=budget.pk,
            current_round=budget.round,
            current_sha256=budget.content_sha256,
        ),
        letters=_letters(budget),
    )


def _lines(budget: Budget) -> list[BudgetLineRow]:
    rows = {row.line: row for row in budget.lines.all()}
    amounts = with_sums({code: row.amount for code, row in rows.items()})
    actuals = with_sums({code: row.last_actual_amount for code, row in rows.items()})
    estimates = with_sums({code: row.estimate_amount for code, row in rows.items()})
    planned = _planned(rows)
    return [
        BudgetLineRow(
            line=line,
            row=rows.get(line.code),
            amount=amounts[line.code],
            last_budget=planned.get(line.code),
            last_actual=actuals[line.code],
            estimate=estimates[line.code],
        )
        for line in INCOME
    ]


def _planned(rows: Mapping[str, BudgetLine]) -> Mapping[str, Decimal]:
    """Return last year's budget by line; empty where there was none."""
    if any(row.last_budget_amount is None for row in rows.values()):
        return {}
    return with_sums({code: row.last_budget_amount or ZERO for code, row in rows.items()})


def _factors(budget: Budget) -> list[FactorRow]:
    rows = {row.factor: row for row in budget.assumptions.all()}
    return [
        FactorRow(
            factor,
            rows[factor].value if factor in rows else "",
            rows[factor].explanation if factor in rows else "",
        )
        for factor in BudgetFactor
    ]


def _targets(budget: Budget) -> list[TargetRow]:
    rows = budget.targets.select_related("organisation").order_by("organisation__code")
    return [TargetRow(row.organisation_id, row.organisation.short_name, row.amount) for row in rows]


def _letters(budget: Budget) -> list[LetterRow]:
    letters = list_outside_decisions(kind=SubjectKind.BUDGET, subject_id=budget.pk)
    rows = BudgetConfirmation.objects.filter(budget=budget).select_related(
        "confirmed_by", "decision"
    )
    found = {(row.decision.round, row.decision.step): row for row in rows}
    return [
        LetterRow(
            letter,
            found[key].confirmed_by.name if key in found else "",
            found[key].confirmed_at if key in found else None,
        )
        for letter in letters
        for key in [(letter.round, letter.step)]
    ]
