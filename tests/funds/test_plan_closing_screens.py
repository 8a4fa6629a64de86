"""The end of a plan's allotment through HTTP: applied for, refused, applied for anew, approved."""

import io
import re
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.models import FundsPlanClosing, FundsUsePlan
from funds.selectors.oldest_work import list_oldest_work
from funds.selectors.worklist import list_waiting_work
from tests.city import TODAY
from tests.funds.plan_builders import allot, approve, request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(time_machine, founded):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    return founded


@pytest.fixture
def plan(city):
    """11,184.00 asked and approved, 6,000.00 allotted."""
    with city.tenant():
        return allot(city, approve(city, request(city)), "6000.00")


@pytest.fixture
def browse(city, client):
    """Return a function that signs a post's holder in and gives the client."""

    def sign_in(post: str):
        with city.tenant():
            user = city.user(post)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def letter(**changes):
    typed = {
        "reason": "年度预算调减，余款不再拨付",
        "document_number": "攀财社函〔2026〕31号",
        "letter_date": "2026-11-02",
        "scan": SimpleUploadedFile("来文.pdf", b"%PDF-1.7 letter"),
    }
    return {name: value for name, value in (typed | changes).items() if value is not None}


def newest(city):
    with city.tenant():
        return FundsPlanClosing.objects.order_by("-id")[0]


def waiting_of(city, post):
    with city.tenant():
        actor = city.actor(post)
        lines = {line.label: line for line in list_waiting_work(actor=actor, today=TODAY)}
        oldest = [item.label for item in list_oldest_work(actor=actor, limit=5)]
    return lines.get("待审批的结束拨付"), "结束拨付待审批" in oldest


def test_it_is_applied_for_refused_applied_for_anew_and_approved(city, plan, browse):
    url = reverse("funds:funds_plan", args=[plan.pk])
    apply = reverse("plan_closing", args=[plan.pk])
    page = browse("FACC").get(url).content.decode()
    assert "不再拨付 <strong>¥5,184.00</strong>（人民币伍仟壹佰捌拾肆元整）" in page
    asks = re.search('data-confirm-text="([^"]*)"\\s+data-confirm-button="提交申请"', page)
    assert "不再拨付 ¥5,184.00（人民币伍仟壹佰捌拾肆元整）" in asks.group(1)
    assert "申请结束拨付" not in browse("FCHK").get(url).content.decode()

    accountant = browse("FACC")
    for changes, complaint in (
        ({"scan": None}, "来文扫描件"),
        ({"reason": ""}, "结束拨付的原因"),
        ({"letter_date": "2026-11-03"}, "来文日期须在财政局批复日期至今天之间"),
    ):
        refused = accountant.post(apply, letter(**changes))
        assert refused.status_code == 422
        assert complaint in refused.content.decode()
        assert "攀财社函〔2026〕31号" in refused.content.decode()  # what was typed stays
    answer = accountant.post(apply, letter(), follow=True).content.decode()
    assert "等待财务负责人审批" in answer
    assert "结束拨付待审批：由财务负责人办理" in answer
    line, is_oldest = waiting_of(city, "FHEAD")
    assert line.count == 1
    assert is_oldest
    assert waiting_of(city, "FACC") == (None, False)
    assert plan.number in browse("FHEAD").get(line.url).content.decode()

    head, decide = browse("FHEAD"), reverse("plan_closing_decide", args=[newest(city).pk])
    page = head.get(url).content.decode()
    assert "不再拨付5,184.00元（人民币伍仟壹佰捌拾肆元整），依据攀财社函〔2026〕31号" in page
    seen = newest(city).content_sha256
    refused = head.post(decide, {"decision": "REFUSE", "opinion": "", "seen": seen})
    assert refused.status_code == 422
    assert "必须填写意见" in refused.content.decode()
    refusal = {"decision": "REFUSE", "opinion": "请再核实", "seen": seen}
    assert "并通知申请人" in head.post(decide, refusal, follow=True).content.decode()

    page = browse("FACC").post(apply, letter(document_number="攀财社函〔2026〕40号"), follow=True)
    assert "请再核实" in page.content.decode()  # the refused one stays on record
    head, decide = browse("FHEAD"), reverse("plan_closing_decide", args=[newest(city).pk])
    approval = {"decision": "APPROVE", "opinion": "同意", "seen": newest(city).content_sha256}
    answer = head.post(decide, approval, follow=True).content.decode()
    for words in ("已批准结束拨付", "已结束拨付", "八、不再拨付", "缺口", "攀财社函〔2026〕40号"):
        assert words in answer
    with city.tenant():
        assert FundsUsePlan.objects.get().state == "CLOSED"
    assert waiting_of(city, "FHEAD") == (None, False)
    listed = head.get(reverse("funds:funds_plans"), {"state": "CLOSED"}).content.decode()
    assert plan.number in listed


def test_money_that_comes_after_the_end_is_shown_its_way(city, plan, browse):
    browse("FACC").post(reverse("plan_closing", args=[plan.pk]), letter())
    approval = {"decision": "APPROVE", "opinion": "", "seen": newest(city).content_sha256}
    browse("FHEAD").post(reverse("plan_closing_decide", args=[newest(city).pk]), approval)
    page = browse("FACC").get(reverse("funds:funds_plan", args=[plan.pk])).content.decode()
    assert "登记财政拨付" not in page
    assert "又收到拨款的，重新申请用款" in page
    typed = {"amount": "5184.00", "allotted_date": "2026-11-02", "reference": "财拨字009"}
    refused = browse("FACC").post(reverse("funds:funds_plan_allot", args=[plan.pk]), typed)
    assert refused.status_code == 422
    assert "按“收到不明来款”登记" in refused.content.decode()
    with city.tenant():
        assert FundsUsePlan.objects.get().allotted_amount == Decimal("6000.00")
    printed = browse("FHEAD").get(reverse("funds:funds_plan_print", args=[plan.pk])).content
    text = pypdfium2.PdfDocument(printed)[0].get_textpage().get_text_range()
    flat = "".join(text.split())
    assert "不再拨付5,184.00元（人民币伍仟壹佰捌拾肆元整），已结束拨付" in flat
    assert "申请人市本级FACC，批准人市本级FHEAD" in flat
    book = browse("AUDX").get(reverse("funds:funds_plan_workbook", args=[plan.pk])).content
    rows = openpyxl.load_workbook(io.BytesIO(book))["申请金额计算"].iter_rows(values_only=True)
    assert ("八、不再拨付", "五－七，财政局攀财社函〔2026〕31号（2026年11月2日）", 5184) in [*rows]


def test_an_allotment_in_between_leaves_only_the_refusal(city, plan, browse):
    browse("FACC").post(reverse("plan_closing", args=[plan.pk]), letter())
    with city.tenant():
        allot(city, plan, "5184.00", "财拨字002")
    page = browse("FHEAD").get(reverse("funds:funds_plan", args=[plan.pk])).content.decode()
    assert "申请所列金额已变" in page
    assert "不予批准" in page
    assert 'value="APPROVE"' not in page
    decide, seen = reverse("plan_closing_decide", args=[newest(city).pk]), newest(city)
    sent = {"decision": "APPROVE", "opinion": "同意结束", "seen": seen.content_sha256}
    refused = browse("FHEAD").post(decide, sent)
    assert refused.status_code == 422
    assert "申请之后又登记了拨付" in refused.content.decode()
    assert "同意结束" in refused.content.decode()
