"""The screens of claims, as clerks and reviewers use them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.models import AuditEvent, User
from accounts.permissions import duties_of
from common.lists import Viewer
from payouts.enums import CaseState, StepKind
from payouts.models import BenefitCase, BenefitItem, CheckQuestion, Claimant, IntakeStep
from payouts.selectors.cases import count_cases, find_cases
from tests.city import NOW
from tests.payouts.claims.story import (
    CARD,
    CARDS,
    IDENTITY,
    NAME,
    ask_look_check,
    determine,
    enrol,
    person_number,
    review,
    start,
    take_in,
)

pytestmark = pytest.mark.django_db


def browser(city, post, office="510402"):
    client = Client()
    client.force_login(city.user(post, office), backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name, *parts):
    return reverse(f"payouts:{name}", args=parts)


def points(case, step):
    questions = CheckQuestion.objects.filter(check_list_id=case.check_list_id, step=step)
    return {f"q{question.pk}": "YES" for question in questions}


def opening(**changes):
    return {
        "item": BenefitItem.objects.get(code="B01").pk,
        "identity_number": IDENTITY,
        "name": NAME,
        "channel": "WINDOW",
        "service_mode": "IN_PERSON",
        "applied_date": "2026-11-02",
        **changes,
    }


def recording(city, case, **changes):
    return {
        **points(case, StepKind.RECORD),
        "insured_organisation": city.offices["510402"].pk,
        "paying_organisation": city.offices["510402"].pk,
        "leaving_reason": "01",
        "unemployed_date": "2026-09-30",
        "registered_date": "20261015",
        "carried_months": "0",
        "phone": "13800138000",
        "account_kind": "CARD",
        "account_number": "6228 4804 6900 0000 015",
        "holder_name": NAME,
        **changes,
    }


def opinion(case, decision="APPROVE", **changes):
    return {
        "decision": decision,
        "opinion": "同意",
        "seen_sha256": case.content_sha256,
        "seen_state": case.state,
        **changes,
    }


class TestTheWayThrough:
    def test_from_the_window_to_the_determination_through_the_screens(self, city):
        enrol(city)
        clerk = browser(city, "ACC")
        answer = clerk.post(url("intake_new"), opening())
        case = BenefitCase.objects.get()
        assert answer.url == url("intake", case.pk)
        for step in (StepKind.ASK, StepKind.LOOK, StepKind.CHECK):
            answer = clerk.post(url("intake_step", case.pk, step.lower()), points(case, step))
            assert answer.status_code == 302
        clerk.post(url("intake_step", case.pk, "record"), recording(city, case))
        assert "2,330.00 × 80%" in clerk.get(url("intake", case.pk)).content.decode()
        answer = clerk.post(
            url("intake_step", case.pk, "feed_back"),
            {**points(case, StepKind.FEED_BACK), "kind": "RECEIPT"},
        )
        assert "东区初审岗" in clerk.get(answer.url).content.decode()
        for post in ("REV1", "REV2", "APP"):
            case.refresh_from_db()
            reviewer = browser(city, post)
            assert reviewer.get(url("next_case")).url == url("case", case.pk)
            page = reviewer.get(url("case", case.pk)).content.decode()
            assert "双算一致" in page
            assert reviewer.post(url("review", case.pk), opinion(case)).status_code == 302
        case.refresh_from_db()
        assert case.state == CaseState.DETERMINED
        letter = clerk.get(url("case_document", case.pk, "decision"))
        assert letter.content.startswith(b"%PDF")

    def test_a_closed_browser_loses_nothing(self, city):
        case = start(city)
        clerk = browser(city, "ACC")
        draft = {f"q{CheckQuestion.objects.get(step='ASK', position=1).pk}": "NO", "n1": "口述"}
        answer = clerk.post(url("intake_draft", case.pk, "ask"), draft)
        assert "草稿已保存" in answer.content.decode()
        page = browser(city, "ACC").get(url("intake", case.pk))
        field = page.context["form"].points[0][0]
        assert field.value() == "NO"

    def test_a_returned_case_is_taken_up_again_with_its_answers(self, city):
        case = take_in(city)
        reviewer = browser(city, "REV1")
        answer = reviewer.post(url("review", case.pk), opinion(case, "RETURN"))
        assert answer.status_code == 422  # neither reason nor what to supply
        reviewer.post(
            url("review", case.pk),
            opinion(case, "RETURN", opinion="证明不清", supply="解除劳动合同证明"),
        )
        clerk = browser(city, "ACC")
        assert "须补正：解除劳动合同证明" in clerk.get(url("case", case.pk)).content.decode()
        answer = clerk.post(url("intake_resume", case.pk))
        page = clerk.get(answer.url)
        assert all(answer.value() == "YES" for answer, _ in page.context["form"].points)
        assert "已失效" in clerk.get(url("case", case.pk)).content.decode()


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("identity_number", "51040219850615202Y", "身份证号"),
            ("identity_number", "510402198506152021", "校验位"),
            ("identity_number", "5104021985061520", "18位"),
            ("applied_date", "2026-02-30", "2026-02-30"),
            ("applied_date", "2099-01-01", "不能晚于今天"),
            ("name", "张\x00三", "U+0000"),
            ("name", "张3", "姓名含有不允许的字符"),
            ("name", "", "必填"),
            ("item", "999999", "999999"),
        ],
    )
    def test_opening_keeps_the_values_and_says_why(self, city, field, value, words):
        answer = browser(city, "ACC").post(url("intake_new"), opening(**{field: value}))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert answer.context["form"].errors[field]
        assert (
            words in page or "null" in page.lower() or "必填" in str(answer.context["form"].errors)
        )
        assert "<title>错误：" in page
        assert answer.context["form"]["channel"].value() == "WINDOW"
        assert not Claimant.objects.exists()

    @pytest.mark.parametrize(
        ("field", "typed", "stored"),
        [
            ("name", "𠮷野", "𠮷野"),
            ("name", "买买提•吐尔逊", "买买提·吐尔逊"),
            ("identity_number", "５１０４０２１９８５０６１５２０２ｘ", "510402********202X"),
        ],
    )
    def test_what_people_type_is_stored_in_canonical_form(self, city, field, typed, stored):
        assert browser(city, "ACC").post(url("intake_new"), opening(**{field: typed})).url
        claimant = Claimant.objects.get()
        assert stored in (claimant.name, claimant.identity_masked)

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("account_number", "6228480469000000015000000", "实际25位"),
            ("account_number", CARD[:-1] + "4", "校验位"),
            ("account_number", "", "请填写收款账号"),
            ("holder_name", "张三", "户名必须与申领人姓名一致"),
            ("unemployed_date", "2026-02-30", "不存在"),
            ("registered_date", "2026-09-01", "日期先后不正确"),
            ("carried_months", "25", "0至24"),
            ("carried_months", "-1", "整数"),
            ("phone", "12345", "联系电话"),
            ("leaving_reason", "77", "77"),
            ("paying_organisation", "0", "0"),
        ],
    )
    def test_recording_keeps_the_values_and_says_why(self, city, field, value, words):
        enrol(city)
        case = start(city)
        ask_look_check(city, case)
        sent = recording(city, case, **{field: value})
        answer = browser(city, "ACC").post(url("intake_step", case.pk, "record"), sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert answer.context["form"][field].value() == value
        assert IntakeStep.objects.filter(case=case).count() == 3

    def test_an_open_point_is_named_beside_the_question(self, city):
        case = start(city)
        answer = browser(city, "ACC").post(url("intake_step", case.pk, "ask"), {})
        assert answer.status_code == 422
        assert answer.content.decode().count("必答要点，请选择") == 8  # summary and questions

    def test_a_step_that_does_not_exist_is_not_found(self, city):
        case = start(city)
        assert browser(city, "ACC").get(url("intake_draft", case.pk, "x")).status_code == 405
        assert browser(city, "ACC").post(url("intake_step", case.pk, "x")).status_code == 404


class TestReach:
    def test_another_offices_case_is_not_found_and_other_posts_are_refused(self, city):
        case = take_in(city)
        pages = [url("case", case.pk), url("case_document", case.pk, "feedback")]
        pages.append(url("person", case.claimant_id))
        for page in pages:
            assert browser(city, "REV1", "510403").get(page).status_code == 404
            assert browser(city, "FCASH", "510400").get(page).status_code == 403
            assert browser(city, "REV1").get(page).status_code == 200
        assert browser(city, "REV1").get(url("intake_new")).status_code == 403
        assert browser(city, "REV1").get(url("intake", case.pk)).status_code == 403

    def test_the_page_says_why_a_button_is_missing(self, city):
        case = take_in(city)
        assert (
            "当前的岗位不能初审" in browser(city, "ACC").get(url("case", case.pk)).content.decode()
            or "您已受理本件，不能初审"
            in browser(city, "ACC").get(url("case", case.pk)).content.decode()
        )

    def test_search_finds_by_number_person_and_last_four_within_reach(self, city):
        case = take_in(city)
        near, far = browser(city, "REV1"), browser(city, "REV1", "510403")
        find = url("search")
        assert near.get(find, {"q": case.number}).url == url("case", case.pk)
        assert near.get(find, {"q": IDENTITY}).url == url("person", case.claimant_id)
        assert NAME in near.get(find, {"q": "202X"}).content.decode()
        assert NAME in near.get(find, {"q": "王小"}).content.decode()
        for text in (case.number, IDENTITY, "202X", "王小", "%", "\x00", ""):
            assert NAME not in far.get(find, {"q": text}).content.decode()

    def test_a_look_at_a_full_number_is_listed_on_the_person_page(self, city):
        case = take_in(city)
        reviewer = browser(city, "REV1")
        reveal = url("reveal", case.pk, "identity")
        assert reviewer.post(reveal, {"reason": ""}).status_code == 422
        answer = reviewer.post(reveal, {"reason": "核对证件"}, headers={"HX-Request": "true"})
        assert IDENTITY in answer.content.decode()
        assert "data-reveal" in answer.content.decode()
        page = reviewer.get(url("person", case.claimant_id)).content.decode()
        assert "（初审岗）查看" in page
        assert "核对证件" in page
        assert IDENTITY not in page
        assert browser(city, "PLAN").post(reveal, {"reason": "看看"}).status_code == 403
        assert AuditEvent.objects.filter(verb="payouts.claimant.revealed").count() == 1


class TestLists:
    def test_tabs_and_filters_narrow_the_list(self, city):
        case = take_in(city)
        draft = start(city, number=person_number(3), name="李四")
        clerk = browser(city, "ACC")

        def listed(**query):
            return [row.id for row in clerk.get(url("cases"), query).context["listing"].rows]

        assert listed() == [draft.pk]
        assert listed(tab="all") == [draft.pk, case.pk]
        assert listed(tab="done") == [case.pk]
        assert listed(tab="all", name="王") == [case.pk]
        assert listed(tab="all", identity="202x") == [case.pk]
        assert listed(tab="all", identity=person_number(3)) == [draft.pk]
        assert listed(tab="all", state="DRAFT") == [draft.pk]
        assert listed(tab="all", organisation=city.offices["510402"].pk, number=case.number) == [
            case.pk
        ]
        assert listed(tab="finished") == []
        assert listed(tab="nonsense", state="nonsense") == [draft.pk]

    def test_tabs_count_what_they_list_for_every_post(self, city):
        """count_waiting_cases.sql against the queries of the lists themselves."""
        own = take_in(city)
        own_key = Claimant.objects.get(pk=own.claimant_id).person_key
        User.objects.filter(username="rev1510402").update(person_key=own_key)
        sent_back = take_in(city, number=person_number(4), name="李四", card=CARDS[1])
        review(city, sent_back, "REV1", decision=Decision.RETURN)
        review(city, take_in(city, number=person_number(5), name="李四", card=CARDS[2]), "REV1")
        start(city, number=person_number(3), name="李四")
        seen = set()
        for actor in city.actors.values():
            if Duty.CASE_READ.value not in duties_of(actor):
                continue
            viewer = Viewer(actor, NOW)
            listed = {tab: find_cases(viewer, tab=tab).count() for tab in ("waiting", "returned")}
            assert count_cases(actor) == listed, actor.post
            seen.add((actor.post, *listed.values()))
        assert {("ACC", 2, 1), ("REV1", 0, 1), ("REV2", 1, 1)} <= seen

    def test_lists_and_pages_take_a_fixed_number_of_queries(self, city):
        first = take_in(city)
        determine(city, first)
        reviewer = browser(city, "REV1")
        pages = (url("cases") + "?tab=all", url("recipients"), url("case", first.pk))
        for page in pages:
            reviewer.get(page)  # what is read once per process is read now
        counts = [_queries(reviewer, page) for page in pages]
        for index in range(5):
            start(city, number=person_number(index + 11), name="李四")
        assert [_queries(reviewer, page) for page in pages] == counts
        assert max(counts) <= 60

    def test_recipients_show_months_used_and_left(self, city):
        determine(city, take_in(city))
        page = browser(city, "PLAN").get(url("recipients"))
        row = page.context["listing"].rows[0]
        assert (row.months_granted, row.months_paid, row.months_left) == (24, 0, 24)


def _queries(client, page):
    """Count the page's own reads; the session is written now and then, by the clock."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    reads = [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "WITH"))]
    return len([sql for sql in reads if "django_session" not in sql])
