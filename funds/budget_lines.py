"""Lines of a budget: which are kept, how their amounts are computed, what they add up to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.money import round_yuan
from funds.budget_enums import BudgetFormula
from funds.statement_lines import INCOME, Line

ZERO = Decimal("0.00")
MONTHS = 12
# Lines that the budget keeps: those of 收支表 with accounts and no details of their own.
KEPT: tuple[Line, ...] = tuple(line for line in INCOME if line.accounts and not line.plus)
LINE_OF: Mapping[str, Line] = {line.code: line for line in KEPT}
PREMIUM_LINE, BENEFIT_LINE = "I01", "O011"
FORMULA_OF: Mapping[str, BudgetFormula] = {
    PREMIUM_LINE: BudgetFormula.PREMIUM,
    BENEFIT_LINE: BudgetFormula.BENEFIT,
    "O012": BudgetFormula.BENEFIT,
}


def formula_of(line: str) -> BudgetFormula:
    """Return how a line's amount comes about."""
    return FORMULA_OF.get(line, BudgetFormula.ENTERED)


def is_expenditure(line: str) -> bool:
    """Tell whether a line is one of 基金支出."""
    return line.startswith("O")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a line is computed from, or the amount that was entered. Amounts in yuan.

    `quantity` is insured persons or person-months, `unit_amount` a monthly base or standard.
    """

    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    rate: Decimal | None = None
    collection_rate: Decimal | None = None
    amount: Decimal = ZERO


def amount_of(line: str, inputs: Inputs) -> Decimal:
    """Return a line's amount in yuan, rounded half up once, at the end.

    Premiums: insured × base × 12 × rate × collection rate; benefits: person-months × standard.
    """
    formula = formula_of(line)
    if formula == BudgetFormula.ENTERED:
        return inputs.amount
    product = (inputs.quantity or ZERO) * (inputs.unit_amount or ZERO)
    if formula == BudgetFormula.PREMIUM:
        product *= MONTHS * (inputs.rate or ZERO) * (inputs.collection_rate or ZERO)
    return round_yuan(product)


def with_sums(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the amount of every line of the form, sums too, from those of the kept lines."""
    found = {line.code: amounts.get(line.code, ZERO) for line in KEPT}
    by_code = {line.code: line for line in INCOME}

    def amount(code: str) -> Decimal:
        if code not in found:
            line = by_code[code]
            taken = sum((amount(part) for part in line.minus), ZERO)
            found[code] = sum((amount(part) for part in line.plus), ZERO) - taken
        return found[code]

    return {line.code: amount(line.code) for line in INCOME}
