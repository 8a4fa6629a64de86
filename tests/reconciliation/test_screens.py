"""The screens: who may open what, a month walked from reconciliation to the file, refusals kept."""

from datetime import date

import pytest
from django.urls import reverse

from payouts.models import MonthSignOff
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from tests.reconciliation.build import bank_statement, book, pay
from tests.reconciliation.test_business_ledger import EAST, WEST
from tests.reconciliation.test_ledger_bank import allot

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(city, client):
    """Return a function that signs a post in and gives the client."""

    def sign_in(post, office="510400"):
        with city.tenant():
            user = city.user(post, office)
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def url(name, *args):
    return reverse(f"reconciliation:{name}", args=args)


def start(client, city, kind="R1", office=EAST, month="2026-10"):
    data = {"kind": kind, "organisation": city.offices[office].pk, "month": month}
    return client.post(url("run"), data, follow=True)


def test_a_month_is_walked_by_three_people_through_the_screens(city, signed_in):
    with city.tenant():
        book(city, pay(city, EAST, ["1864.00", "1760.00"]))
    planner = signed_in("PLAN", EAST)
    page = start(planner, city)
    assert "2026年10月业务与财务对账已完成" in page.text
    assert "¥3,624.00" in page.text
    page = planner.post(url("statement_prepare", city.offices[EAST].pk, "202610"), follow=True)
    assert "待本机构负责人签字，您当前的岗位不办理此环节" in page.text
    with city.tenant():
        statement = OfficeStatement.objects.get()
    address = url("statement", statement.pk)
    head = signed_in("OFFH", EAST)
    assert "签字" in head.get(address).text
    data = {"decision": "APPROVE", "opinion": "同意", "seen": statement.content_sha256}
    assert head.post(url("statement_sign", statement.pk), data).url == address
    with city.tenant():
        assert MonthSignOff.objects.filter(is_live=True).exists()
    accountant = signed_in("FACC")
    assert "财务确认" in accountant.get(address).text
    assert accountant.post(url("statement_confirm", statement.pk), data).url == address
    auditor = signed_in("AUDX")
    page = auditor.post(url("statement_export", statement.pk), {"purpose": "年度审计"}, follow=True)
    assert "业务明细导出" in page.text
    pdf = auditor.get(url("statement_print", statement.pk))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


def test_a_refused_decision_answers_422_and_keeps_what_was_typed(city, signed_in):
    with city.tenant():
        book(city, pay(city, EAST, ["1864.00"]))
        pay(city, EAST, ["900.00"])
    planner = signed_in("PLAN", EAST)
    start(planner, city)
    planner.post(url("statement_prepare", city.offices[EAST].pk, "202610"))
    with city.tenant():
        statement = OfficeStatement.objects.get()
    head = signed_in("OFFH", EAST)
    answer = head.post(
        url("statement_sign", statement.pk), {"decision": "APPROVE", "opinion": "经核对，同意"}
    )
    assert answer.status_code == 422
    assert "该月还有1项差异未销号" in answer.text
    assert "经核对，同意" in answer.text
    for decision in ("", "SIGN", "REFUSE"):
        answer = head.post(url("statement_sign", statement.pk), {"decision": decision})
        assert answer.status_code == 422
        assert "没有收到办理结果" in answer.text
    answer = head.post(url("statement_sign", statement.pk), {"decision": "RETURN"})
    assert answer.status_code == 422
    planner = signed_in("PLAN", EAST)
    answer = planner.post(url("statement_supersede", statement.pk), {"reason": ""})
    assert answer.status_code == 422


def test_a_difference_is_dealt_with_on_its_page(city, signed_in):
    with city.tenant():
        pay(city, EAST, ["900.00"])
    start(signed_in("PLAN", EAST), city)
    with city.tenant():
        row = Difference.objects.get()
    accountant = signed_in("FACC")
    assert "财务缺记" in accountant.get(url("differences") + "?state=OPEN&mine=on").text
    address = url("difference", row.pk)
    empty = accountant.post(url("difference_explain", row.pk), {"explanation": " "})
    assert empty.status_code == 422
    done = accountant.post(url("difference_explain", row.pk), {"explanation": "漏制凭证"})
    assert done.url == address
    assert "您已说明原因，须由第二人销号" in accountant.get(address).text
    head = signed_in("OFFH", EAST)
    refused = head.post(url("difference_close", row.pk), {"decision": "RETURN", "opinion": ""})
    assert refused.status_code == 422
    for decision in ("", "CLOSE", "REFUSE"):  # no button was pressed that the page has
        answer = head.post(url("difference_close", row.pk), {"decision": decision, "opinion": "好"})
        assert answer.status_code == 422
        assert "已销号" not in head.get(address).text
    head.post(url("difference_close", row.pk), {"decision": "APPROVE", "opinion": ""})
    assert "已销号" in head.get(address).text


def test_the_bank_is_reconciled_by_the_cashier_and_checked_by_another(city, signed_in):
    with city.tenant():
        batch = pay(city, EAST, ["900.00"])
        book(city, batch)
    cashier = signed_in("FCASH")
    page = start(cashier, city, kind="R2")
    assert "银行对账单未覆盖2026年10月1日至2026年10月31日" in page.text
    with city.tenant():
        allot(city, "1000.00", date(2026, 10, 5), "CZ20261005")
        bank_statement(
            city,
            [
                (date(2026, 10, 5), "0.00", "1000.00", "CZ20261005", "拨款"),
                (date(2026, 10, 20), "900.00", "0.00", "NY000001", batch.number),
            ],
        )
    start(cashier, city, kind="R2")
    with city.tenant():
        sheet = BalanceAdjustment.objects.get()
    page = cashier.get(url("adjustment", sheet.pk))
    assert "批次号一致：1 组" in page.text
    assert "待财务复核岗复核" in page.text
    checker = signed_in("FCHK")
    data = {"decision": "APPROVE", "seen": sheet.content_sha256}
    assert checker.post(url("adjustment_check", sheet.pk), data).status_code == 302
    assert "已复核" in checker.get(url("adjustment", sheet.pk)).text
    assert checker.get(url("adjustment_print", sheet.pk)).content.startswith(b"%PDF")


def test_every_page_opens_for_who_reads_reconciliation(city, signed_in):
    with city.tenant():
        book(city, pay(city, EAST, ["1864.00"]))
    start(signed_in("PLAN", EAST), city, kind="R7")
    for post, office in (("FACC", "510400"), ("AUDX", "510400"), ("RISK", EAST), ("OFFH", EAST)):
        client = signed_in(post, office)
        for name in ("month", "summary", "differences", "batch_checks"):
            assert client.get(url(name) + "?month=2026-10").status_code == 200, (post, name)
    assert signed_in("FACC").get(url("adjustments")).status_code == 200
    assert signed_in("PLAN", EAST).get(url("adjustments")).status_code == 403


def test_another_offices_rows_do_not_exist_and_other_posts_are_refused(city, signed_in):
    with city.tenant():
        pay(city, EAST, ["900.00"])
    planner = signed_in("PLAN", EAST)
    start(planner, city)
    planner.post(url("statement_prepare", city.offices[EAST].pk, "202610"))
    with city.tenant():
        statement, row = OfficeStatement.objects.get(), Difference.objects.get()
    stranger = signed_in("PLAN", WEST)
    office = city.offices[EAST].pk
    for address in (
        url("statement", statement.pk),
        url("statement_print", statement.pk),
        url("statement_prepare", office, "202610"),
        url("difference", row.pk),
        url("batch_checks") + f"?office={office}",
    ):
        assert stranger.get(address).status_code == 404, address
    for name in ("statement_sign", "statement_confirm", "statement_supersede", "statement_export"):
        assert stranger.post(url(name, statement.pk), {"reason": "x"}).status_code == 404, name
    for name in ("difference_explain", "difference_close"):
        assert stranger.post(url(name, row.pk), {}).status_code == 404, name
    clerk = signed_in("ACC", EAST)
    for name in ("month", "summary", "differences", "adjustments", "batch_checks"):
        assert clerk.get(url(name)).status_code in {403, 404}, name
    warned = start(signed_in("PLAN", WEST), city)
    assert warned.status_code == 404
    with city.tenant():
        assert OfficeStatement.objects.count() == 1
