"""Second review on one sheet: what may go on it, what is refused; each case stands alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Decision
from accounts.models import AuditEvent, Parameter, Signature, User
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import ContentChanged, OwnMatter, Verdict
from common.encryption import Purpose, lookup_key
from common.errors import NotFound
from payouts.enums import CaseState, EnrolmentStatus, SourceKind, StepKind
from payouts.models import BenefitCase, CheckQuestion
from payouts.selectors.bulk_reviews import SHEET_LIMIT, judge_lines, list_bulk_choice
from payouts.selectors.cases import CaseFilter
from payouts.services.bulk_reviews import (
    Sheet,
    SheetEmpty,
    SheetFiguresDiffer,
    SheetLine,
    SheetMixed,
    SheetTooLong,
    review_sheet,
)
from payouts.services.intake import record_step
from payouts.services.intake_feedback import resume_case
from tests.city import NOW, TODAY
from tests.payouts.build import card_number
from tests.payouts.claims.story import (
    answers,
    ask_look_check,
    feed,
    import_rows,
    person_number,
    record,
    review,
    start,
    take_in,
)

pytestmark = pytest.mark.django_db
NAMES = ("王小兰", "李四", "赵敏", "陈静", "黄勇")
APPROVE = Verdict(Decision.APPROVE, "同意", NOW)


def enrol_all(city, count):
    """Let both sources know the first people of the story, none of them at work."""
    rows = [
        (
            person_number(index),
            NAMES[index % len(NAMES)],
            {
                "place": "510402",
                "status": EnrolmentStatus.STOPPED,
                "last_month": date(2026, 9, 1),
                "contributed_months": 137,
            },
        )
        for index in range(1, count + 1)
    ]
    import_rows(city, rows=rows)
    import_rows(city, kind=SourceKind.MEDICAL, month=date(2026, 10, 1))


def reviewed_once(city, index, office="510402", **changes):
    """Take a claim in and let the first reviewer sign it: it then waits for the second."""
    case = take_in(
        city,
        office,
        enrolled=None,
        number=person_number(index),
        name=NAMES[index % len(NAMES)],
        card=card_number(700_000 + index),
        **changes,
    )
    return review(city, case, "REV1")


def three_cases(city):
    """Take in three like cases of one office that wait for second review."""
    enrol_all(city, 5)
    return [reviewed_once(city, index) for index in (1, 2, 3)]


LAID = {"cases": three_cases}


@pytest.fixture
def cases(laid):
    return laid


def sheet_of(cases, **changes):
    lines = tuple(SheetLine(case.pk, case.content_sha256) for case in cases)
    total = sum((case.monthly_amount for case in cases), Decimal(0))
    return replace(Sheet(lines, len(lines), total), **changes)


def sign(city, sheet, post="REV2", office="510402"):
    return review_sheet(actor=city.actor(post, office), sheet=sheet, verdict=APPROVE, today=TODAY)


def states(cases):
    return [BenefitCase.objects.get(pk=case.pk).state for case in cases]


class TestSigning:
    def test_every_case_gets_its_own_signature_over_its_own_content(self, city, cases):
        outcomes = sign(city, sheet_of(cases))
        assert [line.is_signed for line in outcomes] == [True, True, True]
        assert states(cases) == [CaseState.APPROVAL] * 3
        signed = Signature.objects.filter(step="RE_REVIEW").order_by("subject_id")
        assert [(s.subject_id, s.content_sha256) for s in signed] == [
            (case.pk, case.content_sha256) for case in cases
        ]
        assert {s.opinion for s in signed} == {"同意（批量复核，同一清单3件）"}
        events = AuditEvent.objects.filter(verb="payouts.case.reviewed", after__state="APPROVAL")
        assert events.count() == 3

    def test_one_refused_line_leaves_no_trace_and_the_others_are_signed(self, city, cases):
        reviewer = city.user("REV2", "510402")
        key = lookup_key(person_number(2), purpose=Purpose.IDENTITY)
        User.objects.filter(pk=reviewer.pk).update(person_key=key)
        outcomes = sign(city, sheet_of(cases))
        assert [line.refusal for line in outcomes] == ["", OwnMatter.message, ""]
        assert states(cases) == [CaseState.APPROVAL, CaseState.RE_REVIEW, CaseState.APPROVAL]
        assert not Signature.objects.filter(step="RE_REVIEW", subject_id=cases[1].pk).exists()

    def test_a_case_somebody_else_took_is_named_with_who_took_it(self, city, cases):
        sheet = sheet_of(cases)
        review(city, cases[0], "REV2")
        outcomes = sign(city, sheet)
        assert "已由东区REV2" in outcomes[0].refusal
        assert [line.is_signed for line in outcomes] == [False, True, True]

    def test_the_same_sheet_again_signs_nothing_twice(self, city, cases):
        sheet = sheet_of(cases)
        sign(city, sheet)
        assert not any(line.is_signed for line in sign(city, sheet))
        assert Signature.objects.filter(step="RE_REVIEW").count() == 3

    def test_content_other_than_the_sheet_showed_is_not_signed(self, city, cases):
        sheet = sheet_of(cases)
        lines = (replace(sheet.lines[0], seen_sha256="0" * 64), *sheet.lines[1:])
        outcomes = sign(city, replace(sheet, lines=lines))
        assert outcomes[0].refusal == ContentChanged.message
        assert states(cases)[0] == CaseState.RE_REVIEW

    def test_content_changed_behind_the_digest_is_not_signed(self, city, cases):
        BenefitCase.objects.filter(pk=cases[0].pk).update(carried_months=5)
        outcomes = sign(city, sheet_of(cases))
        assert not outcomes[0].is_signed
        assert [line.is_signed for line in outcomes[1:]] == [True, True]


class TestTheWholeSheetIsRefused:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"lines": ()}, SheetEmpty),
            ({"count": 2}, SheetFiguresDiffer),
            ({"total": Decimal("5592.01")}, SheetFiguresDiffer),
        ],
    )
    def test_when_its_figures_are_not_those_confirmed(self, city, cases, changes, error):
        with pytest.raises(error):
            sign(city, sheet_of(cases, **changes))
        assert states(cases) == [CaseState.RE_REVIEW] * 3

    def test_when_it_is_longer_than_a_person_can_look_at(self, city, cases):
        lines = tuple(SheetLine(number, "0" * 64) for number in range(1, SHEET_LIMIT + 2))
        with pytest.raises(SheetTooLong):
            sign(city, Sheet(lines, len(lines), Decimal("1864.00")))

    def test_when_the_standards_differ(self, city, cases):
        other = reviewed_once(city, 4, paying="510421")
        assert other.monthly_amount == Decimal("1760.00")
        with pytest.raises(SheetMixed):
            sign(city, sheet_of([cases[0], other]))
        assert states(cases[:1]) == [CaseState.RE_REVIEW]

    def test_when_a_line_is_another_offices(self, city, cases):
        with pytest.raises(SheetFiguresDiffer):
            sign(city, sheet_of(cases), office="510403")

    @pytest.mark.parametrize("post", ["REV1", "APP", "ACC", "PLAN"])
    def test_when_the_post_does_not_review_a_second_time(self, city, cases, post):
        with pytest.raises(DutyNotHeld):
            sign(city, sheet_of(cases), post=post)


class TestWhatMayGoOnASheet:
    def choice(self, city, **narrow):
        return list_bulk_choice(
            actor=city.actor("REV2", "510402"), narrow=CaseFilter(**narrow), today=TODAY
        )

    def test_like_cases_with_green_checks_oldest_first(self, city, cases):
        choice = self.choice(city)
        assert [line.case.pk for line in choice.allowed] == [case.pk for case in cases]
        assert (choice.current.amount, choice.current.count) == (Decimal("1864.00"), 3)
        assert choice.excluded == []
        assert self.choice(city, name="李").allowed[0].case.claimant.name == "李四"

    def test_a_yellow_finding_takes_a_case_off_and_says_which(self, city, cases):
        case = start(city, number=person_number(9), name="周杰")  # no source knows him
        ask_look_check(city, case)
        record(
            city,
            case,
            card=card_number(700_009),
            contributed_months=137,
            evidence_note="缴费证明",
        )
        stranger = review(city, feed(city, case), "REV1")
        choice = self.choice(city)
        [line] = choice.excluded
        assert line.case == stranger
        assert any("R02" in reason for reason in line.reasons)
        assert any("凭证" in reason for reason in line.reasons)
        [outcome] = sign(city, sheet_of([stranger]))
        assert "须逐件办理" in outcome.refusal
        assert states([stranger]) == [CaseState.RE_REVIEW]

    def test_a_large_amount_is_reviewed_alone(self, city, cases):
        Parameter.objects.create(
            pool=city.pool,
            code="large_line",
            value="1864.00",
            valid_from=date(2026, 11, 1),
            source="大额",
        )
        assert all("大额支付线" in line.reasons[0] for line in self.choice(city).excluded)
        assert not any(line.is_signed for line in sign(city, sheet_of(cases)))

    def test_a_returned_case_is_reviewed_alone(self, city, cases):
        case = review(city, cases[0], "REV2", decision=Decision.RETURN, opinion="补证明")
        clerk = city.actor("ACC", "510402")
        case = resume_case(actor=clerk, case_id=case.pk, at=NOW)
        ask_look_check(city, case)
        record(city, case, card=card_number(700_001))
        case = review(city, feed(city, case), "REV1")
        assert any("上一轮" in reason for reason in judge_lines([case], TODAY)[0].reasons)

    def test_a_mandatory_point_answered_no_takes_a_case_off(self, city, cases):
        case = start(city, number=person_number(4), name=NAMES[4])
        question = CheckQuestion.objects.filter(step=StepKind.LOOK, is_mandatory=True).first()
        looked = answers(case, StepKind.LOOK)
        looked.answers[str(question.pk)]["answer"] = "NO"
        for entry in (answers(case, StepKind.ASK), looked, answers(case, StepKind.CHECK)):
            record_step(
                actor=city.actor("ACC", "510402"), case_id=case.pk, entry=entry, today=TODAY, at=NOW
            )
        record(city, case, card=card_number(700_004))
        case = review(city, feed(city, case), "REV1")
        assert judge_lines([case], TODAY)[0].reasons == (f"受理要点答“否”：{question.text}",)
        assert judge_lines(cases, TODAY)[0].reasons == ()

    def test_the_choice_takes_a_bounded_number_of_queries(
        self, city, cases, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(45):
            self.choice(city)


class TestScreens:
    @pytest.fixture
    def reviewer(self, city):
        client = Client()
        client.force_login(
            city.user("REV2", "510402"), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    def posted(self, cases, **changes):
        return {
            "line": [f"{case.pk}:{case.content_sha256}" for case in cases],
            "total": str(sum((case.monthly_amount for case in cases), Decimal(0))),
            "count": str(len(cases)),
            "opinion": "同意",
            **changes,
        }

    def test_a_sheet_is_chosen_counted_and_signed(self, cases, reviewer):
        page = reviewer.get(reverse("payouts:bulk_review")).content.decode()
        assert "可以一并复核" in page
        ids = [case.pk for case in cases]
        page = reviewer.get(reverse("payouts:bulk_sheet"), {"ids": ids}).content.decode()
        assert "共 <b>3件</b>" in page
        assert "¥5,592.00" in page
        assert "人民币伍仟伍佰玖拾贰元整" in page
        answer = reviewer.post(reverse("payouts:bulk_sheet"), self.posted(cases))
        assert "已复核通过 3 件" in answer.content.decode()
        assert states(cases) == [CaseState.APPROVAL] * 3

    def test_a_wrong_count_signs_nothing_and_says_so(self, cases, reviewer):
        answer = reviewer.post(reverse("payouts:bulk_sheet"), self.posted(cases, count="2"))
        assert answer.status_code == 422
        assert "没有签署任何案件" in answer.content.decode()
        assert states(cases) == [CaseState.RE_REVIEW] * 3

    def test_the_result_names_every_line_that_was_not_signed(self, city, cases, reviewer):
        posted = self.posted(cases)
        review(city, cases[1], "REV2")
        page = reviewer.post(reverse("payouts:bulk_sheet"), posted).content.decode()
        assert "已复核通过 2 件" in page
        assert "1 件未签署" in page
        assert cases[1].number in page

    @pytest.mark.parametrize("lines", [[], ["x"], ["0:"], ["²:0"], ["9" * 30]])
    def test_an_empty_or_forged_sheet_leads_back_to_the_choice(self, cases, reviewer, lines):
        answer = reviewer.post(
            reverse("payouts:bulk_sheet"), self.posted(cases, line=lines, count="1")
        )
        assert answer.status_code == 302
        assert states(cases) == [CaseState.RE_REVIEW] * 3

    def test_other_posts_and_offices_are_refused(self, city, cases):
        for post, office, status in (("REV1", "510402", 403), ("ACC", "510402", 403)):
            client = Client()
            client.force_login(
                city.user(post, office), backend="django.contrib.auth.backends.ModelBackend"
            )
            assert client.get(reverse("payouts:bulk_review")).status_code == status
            assert client.post(reverse("payouts:bulk_sheet"), {}).status_code == status


def test_a_line_that_is_not_there_is_not_found(city, cases):
    ghost = SheetLine(999_999, "0" * 64)
    sheet = sheet_of(cases)
    outcomes = sign(city, replace(sheet, lines=(*sheet.lines, ghost), count=4))
    assert outcomes[-1].refusal == NotFound.message
    assert [line.is_signed for line in outcomes] == [True, True, True, False]
