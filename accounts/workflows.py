"""Which state follows which: pure tables, no database, no clock.

`TRANSITIONS` maps a table name to its permitted (from, to) pairs; the database holds the same
pairs and refuses all others.
"""

from collections.abc import Mapping
from types import MappingProxyType

from accounts.duties import Duty
from accounts.enums import Decision, GrantState, JobState, Onboarding, ParameterChangeState

TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "accounts_postgrant": frozenset(
            {
                (GrantState.REVIEW, GrantState.APPROVAL),
                (GrantState.REVIEW, GrantState.REFUSED),
                (GrantState.APPROVAL, GrantState.EFFECTIVE),
                (GrantState.APPROVAL, GrantState.REFUSED),
                (GrantState.EFFECTIVE, GrantState.REVOKED),
                (GrantState.EFFECTIVE, GrantState.EXPIRED),
            }
        ),
        "accounts_parameterchange": frozenset(
            {
                (ParameterChangeState.WAITING, ParameterChangeState.APPROVED),
                (ParameterChangeState.WAITING, ParameterChangeState.REFUSED),
            }
        ),
        # How far an office has come (P21); an office that went ahead too early goes back to tests.
        "accounts_organisation": frozenset(
            {
                (Onboarding.NOT_ONLINE, Onboarding.PILOT),
                (Onboarding.NOT_ONLINE, Onboarding.TESTING),
                (Onboarding.PILOT, Onboarding.TESTING),
                (Onboarding.PILOT, Onboarding.LIVE),
                (Onboarding.PILOT, Onboarding.NOT_ONLINE),
                (Onboarding.TESTING, Onboarding.PILOT),
                (Onboarding.TESTING, Onboarding.LIVE),
                (Onboarding.TESTING, Onboarding.NOT_ONLINE),
                (Onboarding.LIVE, Onboarding.TESTING),
            }
        ),
        "accounts_job": frozenset(
            {
                (JobState.QUEUED, JobState.RUNNING),
                (JobState.RUNNING, JobState.DONE),
                (JobState.RUNNING, JobState.FAILED),
                (JobState.RUNNING, JobState.STOPPED),
            }
        ),
    }
)

# Where a grant waits for a signature: the step's name, and whose duty it is.
STEP_AT: Mapping[str, tuple[str, Duty]] = MappingProxyType(
    {
        GrantState.REVIEW: ("REVIEW", Duty.GRANT_REVIEW),
        GrantState.APPROVAL: ("APPROVE", Duty.GRANT_APPROVE),
    }
)


def next_state(state: str, decision: str) -> GrantState:
    """Return where a decision sends a waiting grant; KeyError if nobody may sign it there."""
    if decision != Decision.APPROVE:
        return GrantState.REFUSED
    return {GrantState.REVIEW: GrantState.APPROVAL, GrantState.APPROVAL: GrantState.EFFECTIVE}[
        GrantState(state)
    ]


def next_onboarding(state: str) -> list[Onboarding]:
    """Return the states an office may be given next, in the order of onboarding."""
    permitted = TRANSITIONS["accounts_organisation"]
    return [following for following in Onboarding if (state, following) in permitted]
