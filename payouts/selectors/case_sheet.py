"""One case as reviewers and clerks see it: everything they sign, on one page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.permissions import duties_of
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.addresses import address
from common.db import run_sql
from payouts.enums import (
    Answer,
    CaseState,
    Feedback,
    InstructionState,
    PlanState,
    StepKind,
)
from payouts.models import BenefitCase
from payouts.selectors.case_findings import Finding, list_findings, stored_findings
from payouts.selectors.case_sources import SourceView, sources_of_person
from payouts.selectors.cases import TONES
from payouts.selectors.parameters import days_left, working_days
from payouts.workflows import cases as workflow

LETTER_LABELS: dict[str, str] = {
    Feedback.RECEIPT: "打印受理回执",
    Feedback.SUPPLEMENT: "打印一次性告知书",
    Feedback.REFUSAL: "打印不予受理告知书",
}
DECISION_TONES = {Decision.APPROVE: "green", Decision.RETURN: "amber", Decision.REFUSE: "red"}

PAYMENT_TONES = {"SUCCESS": "green", "FAILED": "red", "UNKNOWN": "amber"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One place of the steps bar."""

    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One signature as the timeline component shows it."""

    step: str
    person: str
    post: str
    organisation: str
    decision: str
    tone: str
    opinion: str
    at: datetime | None
    is_void: bool
    void_reason: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answered point of a recorded step."""

    text: str
    answer: str
    note: str
    is_no: bool


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One recorded intake step of the current round."""

    step: StepKind
    label: str
    person: str
    at: datetime
    answers: list[AnswerLine]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One fact in the three sources; cells that do not agree with the claim are marked."""

    label: str
    own: str
    enrolment: str
    medical: str
    enrolment_differs: bool = False
    medical_differs: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One month's payment of the case. Yuan."""

    month: date
    amount: Decimal
    plan_number: str
    state_label: str
    tone: str
    bank_date: date | None


def list_stages(case: BenefitCase, *, is_paid: bool) -> list[Stage]:
    """Return the steps bar: 受理, the review steps of the case's depth, 支付."""
    path = [CaseState.DRAFT, *workflow.PATHS[case.review_depth]]
    labels = [workflow.ACT_AT[state] for state in path] + ["支付"]
    if case.state in workflow.RESUMABLE:
        note = str(CaseState(case.state).label)
        return [Stage(labels[0], "current", note), *(Stage(text, "todo") for text in labels[1:])]
    if case.state in {CaseState.REFUSED, CaseState.WITHDRAWN}:
        note = str(CaseState(case.state).label)
        return [Stage(labels[0], "refused", note), *(Stage(text, "todo") for text in labels[1:])]
    if case.state == CaseState.DETERMINED:
        last = Stage(labels[-1], "done") if is_paid else Stage(labels[-1], "current", "待发放")
        return [*(Stage(text, "done") for text in labels[:-1]), last]
    position = path.index(CaseState(case.state))
    states = ["done"] * position + ["current"] + ["todo"] * (len(labels) - position - 1)
    return [Stage(text, state) for text, state in zip(labels, states, strict=True)]


def list_signatures(case: BenefitCase) -> list[TimelineEntry]:
    """Return every signature on a case, oldest first."""
    return list_timeline(
        kind=SubjectKind.CASE,
        subject_id=case.pk,
        current_round=case.round,
        current_sha256=case.content_sha256,
    )


def list_case_timeline(case: BenefitCase, entries: Sequence[TimelineEntry]) -> list[TimelineLine]:
    """Return the case's signatures as lines, then the step that is still to come."""
    lines = [_timeline_line(entry) for entry in entries]
    if case.state in workflow.ACT_AT:
        waiting = TimelineLine(
            workflow.ACT_AT[case.state], "", "", "", "", "", "", None, is_void=False, void_reason=""
        )
        lines.append(waiting)
    return lines


def _timeline_line(entry: TimelineEntry) -> TimelineLine:
    return TimelineLine(
        step=f"{entry.step_label}（第{entry.round}轮）" if entry.round > 1 else entry.step_label,
        person=entry.person,
        post=entry.post,
        organisation=entry.organisation,
        decision=entry.decision_label,
        tone=DECISION_TONES[Decision(entry.decision)],
        opinion=entry.opinion,
        at=entry.at,
        is_void=entry.is_void,
        void_reason=entry.void_reason,
    )


def last_return(lines: list[TimelineLine]) -> TimelineLine | None:
    """Return the latest signature that sent the case back, for the next person to see on top."""
    sent_back = [line for line in lines if line.decision == Decision.RETURN.label]
    return sent_back[-1] if sent_back else None


def list_step_records(case: BenefitCase) -> list[StepRecord]:
    """Return the recorded steps of the current round with their questions and answers."""
    rows = run_sql("payouts", "read_step_records", {"case_id": case.pk, "round": case.round})
    steps = groupby(rows, key=itemgetter(0, 1, 2, 3))  # the columns of a step, before its points
    return [
        StepRecord(
            step=StepKind(step),
            label=str(StepKind(step).label),
            person=person,
            at=at,
            answers=[_answer_line(*point[4:]) for point in points if point[4] is not None],
            findings=stored_findings(json.loads(findings)),
        )
        for (step, person, at, findings), points in steps
    ]


def _answer_line(text: str, code: str | None, note: str | None) -> AnswerLine:
    label = str(Answer(code).label) if code in Answer.values else "未答"
    return AnswerLine(text, label, note or "", is_no=code == Answer.NO)


def list_compared(case: BenefitCase, today: date) -> tuple[list[ComparedLine], list[SourceView]]:
    """Return the three sources side by side, and the two outside ones with their dates."""
    enrolment, medical = sources_of_person(person_key=case.claimant.person_key, today=today)
    months = case.contributed_months
    insured = case.insured_organisation
    name = case.claimant.name
    lines = [
        ComparedLine(
            "姓名",
            name,
            enrolment.name,
            medical.name,
            enrolment.is_found and enrolment.name != name,
            medical.is_found and medical.name != name,
        ),
        ComparedLine("参保地", insured.short_name if insured else "", enrolment.place, ""),
        ComparedLine(
            "参保状态", "已失业", enrolment.status_label, "", enrolment.status == "ACTIVE"
        ),
        ComparedLine(
            "失业日期／最后缴费月份",
            _text(case.unemployed_date),
            _month(enrolment),
            _month(medical),
        ),
        ComparedLine(
            "累计缴费月数",
            _text(months),
            _text(enrolment.contributed_months),
            "",
            enrolment.is_found and months is not None and months != enrolment.contributed_months,
        ),
        ComparedLine("单位", "", enrolment.unit, medical.unit),
    ]
    return lines, [enrolment, medical]


def _month(view: SourceView) -> str:
    found = view.last_month or (view.month if view.is_found else None)
    return f"{found:%Y-%m}" if found else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)


def list_payments(case: BenefitCase) -> list[PaymentLine]:
    """Return the case's months in plans, newest first, with what the bank answered."""
    if case.state != CaseState.DETERMINED:
        return []  # nothing is planned before
    return read_payments(person_key=case.claimant.person_key, case_id=case.pk, limit=24)


def read_payments(*, person_key: str, case_id: int | None, limit: int) -> list[PaymentLine]:
    """Return a person's months in plans, newest first; of one case, or of all (None)."""
    parameters = {"person_key": person_key, "case_id": case_id, "rows": limit}
    return [_payment_line(*row) for row in run_sql("payouts", "read_payments", parameters)]


def _payment_line(
    month: date,
    amount: Decimal,
    plan_number: str,
    plan_state: str,
    state: str | None,
    bank_date: date | None,
) -> PaymentLine:
    """Return one planned month with the newest instruction's state, or its plan's."""
    if state is None:
        label, tone = str(PlanState(plan_state).label), "grey"
    else:
        label, tone = str(InstructionState(state).label), PAYMENT_TONES.get(state, "blue")
    return PaymentLine(month, amount, plan_number, label, tone, bank_date)


def blocked_reason(
    actor: Person, case: BenefitCase, *, own_key: str, entries: Sequence[TimelineEntry]
) -> str:
    """Return why the actor may not decide now, or nothing if he may.

    `own_key` is the actor's own person key, `entries` are the signatures on the case.
    """
    state = CaseState(case.state)
    if state in workflow.WITH_CLERK:
        return f"本件{state.label}，由{case.organisation.short_name}受理岗办理后送审"
    if state not in workflow.DUTY_AT:
        return f"本件{state.label}，已经办结"
    act = workflow.ACT_AT[state]
    paying = case.paying_organisation
    office = paying.short_name if paying else ""
    if own_key == case.claimant.person_key:
        return f"本人的业务须回避，不能{act}"
    for signed in entries:
        if (signed.round, signed.person_id) == (case.round, actor.user_id):
            return f"您已{signed.step_label}本件，不能{act}"
    reach = duties_of(actor).get(workflow.DUTY_AT[state].value, frozenset())
    if case.paying_organisation_id not in reach:
        return f"本件待{act}，由{office}的{act}岗办理；您当前的岗位不能{act}"
    return ""


def case_header(actor: Person, case: BenefitCase, today: date) -> dict[str, Any]:
    """Return state words, deadline and what the actor may do at the window, for any case page."""
    duties = duties_of(actor)
    at_window = case.organisation_id in duties.get(Duty.CASE_ACCEPT.value, ())
    offices = {case.organisation_id, case.paying_organisation_id}
    is_open = case.state not in workflow.FINISHED
    return {
        "case": case,
        "reveal_case_id": case.pk,
        "round_label": f"第{case.round}轮",
        "letter_label": LETTER_LABELS.get(case.feedback, ""),
        "state_label": CaseState(case.state).label,
        "tone": TONES[CaseState(case.state)],
        "left": days_left(calendar=working_days(), today=today, due=case.due_date)
        if is_open
        else None,
        "may_resume": at_window and case.state in workflow.RESUMABLE,
        "may_withdraw": at_window and case.state in workflow.WITH_CLERK,
        "may_continue": at_window and case.state == CaseState.DRAFT,
        "may_reveal": bool(offices & duties.get(Duty.SENSITIVE_REVEAL.value, frozenset())),
        "person_url": address("payouts:person", case.claimant_id),
    }


def list_alerts(case: BenefitCase, today: date) -> list[Finding]:
    """Return what the rules find now against an open case; nothing once it is decided."""
    if case.state in workflow.FINISHED:
        return []
    return [f for f in list_findings(case=case, today=today) if f.level.value != "GREEN"]
