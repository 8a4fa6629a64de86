"""What changed since the round that was signed before: fields, computation, answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.selectors.signatures import TimelineEntry
from common.periods import month_text
from payouts.enums import Answer, LeavingReason, StepKind
from payouts.models import BenefitCase, CheckQuestion, IntakeStep
from payouts.workflows import cases as workflow

NOTHING = "—"
AREAS = {"fields": "申领信息", "computation": "核定计算", "answers": "核查答复"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was signed in the earlier round."""

    area: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RoundComparison:
    """A case beside its last signed round; without changes the screen says so."""

    earlier_round: int
    changes: list[Change]
    is_complete: bool


def recorded_facts(case: BenefitCase) -> dict[str, Any]:
    """Return a case's claim in the words of the screen: what a round keeps of what was signed."""
    account, insured, paying = (
        case.payee_account,
        case.insured_organisation,
        case.paying_organisation,
    )
    reason = case.leaving_reason
    return {
        "fields": {
            "姓名": case.claimant.name,
            "参保地": insured.short_name if insured else NOTHING,
            "发放地": paying.short_name if paying else NOTHING,
            "失业原因": f"{reason} {LeavingReason(reason).label}" if reason else NOTHING,
            "失业日期": _text(case.unemployed_date),
            "失业登记日期": _text(case.registered_date),
            "联系电话": case.claimant.phone_masked or NOTHING,
            "收款账户": f"{account.bank_name} {account.number_masked}，户名{account.holder_name}"
            if account
            else NOTHING,
            "累计缴费月数": _text(case.contributed_months),
            "结转未领月数": _text(case.carried_months),
            "核定月数": _text(case.months_granted),
            "月发放标准": NOTHING
            if case.monthly_amount is None
            else f"¥{case.monthly_amount:,.2f}",
            "首次发放月份": month_text(case.first_month) if case.first_month else NOTHING,
            "审核级次": f"{case.review_depth}级",
        },
        "computation": {
            line["label"]: f"{line['arithmetic']}：{line['value']}" for line in case.computation
        },
    }


def compare_with_signed_round(
    case: BenefitCase, signatures: Iterable[TimelineEntry]
) -> RoundComparison | None:
    """Return what differs from the last earlier round that was signed; None in a first round.

    `signatures` are those on the case.
    """
    accepted = (signed.round for signed in signatures if signed.step == workflow.ACCEPT)
    earlier = max((number for number in accepted if number < case.round), default=None)
    if earlier is None:
        return None
    steps = list(IntakeStep.objects.filter(case=case, round__in=[earlier, case.round]))
    then = {step.step: step for step in steps if step.round == earlier}
    now = {step.step: step for step in steps if step.round == case.round}
    last = then.get(StepKind.FEED_BACK)
    facts = last.facts if last is not None else None
    changes = _fact_changes(facts, recorded_facts(case)) if facts else []
    changes += _answer_changes(case, then, now)
    return RoundComparison(earlier, changes, is_complete=bool(facts))


def _fact_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    return [
        Change(AREAS[area], label, old, new)
        for area in ("fields", "computation")
        for label in {**then[area], **now[area]}
        if (old := then[area].get(label, NOTHING)) != (new := now[area].get(label, NOTHING))
    ]


def _answer_changes(
    case: BenefitCase, then: Mapping[str, IntakeStep], now: Mapping[str, IntakeStep]
) -> list[Change]:
    """Compare the answers point by point; steps not gone through in a round have none."""
    changes = []
    for question in CheckQuestion.objects.filter(check_list_id=case.check_list_id).order_by("pk"):
        if question.step not in then or question.step not in now:
            continue
        old, new = (_answer(step[question.step], question.pk) for step in (then, now))
        if old != new:
            label = f"{StepKind(question.step).label}：{question.text}"
            changes.append(Change(AREAS["answers"], label, old, new))
    return changes


def _answer(step: IntakeStep, question_id: int) -> str:
    given = step.answers.get(str(question_id), {})
    code, note = given.get("answer", ""), given.get("note", "")
    label = str(Answer(code).label) if code in Answer.values else "未答"
    return f"{label}（{note}）" if note else label


def _text(value: object) -> str:
    return NOTHING if value is None else str(value)
