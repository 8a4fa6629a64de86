"""A plan line pays what the parameters give: the database computes the standard a second time."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Parameter
from payouts.calculators import RuleInvalid, monthly_standard
from payouts.models import DisbursementPlanLine, Entitlement
from payouts.parameters import STANDARDS
from payouts.services import plans
from tests.city import NOW
from tests.payouts.build import determined_people
from tests.payouts.plans.ground import MONTH, compared, import_sources, known

pytestmark = pytest.mark.django_db
EAST = "510402"
TIERS = {
    "kind": "TIERS",
    "tiers": [[1, 5, "1500.00"], [5, 10, "1600.10"], [10, None, "1700.00"]],
    "later": "1400.00",
}
SPLIT = {"kind": "MINIMUM_WAGE_SHARE", "percent": "77.7"}  # 2330.00 x 77.7 % = 1810.41 exactly
HALF_CENT = {"kind": "MINIMUM_WAGE_SHARE", "percent": "50.0015"}  # 1165.03495, rounded 1165.03


@pytest.fixture
def empty_plan(city):
    """A plan of one person that waits for its lines, in the office whose standard is 1,864.00."""
    [person] = determined_people(city, EAST, 1)
    import_sources(city, [known(person)])
    run = compared(city, EAST)
    plan = plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=run.organisation_id,
        item_id=run.item_id,
        month=MONTH,
        at=NOW,
    )
    return plan, person, run.results.get()


def add_line(empty_plan, amount, number=1, counted=1):
    """Write the plan's line past the services, with the entitlement's counter at `counted`."""
    plan, person, result = empty_plan
    with transaction.atomic():
        Entitlement.objects.filter(pk=person.pk).update(months_planned=counted)
        DisbursementPlanLine.objects.create(
            pool=plan.pool,
            plan=plan,
            position=1,
            entitlement=person,
            claimant=person.claimant,
            person_key=person.person_key,
            item_code="B01",
            benefit_month=MONTH,
            month_number=number,
            amount=Decimal(amount),
            payee_account=person.payee_account,
            comparison_result=result,
        )


def test_the_standard_is_accepted(empty_plan):
    add_line(empty_plan, "1864.00")  # 80 % of 2,330.00
    assert empty_plan[0].lines.get().amount == Decimal("1864.00")


@pytest.mark.parametrize("amount", ["1863.99", "1864.01", "0.01", "2330.00"])
def test_another_amount_is_refused(empty_plan, amount):
    with pytest.raises(DatabaseError) as refusal:
        add_line(empty_plan, amount)
    assert refusal.value.__cause__.diag.constraint_name == "plan_line_pays_the_standard"


@pytest.mark.parametrize(("number", "counted"), [(2, 1), (1, 0), (1, 2)])
def test_a_line_is_the_month_its_entitlement_has_come_to(empty_plan, number, counted):
    with pytest.raises(DatabaseError) as refusal:
        add_line(empty_plan, "1864.00", number, counted)
    assert refusal.value.__cause__.diag.constraint_name == "plan_line_pays_the_standard"


def test_two_offsetting_amounts_are_refused_though_the_total_is_right(city):
    """One cent more for one and one less for the other leaves every sum as it was."""
    people = determined_people(city, EAST, 2)
    import_sources(city, [known(person) for person in people])
    run = compared(city, EAST)
    plan = plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=run.organisation_id,
        item_id=run.item_id,
        month=MONTH,
        at=NOW,
    )
    results = {result.entitlement_id: result for result in run.results.all()}
    Entitlement.objects.filter(pk__in=results).update(months_planned=1)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        DisbursementPlanLine.objects.bulk_create(
            DisbursementPlanLine(
                pool=plan.pool,
                plan=plan,
                position=position,
                entitlement=person,
                claimant=person.claimant,
                person_key=person.person_key,
                item_code="B01",
                benefit_month=MONTH,
                month_number=1,
                amount=amount,
                payee_account=person.payee_account,
                comparison_result=results[person.pk],
            )
            for position, (person, amount) in enumerate(
                zip(people, [Decimal("1864.01"), Decimal("1863.99")], strict=True), start=1
            )
        )
    assert refusal.value.__cause__.diag.constraint_name == "plan_line_pays_the_standard"


def standard_in_the_database(city, region, years, number):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payouts_monthly_standard(%s, %s, %s, %s, %s)",
            [city.pool.pk, region, MONTH, years, number],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "rule", [STANDARDS["SICHUAN"][0], STANDARDS["SHANGHAI"][0], TIERS, SPLIT, HALF_CENT]
)
def test_both_computations_agree_for_every_kind_of_rule(city, rule):
    wage = Decimal("2330.00") if rule["kind"] == "MINIMUM_WAGE_SHARE" else None
    Parameter.objects.create(
        pool=city.pool,
        code="benefit_standard",
        region_code="",
        value=rule,
        valid_from=MONTH,
        source="测试用标准",
    )
    for years in (1, 4, 5, 9, 10, 30):
        for number in (1, 12, 13, 24):
            exact = standard_in_the_database(city, "510402", years, number)
            amount = monthly_standard(rule, wage, years * 12, number)
            assert Decimal("-0.005") < amount - exact <= Decimal("0.005")


def test_the_district_before_the_pool_and_nothing_where_no_rule_covers(city):
    assert standard_in_the_database(city, "510421", 5, 1) == Decimal("1760.00")  # 80 % of 2,200.00
    assert standard_in_the_database(city, "510402", 5, 1) == Decimal("1864.00")
    stages = {"kind": "STAGES", "stages": [[5, 24, "1000.00"]]}
    Parameter.objects.create(
        pool=city.pool,
        code="benefit_standard",
        value=stages,
        valid_from=date(2026, 11, 1),
        source="测试用标准",
    )
    assert standard_in_the_database(city, "510402", 5, 1) is None
    with pytest.raises(RuleInvalid):
        monthly_standard(stages, None, 60, 1)
