"""The review chain: different people, content as seen, return, refusal, determination."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.enums import Decision
from accounts.models import AuditEvent, Notice, Parameter, Signature, User
from accounts.permissions import DutyNotHeld
from accounts.selectors.signatures import list_timeline
from accounts.services import audit, signatures
from accounts.services.signatures import (
    AlreadySigned,
    ContentChanged,
    Matter,
    OpinionMissing,
    OwnMatter,
)
from common.db import violated_constraint
from common.encryption import Purpose, lookup_key
from common.errors import NotFound
from payouts.enums import CaseState
from payouts.models import BenefitCase, BenefitItem, Entitlement
from payouts.selectors.case_queue import next_in_queue
from payouts.selectors.case_sheet import blocked_reason, list_signatures, list_stages
from payouts.selectors.case_worklist import list_waiting_case_work
from payouts.selectors.cases import CaseFilter, waiting_cases
from payouts.services.intake import ReasonMissing
from payouts.services.intake_feedback import resume_case
from payouts.services.reveals import Secret, reveal_number
from payouts.services.reviews import CaseNotWaiting, ComputationDiffers, review_case
from payouts.workflows import cases as workflow
from tests.city import NOW, TODAY, another_city
from tests.payouts.claims.story import (
    CARD,
    CARDS,
    IDENTITY,
    ask_look_check,
    determine,
    feed,
    person_number,
    record,
    review,
    start,
    take_in,
    verdict,
)
from tests.values import put_value

pytestmark = pytest.mark.django_db


LAID = {"case": take_in}


@pytest.fixture
def case(laid):
    return laid


class TestChain:
    def test_three_levels_by_three_people_determine_an_important_case(self, city, case):
        case = determine(city, case)
        assert case.state == CaseState.DETERMINED
        signed = Signature.objects.filter(subject_kind="CASE", subject_id=case.pk)
        assert [s.step for s in signed.order_by("id")] == [
            "ACCEPT",
            "FIRST_REVIEW",
            "RE_REVIEW",
            "APPROVE",
        ]
        entitlement = Entitlement.objects.get(case=case)
        assert (entitlement.months_granted, entitlement.months_paid) == (24, 0)
        assert entitlement.first_month == date(2026, 10, 1)
        assert entitlement.person_key == case.claimant.person_key
        assert bytes(case.decision_document.content).startswith(b"%PDF")

    def test_two_levels_suffice_for_a_general_item(self, city):
        BenefitItem.objects.filter(code="B01").update(review_depth=2)
        case = take_in(city)
        assert case.review_depth == 2
        assert determine(city, case).state == CaseState.DETERMINED

    def test_the_depth_of_an_item_is_the_one_in_force_when_it_was_applied_for(self, city):
        put_value(city.pool, "review_depth.B01", 2, date(2026, 10, 1))
        put_value(city.pool, "review_depth.B01", 3, date(2026, 12, 1))
        case = take_in(city)
        assert case.review_depth == 2
        assert determine(city, case).state == CaseState.DETERMINED

    def test_a_large_amount_takes_three_levels_whatever_the_item(self, city):
        BenefitItem.objects.filter(code="B01").update(review_depth=2)
        Parameter.objects.create(
            pool=city.pool,
            code="large_case",
            value="1864.00",
            valid_from=date(2026, 10, 1),
            source="大额",
        )
        assert take_in(city).review_depth == 3

    def test_reviewers_are_those_of_the_paying_place(self, city):
        case = take_in(city, paying="510411")
        with pytest.raises(NotFound):
            review(city, case, "REV1", office="510403")
        with pytest.raises(DutyNotHeld):
            review(city, case, "REV1", office="510402")
        assert review(city, case, "REV1", office="510411").state == CaseState.RE_REVIEW

    def test_a_step_out_of_turn_is_refused(self, city, case):
        with pytest.raises(DutyNotHeld):
            review(city, case, "REV2")
        review(city, case, "REV1")
        with pytest.raises(DutyNotHeld):
            review(city, case, "REV1")
        review(city, case, "REV2")
        review(city, case, "APP")
        with pytest.raises(CaseNotWaiting):
            review(city, case, "APP")

    def test_who_acted_meanwhile_is_named(self, city, case):
        review(city, case, "REV1")
        with pytest.raises(CaseNotWaiting, match="东区REV1"):
            review_case(
                actor=city.actor("REV1", "510402"),
                case_id=case.pk,
                verdict=verdict(),
                seen_state=CaseState.FIRST_REVIEW,
            )

    def test_the_next_post_is_told(self, city, case):
        assert Notice.objects.filter(recipient=city.user("REV1", "510402")).count() == 1
        review(city, case, "REV1")
        assert Notice.objects.filter(recipient=city.user("REV2", "510402")).count() == 1


class TestSeparation:
    def test_one_person_never_signs_two_steps(self, city, case):
        clerk = city.actor("ACC", "510402")
        matter = Matter("CASE", case.pk, case.round, case.content_sha256, clerk.organisation_id)
        with pytest.raises(AlreadySigned):
            signatures.approve(clerk, matter, "FIRST_REVIEW", NOW)

    def test_nobody_reviews_his_own_claim(self, city, case):
        key = lookup_key(IDENTITY, purpose=Purpose.IDENTITY)
        reviewer = city.user("REV1", "510402")
        User.objects.filter(pk=reviewer.pk).update(person_key=key)
        assert "回避" in blocked_reason(city.actor("REV1", "510402"), case, own_key=key, entries=[])
        assert not waiting_cases(city.actor("REV1", "510402")).exists()
        with pytest.raises(OwnMatter):
            review(city, case, "REV1")

    def test_a_signature_covers_only_what_the_screen_showed(self, city, case):
        with pytest.raises(ContentChanged):
            review(city, case, "REV1", seen="0" * 64)
        assert review(city, case, "REV1", seen=case.content_sha256)

    def test_content_changed_behind_the_digest_is_not_signed(self, city, case):
        BenefitCase.objects.filter(pk=case.pk).update(monthly_amount=Decimal("9999.00"))
        with pytest.raises(ContentChanged):
            review(city, case, "REV1")

    def test_the_digest_does_not_change_within_a_round(self, city, case):
        refused = _refusal(
            "UPDATE payouts_benefitcase SET content_sha256 = repeat('a', 64) WHERE id = %s", case
        )
        assert refused == "case_content_changes_only_in_a_new_round"

    def test_no_update_determines_a_case_without_its_signatures(self, city, case):
        review(city, case, "REV1")
        review(city, case, "REV2")
        refused = _refusal(
            "UPDATE payouts_benefitcase SET state = 'DETERMINED' WHERE id = %s", case
        )
        assert refused == "case_signed_by_its_chain"

    def test_no_update_skips_a_state(self, city, case):
        refused = _refusal("UPDATE payouts_benefitcase SET state = 'APPROVAL' WHERE id = %s", case)
        assert refused == "state_transition_known"

    def test_no_update_sends_a_draft_to_review_without_the_five_steps(self, city):
        case = start(city)
        ask_look_check(city, case)
        record(city, case, contributed_months=30, evidence_note="缴费证明")
        BenefitCase.objects.filter(pk=case.pk).update(content_sha256="a" * 64)
        refused = _refusal(
            "UPDATE payouts_benefitcase SET state = 'FIRST_REVIEW' WHERE id = %s", case
        )
        assert refused == "case_five_steps_recorded"


def _refusal(statement, case):
    """Run a raw statement and return the name of the rule that refused it."""
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [case.pk])
    return violated_constraint(refused.value)


class TestReturnAndRefusal:
    def test_a_returned_case_goes_through_a_new_round_with_void_signatures(self, city, case):
        review(city, case, "REV1")
        case = review(city, case, "REV2", decision=Decision.RETURN, opinion="补证明")
        assert case.state == CaseState.RETURNED
        clerk = city.actor("ACC", "510402")
        assert waiting_cases(clerk).get() == case
        case = resume_case(actor=clerk, case_id=case.pk, at=NOW)
        ask_look_check(city, case)
        record(city, case)
        case = feed(city, case)
        timeline = list_timeline(
            kind="CASE",
            subject_id=case.pk,
            current_round=case.round,
            current_sha256=case.content_sha256,
        )
        assert [entry.is_void for entry in timeline] == [True, True, True, False]
        assert determine(city, case).state == CaseState.DETERMINED

    @pytest.mark.parametrize("decision", [Decision.RETURN, Decision.REFUSE])
    def test_neither_goes_without_a_reason(self, city, case, decision):
        with pytest.raises(OpinionMissing):
            review(city, case, "REV1", decision=decision, opinion=" ")

    def test_a_refusal_ends_the_case_with_a_notice(self, city, case):
        case = review(city, case, "REV1", decision=Decision.REFUSE, opinion="本人辞职")
        assert case.state == CaseState.REFUSED
        assert case.decision_document.title.startswith("不予批准决定书")
        assert not Entitlement.objects.exists()
        assert list_stages(case, is_paid=False)[0].state == "refused"

    def test_parameters_changed_meanwhile_stop_the_last_signature(self, city, case):
        review(city, case, "REV1")
        review(city, case, "REV2")
        Parameter.objects.create(
            pool=city.pool,
            code="minimum_wage",
            value="2400.00",
            valid_from=date(2026, 10, 1),
            source="新标准",
        )
        with pytest.raises(ComputationDiffers, match=r"1,920\.00"):
            review(city, case, "APP")
        assert BenefitCase.objects.get(pk=case.pk).state == CaseState.APPROVAL


class TestWorklist:
    def test_it_offers_only_what_may_be_signed_oldest_first(self, city, case):
        second = take_in(city, number=person_number(3), name="李四", card=CARDS[1])
        reviewer = city.actor("REV1", "510402")
        assert next_in_queue(actor=reviewer, narrow=CaseFilter()) == case
        review(city, case, "REV1")
        assert next_in_queue(actor=reviewer, narrow=CaseFilter()) == second
        assert next_in_queue(actor=city.actor("REV1", "510403"), narrow=CaseFilter()) is None
        signed = BenefitCase.objects.get(pk=case.pk)
        assert "您已初审本件，不能复核" in blocked_reason(
            reviewer, signed, own_key="", entries=list_signatures(signed)
        )

    def test_it_counts_what_waits_and_what_is_late(self, city, case):
        work = list_waiting_case_work(actor=city.actor("REV1", "510402"), today=date(2026, 11, 17))
        assert [(w.label, w.count, w.overdue_count) for w in work] == [("待初审案件", 1, 1)]
        assert not list_waiting_case_work(actor=city.actor("REV2", "510402"), today=TODAY)


class TestReveal:
    def test_a_full_number_is_shown_for_a_reason_and_on_the_record(self, city, case):
        shown = self._reveal(city, case, Secret.IDENTITY)
        assert (shown.value, shown.masked) == (IDENTITY, "510402********202X")
        assert self._reveal(city, case, Secret.ACCOUNT).value == CARD
        event = AuditEvent.objects.filter(verb="payouts.claimant.revealed").first()
        assert event.after == {"what": "证件号", "reason": "核对证件", "case": case.number}
        audit.seal()
        assert audit.verify_chain().broken_sequence is None

    def test_no_reason_no_look(self, city, case):
        with pytest.raises(ReasonMissing):
            self._reveal(city, case, Secret.IDENTITY, reason=" ")

    @pytest.mark.parametrize(
        ("post", "office", "refusal"),
        [("PLAN", "510402", DutyNotHeld), ("REV1", "510403", NotFound)],
    )
    def test_other_posts_and_offices_do_not_look(self, city, case, post, office, refusal):
        with pytest.raises(refusal):
            self._reveal(city, case, Secret.IDENTITY, post=post, office=office)

    def _reveal(self, city, case, secret, post="REV1", office="510402", reason="核对证件"):
        return reveal_number(
            actor=city.actor(post, office), case_id=case.pk, secret=secret, reason=reason, at=NOW
        )


def test_another_city_sees_nothing_of_the_case(city):
    case = take_in(city)
    neighbour = another_city()
    neighbour.enter()
    assert not BenefitCase.objects.filter(pk=case.pk).exists()
    with pytest.raises(NotFound):
        reveal_number(
            actor=neighbour.actor("ACC", "513401"),
            case_id=case.pk,
            secret=Secret.IDENTITY,
            reason="x",
            at=NOW,
        )


def test_every_decision_leads_where_the_table_says():
    pairs = workflow.TRANSITIONS["payouts_benefitcase"]
    for depth, path in workflow.PATHS.items():
        for state in path:
            for decision in Decision:
                assert (state, workflow.next_state(state, decision, depth=depth)) in pairs
