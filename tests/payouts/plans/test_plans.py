"""Plans: built by set-based statements, signed by their chain, withdrawn, blocked when late."""

import hashlib
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Decision, Onboarding, SubjectKind
from accounts.models import Job, Organisation, Parameter, PostGrant, Signature
from accounts.permissions import DutyNotHeld
from accounts.services import signatures
from accounts.services.signatures import ContentChanged, OpinionMissing, SignedACase
from common.actor import Person
from common.db import run_sql
from payouts.calculators import monthly_standard
from payouts.models import (
    BenefitItem,
    ComparisonResult,
    DisbursementPlan,
    DisbursementPlanLine,
    Entitlement,
    MonthSignOff,
)
from payouts.selectors.plan_details import TAKEN_ELSEWHERE, list_changes, list_left_out
from payouts.selectors.plans import get_plan
from payouts.services import plans
from payouts.services.comparisons import SourceStale
from payouts.services.month_sign_offs import (
    StatementUnsigned,
    record_month_signed,
    withdraw_month_signed,
)
from payouts.services.plans import (
    MonthUnsigned,
    NoComparison,
    OfficeNotOnline,
    PlanEmpty,
    PlanExists,
    PlanLate,
    PlanNotWaiting,
    WithdrawalReasonMissing,
)
from payouts.services.unlocks import UnlockNotNeeded, decide_unlock, request_unlock
from payouts.tasks import plans as tasks
from tests.city import NOW, another_city
from tests.funds.builders import close_until
from tests.payouts.build import determined_people, let_draw_no_more
from tests.payouts.plans.ground import (
    MONTH,
    approved,
    built,
    compared,
    import_sources,
    known,
    pay_everyone,
    planned,
    sign,
    total_of,
)
from tests.reconciliation.build import pay

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"
LATE = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
PAID_ON = date(2026, 10, 28)


def ready(city, count, office=EAST):
    """Return as many people whom all three sources agree about."""
    people = determined_people(city, office, count)
    import_sources(city, [known(person) for person in people])
    return people


def submit(city, plan, office=EAST, at=NOW, seen=""):
    return plans.submit_plan(
        actor=city.actor("PLAN", office), plan_id=plan.pk, at=at, seen_sha256=seen
    )


def test_a_plan_pays_the_standard_of_the_month_at_the_paying_place(city):
    """80 % of 2,330.00 in the city's districts, of 2,200.00 in Miyi county."""
    people = determined_people(city, EAST, 2) + determined_people(city, "510421", 1)
    import_sources(city, [known(person) for person in people])
    east, miyi = planned(city, EAST), planned(city, "510421")
    assert (east.state, east.line_count, east.total_amount) == ("DRAFT", 2, Decimal("3728.00"))
    assert (miyi.line_count, miyi.total_amount) == (1, Decimal("1760.00"))
    assert east.number == "JH510402202611001"
    assert set(Entitlement.objects.values_list("months_planned", flat=True)) == {1}


def lines_twin(plan):
    """Choose and price the lines slowly: the twin of `add_plan_lines`."""
    rule = (
        Parameter.objects.filter(code="benefit_standard", valid_from__lte=plan.month)
        .latest("valid_from")
        .value
    )
    wage = Decimal("2330.00")
    lines = {}
    results = ComparisonResult.objects.filter(run=plan.comparison_run)
    for result in results.select_related("entitlement__claimant"):
        e = result.entitlement
        if (
            result.state == "EXCEPTION"
            or e.state != "PAYING"
            or e.months_planned >= e.months_granted
        ):
            continue
        taken = DisbursementPlanLine.objects.filter(
            person_key=e.person_key, benefit_month=plan.month, is_live=True
        )
        if not taken.exists():
            lines[e.pk] = monthly_standard(rule, wage, e.contributed_months, e.months_planned + 1)
    return lines


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_add_plan_lines_and_list_standard_keys_agree_with_their_twin(city, seed):
    chance = random.Random(seed)
    tiers = [[0, 5, "1500.00"], [5, 10, "1600.00"], [10, None, "1700.00"]]
    Parameter.objects.create(
        pool=city.pool,
        code="benefit_standard",
        value={"kind": "TIERS", "tiers": tiers, "later": "1400.00"},
        valid_from=MONTH,
        source="测试用标准",
    )
    people = determined_people(city, EAST, 60, months_granted=24)
    for person in people:
        Entitlement.objects.filter(pk=person.pk).update(
            months_planned=chance.choice([0, 3, 12, 23]),
            contributed_months=chance.randint(12, 300),
        )
    gone = chance.sample(people, 10)
    words = [known(person, in_medical=person not in gone) for person in people]
    import_sources(city, words)
    run = compared(city, EAST)
    stopped = chance.sample(people, 5)
    let_draw_no_more(city, EAST, stopped)
    plan = plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=run.organisation_id,
        item_id=run.item_id,
        month=MONTH,
        at=NOW,
    )
    expected = lines_twin(plan)
    keys = set(run_sql("payouts", "list_standard_keys", {"run_id": run.pk}))
    payable = Entitlement.objects.filter(pk__in=expected)
    assert keys == {(e.contributed_months // 12, e.months_planned + 1) for e in payable}
    before = dict(Entitlement.objects.values_list("pk", "months_planned"))
    tasks.build_plan(pool_id=city.pool.pk, job_id=plan.job_id)
    plan.refresh_from_db()
    assert dict(plan.lines.values_list("entitlement_id", "amount")) == expected
    after = dict(Entitlement.objects.values_list("pk", "months_planned"))
    assert after == {pk: months + (pk in expected) for pk, months in before.items()}
    assert_sum_plan_lines_agrees(plan)


def assert_sum_plan_lines_agrees(plan):
    """Digest a plan's lines outside the database: the twin of `sum_plan_lines`."""
    text = [f"{plan.number}|{plan.organisation.code}|{plan.item.code}|{plan.month:%Y%m}"]
    for line in plan.lines.filter(is_live=True).order_by("position"):
        account = line.payee_account.number_key
        text.append(f"{line.position}|{line.person_key}|{line.amount}|{account}")
    assert plan.content_sha256 == hashlib.sha256("\n".join(text).encode()).hexdigest()
    amounts = [line.amount for line in plan.lines.all()]
    assert (plan.line_count, plan.total_amount) == (len(amounts), total_of(plan))
    assert plan.largest_amount == max(amounts, default=Decimal(0))


def test_the_job_run_twice_gives_the_same_plan(city):
    ready(city, 3)
    plan = planned(city, EAST)
    digest = plan.content_sha256
    assert tasks.build_plan(pool_id=city.pool.pk, job_id=plan.job_id) is False
    again = Job.objects.get(pk=plan.job_id)
    again.pk, again.key, again.state, again.finished_at = None, "again", "QUEUED", None
    again.save()
    tasks.build_plan(pool_id=city.pool.pk, job_id=again.pk)
    plan.refresh_from_db()
    assert (plan.content_sha256, plan.lines.count()) == (digest, 3)
    assert set(Entitlement.objects.values_list("months_planned", flat=True)) == {1}


def test_the_content_hash_follows_every_line(city):
    ready(city, 2)
    plan = planned(city, EAST)
    assert_sum_plan_lines_agrees(plan)


def test_a_plan_that_cannot_be_computed_is_withdrawn_with_a_reason(city):
    ready(city, 1)
    compared(city, EAST)
    Parameter.objects.create(
        pool=city.pool,
        code="benefit_standard",
        value={"kind": "STAGES", "stages": [[5, 24, "1000.00"]]},
        valid_from=MONTH,
        source="测试用标准",
    )
    plan = built(city, EAST)
    assert plan.state == "WITHDRAWN"
    assert "未覆盖第1个月" in Job.objects.get(pk=plan.job_id).error
    assert built(city, EAST).pk != plan.pk


def test_nobody_is_planned_without_comparison_or_twice(city):
    people = ready(city, 1)
    with pytest.raises(NoComparison):
        built(city, EAST)
    planned(city, EAST)
    with pytest.raises(PlanExists):
        built(city, EAST)
    assert people[0].case.pk


def test_stale_sources_build_no_plan(city):
    ready(city, 1)
    compared(city, EAST)
    with pytest.raises(SourceStale):
        built(city, EAST, at=datetime(2026, 12, 20, tzinfo=UTC))


def test_a_line_without_a_passed_comparison_is_refused_by_the_database(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person, in_medical=False)])
    run = compared(city, EAST)
    plan = plans.build_plan(
        actor=city.actor("PLAN", EAST),
        organisation_id=run.organisation_id,
        item_id=run.item_id,
        month=MONTH,
        at=NOW,
    )
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        DisbursementPlanLine.objects.create(
            pool=city.pool,
            plan=plan,
            position=1,
            entitlement=person,
            claimant=person.claimant,
            person_key=person.person_key,
            item_code="B01",
            benefit_month=MONTH,
            month_number=1,
            amount=Decimal("1864.00"),
            payee_account=person.payee_account,
            comparison_result=run.results.get(),
        )
    assert refusal.value.__cause__.diag.constraint_name == "plan_line_has_passed_comparison"


def test_a_person_is_planned_once_in_two_cities_and_the_second_says_so(city):
    here = ready(city, 2)
    words = [known(person) for person in here]
    assert planned(city, EAST).line_count == 2
    other = another_city()
    there = determined_people(other, "513401", 2)
    same = there[0]
    Entitlement.objects.filter(pk=same.pk).update(
        person_key=here[0].person_key, claimant_name=here[0].claimant_name
    )
    import_sources(other, [words[0], known(there[1])])
    plan = planned(other, "513401")
    assert plan.lines.get().entitlement_id == there[1].pk
    view = get_plan(actor=other.actor("PLAN", "513401"), plan_id=plan.pk)
    left_out = list_left_out(plan=view)
    assert (left_out.count, left_out.by_reason) == (1, [(TAKEN_ELSEWHERE, 1)])
    assert left_out.persons[0].person == here[0].claimant_name
    same.refresh_from_db()
    assert same.months_planned == 0


def test_left_out_persons_are_listed_with_their_reasons(city):
    people = determined_people(city, EAST, 3)
    import_sources(city, [known(people[0]), known(people[1], status="RETIRED"), known(people[2])])
    compared(city, EAST)
    let_draw_no_more(city, EAST, [people[2]], "SUSPENDED")
    plan = built(city, EAST)
    left_out = list_left_out(plan=get_plan(actor=city.actor("PLAN", EAST), plan_id=plan.pk))
    assert dict(left_out.by_reason) == {"已领取基本养老金": 1, "比对后待遇已暂停": 1}


@pytest.mark.parametrize(
    ("yuan", "count", "is_large"),
    [
        ("49999.99", 1, False),
        ("50000.00", 1, True),
        ("30303.03", 33, False),  # 999,999.99
        ("31250.00", 32, True),  # 1,000,000.00
    ],
)
def test_the_principal_head_signs_from_the_thresholds_on(city, yuan, count, is_large):
    pay_everyone(city, yuan)
    ready(city, count)
    plan = planned(city, EAST)
    assert plan.total_amount == Decimal(yuan) * count
    assert plan.needs_principal is is_large
    submit(city, plan)
    for post, office in (("OFFH", EAST), ("DEPT", "510400"), ("LEAD", "510400")):
        plan = sign(city, plan, post, office)
    assert plan.state == ("PRINCIPAL" if is_large else "APPROVED")
    if is_large:
        with pytest.raises(DutyNotHeld):
            sign(city, plan, "LEAD")
        assert sign(city, plan, "HEAD").state == "APPROVED"


def test_the_chain_signs_in_order_and_only_over_its_offices(city):
    ready(city, 1)
    plan = submit(city, planned(city, EAST))
    with pytest.raises(DutyNotHeld):
        sign(city, plan, "DEPT")
    with pytest.raises(DutyNotHeld):
        sign(city, plan, "OFFH", WEST)
    plan = sign(city, plan, "OFFH", EAST)
    assert plan.state == "DEPARTMENT"
    with pytest.raises(PlanNotWaiting):
        submit(city, plan)


def test_a_signature_covers_only_the_content_the_screen_showed(city):
    ready(city, 1)
    plan = planned(city, EAST)
    with pytest.raises(ContentChanged):
        submit(city, plan, seen="0" * 64)
    submit(city, plan, seen=plan.content_sha256)


def test_who_handled_a_case_of_the_plan_cannot_sign_it(city):
    ready(city, 1)
    plan = submit(city, planned(city, EAST))
    reviewer = city.actor("REV2", EAST)
    grant = PostGrant.objects.get(user_id=city.actor("OFFH", EAST).user_id)
    head = Person(city.pool.pk, grant.organisation_id, grant.user_id, grant.pk, "OFFH")
    case = plan.lines.get().entitlement.case
    matter = signatures.Matter(SubjectKind.CASE, case.pk, 2, "0" * 64, case.organisation_id)
    signatures.approve(head, matter, "FIRST_REVIEW", NOW)
    with pytest.raises(SignedACase):
        sign(city, plan, "OFFH", EAST)
    assert reviewer.user_id != head.user_id


def test_a_returned_plan_comes_back_in_a_new_round(city):
    ready(city, 1)
    plan = submit(city, planned(city, EAST))
    with pytest.raises(OpinionMissing):
        sign(city, plan, "OFFH", EAST, Decision.RETURN)
    plan = sign(city, plan, "OFFH", EAST, Decision.RETURN, "请核对第1人账号")
    assert (plan.state, plan.round) == ("RETURNED", 1)
    plan = submit(city, plan)
    assert (plan.state, plan.round) == ("OFFICE", 2)
    assert sign(city, plan, "OFFH", EAST).state == "DEPARTMENT"
    assert Signature.objects.filter(subject_kind="PLAN", subject_id=plan.pk).count() == 4


def test_withdraw_plan_lines_gives_the_months_back_as_its_twin_says(city):
    ready(city, 3)
    plan = planned(city, EAST)
    before = dict(Entitlement.objects.values_list("pk", "months_planned"))
    planner = city.actor("PLAN", EAST)
    with pytest.raises(WithdrawalReasonMissing):
        plans.withdraw_plan(actor=planner, plan_id=plan.pk, reason=" ", at=NOW)
    plans.withdraw_plan(actor=planner, plan_id=plan.pk, reason="漏一人", at=NOW)
    assert not plan.lines.filter(is_live=True).exists()
    after = dict(Entitlement.objects.values_list("pk", "months_planned"))
    assert after == {pk: months - 1 for pk, months in before.items()}
    assert run_sql("payouts", "withdraw_plan_lines", {"plan_id": plan.pk}) == [(0,)]
    again = built(city, EAST)
    assert (again.line_count, again.number) == (3, "JH510402202611002")


def test_a_plan_that_is_being_signed_or_approved_is_not_withdrawn(city):
    ready(city, 1)
    plan = submit(city, planned(city, EAST))
    with pytest.raises(PlanNotWaiting):
        plans.withdraw_plan(actor=city.actor("PLAN", EAST), plan_id=plan.pk, reason="x", at=NOW)


def test_an_empty_plan_is_not_submitted(city):
    person = determined_people(city, EAST, 1)[0]
    import_sources(city, [known(person, status="RETIRED")])
    with pytest.raises(PlanEmpty):
        submit(city, planned(city, EAST))


def test_an_office_that_is_not_online_submits_nothing(city):
    ready(city, 1)
    plan = planned(city, EAST)
    Organisation.objects.filter(code=EAST).update(onboarding=Onboarding.TESTING)
    with pytest.raises(OfficeNotOnline):
        submit(city, plan)
    Organisation.objects.filter(code=EAST).update(onboarding=Onboarding.PILOT)
    assert submit(city, plan).state == "OFFICE"


def test_a_late_plan_needs_a_signed_unlock(city):
    ready(city, 1)
    plan = planned(city, EAST)
    item = BenefitItem.objects.get(code="B01").pk
    office, planner = city.offices[EAST].pk, city.actor("PLAN", EAST)
    asked = {"organisation_id": office, "item_id": item, "month": MONTH, "reason": "系统割接"}
    with pytest.raises(UnlockNotNeeded):
        request_unlock(actor=planner, at=NOW, **asked)
    with pytest.raises(PlanLate, match="截止日为 2026-11-25"):
        submit(city, plan, at=LATE)
    unlock = request_unlock(actor=planner, at=LATE, **asked)
    with pytest.raises(PlanLate):
        submit(city, plan, at=LATE)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        type(unlock).objects.filter(pk=unlock.pk).update(state="GRANTED")
    assert refusal.value.__cause__.diag.constraint_name == "unlock_signed_by_two"
    decide_unlock(
        actor=city.actor("DEPT"),
        unlock_id=unlock.pk,
        decision=Decision.APPROVE,
        opinion="",
        at=LATE,
    )
    assert submit(city, plan, at=LATE).state == "OFFICE"


def test_an_unsigned_month_blocks_the_next_plan(city):
    pay(city, EAST, ["1864.00"], bank_date=PAID_ON)
    ready(city, 1)
    plan = planned(city, EAST)
    with pytest.raises(MonthUnsigned, match="2026年10月"):
        submit(city, plan)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        DisbursementPlan.objects.filter(pk=plan.pk).update(state="OFFICE")
    assert refusal.value.__cause__.diag.constraint_name == "plan_blocked_by_unsigned_month"
    october = {"organisation_id": city.offices[EAST].pk, "month": date(2026, 10, 1), "at": NOW}
    head = city.actor("OFFH", EAST)
    with pytest.raises(StatementUnsigned):
        record_month_signed(actor=head, statement_id=77, **october)
    matter = signatures.Matter(SubjectKind.STATEMENT, 77, 1, "0" * 64, city.offices[EAST].pk)
    signatures.approve(head, matter, "SIGN", NOW)
    record_month_signed(actor=head, statement_id=77, **october)
    withdraw_month_signed(actor=head, **october)
    with pytest.raises(MonthUnsigned):
        submit(city, plan)
    record_month_signed(actor=head, statement_id=77, **october)
    assert submit(city, plan).state == "OFFICE"
    assert MonthSignOff.objects.count() == 2


def test_what_was_paid_after_the_signature_needs_another(city):
    pay(city, EAST, ["1864.00"], bank_date=PAID_ON)
    office, head = city.offices[EAST].pk, city.actor("OFFH", EAST)
    signatures.approve(
        head, signatures.Matter(SubjectKind.STATEMENT, 77, 1, "0" * 64, office), "SIGN", NOW
    )
    october = {"organisation_id": office, "month": date(2026, 10, 1), "at": NOW}
    record_month_signed(actor=head, statement_id=77, **october)
    ready(city, 1)
    plan = planned(city, EAST)
    late = NOW + timedelta(hours=1)
    pay(city, EAST, ["5.00"], bank_date=date(2026, 10, 31), received_at=late)
    with pytest.raises(MonthUnsigned, match="2026年10月"):
        submit(city, plan)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        DisbursementPlan.objects.filter(pk=plan.pk).update(state="OFFICE")
    assert refusal.value.__cause__.diag.constraint_name == "plan_blocked_by_unsigned_month"
    withdraw_month_signed(actor=head, **october)
    record_month_signed(actor=head, statement_id=77, **{**october, "at": late})
    assert submit(city, plan).state == "OFFICE"


def test_what_was_paid_after_the_month_closed_does_not_ask_for_its_signature_again(city):
    pay(city, EAST, ["1864.00"], bank_date=PAID_ON)
    office, head = city.offices[EAST].pk, city.actor("OFFH", EAST)
    signatures.approve(
        head, signatures.Matter(SubjectKind.STATEMENT, 77, 1, "0" * 64, office), "SIGN", NOW
    )
    october = {"organisation_id": office, "month": date(2026, 10, 1), "at": NOW}
    record_month_signed(actor=head, statement_id=77, **october)
    ready(city, 1)
    plan = planned(city, EAST)
    pay(
        city,
        EAST,
        ["5.00"],
        bank_date=date(2026, 10, 31),
        received_at=NOW + timedelta(hours=1),
    )
    close_until(city, date(2026, 10, 1))
    assert submit(city, plan).state == "OFFICE"


def test_another_offices_unsigned_month_does_not_block(city):
    pay(city, WEST, ["1864.00"], bank_date=PAID_ON)
    ready(city, 1)
    assert submit(city, planned(city, EAST)).state == "OFFICE"


def changes_twin(plan, earlier):
    """Compare two plans person by person: the twin of `list_plan_changes`."""
    now = {line.person_key: line.amount for line in plan.lines.all()}
    before = {line.person_key: line.amount for line in earlier.lines.filter(is_live=True)}
    kinds = {"NEW": 0, "STOPPED": 0, "CHANGED": 0}
    for key in now.keys() | before.keys():
        if key not in before:
            kinds["NEW"] += 1
        elif key not in now:
            kinds["STOPPED"] += 1
        elif now[key] != before[key]:
            kinds["CHANGED"] += 1
    return kinds


def test_list_plan_changes_agrees_with_its_twin(city):
    pay_everyone(city, "1600.00")
    people = determined_people(city, EAST, 12)
    Entitlement.objects.update(first_month=date(2026, 10, 1))
    late = people[:3]
    Entitlement.objects.filter(pk__in=[p.pk for p in late]).update(first_month=MONTH)
    import_sources(city, [known(person) for person in people])
    october = date(2026, 10, 1)
    compared(city, EAST, month=october)
    earlier = built(city, EAST, month=october)
    let_draw_no_more(city, EAST, people[3:5])
    plan = planned(city, EAST)
    groups = {group.kind: group for group in list_changes(plan_id=plan.pk)}
    assert {kind: group.count for kind, group in groups.items()} == changes_twin(plan, earlier)
    assert (groups["NEW"].count, groups["NEW"].now) == (3, Decimal("4800.00"))
    # 1864.00 in October, 1600.00 in November for the seven who stay
    assert (groups["CHANGED"].count, groups["CHANGED"].difference) == (7, Decimal("-1848.00"))
    assert (groups["STOPPED"].count, groups["STOPPED"].before) == (2, Decimal("3728.00"))


def test_an_approved_plan_stays_approved(city):
    ready(city, 1)
    plan = approved(city, EAST, planned(city, EAST))
    assert plan.state == "APPROVED"
    assert plan.approved_at == NOW
