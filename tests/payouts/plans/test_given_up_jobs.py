"""What a job that was given up leaves behind stands in nobody's way."""

import pytest

from accounts.models import Job
from payouts.enums import ReturnVia, SourceKind
from payouts.models import BenefitItem, DisbursementPlan
from payouts.services import plans
from payouts.services.sources import ExtractKnown, receive_extract
from tests.city import NOW, found_city
from tests.payouts.build import determined_people
from tests.payouts.plans.ground import (
    MONTH,
    compared,
    enrolment_file,
    import_sources,
    known,
    planned,
)

pytestmark = pytest.mark.django_db
EAST = "510402"


@pytest.fixture
def city():
    return found_city()


def begin_plan(city):
    return plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=city.offices[EAST].pk,
        item_id=BenefitItem.objects.get(code="B01").pk,
        month=MONTH,
        at=NOW,
    )


def give_up(job_id):
    Job.objects.filter(pk=job_id).update(state="FAILED", finished_at=NOW)


def test_a_plan_nobody_builds_any_more_makes_room_for_another(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    compared(city, EAST)
    stranded = begin_plan(city)
    with pytest.raises(plans.PlanExists):
        begin_plan(city)
    give_up(stranded.job_id)
    assert begin_plan(city).state == "BUILDING"
    assert DisbursementPlan.objects.get(pk=stranded.pk).state == "WITHDRAWN"


def test_a_plan_that_was_built_stays_whatever_became_of_its_job(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    plan = planned(city, EAST)
    give_up(plan.job_id)
    with pytest.raises(plans.PlanExists):
        begin_plan(city)


def test_a_file_nobody_checks_any_more_may_come_again(city):
    content = enrolment_file([known(person) for person in determined_people(city, EAST, 2)])

    def receive():
        return receive_extract(
            actor=city.actor("DATA"),
            kind=SourceKind.ENROLMENT,
            content=content,
            file_name="f.csv",
            via=ReturnVia.UPLOAD,
            at=NOW,
        )

    stranded = receive()
    with pytest.raises(ExtractKnown):
        receive()
    give_up(stranded.job_id)
    assert receive().pk != stranded.pk
    stranded.refresh_from_db()
    assert stranded.state == "REJECTED"
