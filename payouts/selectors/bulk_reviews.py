"""Which waiting cases may be signed on one sheet, and why the others may not.

Second review only: first review is done on the papers of each case, approval on each case's
opinions. One sheet holds one item and one monthly standard, below the large-payment line, and
only cases on which every check is green.

Source: docs/rules/benefit.md §4; 浙人社发〔2012〕320号 (大额支付审核).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.selectors.parameters import value_in_force
from common.actor import Person
from payouts.enums import Answer, CaseState
from payouts.models import BenefitCase, CheckQuestion, IntakeStep
from payouts.selectors.case_computation import second_computation
from payouts.selectors.case_findings import Finding, Level, list_findings_of
from payouts.selectors.cases import CaseFilter, waiting_queue
from payouts.selectors.intake_sheet import NOTE_LABEL

SHEET_LIMIT = 20  # cases on one sheet, so that a person really looks at every line


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One waiting case; `reasons` are why it must be reviewed on its own (none: it need not)."""

    case: BenefitCase
    reasons: tuple[str, ...]

    @property
    def band(self) -> str:
        """Return what a sheet may not mix: item and monthly standard."""
        return f"{self.case.item_id}-{self.case.monthly_amount}"


@dataclass(frozen=True, slots=True)
class Band:
    """The cases of one item and monthly standard that may be signed together. Yuan."""

    code: str
    item: str
    amount: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class BulkChoice:
    """What may be ticked for one sheet, what may not, and the other sheets to choose."""

    bands: list[Band]
    current: Band | None
    allowed: list[BulkLine]
    excluded: list[BulkLine]


def list_bulk_choice(
    *, actor: Person, narrow: CaseFilter, today: date, band: str = ""
) -> BulkChoice:
    """Return the longest waiting second reviews, those of one band apart to be ticked."""
    waiting = waiting_queue(actor, narrow).filter(state=CaseState.RE_REVIEW)
    lines = judge_lines(list(_with_relations(waiting)[:SHEET_LIMIT]), today)
    bands = _bands(lines)
    current = next((one for one in bands if one.code == band), bands[0] if bands else None)
    allowed = [line for line in lines if current and not line.reasons and line.band == current.code]
    chosen = {line.case.pk for line in allowed}
    return BulkChoice(
        bands, current, allowed, [line for line in lines if line.case.pk not in chosen]
    )


def list_sheet(*, actor: Person, case_ids: Sequence[int], today: date) -> list[BulkLine]:
    """Return the ticked cases that still wait for the actor's second review, oldest first."""
    waiting = waiting_queue(actor, CaseFilter()).filter(state=CaseState.RE_REVIEW, pk__in=case_ids)
    return judge_lines(list(_with_relations(waiting)[:SHEET_LIMIT]), today)


def judge_lines(cases: Sequence[BenefitCase], today: date) -> list[BulkLine]:
    """Return each case with the reasons that take it off a sheet."""
    findings = list_findings_of(cases=cases, today=today)
    refused = _points_answered_no(cases)
    line_amount = Decimal(str(value_in_force(code="large_line", on=today)))
    return [
        BulkLine(
            case, tuple(_reasons(case, findings[case.pk], refused.get(case.pk, []), line_amount))
        )
        for case in cases
    ]


def _reasons(
    case: BenefitCase, findings: Sequence[Finding], refused: Sequence[str], line_amount: Decimal
) -> list[str]:
    reasons = [f"疑点 {f.rule} {f.text}" for f in findings if f.level is not Level.GREEN]
    reasons += [f"受理要点答“否”：{text}" for text in refused]
    second = second_computation(case)
    if not second.is_same:
        reasons.append(second.text)
    if case.round > 1:
        reasons.append("退回后重新办理，须逐件核对与上一轮的差异")
    if any(line["label"] == NOTE_LABEL for line in case.computation):
        reasons.append("月数凭证据收录，须逐件核对凭证")
    if case.monthly_amount is None or case.monthly_amount >= line_amount:
        reasons.append(f"达到大额支付线¥{line_amount:,.2f}")
    return reasons


def _points_answered_no(cases: Sequence[BenefitCase]) -> dict[int, list[str]]:
    """Return case id -> mandatory points answered no in the current round."""
    questions = {
        str(question.pk): question.text
        for question in CheckQuestion.objects.filter(
            check_list_id__in={case.check_list_id for case in cases}, is_mandatory=True
        )
    }
    rounds = {case.pk: case.round for case in cases}
    found: dict[int, list[str]] = {}
    for step in IntakeStep.objects.filter(case_id__in=rounds).order_by("position"):
        if step.round == rounds[step.case_id]:
            found.setdefault(step.case_id, []).extend(
                questions[key]
                for key, given in step.answers.items()
                if key in questions and given.get("answer") == Answer.NO
            )
    return found


def _bands(lines: Sequence[BulkLine]) -> list[Band]:
    """Return the bands with something to sign, the largest first."""
    counts: dict[str, int] = {}
    shown: dict[str, BulkLine] = {}
    for line in lines:
        if not line.reasons:
            counts[line.band] = counts.get(line.band, 0) + 1
            shown.setdefault(line.band, line)
    return [
        Band(code, shown[code].case.item.name, shown[code].case.monthly_amount or Decimal(0), count)
        for code, count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def _with_relations(cases: QuerySet[BenefitCase]) -> QuerySet[BenefitCase]:
    return cases.select_related(
        "item", "claimant", "organisation", "paying_organisation", "payee_account"
    ).order_by("entered_at", "id")
