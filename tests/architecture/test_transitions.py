"""The state tables in Python and in the database say the same."""

import pytest

import accounts.workflows
import funds.workflows
import payouts.workflows.cases
import payouts.workflows.payments
import payouts.workflows.plans
import reconciliation.workflows
from accounts.models import StateTransition

MODULES = (
    accounts.workflows,
    funds.workflows,
    payouts.workflows.cases,
    payouts.workflows.plans,
    payouts.workflows.payments,
    reconciliation.workflows,
)


@pytest.mark.django_db
def test_python_and_database_permit_the_same_changes_of_state():
    in_python = {
        (table, str(before), str(after))
        for module in MODULES
        for table, pairs in module.TRANSITIONS.items()
        for before, after in pairs
    }
    in_database = set(StateTransition.objects.values_list("table_name", "from_state", "to_state"))
    assert in_python == in_database
