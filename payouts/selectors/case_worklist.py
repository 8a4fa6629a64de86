"""What waits for a post among the claims, for the first page."""

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from accounts.selectors.worklist import Waiting
from common.actor import Person
from payouts.enums import CaseState
from payouts.selectors.cases import waiting_cases

LABELS = {
    CaseState.RETURNED: "退回补正",
    CaseState.DRAFT: "受理中的案件",
    CaseState.FIRST_REVIEW: "待初审案件",
    CaseState.RE_REVIEW: "待复核案件",
    CaseState.APPROVAL: "待审批案件",
}


def list_waiting_case_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the kinds of claims that wait for the actor's current post, with late ones.

    Only kinds with something waiting; a case is late when its deadline lies before `today`.
    """
    rows = (
        waiting_cases(actor)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(due_date__lt=today)))
    )
    counts = {state: (count, late) for state, count, late in rows}
    return [
        Waiting(
            label, f"{reverse('payouts:cases')}?tab=waiting&state={state.value}", *counts[state]
        )
        for state, label in LABELS.items()
        if state in counts
    ]
