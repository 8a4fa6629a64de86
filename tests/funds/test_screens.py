"""The pages of the books, through HTTP."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Job
from funds.enums import VoucherState
from funds.models import BankStatement, FundsUsePlan, Period, Voucher
from funds.selectors.books import unemployment_book
from funds.selectors.worklist import list_waiting_work
from funds.services.periods import request_reopening
from tests.city import NOW, TODAY
from tests.funds.builders import (
    ask_to_close,
    checked,
    close_month,
    close_until,
    drafted,
    posted,
    ready,
)
from tests.funds.plan_builders import answer, approve, ask_in_full, need, signed_by_us
from tests.funds.plan_builders import request as request_funds
from tests.funds.plan_builders import sign as sign_plan
from tests.funds.test_bank_statements import file_of as statement_file
from tests.funds.test_tax_lists import file_of as tax_file

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


PLAIN = (
    *("vouchers", "ledger", "day_book", "trial_balance", "tax_lists", "funds_plans"),
    *("bank_accounts", "bank_statements", "periods"),
)


@pytest.mark.parametrize("name", PLAIN)
def test_every_page_opens_empty_and_for_readers_only(city, browse, name):
    page = browse("AUDX").get(reverse(f"funds:{name}"))
    assert page.status_code == 200
    assert browse("RISK", "510402").get(reverse(f"funds:{name}")).status_code == 403
    assert browse("ACC", "510402").get(reverse(f"funds:{name}")).status_code == 403


def entry(**changes) -> dict[str, str]:
    """Return the fields of an entry form: 76,000.00 yuan of premiums."""
    fields = {
        "voucher_date": "2026-11-02", "event": "E04", "attachment_count": "1",
        "summary": "税务征收失业保险费", "line-TOTAL_FORMS": "3", "line-INITIAL_FORMS": "0",
        "line-0-account": "1002 收入户存款", "line-0-debit": "76,000", "line-0-credit": "",
        "line-1-account": "当期保险费收入", "line-1-debit": "", "line-1-credit": "76000.00",
    }  # fmt: skip
    return fields | changes


class TestEntry:
    def test_a_voucher_is_entered_by_code_and_by_name(self, city, browse):
        page = browse("FACC").post(reverse("funds:voucher_new"), entry())
        with city.tenant():
            voucher = Voucher.objects.get()
            assert [line.account.code for line in voucher.lines.order_by("position")] == [
                "1002", "400101",
            ]  # fmt: skip
        assert page.url == reverse("funds:voucher", args=[voucher.pk])

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"line-1-credit": "75999.99"}, "相差0.01元"),
            ({"line-1-account": "9999"}, "没有这个末级科目"),
            ({"line-1-account": "收入"}, "有多个科目符合"),
            ({"line-0-credit": "5"}, "借方和贷方只能填写一个"),
            ({"line-0-debit": "1.234"}, "金额最多两位小数"),
            ({"voucher_date": "2027-01-05"}, "2027年1月还没有会计期间"),
            ({"attachment_count": "0"}, "必须附有原始凭证"),
            ({"line-0-item_code": "b1"}, "业务项目为一个字母加两位数字"),
        ],
        ids=["unbalanced", "account", "name", "sides", "decimals", "period", "paper", "item"],
    )
    def test_what_is_wrong_stands_on_the_page_with_the_values_kept(
        self, city, browse, changes, message
    ):
        page = browse("FACC").post(reverse("funds:voucher_new"), entry(**changes))
        assert page.status_code == 422
        assert message in page.content.decode()
        assert "税务征收失业保险费" in page.content.decode()
        with city.tenant():
            assert not Voucher.objects.exists()

    def test_another_post_does_not_enter(self, browse):
        assert browse("FCHK").get(reverse("funds:voucher_new")).status_code == 403

    def test_a_copy_starts_from_the_other_vouchers_lines(self, city, browse):
        with city.tenant():
            voucher = posted(city)
        page = browse("FACC").get(reverse("funds:voucher_new"), {"copy": voucher.pk})
        assert "400101 社会保险费收入—当期保险费收入" in page.content.decode()


class TestWayOfAVoucher:
    def decide(self, client, voucher, decision="APPROVE", **fields):
        url = reverse("funds:voucher_decide", args=[voucher.pk])
        data = {"decision": decision, "seen": voucher.content_sha256, **fields}
        return client.post(url, data, follow=True).content.decode()

    def test_signed_in_turn_posted_and_reversed(self, city, browse):
        with city.tenant():
            voucher = drafted(city)
        assert "已稽核" in self.decide(browse("FCHK"), voucher)
        assert "出纳已签章" in self.decide(browse("FCASH"), voucher)
        assert "会计主管已签章" in self.decide(browse("FHEAD"), voucher)
        assert "已过账" in self.decide(browse("FACC2"), voucher)
        url = reverse("funds:voucher_reverse", args=[voucher.pk])
        fields = {"voucher_date": "2026-11-02", "reason": "金额有误"}
        page = browse("FACC").post(url, fields, follow=True).content.decode()
        assert "本凭证冲销" in page
        assert browse("FACC").post(url, fields).status_code == 422

    def test_voiding_needs_a_reason_and_leads_to_a_new_draft(self, city, browse):
        with city.tenant():
            voucher = drafted(city)
        assert "请填写作废原因" in self.decide(browse("FCHK"), voucher, "REFUSE")
        assert "凭证已作废" in self.decide(browse("FCHK"), voucher, "REFUSE", opinion="附件不全")
        url = reverse("funds:voucher_redraft", args=[voucher.pk])
        fields = {"voucher_date": "2026-11-03", "attachment_count": "2"}
        page = browse("FACC").post(url, fields, follow=True)
        assert "已重新填制凭证" in page.content.decode()

    def test_who_may_not_act_reads_why(self, city, browse):
        with city.tenant():
            voucher = drafted(city)
        url = reverse("funds:voucher", args=[voucher.pk])
        assert "由财务复核岗办理" in browse("FHEAD").get(url).content.decode()

    def test_the_ticked_are_posted_and_the_refused_named(self, city, browse):
        with city.tenant():
            good, late = ready(city), drafted(city)
        url = reverse("funds:vouchers") + "?state=BOOKING"
        data = {"decision": "sign", "ids": [good.pk, late.pk]}
        page = browse("FACC2").post(url, data, follow=True).content.decode()
        assert "已办理1张凭证" in page
        assert f"凭证#{late.pk}未办理" in page
        with city.tenant():
            assert Voucher.objects.get(pk=good.pk).state == VoucherState.POSTED

    def test_the_print_carries_number_amount_and_names(self, city, browse):
        with city.tenant():
            voucher = posted(city)
        answer = browse("FACC").get(reverse("funds:voucher_print", args=[voucher.pk]))
        page = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
        page = page.replace(" ", "")  # the heading is spaced out
        for words in ("记账凭证", "记字第1号", "人民币柒万陆仟元整", "76,000.00", "市本级FCHK"):
            assert words in page

    def test_lists_filter_by_month_event_and_words(self, city, browse):
        with city.tenant():
            posted(city, summary="十月利息", day=date(2026, 10, 5))
            posted(city, summary="十一月征收")
        client = browse("LEAD")
        url = reverse("funds:vouchers")
        for query in ({"month": "202610"}, {"text": "利息"}):
            page = client.get(url, {"state": "POSTED", **query}).content.decode()
            assert "十月利息" in page
            assert "十一月征收" not in page
        page = client.get(url, {"state": "POSTED", "event": "E20"}).content.decode()
        assert "没有符合筛选条件的记录" in page


class TestLedgers:
    @pytest.mark.parametrize(
        ("name", "query", "words"),
        [
            ("ledger", {}, "收入户存款"),
            ("ledger", {"account": "1002"}, "记字第1号"),
            ("trial_balance", {}, "试算平衡：借方发生额合计 ¥76,000.00"),
            ("day_book", {}, "收入户"),
        ],
    )
    def test_posted_vouchers_show(self, city, browse, name, query, words):
        with city.tenant():
            posted(city)
        page = browse("FCASH").get(reverse(f"funds:{name}"), query).content.decode()
        assert words in page

    @pytest.mark.parametrize("query", ["?first=x&last=999999&office=a&offset=z", "?account=77"])
    def test_nonsense_in_the_address_does_no_harm(self, browse, query):
        page = browse("FCASH").get(reverse("funds:ledger") + query)
        assert page.status_code in {200, 404}


class TestImports:
    def upload(self, client, name, content):
        return client.post(
            reverse(f"funds:{name}"), {"file": SimpleUploadedFile("表.csv", content)}, follow=True
        )

    def test_a_tax_list_becomes_a_job(self, city, browse):
        page = self.upload(browse("FACC"), "tax_lists", tax_file())
        assert "导入征收收入明细 表.csv" in page.content.decode()
        with city.tenant():
            assert Job.objects.get().kind == "funds.tasks.import_tax_list"

    def test_a_statement_with_problems_shows_them(self, city, browse):
        page = self.upload(browse("FCASH"), "bank_statements", statement_file("6228480469000015"))
        assert page.status_code == 422
        assert "不是本统筹区登记的银行账户" in page.content.decode()
        assert "下载错误明细" in page.content.decode()
        with city.tenant():
            assert not BankStatement.objects.exists()

    def test_without_a_file_the_field_says_so(self, browse):
        page = browse("FACC").post(reverse("funds:tax_lists"), {})
        assert page.status_code == 422
        assert "请选择文件" in page.content.decode()

    def test_who_may_not_import_is_refused(self, browse):
        page = browse("FCHK").post(
            reverse("funds:tax_lists"), {"file": SimpleUploadedFile("a.csv", tax_file())}
        )
        assert page.status_code in {403, 422}


class TestFundsPlans:
    def test_signed_allotted_and_printed(self, city, browse):
        with city.tenant():
            plan = request_funds(city)
        url = reverse("funds:funds_plan", args=[plan.pk])
        data = {"decision": "APPROVE", "seen": plan.content_sha256}
        for post in ("FHEAD", "HEAD"):
            assert "已签发" in browse(post).post(url, data, follow=True).content.decode()
        reply = reverse("funds:funds_plan_reply", args=[plan.pk])
        for post in ("FCHK", "FACC2"):
            letter = {
                "seen": plan.content_sha256,
                "decision": "APPROVE",
                "document_number": f"{post}〔2026〕1号",
                "decided_date": "2026-11-02",
                "scan": SimpleUploadedFile("批复.pdf", b"%PDF-1.7 letter"),
            }
            answer = browse(post).post(reply, letter, follow=True).content.decode()
            assert "批复已登记" in answer
            assert f"{post}〔2026〕1号" in answer
        allot = reverse("funds:funds_plan_allot", args=[plan.pk])
        fields = {"amount": "11184.01", "allotted_date": "2026-11-02", "reference": "财拨001"}
        page = browse("FACC").post(allot, fields)
        assert page.status_code == 422
        assert "拨付金额不能超过尚未拨付的11,184.00元" in page.content.decode()
        page = browse("FACC").post(allot, fields | {"amount": "11184"}, follow=True)
        assert "已登记拨付" in page.content.decode()
        with city.tenant():
            assert FundsUsePlan.objects.get().allotted_amount == Decimal("11184.00")
        answer = browse("FACC").get(reverse("funds:funds_plan_print", args=[plan.pk]))
        text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
        assert "人民币壹万壹仟壹佰捌拾肆元整" in text
        for name in ("FACC", "FHEAD", "HEAD"):
            assert f"市本级{name}" in text
        for number in ("FCHK〔2026〕1号", "FACC2〔2026〕1号"):
            assert number in text
        book = browse("AUDX").get(reverse("funds:funds_plan_workbook", args=[plan.pk]))
        sheets = openpyxl.load_workbook(io.BytesIO(book.content))
        cells = [cell for row in sheets["申请金额计算"].iter_rows(values_only=True) for cell in row]
        assert 11184 in cells
        assert "申请金额（大写）：人民币壹万壹仟壹佰捌拾肆元整" in cells


class TestPeriodsAndWork:
    def test_the_list_of_months_leads_to_their_boards(self, city, browse):
        with city.tenant():
            first = Period.objects.get(book=unemployment_book(), month=date(2026, 1, 1))
            request = ask_to_close(city, first)
        board = reverse("reconciliation:month_end", args=[first.pk])
        page = browse("FHEAD").get(reverse("funds:periods")).content.decode()
        assert board in page
        assert "待结账" in page
        seen = {"decision": "APPROVE", "seen": request.content_sha256}
        url = reverse("reconciliation:month_end_close", args=[first.pk])
        page = browse("FHEAD").post(url, seen, follow=True).content.decode()
        assert "检查结果有变化" in page  # asked for without the board's figures

    def test_a_request_waits_for_who_signs_it(self, city):
        with city.tenant():
            first, second = Period.objects.filter(book=unemployment_book()).order_by("month")[:2]
            close_month(city, first)
            ask_to_close(city, second)
            request_reopening(
                actor=city.actor("FHEAD"), period_id=first.pk, reason="漏记利息", at=NOW
            )
            seen = {
                post: [w.label for w in list_waiting_work(actor=city.actor(post), today=TODAY)]
                for post in ("FHEAD", "HEAD", "LEAD")
            }
        assert seen == {"FHEAD": ["待结账月份"], "HEAD": ["待批准反结账月份"], "LEAD": []}

    def test_work_waits_for_those_who_can_do_it(self, city):
        with city.tenant():
            close_until(city, date(2026, 8, 1))
            drafted(city, day=date(2026, 10, 9))
            checked(city)
            approve(city, request_funds(city))
            sign_plan(city, ask_in_full(city, need(city, 3)))
            answered = ask_in_full(city, need(city, 4))
            answer(city, signed_by_us(city, answered))
            seen = {
                post: {
                    w.label: (w.count, w.overdue_count)
                    for w in list_waiting_work(actor=city.actor(post), today=TODAY)
                }
                for post in ("FCHK", "FCASH", "FHEAD", "FACC", "HEAD", "LEAD")
            }
        assert seen == {
            "FCHK": {"待稽核凭证": (1, 1), "待登记批复的用款计划": (1, 0)},
            "FCASH": {"待出纳签章凭证": (1, 0)},
            "FHEAD": {},
            "FACC": {"待登记拨付的用款计划": (1, 0), "待登记批复的用款计划": (1, 0)},
            "HEAD": {"待签发用款计划": (1, 0)},
            "LEAD": {},
        }

    def test_another_citys_rows_are_not_found(self, city, browse):
        client = browse("FACC")
        for name in ("voucher", "tax_list", "funds_plan", "bank_statement", "voucher_print"):
            assert client.get(reverse(f"funds:{name}", args=[999_999])).status_code == 404


class TestCorrectingAVoucher:
    def rows(self, debited, credited, amount):
        return {
            "voucher_date": "2026-11-02", "attachment_count": "1", "reason": "金额少记",
            "line-TOTAL_FORMS": "2", "line-INITIAL_FORMS": "0",
            "line-0-account": debited, "line-0-debit": amount,
            "line-1-account": credited, "line-1-credit": amount,
        }  # fmt: skip

    def test_the_difference_is_entered_and_leads_to_a_draft(self, city, browse):
        with city.tenant():
            voucher = posted(city)
        url = reverse("funds:voucher_correct", args=[voucher.pk])
        assert "直接填差额" in browse("FACC").get(url).content.decode()
        page = browse("FACC").post(url, self.rows("1002", "400101", "5"), follow=True)
        assert "本凭证订正" in page.content.decode()

    def test_other_accounts_are_refused_with_the_rows_kept(self, city, browse):
        with city.tenant():
            voucher = posted(city)
        url = reverse("funds:voucher_correct", args=[voucher.pk])
        page = browse("FACC").post(url, self.rows("100301", "400101", "5"))
        assert page.status_code == 422
        assert "请先生成冲销凭证" in page.content.decode()
        assert 'value="100301"' in page.content.decode()
        assert browse("FCHK").get(url).status_code == 403

    def test_a_scan_is_kept_until_the_voucher_is_posted(self, city, browse):
        with city.tenant():
            draft, done = drafted(city), posted(city)
        for voucher, words in ((draft, "原始凭证已上传"), (done, "不能再补充原始凭证")):
            scan = SimpleUploadedFile("回单.pdf", b"%PDF-1.7 x", "application/pdf")
            url = reverse("funds:voucher_attach", args=[voucher.pk])
            page = browse("FACC").post(url, {"file": scan}, follow=True).content.decode()
            assert words in page
        wrong = SimpleUploadedFile("回单.exe", b"MZ")
        url = reverse("funds:voucher_attach", args=[draft.pk])
        page = browse("FACC").post(url, {"file": wrong}, follow=True).content.decode()
        assert "请上传 PDF、JPG 或 PNG 文件" in page
