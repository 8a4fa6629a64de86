"""What a job that was given up, or stopped, leaves behind stands in nobody's way."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Job
from accounts.services.jobs import stop_job
from payouts.enums import ReturnVia, SourceKind
from payouts.models import BenefitItem, DisbursementPlan
from payouts.services import plans
from payouts.services.comparisons import start_comparison
from payouts.services.sources import ExtractKnown, receive_extract
from payouts.tasks import plans as tasks
from tests.city import NOW
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


def begin_plan(city):
    return plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=city.offices[EAST].pk,
        item_id=BenefitItem.objects.get(code="B01").pk,
        month=MONTH,
        at=NOW,
    )


def give_up(job_id):
    """Let a worker take the job, and nobody survive it."""
    Job.objects.filter(pk=job_id).update(state="RUNNING")
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


def test_a_plan_that_was_built_stays_and_its_job_is_never_given_up(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    plan = planned(city, EAST)
    with pytest.raises(IntegrityError, match="accounts_job"), transaction.atomic():
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


def stop(city, post, office, job_id):
    stop_job(actor=city.actor(post, office), job_id=job_id, at=NOW)


def test_a_plan_stopped_before_it_is_built_makes_room_for_another(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    compared(city, EAST)
    unwanted = begin_plan(city)
    stop(city, "PLAN", EAST, unwanted.job_id)
    tasks.build_plan(pool_id=city.pool.pk, job_id=unwanted.job_id)
    unwanted.refresh_from_db()
    assert (unwanted.state, unwanted.job.state, unwanted.lines.count()) == (
        *("WITHDRAWN", "STOPPED"),
        0,
    )
    assert begin_plan(city).state == "BUILDING"


def test_a_comparison_stopped_before_it_is_done_makes_room_for_another(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    item = BenefitItem.objects.get(code="B01").pk

    def start():
        return start_comparison(
            actor=city.actor("PLAN", EAST),
            organisation_id=city.offices[EAST].pk,
            item_id=item,
            month=MONTH,
            at=NOW,
        )

    unwanted = start()
    stop(city, "PLAN", EAST, unwanted.job_id)
    tasks.compare_sources(pool_id=city.pool.pk, job_id=unwanted.job_id)
    unwanted.refresh_from_db()
    assert (unwanted.state, unwanted.job.state) == ("FAILED", "STOPPED")
    assert start().state == "RUNNING"


def test_a_file_whose_import_was_stopped_may_come_again(city):
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

    unwanted = receive()
    stop(city, "DATA", "510400", unwanted.job_id)
    tasks.import_extract(pool_id=city.pool.pk, job_id=unwanted.job_id)
    unwanted.refresh_from_db()
    assert (unwanted.state, unwanted.rows.count()) == ("REJECTED", 0)
    assert receive().pk != unwanted.pk
