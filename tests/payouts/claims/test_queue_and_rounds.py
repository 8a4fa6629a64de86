"""The reviewer's queue, and what a later round shows of what changed."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Decision
from accounts.models import User
from payouts.enums import CaseState, StepKind
from payouts.forms.reviews import QueueForm
from payouts.models import BenefitCase, CheckQuestion, IntakeStep
from payouts.selectors import case_queue
from payouts.selectors.case_queue import count_queue, next_in_queue
from payouts.selectors.case_rounds import compare_with_signed_round
from payouts.selectors.case_sheet import list_signatures
from payouts.selectors.cases import CaseFilter, waiting_queue
from payouts.services.intake import record_step
from payouts.services.intake_feedback import restart_steps, resume_case
from tests.city import NOW, TODAY
from tests.payouts.claims.story import (
    CARDS,
    answers,
    ask_look_check,
    feed,
    person_number,
    record,
    review,
    start,
    take_in,
)

pytestmark = pytest.mark.django_db
ALL = CaseFilter()
NAMES = ("王芳", "李四", "王敏")


def three_cases(city):
    found = [
        take_in(city, number=person_number(index), name=name, card=CARDS[index])
        for index, name in enumerate(NAMES, start=1)
    ]
    for minutes, case in enumerate(found):
        BenefitCase.objects.filter(pk=case.pk).update(entered_at=NOW + timedelta(minutes=minutes))
    return found


def one_case(city):
    return take_in(city, number=person_number(1), name="王芳", card=CARDS[1])


LAID = {"cases": three_cases, "case": one_case}


@pytest.fixture
def cases(laid):
    return laid


@pytest.fixture
def case(laid):
    return laid


@pytest.fixture
def reviewer(city):
    return city.actor("REV1", "510402")


class TestQueue:
    def test_the_one_that_waited_longest_comes_first(self, cases, reviewer):
        assert next_in_queue(actor=reviewer, narrow=ALL) == cases[0]

    def test_one_passed_over_comes_back_only_after_the_last(self, city, cases, reviewer):
        seen = [next_in_queue(actor=reviewer, narrow=ALL, after=case.pk) for case in cases]
        assert seen == [cases[1], cases[2], cases[0]]

    def test_nothing_follows_the_only_one_that_waits(self, city, cases, reviewer):
        for case in cases[1:]:
            review(city, case, "REV1")
        assert next_in_queue(actor=reviewer, narrow=ALL, after=cases[0].pk) is None

    def test_the_filter_is_kept(self, cases, reviewer):
        narrow = CaseFilter(name="王")
        after = next_in_queue(actor=reviewer, narrow=narrow, after=cases[0].pk)
        assert after == cases[2]

    def test_today_counts_reviews_only_and_only_ones_own(self, city, cases, reviewer):
        midnight = NOW - timedelta(hours=9)
        review(city, cases[0], "REV1")
        review(city, cases[0], "REV2")
        count = count_queue(actor=reviewer, narrow=ALL, since=midnight)
        assert (count.done, count.left, count.left_text) == (1, 2, "2件")
        later = count_queue(actor=reviewer, narrow=ALL, since=NOW + timedelta(seconds=1))
        assert later.done == 0
        clerk = city.actor("ACC", "510402")  # acceptance is a signature, but no review
        assert count_queue(actor=clerk, narrow=ALL, since=midnight).done == 0

    @pytest.mark.parametrize(
        "narrow",
        [
            lambda case: {},
            lambda case: {"state": "FIRST_REVIEW"},
            lambda case: {"state": "DETERMINED"},
            lambda case: {"name": "王"},
            lambda case: {"name": "王芳", "state": "RE_REVIEW"},
            lambda case: {"name": "%"},
            lambda case: {"number": case.number[:6]},
            lambda case: {"number": "x"},
            lambda case: {"item_id": case.item_id},
            lambda case: {"item_id": case.item_id + 1},
            lambda case: {"organisation_id": case.organisation_id},
            lambda case: {"organisation_id": case.organisation_id + 1},
        ],
    )
    def test_the_counter_counts_what_the_list_shows(self, city, cases, narrow):
        """count_waiting_cases.sql beside `waiting_queue`."""
        begun = start(city, number=person_number(9), name="王五")
        review(city, cases[0], "REV1")
        own = cases[1].claimant.person_key
        User.objects.filter(pk=city.user("REV1", "510402").pk).update(person_key=own)
        wanted = CaseFilter(**narrow(begun))
        for post in ("ACC", "REV1", "REV2", "APP", "PLAN"):
            for office in ("510402", "510403"):
                actor = city.actor(post, office)
                count = count_queue(actor=actor, narrow=wanted, since=NOW)
                assert count.left == waiting_queue(actor, wanted).count()

    def test_the_counter_stops_beyond_its_limit(self, cases, reviewer, monkeypatch):
        monkeypatch.setattr(case_queue, "LEFT_LIMIT", 1)
        count = count_queue(actor=reviewer, narrow=ALL, since=NOW)
        assert (count.left, count.left_text) == (2, "1件以上")

    def test_a_queue_is_narrowed_by_what_its_address_carries(self):
        carried = {"state", "organisation_id", "item_id", "number", "name"}
        address = {
            "state": "APPROVAL",
            "organisation": "1",
            "item": "2",
            "number": "3",
            "name": "4",
        }
        narrow = QueueForm({**address, "identity": "1234", "since": "2026-01-01"}).to_filter()
        others = set(asdict(narrow)) - carried
        assert all(getattr(narrow, name) == getattr(ALL, name) for name in others)
        assert all(getattr(narrow, name) for name in carried)

    def test_the_page_after_signing_is_the_next_case_with_the_same_filter(self, city, cases):
        client = Client()
        client.force_login(
            city.user("REV1", "510402"), backend="django.contrib.auth.backends.ModelBackend"
        )
        opinion = {
            "decision": "APPROVE",
            "opinion": "同意",
            "seen_sha256": cases[0].content_sha256,
            "seen_state": cases[0].state,
        }
        answer = client.post(
            reverse("payouts:review", args=[cases[0].pk]) + "?name=王&item=x&state=nothing", opinion
        )
        assert answer.url.startswith(reverse("payouts:case", args=[cases[2].pk]) + "?name=")
        page = client.get(answer.url).content.decode()
        assert "今日已办 <b>" in page
        assert "尚余 <b>1件</b>" in page

    @pytest.mark.parametrize("passed", ["x", "-1", "9" * 30, "²", ""])
    def test_a_forged_place_in_the_queue_begins_at_the_front(self, city, cases, passed):
        client = Client()
        client.force_login(
            city.user("REV1", "510402"), backend="django.contrib.auth.backends.ModelBackend"
        )
        answer = client.get(reverse("payouts:next_case"), {"passed": passed})
        assert answer.url == reverse("payouts:case", args=[cases[0].pk])


def again(city, case, **changes):
    """Return a case to its window, go through the five steps again, and hand it on."""
    review(city, case, "REV1", decision=Decision.RETURN, opinion="核对")
    case = resume_case(actor=city.actor("ACC", "510402"), case_id=case.pk, at=NOW)
    ask_look_check(city, case)
    record(city, case, card=CARDS[1], **changes)
    return feed(city, case)


def compared(case):
    """Compare a case with its last signed round, as its page does."""
    return compare_with_signed_round(case, list_signatures(case))


class TestRounds:
    def test_a_first_round_has_nothing_to_be_compared_with(self, case):
        assert compared(case) is None

    def test_a_round_that_changed_nothing_says_so(self, city, case):
        found = compared(again(city, case))
        assert (found.earlier_round, found.changes, found.is_complete) == (1, [], True)

    def test_fields_and_computation_show_old_and_new(self, city, case):
        case = again(city, case, paying="510421", phone="13900139000")
        changes = {
            (change.area, change.label): (change.old, change.new)
            for change in compared(case).changes
        }
        assert changes["申领信息", "发放地"] == ("东区", "米易县")
        assert changes["申领信息", "联系电话"] == ("138****8000", "139****9000")
        assert changes["申领信息", "月发放标准"] == ("¥1,864.00", "¥1,760.00")
        assert changes["核定计算", "月发放标准"] == (
            "2,330.00 × 80%：¥1,864.00",
            "2,200.00 × 80%：¥1,760.00",
        )
        assert ("申领信息", "参保地") not in changes

    def test_answers_show_old_and_new_with_their_notes(self, city, case):
        review(city, case, "REV1", decision=Decision.RETURN, opinion="核对")
        clerk = city.actor("ACC", "510402")
        case = resume_case(actor=clerk, case_id=case.pk, at=NOW)
        question = CheckQuestion.objects.filter(step=StepKind.LOOK).order_by("position").first()
        looked = answers(case, StepKind.LOOK)
        looked.answers[str(question.pk)].update(answer="NO", note="复印件不清")
        for entry in (answers(case, StepKind.ASK), looked, answers(case, StepKind.CHECK)):
            record_step(actor=clerk, case_id=case.pk, entry=entry, today=TODAY, at=NOW)
        record(city, case, card=CARDS[1])
        [change] = compared(feed(city, case)).changes
        assert change.label == f"二看：{question.text}"
        assert (change.old, change.new) == ("是", "否（复印件不清）")

    def test_rounds_begun_and_never_signed_are_passed_over(self, city, case):
        review(city, case, "REV1", decision=Decision.RETURN, opinion="核对")
        clerk = city.actor("ACC", "510402")
        case = resume_case(actor=clerk, case_id=case.pk, at=NOW)
        ask_look_check(city, case)
        case = restart_steps(actor=clerk, case_id=case.pk, at=NOW)
        ask_look_check(city, case)
        record(city, case, card=CARDS[1], leaving_reason="02")
        case = feed(city, case)
        found = compared(case)
        assert (case.round, found.earlier_round) == (3, 1)
        assert {change.label for change in found.changes} == {"失业原因"}

    def test_only_the_fifth_step_keeps_the_claim(self, case):
        kept = IntakeStep.objects.filter(case=case, facts__isnull=False)
        assert [step.step for step in kept] == [StepKind.FEED_BACK]
        assert case.state == CaseState.FIRST_REVIEW
