"""State tables of sources, comparisons, plans, unlocks and entitlements. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from accounts.duties import Duty
from payouts.enums import (
    ChangeKind,
    ChangeReason,
    ChangeState,
    ComparisonState,
    EntitlementState,
    ExtractState,
    PlanState,
    RunState,
    UnlockState,
)

TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "payouts_entitlement": frozenset(
            {
                (EntitlementState.PAYING, EntitlementState.SUSPENDED),
                (EntitlementState.PAYING, EntitlementState.STOPPED),
                (EntitlementState.PAYING, EntitlementState.FINISHED),
                (EntitlementState.SUSPENDED, EntitlementState.PAYING),
                (EntitlementState.SUSPENDED, EntitlementState.STOPPED),
            }
        ),
        "payouts_entitlementchange": frozenset(
            {
                (ChangeState.WAITING, ChangeState.APPROVED),
                (ChangeState.WAITING, ChangeState.REFUSED),
            }
        ),
        "payouts_sourceextract": frozenset(
            {
                (ExtractState.CHECKING, ExtractState.APPLIED),
                (ExtractState.CHECKING, ExtractState.REJECTED),
            }
        ),
        "payouts_comparisonrun": frozenset(
            {(RunState.RUNNING, RunState.DONE), (RunState.RUNNING, RunState.FAILED)}
        ),
        "payouts_comparisonresult": frozenset(
            {(ComparisonState.EXCEPTION, ComparisonState.CLEARED)}
        ),
        "payouts_disbursementplan": frozenset(
            {
                (PlanState.BUILDING, PlanState.DRAFT),
                (PlanState.BUILDING, PlanState.WITHDRAWN),
                (PlanState.DRAFT, PlanState.OFFICE),
                (PlanState.DRAFT, PlanState.WITHDRAWN),
                (PlanState.OFFICE, PlanState.DEPARTMENT),
                (PlanState.OFFICE, PlanState.RETURNED),
                (PlanState.DEPARTMENT, PlanState.LEADER),
                (PlanState.DEPARTMENT, PlanState.RETURNED),
                (PlanState.LEADER, PlanState.PRINCIPAL),
                (PlanState.LEADER, PlanState.APPROVED),
                (PlanState.LEADER, PlanState.RETURNED),
                (PlanState.PRINCIPAL, PlanState.APPROVED),
                (PlanState.PRINCIPAL, PlanState.RETURNED),
                (PlanState.RETURNED, PlanState.OFFICE),
                (PlanState.RETURNED, PlanState.WITHDRAWN),
            }
        ),
        "payouts_planunlock": frozenset(
            {
                (UnlockState.WAITING, UnlockState.GRANTED),
                (UnlockState.WAITING, UnlockState.REFUSED),
            }
        ),
    }
)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """Who signs a plan that waits in one state: the signature's step, and the duty it takes."""

    step: str
    duty: Duty
    label: str


PLAN_STEPS: Mapping[str, PlanStep] = MappingProxyType(
    {
        PlanState.OFFICE: PlanStep("OFFICE", Duty.PLAN_SIGN_OFFICE, "机构负责人"),
        PlanState.DEPARTMENT: PlanStep("DEPARTMENT", Duty.PLAN_SIGN_DEPARTMENT, "市职能部门"),
        PlanState.LEADER: PlanStep("LEADER", Duty.PLAN_SIGN_LEADER, "分管领导"),
        PlanState.PRINCIPAL: PlanStep("PRINCIPAL", Duty.PLAN_SIGN_PRINCIPAL, "主要领导"),
    }
)


def plan_state_after(state: str, *, needs_principal: bool) -> PlanState:
    """Return where a plan goes when the step it waits for is signed. KeyError if it waits for none.

    Source: Z14: the principal head signs large plans in person, after the leader.
    """
    return {
        PlanState.OFFICE: PlanState.DEPARTMENT,
        PlanState.DEPARTMENT: PlanState.LEADER,
        PlanState.LEADER: PlanState.PRINCIPAL if needs_principal else PlanState.APPROVED,
        PlanState.PRINCIPAL: PlanState.APPROVED,
    }[PlanState(state)]


STATE_AFTER_CHANGE: Mapping[str, EntitlementState] = MappingProxyType(
    {
        ChangeKind.STOP: EntitlementState.STOPPED,
        ChangeKind.SUSPEND: EntitlementState.SUSPENDED,
        ChangeKind.RESUME: EntitlementState.PAYING,
    }
)


def change_kind(reason: str, *, prison: str) -> ChangeKind:
    """Return what a reason does to an entitlement.

    Args:
        reason: a ChangeReason.
        prison: the pool's rule for imprisonment, STOP or SUSPEND.

    Source: 《社会保险法》第五十一条; 《失业保险条例》第十五条; other provinces keep the months of
    who is imprisoned.
    """
    if reason == ChangeReason.RESTORED:
        return ChangeKind.RESUME
    if reason == ChangeReason.PRISON:
        return ChangeKind(prison)
    return ChangeKind.STOP


def reasons_at(state: str) -> tuple[ChangeReason, ...]:
    """Return the reasons an entitlement in this state can be changed for; none when it ended."""
    stops = tuple(reason for reason in ChangeReason if reason != ChangeReason.RESTORED)
    if state == EntitlementState.PAYING:
        return stops
    if state == EntitlementState.SUSPENDED:
        return (ChangeReason.RESTORED, *(r for r in stops if r != ChangeReason.PRISON))
    return ()
