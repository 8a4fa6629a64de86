"""No plan, unlock or clearing comes into the database already signed."""

import pytest

from payouts.models import ComparisonResult, DisbursementPlan, PlanUnlock
from tests.city import NOW
from tests.payouts.build import determined_people
from tests.payouts.plans.ground import MONTH, compared, import_sources, known
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
EAST = "510402"


def test_rows_start_at_the_beginning(city):
    first, second = determined_people(city, EAST, 2)
    import_sources(city, [known(first)])
    run = compared(city, EAST)
    planner = city.actor("PLAN", EAST).user_id
    common = {"pool": city.pool, "organisation": run.organisation, "item": run.item}
    plan = {**common, "month": MONTH, "number": "JH1", "comparison_run": run}
    made = {"prepared_by_id": planner, "prepared_at": NOW}
    assert (
        refused_by(lambda: DisbursementPlan.objects.create(**plan, **made, state="APPROVED"))
        == "plan_starts_empty"
    )
    asked = {"requested_by_id": planner, "requested_at": NOW, "reason": "x", "month": MONTH}
    assert (
        refused_by(lambda: PlanUnlock.objects.create(**common, **asked, state="GRANTED"))
        == "unlock_starts_waiting"
    )
    cleared = {"reasons": ["NAME_DIFFERS"], "clearing_text": "x", "cleared_at": NOW}
    assert (
        refused_by(
            lambda: ComparisonResult.objects.create(
                pool=city.pool,
                run=run,
                entitlement=second,
                state="CLEARED",
                cleared_by_id=city.actor("APP", EAST).user_id,
                **cleared,
            )
        )
        == "comparison_cleared_only_later"
    )
