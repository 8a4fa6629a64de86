"""The comparison finds every reason, agrees with its twin, and only another person clears."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Document
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import SignedTheCase
from common.lists import Viewer
from payouts.enums import ComparisonState, EntitlementState
from payouts.models import (
    ComparisonResult,
    ComparisonRun,
    DisbursementPlanLine,
    Entitlement,
    SourceExtractRow,
)
from payouts.selectors.comparisons import find_results, show_results
from payouts.services import comparisons
from payouts.services.comparisons import (
    ClearedByRunner,
    ClearingTextMissing,
    Evidence,
    MonthNotReached,
    PlanStands,
    ReasonNeverCleared,
    ResultNotOpen,
    SourceStale,
    clear_exception,
    start_comparison,
)
from payouts.tasks import plans as tasks
from tests.city import NOW, another_city
from tests.payouts.build import determined_people, let_draw_no_more
from tests.payouts.plans.ground import (
    MONTH,
    PAYER,
    built,
    compared,
    import_sources,
    known,
)

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"


def reasons_of(run, entitlement):
    return ComparisonResult.objects.get(run=run, entitlement=entitlement).reasons


def test_who_agrees_in_all_three_sources_passes(city):
    people = determined_people(city, EAST, 2)
    import_sources(city, [known(person) for person in people])
    run = compared(city, EAST)
    assert (run.state, run.passed_count, run.exception_count) == ("DONE", 2, 0)
    assert set(run.results.values_list("state", flat=True)) == {"PASSED"}


@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ({"in_enrolment": False}, "NOT_IN_ENROLMENT"),
        ({"name": "欧阳修", "medical_name": "{name}"}, "NAME_DIFFERS"),
        ({"status": "ACTIVE", "last_month": "202611"}, "RE_EMPLOYED"),
        ({"status": "RETIRED"}, "RETIRED"),
        ({"status": "DECEASED"}, "DECEASED"),
        ({"in_medical": False}, "NOT_IN_MEDICAL"),
        ({"medical_name": "欧阳修"}, "MEDICAL_NAME_DIFFERS"),
        ({"medical_unit": "YB510400999"}, "MEDICAL_OTHER_UNIT"),
    ],
)
def test_each_reason_is_found_alone(city, differences, reason):
    person = determined_people(city, EAST, 1)[0]
    filled = {
        key: value.format(name=person.claimant_name) if isinstance(value, str) else value
        for key, value in differences.items()
    }
    import_sources(city, [known(person, **filled)])
    assert reasons_of(compared(city, EAST), person) == [reason]


def test_working_until_the_month_before_is_no_re_employment(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person, status="ACTIVE", last_month="202610")])
    assert reasons_of(compared(city, EAST), person) == []


def test_months_used_up_are_found(city):
    person = determined_people(city, EAST, 1, months_granted=3)[0]
    Entitlement.objects.filter(pk=person.pk).update(months_planned=3)
    import_sources(city, [known(person)])
    assert reasons_of(compared(city, EAST), person) == ["MONTHS_EXHAUSTED"]


def test_drawing_in_another_office_of_the_pool_is_found(city):
    person, elsewhere = determined_people(city, EAST, 1)[0], determined_people(city, WEST, 1)[0]
    import_sources(city, [known(person), known(elsewhere)])
    Entitlement.objects.filter(pk=elsewhere.pk).update(person_key=person.person_key)
    Entitlement.objects.filter(pk=elsewhere.pk).update(claimant_name=person.claimant_name)
    compared(city, WEST)
    built(city, WEST)
    assert reasons_of(compared(city, EAST), person) == ["DRAWING_ELSEWHERE"]


def test_only_payable_people_of_the_office_are_compared(city):
    here = determined_people(city, EAST, 4)
    other = determined_people(city, WEST, 1)
    let_draw_no_more(city, EAST, [here[1]], EntitlementState.SUSPENDED)
    Entitlement.objects.filter(pk=here[2].pk).update(first_month=date(2026, 12, 1))
    import_sources(city, [known(person) for person in [*here, *other]])
    run = compared(city, EAST)
    compared_ids = set(run.results.values_list("entitlement_id", flat=True))
    assert compared_ids == {here[0].pk, here[3].pk}


def twin(run):
    """Compare slowly, person by person: the twin of `compare_sources`."""
    results = {}
    for person in Entitlement.objects.filter(organisation=run.organisation, item=run.item):
        lines = DisbursementPlanLine.objects.filter(
            person_key=person.person_key, benefit_month=run.month, is_live=True
        )
        is_planned = any(line.entitlement_id == person.pk for line in lines)
        if person.state == "PAYING" and person.first_month <= run.month and not is_planned:
            rows = SourceExtractRow.objects.filter(person_key=person.person_key)
            results[person.pk] = [
                *enrolment_reasons(rows.filter(extract=run.enrolment_extract).first(), person, run),
                *medical_reasons(rows.filter(extract=run.medical_extract).first(), person),
                *(["DRAWING_ELSEWHERE"] if lines else []),
                *(["MONTHS_EXHAUSTED"] if person.months_planned >= person.months_granted else []),
            ]
    return results


def enrolment_reasons(row, person, run):
    if row is None:
        return ["NOT_IN_ENROLMENT"]
    is_working = row.status == "ACTIVE" and row.last_month and row.last_month >= run.month
    return [
        *(["NAME_DIFFERS"] if row.name != person.claimant_name else []),
        *(["RE_EMPLOYED"] if is_working else []),
        *(state for state in ("RETIRED", "DECEASED") if row.status == state),
    ]


def medical_reasons(row, person):
    if row is None:
        return ["NOT_IN_MEDICAL"]
    return [
        *(["MEDICAL_NAME_DIFFERS"] if row.name != person.claimant_name else []),
        *(["MEDICAL_OTHER_UNIT"] if row.unit_number != PAYER else []),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_compare_sources_agrees_with_its_slow_twin_on_random_people(city, seed):
    chance = random.Random(seed)
    people = determined_people(city, EAST, 80)
    words = []
    for person in people:
        months = chance.choice([0, 5, 12])
        state = chance.choice(["PAYING"] * 6 + ["SUSPENDED", "STOPPED", "FINISHED"])
        first = chance.choice([MONTH, MONTH, date(2026, 12, 1)])
        Entitlement.objects.filter(pk=person.pk).update(months_planned=months, first_month=first)
        if state in ("STOPPED", "SUSPENDED"):
            let_draw_no_more(city, EAST, [person], state)
        else:
            Entitlement.objects.filter(pk=person.pk, state="PAYING").update(state=state)
        differences = {
            "status": chance.choice(["STOPPED", "STOPPED", "ACTIVE", "RETIRED", "DECEASED"]),
            "last_month": chance.choice(["202609", "202610", "202611", "202612"]),
            "in_enrolment": chance.random() > 0.1,
            "in_medical": chance.random() > 0.1,
            "medical_unit": chance.choice([PAYER, PAYER, "YB999"]),
            "medical_name": chance.choice(["", "", "欧阳修"]),
        }
        if chance.random() < 0.2:
            differences["name"] = "司马光"
        words.append(known(person, **differences))
    import_sources(city, words)
    run = compared(city, EAST)
    found = {r.entitlement_id: r.reasons for r in run.results.all()}
    assert found == twin(run)
    passed = sum(not reasons for reasons in found.values())
    assert (run.passed_count, run.exception_count) == (passed, len(found) - passed)
    assert all((r.state == "PASSED") == (r.reasons == []) for r in run.results.all())


def test_the_job_run_twice_compares_once(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person)])
    run = compared(city, EAST)
    assert tasks.compare_sources(pool_id=city.pool.pk, job_id=run.job_id) is False
    assert run.results.count() == 1


def test_a_new_comparison_replaces_the_current_one(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person)])
    first, second = compared(city, EAST), compared(city, EAST)
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    built(city, EAST)
    with pytest.raises(PlanStands):
        compared(city, EAST)


def test_stale_or_missing_sources_are_refused_with_what_to_do(city):
    person = determined_people(city, EAST, 1)[0]
    with pytest.raises(SourceStale, match="尚未导入“全国社保参保信息”"):
        compared(city, EAST)
    import_sources(city, [known(person)])
    late = NOW + timedelta(days=45)
    with pytest.raises(SourceStale, match="距今 46 天"):
        compared(city, EAST, at=late + timedelta(days=1))
    compared(city, EAST, at=late)


def test_a_month_that_has_not_begun_and_another_office_are_refused(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person)])
    with pytest.raises(MonthNotReached):
        compared(city, EAST, month=date(2026, 12, 1))
    with pytest.raises(DutyNotHeld):
        start_comparison(
            actor=city.actor("PLAN", WEST),
            organisation_id=city.offices[EAST].pk,
            item_id=person.item_id,
            month=MONTH,
            at=NOW,
        )


def exception(city, **differences):
    """Return one open mismatch of the east office."""
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person, **(differences or {"in_medical": False}))])
    return ComparisonResult.objects.get(run=compared(city, EAST))


LETTER = Evidence("转移单.pdf", "application/pdf", b"%PDF-1.7 x")


def clear(city, result, actor, text="医保关系已转出，附转移单", evidence=LETTER):
    return clear_exception(actor=actor, result_id=result.pk, text=text, evidence=evidence, at=NOW)


def test_another_person_clears_with_evidence(city):
    result = exception(city)
    cleared = clear(city, result, city.actor("OFFH", EAST))
    assert cleared.state == ComparisonState.CLEARED
    assert bytes(cleared.evidence.content) == LETTER.content
    viewer = Viewer(city.actor("PLAN", EAST), NOW)
    line = show_results(viewer, find_results(viewer, run_id=cleared.run_id))[0]
    assert (line.cleared_by, line.can_be_cleared) == (city.user("OFFH", EAST).name, False)
    with pytest.raises(ResultNotOpen):
        clear(city, result, city.actor("OFFH", EAST))


def test_clearing_needs_the_duty_words_and_another_person(city):
    result = exception(city)
    with pytest.raises(DutyNotHeld):
        clear(city, result, city.actor("PLAN", EAST))
    with pytest.raises(DutyNotHeld):
        clear(city, result, city.actor("OFFH", WEST))
    with pytest.raises(ClearingTextMissing):
        clear(city, result, city.actor("OFFH", EAST), text="  ")
    ComparisonRun.objects.filter(pk=result.run_id).update(
        started_by_id=city.actor("OFFH", EAST).user_id
    )
    with pytest.raises(ClearedByRunner):
        clear(city, result, city.actor("OFFH", EAST))


def test_who_approved_the_case_does_not_clear_its_mismatch(city):
    result = exception(city)
    with pytest.raises(SignedTheCase, match="您办理过此人的案件"):
        clear(city, result, city.actor("APP", EAST))


def test_the_database_keeps_no_clearing_without_evidence(city):
    result = exception(city)
    actor = city.actor("OFFH", EAST)
    comparisons.signatures.approve(
        actor,
        comparisons.Matter(
            "COMPARISON_EXCEPTION", result.pk, 1, "0" * 64, result.run.organisation_id
        ),
        "CLEAR",
        NOW,
    )
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ComparisonResult.objects.filter(pk=result.pk).update(
            state="CLEARED", clearing_text="x", cleared_by_id=actor.user_id, cleared_at=NOW
        )
    name = refusal.value.__cause__.diag.constraint_name
    assert name == "comparison_cleared_has_evidence_and_person"


@pytest.mark.parametrize("person", [("PLAN", EAST), ("OFFH", EAST)])
def test_the_database_refuses_clearing_by_the_same_person_or_without_signature(city, person):
    result = exception(city)
    expected = {
        "PLAN": "comparison_cleared_by_another_person",
        "OFFH": "comparison_clearing_is_signed",
    }[person[0]]
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ComparisonResult.objects.filter(pk=result.pk).update(
            state="CLEARED",
            clearing_text="x",
            cleared_by_id=city.actor(*person).user_id,
            cleared_at=NOW,
        )
    assert refusal.value.__cause__.diag.constraint_name == expected


def test_death_is_never_cleared_not_even_by_raw_sql(city):
    result = exception(city, status="DECEASED")
    with pytest.raises(ReasonNeverCleared, match="已死亡"):
        clear(city, result, city.actor("OFFH", EAST))
    comparisons.signatures.approve(
        city.actor("OFFH", EAST),
        comparisons.Matter(
            "COMPARISON_EXCEPTION", result.pk, 1, "0" * 64, result.run.organisation_id
        ),
        "CLEAR",
        NOW,
    )
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ComparisonResult.objects.filter(pk=result.pk).update(
            state="CLEARED",
            clearing_text="x",
            evidence=Document.objects.first(),
            cleared_by_id=city.actor("OFFH", EAST).user_id,
            cleared_at=NOW,
        )
    name = refusal.value.__cause__.diag.constraint_name
    assert name == "comparison_reason_can_be_cleared"


def test_a_second_city_sees_nothing_of_the_first(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person)])
    run = compared(city, EAST)
    other = another_city()
    assert not ComparisonRun.objects.filter(pk=run.pk).exists()
    with pytest.raises(SourceStale):
        compared(other, "513401", at=datetime(2026, 11, 2, 2, tzinfo=UTC))
