"""What a plan's page reads by statements of its own, beside the same read by the ORM."""

from collections import Counter

import pytest

from accounts.models import Job
from common.errors import NotFound
from payouts.enums import ComparisonState, EntitlementState, MismatchReason
from payouts.models import ComparisonResult, DisbursementPlan, DisbursementPlanLine, Entitlement
from payouts.selectors.plan_details import TAKEN_ELSEWHERE, LeftOut, list_left_out
from payouts.selectors.plans import LINES, get_plan, list_largest, plan_line, plan_rows, show_lines
from payouts.services import plans
from payouts.services.batches import prepare_batch
from tests.city import NOW, found_city
from tests.payouts.build import approved_plan, determined_people, let_draw_no_more
from tests.payouts.plans.ground import MONTH, built, compared, import_sources, known

pytestmark = pytest.mark.django_db
EAST = "510402"


@pytest.fixture
def city():
    return found_city()


def shown(city, plan):
    return get_plan(actor=city.actor("PLAN", EAST), plan_id=plan.pk)


class TestReadPlan:
    """read_plan.sql beside `plan_rows`."""

    def same(self, city, plan):
        assert shown(city, plan) == plan_line(plan_rows().get(pk=plan.pk))

    def test_it_gives_a_plan_that_is_built_with_its_job(self, city):
        people = determined_people(city, EAST, 2)
        import_sources(city, [known(person) for person in people])
        compared(city, EAST)
        plan = plans.build_plan(
            actor=city.actor("PLAN", EAST),
            organisation_id=city.offices[EAST].pk,
            item_id=people[0].item_id,
            month=MONTH,
            at=NOW,
        )
        self.same(city, plan)
        assert shown(city, plan).job.is_running
        Job.objects.filter(pk=plan.job_id).update(requested_by=None)
        self.same(city, plan)
        DisbursementPlan.objects.filter(pk=plan.pk).update(job=None)
        self.same(city, plan)

    def test_it_gives_an_approved_plan_with_its_batch(self, city):
        plan = approved_plan(city, EAST, ["1864.00"])
        self.same(city, plan)
        assert not shown(city, plan).batch_number
        batch = prepare_batch(actor=city.actor("FACC"), plan_ids=[plan.pk], at=NOW)
        self.same(city, plan)
        assert shown(city, plan).batch_number == batch.number
        assert shown(city, plan).has_application

    def test_another_office_finds_nothing(self, city):
        plan = approved_plan(city, EAST, ["1864.00"])
        with pytest.raises(NotFound):
            get_plan(actor=city.actor("PLAN", "510403"), plan_id=plan.pk)
        with pytest.raises(NotFound):
            get_plan(actor=city.actor("PLAN", EAST), plan_id=plan.pk + 1)


def test_list_largest_gives_the_lines_as_the_list_shows_them(city):
    plan = approved_plan(city, EAST, ["1864.00", "1700.00", "1864.00", "932.00"])
    lines = DisbursementPlanLine.objects.filter(plan=plan).order_by("-amount", "position")
    every = show_lines(None, lines.values_list("pk", *LINES.fields, named=True))
    assert list_largest(plan_id=plan.pk) == every
    assert list_largest(plan_id=plan.pk, limit=3) == every[:3]
    assert not list_largest(plan_id=plan.pk + 1)


def said(result, plan):
    """Say in words why a result has no line, one result at a time."""
    drawing = result.entitlement
    if result.state == ComparisonState.EXCEPTION:
        return [str(MismatchReason(code).label) for code in result.reasons]
    if drawing.state != EntitlementState.PAYING:
        return [f"比对后待遇已{EntitlementState(drawing.state).label}"]
    if DisbursementPlanLine.objects.filter(
        person_key=drawing.person_key, item_code="B01", benefit_month=plan.month, is_live=True
    ).exists():
        return [str(MismatchReason.DRAWING_ELSEWHERE.label)]
    if drawing.months_planned >= drawing.months_granted:
        return [str(MismatchReason.MONTHS_EXHAUSTED.label)]
    return [TAKEN_ELSEWHERE]


def test_list_left_out_gives_every_result_without_a_line(city, monkeypatch):
    """list_left_out.sql beside a look at one result after the other."""
    people = determined_people(city, EAST, 7)
    differing = [
        known(people[0], status="RETIRED"),
        known(people[1], status="RETIRED", last_month="202611"),
        known(people[2], in_enrolment=False),
    ]
    import_sources(city, [*differing, *(known(person) for person in people[3:])])
    compared(city, EAST)
    let_draw_no_more(city, EAST, [people[3]], "SUSPENDED")
    Entitlement.objects.filter(pk=people[4].pk).update(months_planned=people[4].months_granted)
    plan = built(city, EAST)

    def agree(most):
        results = (
            ComparisonResult.objects.filter(run_id=plan.comparison_run_id)
            .exclude(pk__in=plan.lines.values("comparison_result_id"))
            .order_by("state", "pk")
        )
        counts = Counter(reason for result in results for reason in said(result, plan))
        left_out = list_left_out(plan=shown(city, plan))
        assert left_out.count == len(results) >= 5
        assert Counter(dict(left_out.by_reason)) == counts
        assert left_out.persons == [
            LeftOut(
                result.entitlement.claimant_name,
                result.entitlement.claimant.identity_masked,
                "；".join(said(result, plan)),
                result.pk,
            )
            for result in results[:most]
        ]

    agree(200)
    monkeypatch.setattr("payouts.selectors.plan_details.LEFT_OUT_SHOWN", 2)
    agree(2)
