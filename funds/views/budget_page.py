"""The page of one budget, as its views show it, and the parts of a draft."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from accounts.duties import Duty
from accounts.enums import Decision
from common.actor import Person
from common.errors import NotFound
from common.forms import Form
from common.http import TenantRequest, render_page
from common.periods import today_in_shanghai
from funds import forms
from funds.budget_enums import BudgetFactor, BudgetFormula, BudgetState
from funds.budget_lines import FORMULA_OF, KEPT
from funds.forms import budgets as budget_forms
from funds.selectors.access import may
from funds.selectors.budgets import OFFICE, BudgetLineRow, BudgetSheet
from funds.services import budgets as service
from funds.views.shared import timeline_rows
from funds.workflows import BUDGET_CHAIN, BUDGET_LETTERS

STEP_NAMES = {"PREPARE": "编制上报", "PRINCIPAL": "主要领导签发"}
BODIES = {
    "TAX": "税务会签",
    "HR": "人社审核",
    "FINANCE": "财政复核",
    "JOINT": "联合上报",
    "GOVERNMENT": "政府批准",
}
WAY = (*STEP_NAMES.values(), *BODIES.values(), "执行")
REACHED = {
    BudgetState.DRAFT: 0,
    **{state: place for place, state in enumerate(BUDGET_CHAIN, start=1)},
    BudgetState.APPROVED: len(WAY) - 1,
    BudgetState.REPLACED: len(WAY),
}
ENDED = {BudgetState.RETURNED, BudgetState.WITHDRAWN}
OPENING = "opening"


def show_budget(
    request: TenantRequest, found: BudgetSheet, *, status: int = 200, **shown: Any
) -> HttpResponse:
    """Render a budget's page.

    `shown`: `actions` and `blocked` of the decision bar; `decision`, `letter` and
    `confirmation`, the refused form of one of the acts.
    """
    refused = next((shown[name] for name in FORMS if shown.get(name)), None)
    prepares = may(request.actor, Duty.BUDGET_PREPARE)
    awaits = BODIES.get(BUDGET_LETTERS.get(found.state, ("", ""))[0], "")
    context = {
        "budget": found,
        "steps": way_of(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "letters": [(BODIES.get(row.letter.step, row.letter.step), row) for row in found.letters],
        "actions": shown.get("actions", []),
        "blocked": shown.get("blocked", ""),
        "phrases": ("同意上报",),
        "decision_form": shown.get("decision") or forms.DecisionForm(initial=_seen(found)),
        "form": refused,
        "letter_form": shown.get("letter") or _letter_form(found),
        "confirmation_form": shown.get("confirmation") or budget_forms.LetterConfirmationForm(),
        "awaits": awaits,
        "prepares": prepares,
        "confirms": may(request.actor, Duty.BUDGET_CONFIRM),
        "edits": prepares and found.state == BudgetState.DRAFT,
        "is_returned": found.state == BudgetState.RETURNED,
        "is_in_force": found.state == BudgetState.APPROVED,
    }
    return render_page(request, "funds/budget.html", context=context, status=status)


FORMS = ("decision", "letter", "confirmation")


def _seen(found: BudgetSheet) -> dict[str, str]:
    return {"seen": found.content_sha256}


def _letter_form(found: BudgetSheet) -> budget_forms.BudgetLetterForm:
    initial = _seen(found) | {
        "decision": Decision.APPROVE.value,
        "decided_date": today_in_shanghai().isoformat(),
    }
    return budget_forms.BudgetLetterForm(initial=initial)


def way_of(found: BudgetSheet) -> list[dict[str, str]]:
    """Return the steps of the way and where the budget stands on it."""
    state = BudgetState(found.state)
    if state in ENDED:
        return [{"label": WAY[0], "state": "refused", "note": ""}] + [
            {"label": name, "state": "todo", "note": ""} for name in WAY[1:]
        ]
    reached = REACHED[state]
    return [
        {
            "label": name,
            "state": "done" if place < reached else "current" if place == reached else "todo",
            "note": "",
        }
        for place, name in enumerate(WAY)
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a draft that is edited on a page of its own.

    `make` builds its form; `save` writes what the form holds.
    """

    code: str
    label: str
    note: str
    make: Callable[..., Form]
    save: Callable[[Person, int, Any, datetime], object]


def part_of(found: BudgetSheet, code: str) -> Part:
    """Return one part of a draft; NotFound if there is none of that code."""
    if code == OPENING:
        return _opening(found)
    if code in BudgetFactor.values:
        return _factor(found, BudgetFactor(code))
    if code.startswith(OFFICE):
        return _target(found, code)
    row = next((row for row in found.lines if row.line.code == code and row.row), None)
    if row is None:
        raise NotFound
    return _line(row)


def parts_in_order(found: BudgetSheet) -> list[str]:
    """Return the codes of all parts in the order they are filled in."""
    targets = [target.code for target in found.targets]
    return [OPENING, *(line.code for line in KEPT), *BudgetFactor.values, *targets]


def _opening(found: BudgetSheet) -> Part:
    def make(data: Any = None) -> Form:
        return budget_forms.SumForm(data, initial={"amount": f"{found.opening:.2f}"})

    def save(actor: Person, budget_id: int, form: Any, at: datetime) -> object:
        amount = form.cleaned_data["amount"]
        return service.set_opening(actor=actor, budget_id=budget_id, amount=amount, at=at)

    note = "预计上年末的滚存结余，初值为账面结余。"
    return Part(OPENING, "上年结余", note, make, save)


def _factor(found: BudgetSheet, factor: BudgetFactor) -> Part:
    row = next(row for row in found.factors if row.factor == factor)

    def make(data: Any = None) -> Form:
        initial = {"value": row.value, "explanation": row.explanation}
        return budget_forms.FactorForm(data, initial=initial)

    def save(actor: Person, budget_id: int, form: Any, at: datetime) -> object:
        return service.set_factor(
            actor=actor, budget_id=budget_id, factor=factor, at=at, **form.cleaned_data
        )

    return Part(factor.value, str(factor.label), "六项测算因素全部填写后才能上报。", make, save)


def _target(found: BudgetSheet, code: str) -> Part:
    row = next((row for row in found.targets if row.code == code), None)
    if row is None:
        raise NotFound
    target = row

    def make(data: Any = None) -> Form:
        return budget_forms.SumForm(data, initial={"amount": f"{target.amount:.2f}"})

    def save(actor: Person, budget_id: int, form: Any, at: datetime) -> object:
        targets = {target.organisation_id: form.cleaned_data["amount"]}
        return service.set_targets(actor=actor, budget_id=budget_id, targets=targets, at=at)

    left = found.premiums.amount - found.target_total
    note = f"各机构合计须等于社会保险费收入预算，现尚差{left:,.2f}元。"
    return Part(code, f"{target.office}征缴目标", note, make, save)


LINE_FORMS: dict[str, type[Form]] = {
    BudgetFormula.PREMIUM: budget_forms.PremiumLineForm,
    BudgetFormula.BENEFIT: budget_forms.BenefitLineForm,
    BudgetFormula.ENTERED: budget_forms.EnteredLineForm,
}


def _line(found: BudgetLineRow) -> Part:
    row = found.row
    assert row is not None
    formula = FORMULA_OF.get(row.line, BudgetFormula.ENTERED)

    def make(data: Any = None) -> Form:
        initial = {
            "quantity": f"{row.quantity or 0:f}",
            "unit_amount": f"{row.unit_amount or 0:.2f}",
            "rate": _percent(row.rate),
            "collection_rate": _percent(row.collection_rate),
            "amount": f"{row.amount:.2f}",
            "estimate": f"{row.estimate_amount:.2f}",
            "explanation": row.explanation,
        }
        return LINE_FORMS[formula](data, initial=initial)

    def save(actor: Person, budget_id: int, form: Any, at: datetime) -> object:
        return service.set_line(
            actor=actor, budget_id=budget_id, line=row.line, entry=form.to_entry(), at=at
        )

    last = "无" if row.last_budget_amount is None else f"{row.last_budget_amount:,.2f}元"
    note = f"上年预算{last}，账面执行{row.last_actual_amount:,.2f}元。测算方法：{formula.label}。"
    return Part(row.line, found.line.label, note, make, save)


def _percent(rate: Any) -> str:
    return f"{((rate or 0) * 100):f}".rstrip("0").rstrip(".") or "0"
