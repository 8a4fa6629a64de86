"""Taking a claim in: opening, the five steps in order, what they refuse, what is stored."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import AuditEvent, Signature, User
from accounts.permissions import DutyNotHeld
from accounts.selectors.parameters import ParameterMissing
from accounts.services.signatures import OwnMatter
from common.db import violated_constraint
from common.encryption import Purpose, lookup_key
from common.errors import NotFound
from common.identifiers import AccountNumberInvalid, IdentityNumberInvalid
from common.periods import CalendarYearUnknown
from payouts.enums import (
    AccountKind,
    CaseState,
    EnrolmentStatus,
    Feedback,
    ServiceMode,
    SourceKind,
    StepKind,
)
from payouts.models import BenefitCase, BenefitItem, Claimant, IntakeStep, PayeeAccount
from payouts.selectors.case_computation import ClaimIncomplete
from payouts.services import claimants, intake, intake_claim
from payouts.services.claimants import AccountEntry, NeedsConfirmation
from payouts.services.intake_feedback import (
    RedFinding,
    restart_steps,
    resume_case,
    withdraw_case,
)
from tests.city import NOW, TODAY
from tests.payouts.claims.story import (
    CARDS,
    IDENTITY,
    NAME,
    answers,
    ask_look_check,
    enrol,
    feed,
    import_rows,
    new_claim,
    person_number,
    record,
    start,
    take_in,
)

pytestmark = pytest.mark.django_db


class TestOpening:
    def test_a_case_gets_its_number_and_ten_working_days(self, city):
        first, second = start(city), start(city, number=person_number(3), name="李四")
        assert first.number == "510402-202611-B01-000001"
        assert second.number == "510402-202611-B01-000002"
        assert first.due_date == date(2026, 11, 16)
        assert first.state == CaseState.DRAFT

    def test_the_same_person_and_item_has_one_open_case(self, city):
        first = start(city)
        with pytest.raises(intake.CaseAlreadyOpen, match=first.number):
            start(city, office="510403")

    def test_the_database_refuses_a_second_open_case_too(self, city):
        first = start(city)
        copy = BenefitCase.objects.get(pk=first.pk)
        copy.pk, copy.number = None, "another"
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            copy.save(force_insert=True)
        assert violated_constraint(refused.value) == "case_one_open_per_person_and_item"

    def test_a_known_person_under_another_name_must_be_confirmed(self, city):
        withdraw_case(
            actor=city.actor("ACC", "510402"), case_id=start(city).pk, reason="改日再办", at=NOW
        )
        with pytest.raises(NeedsConfirmation, match=NAME):
            start(city, name="王晓兰")
        assert start(city, name="王晓兰", is_confirmed=True).claimant.name == "王晓兰"
        assert AuditEvent.objects.get(verb="payouts.claimant.renamed").before == {"name": NAME}

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"number": "51040219850615202Y"}, IdentityNumberInvalid),
            ({"number": "510402198506152021"}, IdentityNumberInvalid),
            ({"number": "510402198502302020"}, IdentityNumberInvalid),
            ({"applied_date": date(2026, 11, 3)}, intake.AppliedInFuture),
            ({"applied_date": date(2019, 12, 30)}, ParameterMissing),
        ],
    )
    def test_wrong_input_opens_nothing(self, city, changes, refusal):
        with pytest.raises(refusal):
            start(city, **changes)
        assert not BenefitCase.objects.exists()

    def test_a_deadline_in_an_unknown_year_is_refused_kindly(self, city):
        with pytest.raises(CalendarYearUnknown, match="2027年的工作日历尚未维护"):
            intake.open_case(
                actor=city.actor("ACC", "510402"),
                claim=new_claim(applied_date=date(2026, 12, 30)),
                today=date(2026, 12, 30),
                at=NOW,
            )

    def test_only_offered_items_can_be_taken_in(self, city):
        with pytest.raises(intake.ItemNotOffered):
            start(city, item_id=BenefitItem.objects.get(code="B02").pk)

    def test_an_agent_is_somebody_else_and_named(self, city):
        agent = {
            "service_mode": ServiceMode.DOOR_AGENT,
            "agent_name": "赵代",
            "agent_relation": "社区网格员",
        }
        with pytest.raises(intake.AgentInvalid):
            start(city, agent_identity_number=IDENTITY, **agent)
        case = start(city, agent_identity_number=person_number(9), **agent)
        assert case.agent_identity_masked == "510402********" + person_number(9)[-4:]

    def test_other_posts_take_nothing_in(self, city):
        with pytest.raises(DutyNotHeld):
            intake.open_case(
                actor=city.actor("REV1", "510402"), claim=new_claim(), today=TODAY, at=NOW
            )

    def test_nobody_takes_in_his_own_claim(self, city):
        clerk = city.actor("ACC", "510402")
        key = lookup_key(IDENTITY, purpose=Purpose.IDENTITY)
        User.objects.filter(pk=clerk.user_id).update(person_key=key)
        with pytest.raises(OwnMatter):
            start(city)


class TestSteps:
    def test_a_step_out_of_order_is_refused(self, city):
        case = start(city)
        with pytest.raises(intake.StepOutOfOrder):
            self._record(city, case, answers(case, StepKind.LOOK))
        self._record(city, case, answers(case, StepKind.ASK))
        with pytest.raises((intake.StepAlreadyRecorded, intake.StepOutOfOrder)):
            self._record(city, case, answers(case, StepKind.ASK))
        with pytest.raises(intake_claim.StepOutOfOrder):
            record(city, case)

    def test_an_open_mandatory_point_is_refused(self, city):
        case = start(city)
        with pytest.raises(intake.PointsOpen):
            self._record(city, case, intake.StepEntry(StepKind.ASK))
        assert not IntakeStep.objects.exists()

    def test_another_office_does_not_see_the_case(self, city):
        case = start(city)
        with pytest.raises(NotFound):
            self._record(city, case, answers(case, StepKind.ASK), office="510403")

    def test_the_third_step_keeps_what_the_sources_say(self, city):
        enrol(city, name="王晓兰", status=EnrolmentStatus.ACTIVE, last_month=date(2026, 11, 1))
        case = start(city)
        ask_look_check(city, case)
        findings = IntakeStep.objects.get(step=StepKind.CHECK).findings
        red = {row["rule"] for row in findings if row["level"] == "RED"}
        assert red == {"R02", "R08"}

    @pytest.mark.parametrize(
        ("status", "rule"), [(EnrolmentStatus.DECEASED, "R07"), (EnrolmentStatus.RETIRED, "R09")]
    )
    def test_the_dead_and_the_retired_cannot_be_accepted(self, city, status, rule):
        enrol(city, status=status)
        case = start(city)
        ask_look_check(city, case)
        record(city, case)
        with pytest.raises(RedFinding, match=rule):
            feed(city, case)
        assert BenefitCase.objects.get(pk=case.pk).state == CaseState.DRAFT
        assert (
            feed(city, case, Feedback.REFUSAL, text="已死亡", basis="社会保险法").state == "REFUSED"
        )

    def test_medical_insurance_by_another_unit_is_a_yellow_finding(self, city):
        import_rows(
            city,
            kind=SourceKind.MEDICAL,
            month=date(2026, 11, 1),
            rows=[(IDENTITY, NAME, {"unit_number": "YB9"})],
        )
        case = start(city)
        ask_look_check(city, case)
        findings = IntakeStep.objects.get(step=StepKind.CHECK).findings
        assert ("R14", "YELLOW") in {(row["rule"], row["level"]) for row in findings}

    def _record(self, city, case, entry, office="510402"):
        intake.record_step(
            actor=city.actor("ACC", office), case_id=case.pk, entry=entry, today=TODAY, at=NOW
        )


class TestRecording:
    @pytest.fixture
    def case(self, city):
        enrol(city)
        case = start(city)
        ask_look_check(city, case)
        return case

    def test_months_and_amount_come_from_the_sources_and_parameters(self, city, case):
        record(city, case, paying="510421", contributed_months=1)
        case.refresh_from_db()
        assert (case.contributed_months, case.months_granted) == (137, 24)
        assert case.monthly_amount == Decimal("1760.00")  # 2200 × 80 %, 米易县
        assert case.first_month == date(2026, 10, 1)
        assert [line["label"] for line in case.computation][-1] == "月发放标准"

    def test_it_may_be_corrected_before_the_fifth_step(self, city, case):
        record(city, case, paying="510421")
        record(city, case, paying="510402")
        case.refresh_from_db()
        assert case.monthly_amount == Decimal("1864.00")
        assert IntakeStep.objects.filter(case=case).count() == 4

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"paying_organisation_id": None}, intake_claim.PlaceInvalid),
            ({"unemployed_date": date(2026, 10, 20)}, intake_claim.DatesInvalid),
            ({"registered_date": date(2026, 11, 3)}, intake_claim.DatesInvalid),
            ({"registered_date": None}, intake_claim.DatesInvalid),
            ({"carried_months": 3}, intake_claim.EvidenceMissing),
            ({"account": None}, intake_claim.AccountMissing),
            ({"phone": "12345"}, claimants.PhoneInvalid),
            (
                {"account": AccountEntry(AccountKind.CARD, CARDS[0], "张三")},
                claimants.HolderDiffers,
            ),
            (
                {"account": AccountEntry(AccountKind.CARD, CARDS[0][:-1] + "4", NAME)},
                AccountNumberInvalid,
            ),
            (
                {"account": AccountEntry(AccountKind.SETTLEMENT, "123456789", NAME)},
                claimants.BankUnknown,
            ),
        ],
    )
    def test_wrong_or_missing_parts_are_refused(self, city, case, changes, refusal):
        with pytest.raises(refusal):
            record(city, case, **changes)
        assert IntakeStep.objects.filter(case=case).count() == 3

    def test_a_passbook_that_fails_the_check_digit_is_only_warned_about(self, city, case):
        passbook = AccountEntry(AccountKind.SETTLEMENT, "123456789", NAME, "攀枝花农商行")
        assert "校验位" in record(city, case, account=passbook)

    def test_an_account_of_another_person_is_refused(self, city, case):
        other = start(city, number=person_number(3), name="李四")
        ask_look_check(city, other)
        record(city, other, evidence_note="缴费证明", contributed_months=30)
        with pytest.raises(claimants.AccountTaken):
            record(city, case)

    def test_carried_months_need_evidence_and_are_added(self, city, case):
        enrol(city, months=60)
        record(city, case, carried_months=3, evidence_note="成都市转移信息表第12号")
        case.refresh_from_db()
        assert case.months_granted == 18
        assert case.computation[-1]["arithmetic"] == "成都市转移信息表第12号"

    def test_without_a_source_row_months_are_typed_from_evidence_only(self, city):
        case = start(city, number=person_number(3), name="李四")
        ask_look_check(city, case)
        with pytest.raises(intake_claim.ContributionMissing):
            record(city, case)
        with pytest.raises(intake_claim.EvidenceMissing):
            record(city, case, contributed_months=30)
        record(city, case, contributed_months=30, evidence_note="缴费证明12号")
        case.refresh_from_db()
        assert case.months_granted == 6
        assert "凭证" in case.computation[1]["source"]

    @pytest.mark.parametrize(
        ("months", "reason", "words"), [(11, "01", "11个月"), (137, "90", "本人意愿")]
    )
    def test_who_is_not_eligible_gets_the_computed_reason(self, city, months, reason, words):
        enrol(city, number=person_number(3), name="李四", months=months)
        case = start(city, number=person_number(3), name="李四")
        ask_look_check(city, case)
        record(city, case, leaving_reason=reason)
        case.refresh_from_db()
        assert case.months_granted is None
        assert words in case.computation[-1]["arithmetic"]
        with pytest.raises(ClaimIncomplete):
            feed(city, case)


class TestFeedback:
    def test_a_receipt_sends_the_case_to_first_review(self, city):
        case = take_in(city)
        signature = Signature.objects.get(subject_kind="CASE", subject_id=case.pk)
        assert (case.state, signature.step) == (CaseState.FIRST_REVIEW, "ACCEPT")
        assert signature.content_sha256 == case.content_sha256
        assert bytes(case.feedback_document.content).startswith(b"%PDF")

    def test_a_supplement_list_is_followed_by_a_new_round(self, city):
        case = start(city)
        ask_look_check(city, case)
        record(city, case, is_partial=True, account=None, unemployed_date=None)
        case = feed(city, case, Feedback.SUPPLEMENT, text="解除劳动合同证明\n本人银行卡")
        assert case.state == CaseState.SUPPLEMENT
        case = resume_case(actor=city.actor("ACC", "510402"), case_id=case.pk, at=NOW)
        assert (case.state, case.round) == (CaseState.DRAFT, 2)
        enrol(city)
        ask_look_check(city, case)
        record(city, case)
        assert feed(city, case).state == CaseState.FIRST_REVIEW

    def test_a_supplement_list_needs_its_text(self, city):
        case = start(city)
        ask_look_check(city, case)
        record(city, case, is_partial=True, account=None)
        with pytest.raises(intake.ReasonMissing):
            feed(city, case, Feedback.SUPPLEMENT)

    def test_recorded_answers_are_corrected_in_a_new_round(self, city):
        case = start(city)
        ask_look_check(city, case)
        again = restart_steps(actor=city.actor("ACC", "510402"), case_id=case.pk, at=NOW)
        ask_look_check(city, again)
        assert IntakeStep.objects.filter(case=case).count() == 6

    def test_withdrawing_needs_a_reason_and_the_window(self, city):
        case = start(city)
        clerk = city.actor("ACC", "510402")
        with pytest.raises(intake.ReasonMissing):
            withdraw_case(actor=clerk, case_id=case.pk, reason="  ", at=NOW)
        assert withdraw_case(actor=clerk, case_id=case.pk, reason="本人撤回", at=NOW)
        accepted = take_in(city)
        with pytest.raises(intake.CaseNotInIntake):
            withdraw_case(actor=clerk, case_id=accepted.pk, reason="撤回", at=NOW)


class TestSecrets:
    def test_no_column_holds_a_plain_number(self, city):
        case = take_in(
            city,
            service_mode=ServiceMode.POST_AGENT,
            agent_name="赵代",
            agent_identity_number=person_number(9),
            agent_relation="子女",
        )
        secrets = [IDENTITY, person_number(9), CARDS[0], "13800138000"]
        with connection.cursor() as cursor:
            for model in (Claimant, PayeeAccount, BenefitCase, IntakeStep, AuditEvent):
                cursor.execute(f"SELECT t::text FROM {model._meta.db_table} AS t")
                rows = " ".join(row[0] for row in cursor.fetchall())
                assert not [secret for secret in secrets if secret in rows], model
        assert case.claimant.identity_masked == "510402********202X"

    def test_a_draft_is_kept_encrypted_and_comes_back(self, city):
        case = start(city)
        values = {"account_number": CARDS[0], "phone": "13800138000"}
        intake.save_draft(
            actor=city.actor("ACC", "510402"), case_id=case.pk, step=StepKind.RECORD, values=values
        )
        case.refresh_from_db()
        assert CARDS[0] not in case.draft_cipher
        assert intake.read_draft(case) == {"RECORD": values}

    def test_the_draft_is_gone_once_the_step_is_recorded(self, city):
        case = start(city)
        clerk = city.actor("ACC", "510402")
        intake.save_draft(actor=clerk, case_id=case.pk, step=StepKind.ASK, values={"q1": "YES"})
        intake.record_step(
            actor=clerk, case_id=case.pk, entry=answers(case, StepKind.ASK), today=TODAY, at=NOW
        )
        case.refresh_from_db()
        assert case.draft_cipher == ""
