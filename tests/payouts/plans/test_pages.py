"""The screens from a source's file to a request for funds, each by the post that does it."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Job
from payouts.models import (
    BenefitItem,
    ComparisonRun,
    DisbursementPlan,
    PaymentApplication,
    PlanUnlock,
    SourceExtract,
)
from payouts.tasks import plans as tasks
from tests.city import NOW
from tests.payouts.build import determined_people
from tests.payouts.plans.ground import (
    approved,
    enrolment_file,
    import_sources,
    known,
    medical_file,
    planned,
)

pytestmark = pytest.mark.django_db
EAST, WEST = "510402", "510403"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _second_of_november():
    with time_machine.travel(NOW):
        yield


def browser(city, post, office="510400"):
    client = Client()
    client.force_login(city.user(post, office), backend=BACKEND)
    return client


def letter():
    return SimpleUploadedFile("转移单.pdf", b"%PDF-1.7 x", content_type="application/pdf")


def choice(city, office=EAST):
    """Return what the forms for an office, item and month post."""
    return {
        "organisation": city.offices[office].pk,
        "item": BenefitItem.objects.get(code="B01").pk,
        "month": "202611",
    }


def run_newest_job(city, task):
    job = Job.objects.latest("pk")
    assert task(pool_id=city.pool.pk, job_id=job.pk)


def upload(city, kind, content):
    return browser(city, "DATA").post(
        reverse("payouts:source_upload"),
        {"kind": kind, "file": SimpleUploadedFile("f.csv", content)},
    )


def test_the_way_from_file_to_funds_on_screen(city):
    people = determined_people(city, EAST, 3)
    words = [known(people[0]), known(people[1]), known(people[2], in_medical=False)]
    for kind, content in (
        ("ENROLMENT", enrolment_file(words)),
        ("MEDICAL", medical_file(words)),
    ):
        answer = upload(city, kind, content)
        assert answer.status_code == 302
        run_newest_job(city, tasks.import_extract)
        assert "已全部入库" in browser(city, "DATA").get(answer.url).content.decode()
    planner = browser(city, "PLAN", EAST)
    answer = planner.post(reverse("payouts:comparison_new"), choice(city))
    run_newest_job(city, tasks.compare_sources)
    page = planner.get(answer.url).content.decode()
    assert "职工医保信息查无此人 1" in page
    head = browser(city, "OFFH", EAST)
    result = ComparisonRun.objects.get().results.get(state="EXCEPTION")
    clear = reverse("payouts:comparison_clear", args=[result.pk])
    assert head.get(clear).status_code == 200
    words = {"text": "已核实，医保关系转出中"}
    assert head.post(clear, words).status_code == 422
    assert head.post(clear, {**words, "evidence": letter()}).status_code == 302
    answer = planner.post(reverse("payouts:plan_new"), choice(city))
    run_newest_job(city, tasks.build_plan)
    plan = DisbursementPlan.objects.get()
    page = planner.get(answer.url).content.decode()
    assert "人民币伍仟伍佰玖拾贰元整" in page  # 3 × 1,864.00
    assert "提交机构负责人签字" in page
    seen = {"seen": plan.content_sha256}
    planner.post(reverse("payouts:plan_submit", args=[plan.pk]), seen)
    plan.refresh_from_db()
    assert plan.state == "OFFICE"
    decide = reverse("payouts:plan_decide", args=[plan.pk])
    assert planner.post(decide, {"decision": "APPROVE", **seen}).status_code == 403
    assert "签字通过" in head.get(answer.url).content.decode()
    refused = head.post(decide, {"decision": "RETURN", "opinion": "", **seen})
    assert refused.status_code == 422
    assert "退回或不予通过时必须填写意见" in refused.content.decode()
    assert head.post(decide, {"decision": "APPROVE", **seen}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "DEPARTMENT"
    blocked = head.get(answer.url).content.decode()
    assert "待市职能部门签字（在岗 1 人），您当前的岗位不能签署" in blocked


def test_a_wrong_file_leads_to_its_error_workbook(city):
    words = [known(person) for person in determined_people(city, EAST, 1)]
    answer = upload(city, "ENROLMENT", enrolment_file(words).replace(b",1\n", b",9\n"))
    run_newest_job(city, tasks.import_extract)
    client = browser(city, "DATA")
    page = client.get(answer.url).content.decode()
    assert "全部未入库" in page
    report = SourceExtract.objects.get().report_id
    assert client.get(reverse("accounts:document", args=[report])).status_code == 200
    assert upload(city, "ENROLMENT", b"").status_code == 422


def test_stale_sources_are_told_beside_the_form(city):
    determined_people(city, EAST, 1)
    answer = browser(city, "PLAN", EAST).post(reverse("payouts:comparison_new"), choice(city))
    assert answer.status_code == 422
    assert "尚未导入“全国社保参保信息”" in answer.content.decode()


def test_finance_types_the_form_beside_the_plan(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    plan = approved(city, EAST, planned(city, EAST))
    accountant = browser(city, "FACC")
    assert plan.number in accountant.get(reverse("payouts:applications")).content.decode()
    address = reverse("payouts:application_receive", args=[plan.pk])
    typed = {
        "channel": "PAPER",
        "month": "202611",
        "item_code": "b01",
        "line_count": "2",
        "total_amount": "3,728.01",
    }
    refused = accountant.post(address, typed)
    assert refused.status_code == 422
    assert "金额申请表为 3,728.01，计划为 3,728.00" in refused.content.decode()
    assert accountant.post(address, {**typed, "total_amount": "3,728.00"}).status_code == 302
    assert PaymentApplication.objects.get().plan_id == plan.pk
    funds = reverse("payouts:funds_request_new")
    assert plan.number in accountant.get(funds).content.decode()
    assert accountant.post(funds, {}).status_code == 422
    assert accountant.post(funds, {"ids": [plan.pk]}).status_code == 302
    assert plan.number not in accountant.get(funds).content.decode()
    form = accountant.get(reverse("accounts:document", args=[plan.application_form_id]))
    assert form.content.startswith(b"%PDF")


def test_a_late_plan_is_unlocked_on_screen(city):
    planner = browser(city, "PLAN", EAST)
    earlier = {**choice(city), "month": "202610", "reason": "数据割接延误"}
    assert planner.post(reverse("payouts:unlock_new"), {**earlier, "reason": ""}).status_code == 422
    assert planner.post(reverse("payouts:unlock_new"), earlier).status_code == 302
    unlock = PlanUnlock.objects.get()
    address = reverse("payouts:unlock", args=[unlock.pk])
    assert "等待市中心职能部门" in planner.get(address).content.decode()
    department = browser(city, "DEPT")
    assert "数据割接延误" in department.get(reverse("payouts:unlocks")).content.decode()
    assert department.post(address, {"decision": "APPROVE", "opinion": ""}).status_code == 302
    unlock.refresh_from_db()
    assert unlock.state == "GRANTED"


def test_another_offices_pages_look_as_if_they_were_not_there(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 1)])
    plan = planned(city, EAST)
    stranger = browser(city, "PLAN", WEST)
    for name, number in (
        ("plan", plan.pk),
        ("plan_lines", plan.pk),
        ("comparison", plan.comparison_run_id),
    ):
        assert stranger.get(reverse(f"payouts:{name}", args=[number])).status_code == 404
    withdraw = reverse("payouts:plan_withdraw", args=[plan.pk])
    assert stranger.post(withdraw, {"reason": "x"}).status_code == 404
    own = browser(city, "PLAN", EAST)
    assert own.post(withdraw, {"reason": ""}).status_code == 422
    assert own.post(withdraw, {"reason": "漏人"}).status_code == 302


def test_lists_open_filtered_and_empty(city):
    planner = browser(city, "PLAN", EAST)
    for name, words in (
        ("sources", "还没有导入记录"),
        ("comparisons", "还没有比对"),
        ("plans", "没有等待您办理的发放计划"),
        ("unlocks", "没有逾期解锁申请"),
        ("applications", "没有等待接收的申请表"),
    ):
        assert words in planner.get(reverse(f"payouts:{name}")).content.decode()
    import_sources(city, [known(person) for person in determined_people(city, EAST, 2)])
    plan = planned(city, EAST)
    found = planner.get(reverse("payouts:plans"), {"tab": "all", "month": "202611"})
    assert plan.number in found.content.decode()
    missed = planner.get(reverse("payouts:plans"), {"tab": "all", "month": "202610"})
    assert plan.number not in missed.content.decode()
    lines = planner.get(reverse("payouts:plan_lines", args=[plan.pk]), {"name": "无此人"})
    assert "没有符合筛选条件的记录" in lines.content.decode()
    results = planner.get(
        reverse("payouts:comparison", args=[plan.comparison_run_id]), {"state": "PASSED"}
    )
    assert plan.lines.first().claimant.identity_masked in results.content.decode()


def test_the_plans_page_opens_in_a_year_without_working_days(city):
    with time_machine.travel("2031-01-02T01:00:00Z"):
        page = browser(city, "PLAN", EAST).get(reverse("payouts:plans"))
    assert page.status_code == 200
    assert "2031-01-25" in page.content.decode()
