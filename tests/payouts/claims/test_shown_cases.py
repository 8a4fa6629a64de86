"""What a case's pages read by statements of their own, beside the same read by the ORM."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from common.encryption import Purpose, lookup_key
from common.errors import NotFound
from common.keysets import read_rows
from common.lists import Viewer
from common.periods import month_text
from payouts.enums import (
    Answer,
    EntitlementState,
    ExtractState,
    InstructionState,
    PlanState,
    SourceKind,
    StepKind,
)
from payouts.models import (
    CheckQuestion,
    DisbursementPlanLine,
    Entitlement,
    IntakeStep,
    PaymentInstruction,
    SourceExtract,
)
from payouts.selectors.case_access import shown_case, visible_case, visible_cases
from payouts.selectors.case_findings import list_findings_of
from payouts.selectors.case_sheet import PaymentLine, list_step_records, read_payments
from payouts.selectors.case_sources import sources_of_people, sources_of_person
from payouts.selectors.cases import CASES, CaseNaming, case_row
from payouts.selectors.claimants import RECIPIENTS, find_recipients, get_person, show_recipients
from payouts.selectors.entitlement_changes import CHANGES, find_changes, show_changes
from payouts.selectors.intake_sheet import Question, list_questions
from payouts.services.batches import prepare_batch
from tests.city import NOW, TODAY, found_city
from tests.payouts.build import MONTH, approved_plan, let_draw_no_more
from tests.payouts.claims.story import determine, import_rows, person_number, start, take_in

pytestmark = pytest.mark.django_db

RELATIONS = (
    "item",
    "claimant",
    "organisation",
    "insured_organisation",
    "paying_organisation",
    "payee_account",
    "entered_by",
)


@pytest.fixture
def city():
    return found_city()


@pytest.fixture
def case(city):
    return take_in(city)


def loaded(row):
    """Return the columns that were read of a row."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


class TestReadCase:
    """read_case.sql beside `visible_case`."""

    @pytest.mark.parametrize("situation", ["begun", "waiting", "determined"])
    def test_it_gives_what_the_whole_rows_hold(self, city, situation):
        if situation == "begun":  # without an account and a place yet
            case = start(city)
        else:
            case = take_in(city)
            if situation == "determined":
                determine(city, case)
        actor = city.actor("ACC", "510402")
        whole, shown = visible_case(actor, case.pk), shown_case(actor, case.pk)
        assert loaded(shown).items() <= loaded(whole).items()
        for name in RELATIONS:
            one, other = getattr(whole, name), getattr(shown, name)
            assert one == other
            assert other is None or loaded(other).items() <= loaded(one).items()

    def test_what_is_left_out_is_read_when_asked_for(self, city, case):
        shown = shown_case(city.actor("ACC", "510402"), case.pk)
        assert shown.get_deferred_fields() == {"agent_identity_cipher", "changed_at"}
        assert shown.changed_at == case.changed_at

    def test_another_office_finds_nothing(self, city, case):
        with pytest.raises(NotFound):
            shown_case(city.actor("ACC", "510403"), case.pk)
        with pytest.raises(NotFound):
            shown_case(city.actor("ACC", "510402"), case.pk + 1)


class TestReadSources:
    """read_sources.sql beside the newest extracts and their rows."""

    def test_it_gives_each_kinds_newest_word_on_each_person(self, city):
        numbers = [person_number(index) for index in (1, 2)]
        keys = [lookup_key(number, purpose=Purpose.IDENTITY) for number in numbers]
        rows = [(number, f"人{number[-4:]}", {"place": "510402"}) for number in numbers]
        import_rows(city, rows=[(numbers[0], "旧名", {})], data_date=TODAY - timedelta(days=1))
        import_rows(city, rows=[rows[0], (numbers[1], "李四", {"place": "外省"})])
        import_rows(city, kind=SourceKind.MEDICAL, rows=rows[:1], data_date=TODAY)
        import_rows(city, kind=SourceKind.MEDICAL, rows=[], data_date=TODAY)
        views = sources_of_people(person_keys=keys, today=TODAY)
        for key in keys:
            for view in views[key]:
                extract = (
                    SourceExtract.objects.filter(kind=view.kind, state=ExtractState.APPLIED)
                    .order_by("-data_date", "-id")
                    .first()
                )
                row = extract.rows.filter(person_key=key).first()
                assert (view.data_date, view.month) == (extract.data_date, extract.month)
                assert view.is_found == (row is not None)
                assert view.name == (row.name if row else "")
        places = [views[key][0].place for key in keys]
        assert places == [city.offices["510402"].short_name, "外省"]
        assert not any(views[key][1].is_found for key in keys), "the newest knows nobody"

    def test_without_an_extract_nobody_is_found(self, city):
        enrolment, medical = sources_of_person(person_key="0" * 64, today=TODAY)
        assert not enrolment.is_found
        assert medical.data_date is None


def given(step, question):
    """Return what a recorded step holds on a point: the answer's code and the note."""
    said = step.answers.get(str(question.pk), {})
    return said.get("answer", ""), said.get("note", "")


class TestReadStepRecords:
    """read_step_records.sql and read_questions.sql beside the rows themselves."""

    def test_each_step_comes_with_its_points_and_answers(self, city, case):
        records = list_step_records(case)
        steps = IntakeStep.objects.filter(case=case, round=case.round).order_by("position")
        assert [record.step for record in records] == list(StepKind)
        for record, step in zip(records, steps, strict=True):
            points = CheckQuestion.objects.filter(check_list_id=case.check_list_id, step=step.step)
            assert (record.person, record.at) == (step.recorded_by.name, step.recorded_at)
            assert [finding.as_dict() for finding in record.findings] == step.findings
            assert [(line.text, line.answer, line.note) for line in record.answers] == [
                (point.text, Answer(given(step, point)[0]).label, given(step, point)[1])
                for point in points.order_by("position")
            ]

    def test_a_point_without_an_answer_says_so(self, city, case):
        CheckQuestion.objects.create(
            pool_id=case.pool_id, check_list_id=case.check_list_id, step=StepKind.ASK,
            position=99, text="另有说明", is_mandatory=False,
        )  # fmt: skip
        line = list_step_records(case)[0].answers[-1]
        assert (line.text, line.answer, line.note, line.is_no) == ("另有说明", "未答", "", False)

    def test_a_step_offers_the_answers_last_given(self, city, case):
        fresh = start(city, number=person_number(2), name="李四")
        for one, is_answered in ((case, True), (fresh, False)):
            points = CheckQuestion.objects.filter(check_list_id=one.check_list_id, step="LOOK")
            step = IntakeStep.objects.filter(case=one, step="LOOK").order_by("-round").first()
            assert (step is not None) == is_answered
            assert list_questions(one, StepKind.LOOK) == [
                Question(
                    *(point.pk, point.text, point.is_mandatory, point.basis),
                    *(given(step, point) if step else ("", "")),
                )
                for point in points.order_by("position")
            ]


class TestReadPayments:
    """read_payments.sql beside plan lines and their instructions."""

    def test_a_month_tells_what_became_of_it(self, city):
        november = approved_plan(city, "510402", ["1864.00", "1864.00"])
        line = november.lines.get(position=1)
        case_id, key = line.entitlement.case_id, line.person_key

        def shown(of_case=None):
            return read_payments(person_key=key, case_id=of_case, limit=24)

        state = PlanState(november.state).label
        planned = [PaymentLine(MONTH, line.amount, november.number, state, "grey", None)]
        assert shown() == shown(case_id) == planned
        batch = prepare_batch(actor=city.actor("FACC"), plan_ids=[november.pk], at=NOW)
        created = InstructionState.CREATED.label
        assert shown() == [replace(planned[0], state_label=created, tone="blue")]
        assert shown(case_id + 1_000_000) == []
        PaymentInstruction.objects.filter(batch=batch).update(state=InstructionState.WITHDRAWN)
        assert shown() == planned, "an order withdrawn stands no more"

    def test_another_case_of_the_person_is_not_counted_among_a_cases_months(self, city):
        plan = approved_plan(city, "510402", ["1864.00", "1864.00"])
        first, second = plan.lines.order_by("position").select_related("entitlement")
        key, other = first.person_key, second.entitlement.case_id
        assert len(read_payments(person_key=key, case_id=None, limit=24)) == 1
        assert not read_payments(person_key=key, case_id=other, limit=24)
        assert not read_payments(person_key=key, case_id=None, limit=0)


class TestFindOwnPayments:
    """find_own_payments.sql beside a look through all entitlements and planned months."""

    def test_it_finds_what_a_person_draws_or_is_planned_for(self, city):
        plan = approved_plan(city, "510402", ["1864.00", "1864.00", "1864.00"])
        lines = list(plan.lines.order_by("position").select_related("entitlement__case"))
        cases = [line.entitlement.case for line in lines]
        let_draw_no_more(city, "510402", [line.entitlement for line in lines[1:]])
        cases[2].applied_date = date(2027, 2, 1)  # after the month planned
        cases.append(take_in(city))
        found = list_findings_of(cases=cases, today=TODAY)
        told = [next(f for f in found[case.pk] if f.rule == "R06") for case in cases]
        assert [finding.text for finding in told] == [self._twin(case) for case in cases]
        assert [finding.level for finding in told] == ["RED", "RED", "GREEN", "GREEN"]

    def _twin(self, case):
        key, code = case.claimant.person_key, case.item.code
        for one in Entitlement.objects.filter(item_id=case.item_id).order_by("pk"):
            if one.person_key == key and one.state in {"PAYING", "SUSPENDED"}:
                state = EntitlementState(one.state).label
                return (
                    f"{one.organisation.short_name}已有{state}的待遇，"
                    f"核定{one.months_granted}个月，已发{one.months_paid}个月"
                )
        for line in DisbursementPlanLine.objects.filter(is_live=True).order_by("benefit_month"):
            is_own = (line.person_key, line.item_code) == (key, code)
            if is_own and line.benefit_month >= case.applied_date.replace(day=1):
                return f"{month_text(line.benefit_month)}已列入发放计划"
        return "未查到重复领取记录"


class TestPersonPage:
    def test_it_shows_what_the_lists_show_of_the_person(self, city):
        plan = approved_plan(city, "510402", ["1864.00", "1864.00"])
        entitlements = [line.entitlement for line in plan.lines.select_related("entitlement")]
        let_draw_no_more(city, "510402", entitlements, "SUSPENDED")
        actor = city.actor("PLAN", "510402")
        viewer = Viewer(actor, NOW)
        for one in entitlements:
            claimant_id = one.claimant_id
            sheet = get_person(actor=actor, claimant_id=claimant_id, today=TODAY)
            cases = visible_cases(actor).filter(claimant_id=claimant_id).order_by("-id")
            rows = read_rows(cases, [case.pk for case in cases], CASES.fields).values()
            assert sheet.cases == [case_row(row, None, naming=CaseNaming()) for row in rows]
            drawn = find_recipients(viewer).filter(claimant_id=claimant_id)
            rows = read_rows(drawn, [one.pk], RECIPIENTS.fields).values()
            assert sheet.entitlements == show_recipients(viewer, list(rows))
            changes = find_changes(viewer).filter(entitlement=one)
            rows = changes.values_list("pk", *CHANGES.fields, named=True)
            assert sheet.changes == show_changes(viewer, rows)
            assert len(sheet.cases) == len(sheet.entitlements) == len(sheet.changes) == 1

    def test_newest_first_and_without_another_offices_cases(self, city):
        first, actor = take_in(city), city.actor("PLAN", "510402")
        determine(city, first)
        let_draw_no_more(city, "510402", [Entitlement.objects.get(case=first)])
        second = start(city)
        sheet = get_person(actor=actor, claimant_id=first.claimant_id, today=TODAY)
        assert [row.id for row in sheet.cases] == [second.pk, first.pk]
        with pytest.raises(NotFound):
            get_person(
                actor=city.actor("ACC", "510403"), claimant_id=first.claimant_id, today=TODAY
            )
