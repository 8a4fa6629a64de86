"""The pages of budgets, through HTTP: filled in one after another, answered, confirmed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.models import Budget
from tests.funds import budget_builders as build
from tests.funds.plan_builders import ask_in_full, need
from tests.funds.plan_builders import sign as sign_plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(time_machine, founded):
    time_machine.move_to("2026-11-02T09:00:00+08:00", tick=True)
    return founded


@pytest.fixture
def browse(city, client):
    """Return a function that signs a post's holder in and gives the client."""

    def sign_in(post: str, office: str = "510400"):
        with city.tenant():
            user = city.user(post, office)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def only_budget(city):
    with city.tenant():
        return Budget.objects.get()


def test_a_draft_is_begun_filled_and_answered_on_its_pages(city, browse):
    budg = browse("BUDG")
    assert "本年预算尚未批准" in budg.get(reverse("funds:budgets")).content.decode()
    budg.post(reverse("funds:budget_new"), {"year": "2026"})
    budget = only_budget(city)
    page = budg.get(reverse("funds:budget", args=[budget.pk])).content.decode()
    assert "测算因素“平均工资增长”" in page
    part = reverse("funds:budget_part", args=[budget.pk, "I01"])
    typed = {"quantity": "20000", "unit_amount": "5,000.00", "rate": "1", "collection_rate": "98",
             "estimate": "0", "explanation": "", "next": "1"}  # fmt: skip
    refused = budg.post(part, typed | {"rate": "101"})
    assert refused.status_code == 422
    assert "百分比为0至100之间的数" in refused.content.decode()
    saved = budg.post(part, typed)
    assert saved.url == reverse("funds:budget_part", args=[budget.pk, "I02"])
    assert only_budget(city).income_amount == 11_760_000
    with city.tenant():
        build.set_factors(city, budget)
        build.set_targets(city, budget)
    budg.post(reverse("funds:budget_hand_in", args=[budget.pk]))
    assert only_budget(city).state == "HEAD"
    head = browse("HEAD")
    head.post(
        reverse("funds:budget", args=[budget.pk]),
        {"decision": "APPROVE", "opinion": "", "seen": only_budget(city).content_sha256},
    )
    assert only_budget(city).state == "TAX"
    scan = SimpleUploadedFile("批复.pdf", b"%PDF-1.7 letter", "application/pdf")
    letter = {"decision": "APPROVE", "document_number": "攀税函〔2026〕8号",
              "decided_date": "2026-11-02", "opinion": "", "scan": scan}  # fmt: skip
    browse("BUDG").post(reverse("funds:budget_letter", args=[budget.pk]), letter)
    page = browse("FCHK").get(reverse("funds:budget", args=[budget.pk])).content.decode()
    assert "核对税务会签批复" in page
    browse("FCHK").post(
        reverse("funds:budget_confirm", args=[budget.pk]), {"result": "RIGHT", "reason": ""}
    )
    assert only_budget(city).state == "HR"


def test_only_the_budget_post_edits_and_a_county_sees_nothing(city, browse):
    with city.tenant():
        budget = build.draft(city)
    part = reverse("funds:budget_part", args=[budget.pk, "O02"])
    assert browse("BUDG").get(part).status_code == 200
    assert browse("FACC").get(part).status_code == 403
    assert browse("RISK", "510402").get(reverse("funds:budgets")).status_code == 403
    missing = reverse("funds:budget_part", args=[budget.pk, "X99"])
    assert browse("BUDG").get(missing).status_code == 404


def test_a_budget_in_force_offers_its_adjustment_and_files(city, browse):
    with city.tenant():
        budget = build.approved(city)
    budg = browse("BUDG")
    assert "调整预算" in budg.get(reverse("funds:budget", args=[budget.pk])).content.decode()
    for name in ("budget_print", "budget_workbook"):
        assert budg.get(reverse(f"funds:{name}", args=[budget.pk])).status_code == 200
    for name in ("budget_execution", "budget_execution_print", "budget_execution_workbook"):
        assert budg.get(reverse(f"funds:{name}"), {"span": "QUARTER"}).status_code == 200
    adjusted = budg.post(
        reverse("funds:budget_adjust", args=[budget.pk]),
        {"cause": "LESS_INCOME", "reason": "阶段性降低费率"},
    )
    assert adjusted.status_code == 302
    with city.tenant():
        assert Budget.objects.get(version=2).replaces_id == budget.pk


def test_a_plan_to_be_signed_says_that_its_year_has_no_budget(city, browse):
    with city.tenant():
        plan = sign_plan(city, ask_in_full(city, need(city, 1)))
    address = reverse("funds:funds_plan", args=[plan.pk])
    assert "2026年度：本年预算尚未批准" in browse("HEAD").get(address).content.decode()
    with city.tenant():
        build.approved(city)
    assert "本年预算尚未批准" not in browse("HEAD").get(address).content.decode()


def test_the_head_is_told_which_line_a_plan_would_exceed(city, browse):
    with city.tenant():
        build.approved(city)
        plan = sign_plan(city, ask_in_full(city, need(city, 1, "5592000.01")))
    page = browse("HEAD").post(
        reverse("funds:funds_plan", args=[plan.pk]),
        {"decision": "APPROVE", "opinion": "", "seen": plan.content_sha256},
        follow=True,
    )
    assert "“（一）失业保险金支出”超出0.01元" in page.content.decode()
