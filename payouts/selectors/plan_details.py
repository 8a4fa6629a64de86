"""What a plan's signer looks at: change to last month, who is left out and why, who signed."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from accounts.enums import SubjectKind
from accounts.selectors.people import list_holders_of_duty
from accounts.selectors.signatures import has_signed, list_timeline
from common.actor import Person
from common.db import run_sql
from payouts.enums import ComparisonState, EntitlementState, MismatchReason, PlanState
from payouts.selectors.plans import PlanLine
from payouts.selectors.timelines import TimelineRow, timeline_row
from payouts.workflows.plans import PLAN_STEPS

SHOWN = 20  # persons listed per kind of change
LEFT_OUT_SHOWN = 200
TAKEN_ELSEWHERE = "本月已在其他统筹区发放"
CHANGE_LABELS = {"NEW": "新增", "STOPPED": "停发", "CHANGED": "金额变化"}


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """One person whose payment is not that of last month. Yuan; None where there is none."""

    person: str
    before: Decimal | None
    now: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Persons of one kind of change: how many, their totals, and the first of them."""

    kind: str
    label: str
    count: int = 0
    before: Decimal = Decimal(0)
    now: Decimal = Decimal(0)
    persons: list[ChangedPerson] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        """Return by how much these persons change the total."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One person compared but not in the plan, and why."""

    person: str
    identity_masked: str
    reason: str
    result_id: int


@dataclass(frozen=True, slots=True)
class LeftOutList:
    """The persons left out: all counted, by reason, and the first 200 listed."""

    count: int
    by_reason: list[tuple[str, int]]
    persons: list[LeftOut]


def list_changes(*, plan_id: int) -> list[ChangeGroup]:
    """Return the change to last month's plan of the office and item, kind by kind."""
    groups = {kind: ChangeGroup(kind, label) for kind, label in CHANGE_LABELS.items()}
    rows = run_sql("payouts", "list_plan_changes", {"plan_id": plan_id, "shown": SHOWN})
    for kind, person, before, now, count, total_before, total_now in rows:
        if not groups[kind].persons:
            groups[kind] = ChangeGroup(
                kind,
                CHANGE_LABELS[kind],
                count,
                total_before or Decimal(0),
                total_now or Decimal(0),
            )
        groups[kind].persons.append(ChangedPerson(person, before, now))
    return list(groups.values())


def list_left_out(*, plan: PlanLine) -> LeftOutList:
    """Return who was compared for this plan and stands in it with no line."""
    if plan.state == PlanState.BUILDING:
        return LeftOutList(0, [], [])
    rows = run_sql("payouts", "list_left_out", {"plan_id": plan.id, "shown": LEFT_OUT_SHOWN})
    causes = [_Cause(*row) for row in rows]
    counts: Counter[str] = Counter()
    listed = []
    for cause in causes:
        reasons = _reasons(cause)
        for reason in reasons:
            counts[reason] += cause.person_count
        listed += [(*person, "；".join(reasons)) for person in json.loads(cause.persons)]
    return LeftOutList(
        sum(cause.person_count for cause in causes),
        counts.most_common(),
        [
            LeftOut(name, identity, reason, result_id)
            for _, name, identity, result_id, reason in sorted(listed)
        ],
    )


class _Cause(NamedTuple):
    """One row of list_left_out.sql."""

    state: str
    reasons: list[str]
    drawing: str
    is_taken: bool
    is_used_up: bool
    person_count: int
    persons: str


def _reasons(cause: _Cause) -> list[str]:
    """Return why a compared person has no line. Another pool tells nothing but that."""
    if cause.state == ComparisonState.EXCEPTION:
        return [str(MismatchReason(code).label) for code in cause.reasons]
    if cause.drawing != EntitlementState.PAYING:
        return [f"比对后待遇已{EntitlementState(cause.drawing).label}"]
    if cause.is_taken:
        return [str(MismatchReason.DRAWING_ELSEWHERE.label)]
    if cause.is_used_up:
        return [str(MismatchReason.MONTHS_EXHAUSTED.label)]
    return [TAKEN_ELSEWHERE]


def list_plan_timeline(*, plan: PlanLine) -> list[TimelineRow]:
    """Return who signed, oldest first, and the steps still to come."""
    entries = list_timeline(
        kind=SubjectKind.PLAN,
        subject_id=plan.id,
        current_round=plan.round,
        current_sha256=plan.content_sha256,
    )
    rows = [timeline_row(entry) for entry in entries]
    return rows + [TimelineRow(step=f"{label}签字") for label in _steps_to_come(plan)]


def _steps_to_come(plan: PlanLine) -> list[str]:
    states = list(PLAN_STEPS)
    if plan.state not in states:
        return []
    waiting = states[states.index(PlanState(plan.state)) :]
    return [
        PLAN_STEPS[state].label
        for state in waiting
        if state != PlanState.PRINCIPAL or plan.needs_principal
    ]


def chain_of(plan: PlanLine) -> list[dict[str, str]]:
    """Return the steps of `components/steps.html` for a plan."""
    labels = ["编制", *(step.label for step in PLAN_STEPS.values()), "已签批"]
    order = [PlanState.DRAFT, *PLAN_STEPS, PlanState.APPROVED]
    pairs = [
        (state, label)
        for state, label in zip(order, labels, strict=True)
        if state != PlanState.PRINCIPAL or plan.needs_principal
    ]
    states = [state for state, _ in pairs]
    at = states.index(PlanState(plan.state)) if plan.state in states else 0
    is_over = plan.state == PlanState.APPROVED
    return [
        {
            "label": label,
            "state": "done" if place < at or is_over else "current" if place == at else "todo",
        }
        for place, (_, label) in enumerate(pairs)
    ]


def why_not_sign(*, actor: Person, plan: PlanLine, duties: Mapping[str, frozenset[int]]) -> str:
    """Return why this person may not sign the plan now, in words, or nothing."""
    step = PLAN_STEPS.get(PlanState(plan.state)) if plan.state in PLAN_STEPS else None
    if step is None:
        return f"本计划{plan.state_label}，当前不需要签字"
    if plan.organisation_id not in duties.get(step.duty.value, frozenset()):
        holders = len(list_holders_of_duty(duty=step.duty, over=plan.organisation_id))
        return f"本计划待{step.label}签字（在岗 {holders} 人），您当前的岗位不能签署"
    if has_signed(
        kind=SubjectKind.PLAN,
        subject_id=plan.id,
        round_number=plan.round,
        user_id=actor.user_id,
    ):
        return "本轮您已经办理过本计划的其他环节，同一人不能办理两个环节"
    return ""
