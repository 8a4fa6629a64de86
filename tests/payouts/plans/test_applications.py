"""The application form reads like the plan, is compared with it, and opens the way to funds."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from django.db import DatabaseError, transaction

from accounts.permissions import DutyNotHeld
from funds.models import FundsUsePlan
from funds.services.funds_plans import NothingToRequest
from payouts.models import BenefitItem, PaymentApplication
from payouts.selectors.funds_requests import funds_request_page
from payouts.selectors.plan_worklist import list_waiting_plan_work
from payouts.services.applications import (
    ApplicationDiffers,
    ApplicationReceived,
    FormFigures,
    PlanInFundsPlan,
    receive_application,
    request_funds_for_plans,
)
from payouts.services.comparisons import Evidence
from payouts.services.plans import PlanNotWaiting
from tests.city import NOW, TODAY
from tests.payouts.build import determined_people, fund_expenditure_account
from tests.payouts.plans.ground import MONTH, approved, import_sources, known, planned

pytestmark = pytest.mark.django_db
EAST = "510402"


def approved_plan_of(city, count):
    import_sources(city, [known(person) for person in determined_people(city, EAST, count)])
    return approved(city, EAST, planned(city, EAST))


def figures_of(plan):
    return FormFigures(plan.month, "B01", plan.line_count, plan.total_amount)


def receive(city, plan, figures=None, scan=None):
    return receive_application(
        actor=city.actor("FACC"),
        plan_id=plan.pk,
        channel="PAPER",
        figures=figures or figures_of(plan),
        scan=scan,
        at=NOW,
    )


def pages_of(document):
    pdf = pypdfium2.PdfDocument(bytes(document.content))
    return [page.get_textpage().get_text_bounded() for page in pdf]


def test_the_form_says_title_office_capital_amount_signers_and_page_numbers(city):
    plan = approved_plan_of(city, 60)
    pages = pages_of(plan.application_form)
    first, last = pages[0].replace("\n", "").replace("\r", ""), pages[-1]
    assert "待遇支付申请表" in first
    assert "东区就业创业促进中心" in first
    assert "2026年11月" in first
    assert "¥111,840.00" in first  # 60 × 1,864.00
    assert "人民币壹拾壹万壹仟捌佰肆拾元整" in first
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"第 {number} 页 / 共 {len(pages)} 页" in text
        assert plan.number in text
        assert plan.content_sha256 in text.replace("\r\n", "")
    for name in ("PLAN", "OFFH"):
        assert city.user(name, EAST).name in last
    for name in ("DEPT", "LEAD"):
        assert city.user(name).name in last
    assert "未达大额标准" in last
    assert "2026年11月2日" in last
    assert plan.lines.first().claimant.identity_masked in "".join(pages)
    assert plan.application_details is None


def test_a_long_plan_is_summed_by_amount_and_listed_in_a_workbook(city):
    plan = approved_plan_of(city, 501)
    text = "".join(pages_of(plan.application_form))
    assert "按金额汇总" in text
    assert "933,864.00" in text  # 501 × 1,864.00
    assert plan.lines.first().claimant.identity_masked not in text
    details = bytes(plan.application_details.content)
    sheet = openpyxl.load_workbook(io.BytesIO(details)).worksheets[0]
    assert sheet.max_row == 502
    assert sum(Decimal(str(row[4].value)) for row in sheet.iter_rows(min_row=2)) == Decimal(
        "933864.00"
    )


def test_finance_receives_a_form_that_equals_the_plan(city):
    plan = approved_plan_of(city, 2)
    scan = Evidence("申请表.pdf", "application/pdf", b"%PDF-1.7 scan")
    application = receive(city, plan, scan=scan)
    assert (application.line_count, application.total_amount) == (2, Decimal("3728.00"))
    assert bytes(application.document.content) == scan.content
    with pytest.raises(ApplicationReceived):
        receive(city, plan)


def test_differing_figures_are_refused_naming_each_with_both_values(city):
    plan = approved_plan_of(city, 2)
    wrong = replace(figures_of(plan), line_count=3, total_amount=Decimal("5592.00"))
    with pytest.raises(ApplicationDiffers) as refusal:
        receive(city, plan, wrong)
    assert "人次申请表为 3，计划为 2" in refusal.value.message
    assert "金额申请表为 5,592.00，计划为 3,728.00" in refusal.value.message
    assert "待遇月份" not in refusal.value.message
    for field, value in (("month", date(2026, 10, 1)), ("item_code", "B02")):
        with pytest.raises(ApplicationDiffers):
            receive(city, plan, replace(figures_of(plan), **{field: value}))
    with pytest.raises(DatabaseError) as raw, transaction.atomic():
        PaymentApplication.objects.create(
            pool=city.pool,
            plan=plan,
            channel="PAPER",
            month=MONTH,
            item_code="B01",
            line_count=2,
            total_amount="3728.01",
            received_by_id=city.actor("FACC").user_id,
            received_at=NOW,
        )
    assert raw.value.__cause__.diag.constraint_name == "application_equals_plan"


def test_only_finance_receives_and_only_for_an_approved_plan(city):
    import_sources(city, [known(person) for person in determined_people(city, EAST, 1)])
    plan = planned(city, EAST)
    with pytest.raises(PlanNotWaiting):
        receive(city, plan)
    with pytest.raises(DutyNotHeld):
        receive_application(
            actor=city.actor("PLAN", EAST),
            plan_id=plan.pk,
            channel="PAPER",
            figures=figures_of(plan),
            scan=None,
            at=NOW,
        )


def test_funds_are_asked_for_plans_with_their_form_once(city):
    plan = approved_plan_of(city, 2)
    accountant = city.actor("FACC")
    fund_expenditure_account(city, "1000.00")
    assert funds_request_page(actor=accountant, at=NOW).plans == []
    receive(city, plan)
    page = funds_request_page(actor=accountant, at=NOW)
    assert [row.number for row in page.plans] == [plan.number]
    assert (page.total, page.means.available) == (Decimal("3728.00"), Decimal("1000.00"))
    with pytest.raises(NothingToRequest):
        request_funds_for_plans(actor=accountant, plan_ids=[], at=NOW)
    requested = request_funds_for_plans(actor=accountant, plan_ids=[plan.pk], at=NOW)
    asked = FundsUsePlan.objects.get(pk=requested)
    assert asked.total_amount == Decimal("2728.00")  # 3,728.00 less the 1,000.00 that is there
    assert funds_request_page(actor=accountant, at=NOW).plans == []
    with pytest.raises(PlanInFundsPlan):
        request_funds_for_plans(actor=accountant, plan_ids=[plan.pk], at=NOW)


def waits(city, post, office="510400"):
    lines = list_waiting_plan_work(actor=city.actor(post, office), today=TODAY)
    return {line.label: line.count for line in lines}


def test_each_post_sees_what_waits_for_it(city):
    people = determined_people(city, EAST, 3)
    assert waits(city, "PLAN", EAST) == {"外部数据已过期": 2, "本月待三源比对": 1}
    import_sources(city, [known(people[0]), known(people[1]), known(people[2], in_medical=False)])
    plan = planned(city, EAST)
    assert waits(city, "PLAN", EAST) == {"发放计划待提交": 1}
    plan = approved(city, EAST, plan)
    assert waits(city, "FACC") == {"支付申请表待接收": 1}
    receive(city, plan)
    assert waits(city, "FACC") == {"待申请用款": 1}
    assert BenefitItem.objects.filter(is_offered=True).count() == 1
