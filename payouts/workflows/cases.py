"""Where a case waits, who signs there, and where each decision sends it."""

from collections.abc import Mapping
from types import MappingProxyType

from accounts.duties import Duty
from accounts.enums import Decision
from payouts.enums import CaseState, StepKind

# The five intake steps in their order (五步工作法).
STEPS = tuple(StepKind)

# Who may sign where. A state that is not a key here waits for nobody's signature.
DUTY_AT: Mapping[str, Duty] = MappingProxyType(
    {
        CaseState.FIRST_REVIEW: Duty.CASE_FIRST_REVIEW,
        CaseState.RE_REVIEW: Duty.CASE_RE_REVIEW,
        CaseState.APPROVAL: Duty.CASE_APPROVE,
    }
)
# Signature step of each state; acceptance itself is the round's first signature.
ACCEPT = "ACCEPT"
STEP_AT: Mapping[str, str] = MappingProxyType(
    {
        CaseState.FIRST_REVIEW: "FIRST_REVIEW",
        CaseState.RE_REVIEW: "RE_REVIEW",
        CaseState.APPROVAL: "APPROVE",
    }
)
ACT_AT: Mapping[str, str] = MappingProxyType(
    {
        CaseState.DRAFT: "受理",
        CaseState.FIRST_REVIEW: "初审",
        CaseState.RE_REVIEW: "复核",
        CaseState.APPROVAL: "审批",
    }
)

# Depth of review -> states after acceptance. 一般业务二级审核，重要业务三级审核。
PATHS: Mapping[int, tuple[CaseState, ...]] = MappingProxyType(
    {
        2: (CaseState.FIRST_REVIEW, CaseState.RE_REVIEW),
        3: (CaseState.FIRST_REVIEW, CaseState.RE_REVIEW, CaseState.APPROVAL),
    }
)

# At the accepting clerk's desk, and at nobody's any more.
WITH_CLERK = (CaseState.DRAFT, CaseState.SUPPLEMENT, CaseState.RETURNED)
FINISHED = (CaseState.DETERMINED, CaseState.REFUSED, CaseState.WITHDRAWN)
RESUMABLE = (CaseState.SUPPLEMENT, CaseState.RETURNED)

TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "payouts_benefitcase": frozenset(
            (str(before), str(after))
            for before, afters in {
                CaseState.DRAFT: (
                    CaseState.FIRST_REVIEW,
                    CaseState.SUPPLEMENT,
                    CaseState.REFUSED,
                    CaseState.WITHDRAWN,
                ),
                CaseState.SUPPLEMENT: (CaseState.DRAFT, CaseState.WITHDRAWN),
                CaseState.FIRST_REVIEW: (
                    CaseState.RE_REVIEW,
                    CaseState.RETURNED,
                    CaseState.REFUSED,
                ),
                CaseState.RE_REVIEW: (
                    CaseState.APPROVAL,
                    CaseState.DETERMINED,
                    CaseState.RETURNED,
                    CaseState.REFUSED,
                ),
                CaseState.APPROVAL: (
                    CaseState.DETERMINED,
                    CaseState.RETURNED,
                    CaseState.REFUSED,
                ),
                CaseState.RETURNED: (CaseState.DRAFT, CaseState.WITHDRAWN),
            }.items()
            for after in afters
        ),
        "payouts_entitlement": frozenset(
            {
                ("PAYING", "SUSPENDED"),
                ("PAYING", "STOPPED"),
                ("PAYING", "FINISHED"),
                ("SUSPENDED", "PAYING"),
                ("SUSPENDED", "STOPPED"),
            }
        ),
    }
)


def next_state(state: str, decision: Decision, *, depth: int) -> CaseState:
    """Return where a decision sends a case; ValueError if `state` is not on its path."""
    path = PATHS[depth]
    position = path.index(CaseState(state))
    if decision is Decision.RETURN:
        return CaseState.RETURNED
    if decision is Decision.REFUSE:
        return CaseState.REFUSED
    return path[position + 1] if position + 1 < len(path) else CaseState.DETERMINED


def is_last(state: str, *, depth: int) -> bool:
    """Tell whether an approval at this state determines the case."""
    return PATHS[depth][-1] == state


def next_step(recorded: int) -> StepKind | None:
    """Return the intake step to do after `recorded` of them are done, or None after the fifth."""
    return STEPS[recorded] if recorded < len(STEPS) else None
