"""An entitlement ends, rests and goes on by two people; unused months are not lost."""

import threading
import time
from datetime import date

import pytest
from django.db import connection, connections, transaction

from accounts.enums import Decision
from accounts.models import Parameter
from accounts.permissions import DutyNotHeld
from accounts.selectors.trail import list_trail
from accounts.services.signatures import OpinionMissing
from common.errors import NotFound
from common.evidence import Evidence
from payouts.enums import (
    CaseState,
    ChangeReason,
    ChangeState,
    EntitlementState,
    SourceKind,
    StepKind,
)
from payouts.models import (
    BenefitCase,
    BenefitItem,
    DisbursementPlanLine,
    Entitlement,
    EntitlementChange,
)
from payouts.selectors.entitlement_changes import get_change
from payouts.selectors.intake_sheet import known_carried_months
from payouts.services.claimants import NeedsConfirmation
from payouts.services.comparisons import start_comparison
from payouts.services.entitlement_changes import (
    ChangeInFuture,
    ChangeNotFitting,
    ChangeNotWaiting,
    ChangeWaiting,
    ChangeWish,
    PersonInOpenPlan,
    apply_change,
    decide_change,
)
from payouts.services.intake_feedback import RedFinding
from payouts.services.plans import build_plan, withdraw_plan
from payouts.tasks import plans as tasks
from tests.city import NOW, TODAY, found_city
from tests.payouts.build import approved_plan, determined_people
from tests.payouts.claims import story
from tests.payouts.plans import ground
from tests.refusals import refused_by

pytestmark = pytest.mark.django_db
EAST = "510402"
LETTER = Evidence("判决书.pdf", "application/pdf", b"%PDF-1.4 ...")


LAID = {"person": lambda city: determined_people(city, EAST, 1)[0]}


@pytest.fixture
def person(laid):
    """One person of the east district who draws, 12 months granted, none planned."""
    return laid


def ask(city, entitlement, reason=ChangeReason.RE_EMPLOYED, day=TODAY, post="PLAN", evidence=None):
    return apply_change(
        actor=city.actor(post, EAST),
        entitlement_id=entitlement.pk,
        wish=ChangeWish(reason, day, "参保信息显示已由新单位参保"),
        evidence=evidence,
        at=NOW,
    )


def decide(city, change, decision=Decision.APPROVE, post="REV2", opinion=""):
    return decide_change(
        actor=city.actor(post, EAST),
        change_id=change.pk,
        decision=decision,
        opinion=opinion,
        at=NOW,
    )


def state_of(entitlement):
    return Entitlement.objects.get(pk=entitlement.pk).state


class TestStopping:
    def test_one_asks_another_decides_and_the_person_is_paid_no_more(self, city, person):
        change = ask(city, person, evidence=LETTER)
        assert (change.state, state_of(person)) == (ChangeState.WAITING, EntitlementState.PAYING)
        change = decide(city, change)
        assert (change.state, change.from_month) == (ChangeState.APPROVED, date(2026, 11, 1))
        stopped = Entitlement.objects.get(pk=person.pk)
        assert (stopped.state, stopped.stop_reason) == ("STOPPED", "重新就业")
        page = get_change(actor=city.actor("APP", EAST), change_id=change.pk)
        assert [file.file_name for file in page.files] == ["判决书.pdf"]
        assert [row.step for row in page.entries] == ["申请", "核准"]
        trail = list_trail("payouts.entitlementchange", change.pk)
        assert [entry.step for entry in trail] == ["申请停发或恢复待遇", "办理停发恢复申请"]

    def test_a_refusal_needs_a_reason_and_changes_nothing(self, city, person):
        change = ask(city, person)
        with pytest.raises(OpinionMissing), transaction.atomic():
            decide(city, change, Decision.REFUSE)
        assert decide(city, change, Decision.REFUSE, opinion="核实仍失业").state == "REFUSED"
        assert state_of(person) == EntitlementState.PAYING
        with pytest.raises(ChangeNotWaiting):
            decide(city, change, post="APP")
        assert ask(city, person).state == ChangeState.WAITING

    def test_only_the_posts_for_it(self, city, person):
        with pytest.raises(DutyNotHeld):
            ask(city, person, post="ACC")
        change = ask(city, person)
        with pytest.raises(DutyNotHeld):
            decide(city, change, post="PLAN")
        with pytest.raises(NotFound):
            get_change(actor=city.actor("REV2", "510403"), change_id=change.pk)

    def test_one_application_at_a_time_and_none_of_tomorrow(self, city, person):
        with pytest.raises(ChangeInFuture):
            ask(city, person, day=date(2026, 11, 3))
        with pytest.raises(ChangeNotFitting):
            ask(city, person, reason=ChangeReason.RESTORED)
        ask(city, person)
        with pytest.raises(ChangeWaiting), transaction.atomic():
            ask(city, person)

    def test_an_unsigned_plan_that_would_pay_goes_first(self, city, person):
        ground.import_sources(city, [ground.known(person)])
        ground.compared(city, EAST)
        plan = ground.built(city, EAST)
        change = ask(city, person)
        with pytest.raises(PersonInOpenPlan) as refusal, transaction.atomic():
            decide(city, change)
        assert plan.number in refusal.value.message
        withdraw_plan(actor=city.actor("PLAN", EAST), plan_id=plan.pk, reason="有人停发", at=NOW)
        assert decide(city, change).state == ChangeState.APPROVED


class TestPrison:
    def test_by_law_it_stops(self, city, person):
        assert decide(city, ask(city, person, ChangeReason.PRISON)).kind == "STOP"
        assert state_of(person) == EntitlementState.STOPPED

    def test_a_pool_may_suspend_and_resume(self, city, person):
        Parameter.objects.create(
            pool=city.pool,
            code="prison",
            value="SUSPEND",
            valid_from=date(2026, 1, 1),
            source="《广东省失业保险条例》",
        )
        for _ in range(2):
            decide(city, ask(city, person, ChangeReason.PRISON))
            assert state_of(person) == EntitlementState.SUSPENDED
            decide(city, ask(city, person, ChangeReason.RESTORED), post="APP")
            assert state_of(person) == EntitlementState.PAYING

    def test_months_of_the_suspension_are_not_drawn_after_it(self, city):
        """Paid for September, suspended and restored in November: it goes on in November."""
        Parameter.objects.create(
            pool=city.pool, code="prison", value="SUSPEND", valid_from=date(2026, 1, 1),
            source="《广东省失业保险条例》",
        )  # fmt: skip
        plan = approved_plan(city, EAST, ["1864.00"], month=date(2026, 9, 1))
        drawing = plan.lines.get().entitlement
        suspended = decide(city, ask(city, drawing, ChangeReason.PRISON))
        assert (suspended.kind, suspended.from_month) == ("SUSPEND", date(2026, 10, 1))
        resumed = decide(city, ask(city, drawing, ChangeReason.RESTORED), post="APP")
        assert (resumed.kind, resumed.from_month) == ("RESUME", date(2026, 11, 1))


class TestSecondSpell:
    def test_after_a_stop_the_unused_months_are_carried_over(self, city):
        story.enrol(city)
        first = story.determine(city, story.take_in(city))
        entitlement = Entitlement.objects.get(case=first)
        with pytest.raises(NeedsConfirmation), transaction.atomic():
            story.take_in(city, enrolled=None)
        decide(city, ask(city, entitlement), post="APP")
        draft = story.start(city)
        story.ask_look_check(city, draft)
        # 137 months give 24 in Sichuan; none was paid, so 24 are carried and the cap is 24.
        assert known_carried_months(draft) == 24
        story.record(city, draft, carried_months=24)
        second = BenefitCase.objects.get(pk=draft.pk)
        assert (second.carried_months, second.months_granted) == (24, 24)
        story.feed(city, second)
        assert BenefitCase.objects.get(pk=draft.pk).state == CaseState.FIRST_REVIEW

    def test_only_the_last_spell_is_carried(self, city, person):
        decide(city, ask(city, person))
        case = BenefitCase(claimant=person.claimant, item_id=person.item_id, pool_id=person.pool_id)
        Entitlement.objects.filter(pk=person.pk).update(months_planned=3, months_paid=2)
        assert known_carried_months(case) == 12 - 3


class TestConditions:
    def test_a_condition_answered_no_is_not_accepted(self, city):
        story.enrol(city)
        draft = story.start(city)
        for step in (StepKind.ASK, StepKind.LOOK, StepKind.CHECK):
            entry = story.answers(draft, step)
            if step == StepKind.ASK:
                first = sorted(entry.answers, key=int)[1]
                entry.answers[first]["answer"] = "NO"
            story.record_step(
                actor=city.actor("ACC", EAST), case_id=draft.pk, entry=entry, today=TODAY, at=NOW
            )
        story.record(city, draft)
        with pytest.raises(RedFinding, match="是否已办理失业登记并有求职要求"):
            story.feed(city, draft)


class TestDatabase:
    def test_no_update_stops_suspends_or_approves_by_itself(self, city, person):
        one = Entitlement.objects.filter(pk=person.pk)
        for state in ("STOPPED", "SUSPENDED"):
            name = refused_by(lambda state=state: one.update(state=state))
            assert name == "entitlement_changes_as_signed"
        change = EntitlementChange.objects.filter(pk=ask(city, person).pk)
        month = date(2026, 11, 1)
        approve = lambda: change.update(state="APPROVED", from_month=month)  # noqa: E731
        assert refused_by(approve) == "change_signed_by_two"
        assert refused_by(lambda: change.update(note="别的")) == "change_stays_as_applied_for"

    def test_an_application_starts_waiting(self, city, person):
        values = {
            "pool": city.pool,
            "entitlement": person,
            "organisation": person.organisation,
            "kind": "STOP",
            "reason": "DEATH",
            "happened_on": TODAY,
            "note": "x",
            "requested_by_id": city.actor("PLAN", EAST).user_id,
            "requested_at": NOW,
        }
        born = {"state": "APPROVED", "from_month": TODAY}
        create = EntitlementChange.objects.create
        assert refused_by(lambda: create(**values, **born)) == "change_starts_waiting"


class TestAgainstPlans:
    @pytest.mark.django_db(transaction=True)
    def test_a_plan_built_while_a_person_is_stopped_waits_and_leaves_the_person_out(self):
        city = found_city()
        with city.tenant():
            stopped, other = determined_people(city, EAST, 2)
            change = ask(city, stopped)
        plan = plan_to_build(city, [stopped, other])
        builder = threading.Thread(target=build, args=[city, plan])
        with city.tenant():
            decide(city, change)
            builder.start()
            wait_for_a_lock()
        builder.join()
        with city.tenant():
            lines = DisbursementPlanLine.objects.values_list("entitlement_id", flat=True)
            assert list(lines) == [other.pk]
            planned = Entitlement.objects.order_by("pk").values_list("months_planned", flat=True)
            assert list(planned) == [0, 1]


def plan_to_build(city, people):
    """Return a plan whose people passed the comparison and whose job has yet to run."""
    with city.tenant():
        known = [ground.known(one) for one in people]
    for kind, content in (
        (SourceKind.ENROLMENT, ground.enrolment_file(known)),
        (SourceKind.MEDICAL, ground.medical_file(known)),
    ):
        with city.tenant():
            extract = ground.received(city, kind, content)
        tasks.import_extract(pool_id=city.pool.pk, job_id=extract.job_id)
    wish = {"organisation_id": city.offices[EAST].pk, "month": ground.MONTH, "at": NOW}
    with city.tenant():
        item = BenefitItem.objects.get(code="B01")
        run = start_comparison(actor=city.actor("PLAN", EAST), item_id=item.pk, **wish)
    tasks.compare_sources(pool_id=city.pool.pk, job_id=run.job_id)
    with city.tenant():
        return build_plan(actor=city.actor("PLAN", EAST), item_id=item.pk, **wish)


def build(city, plan):
    """Let the plan's job run on a connection of its own."""
    try:
        tasks.build_plan(pool_id=city.pool.pk, job_id=plan.job_id)
    finally:
        connections.close_all()


def wait_for_a_lock():
    """Return when another connection waits for a row of this one; fail after ten seconds."""
    waiting = """SELECT count(*) FROM pg_locks
        WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
