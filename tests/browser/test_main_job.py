"""The whole main job through the screens, by fourteen different people."""

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from common.encryption import Purpose, decrypt
from common.identifiers import make_identity_number
from funds.selectors.books import expenditure_account, unemployment_book

pytestmark = pytest.mark.browser

NAME = "赵敏"
CARD = "6228480469000000015"
IDENTITY = make_identity_number("510402", date(1985, 6, 15), 101)
TODAY = timezone.localdate
PAYER_UNIT = "YB510400001"


def extract_files():
    """What the province and the medical insurance would send today about one person."""
    day = (TODAY() - timedelta(days=1)).isoformat()
    month = f"{TODAY():%Y%m}"
    enrolment = (
        f"#enrolment,{day},1\nidentity,name,place,status,last premium month,"
        f"contributed months,unit\n{IDENTITY},{NAME},攀枝花市东区,STOPPED,202601,130,东区五金厂\n"
    )
    medical = (
        f"#medical,{day},1,{month}\nmonth,identity,name,medical unit no,unit,base,unit part,"
        f"person part,total\n{month},{IDENTITY},{NAME},{PAYER_UNIT},市就业中心,4000.00,240.00,"
        "0.00,240.00\n"
    )
    return {"ENROLMENT": enrolment, "MEDICAL": medical}


def test_from_the_window_to_the_signed_statement(city, bank, workers, sit_down):
    give_the_bank_money(city, bank)
    import_the_sources(sit_down)
    case = take_in_the_claim(sit_down)
    review_the_claim(sit_down, case)
    compare_and_plan(sit_down)
    plan = sign_the_plan(sit_down)
    receive_form_and_request_funds(sit_down, plan)
    check_and_post_vouchers(sit_down, ("财政补贴", "拨付"))
    pay_the_batch(sit_down)
    check_and_post_vouchers(sit_down, ("待遇支付",))
    statement = reconcile_and_sign(sit_down)
    download_as_auditor(sit_down, statement)
    [(_, times)] = bank.read().times_paid.items()
    assert times == 1


def give_the_bank_money(city, bank):
    with city.tenant():
        account = expenditure_account(unemployment_book().pk)
        number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    bank.call("PUT", f"/accounts/{number}", {"opening": "1864.00"})


def import_the_sources(sit_down):
    with sit_down("plan510402") as desk:
        for kind, text in extract_files().items():
            desk.open("/payouts/sources/new/")
            desk.choose(kind=kind)
            desk.page.set_input_files(
                "[type=file]",
                {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.encode()},
            )
            expect(desk.page.locator(".file-name")).to_have_text(f"{kind}.csv")
            desk.press("上传并校验", "接收时间")
            desk.wait_for("已全部入库")


def take_in_the_claim(sit_down):
    today = TODAY()
    with sit_down("acc510402") as desk:
        desk.open("/payouts/intake/")
        desk.fill(identity_number=IDENTITY[:-1] + "0", name=NAME)
        desk.press("开始受理", "校验位不正确")
        desk.fill(identity_number=IDENTITY)
        desk.press("开始受理", "一问")
        for following in ("二看", "三查", "四收录"):
            desk.answer_yes()
            desk.press("记录并进入下一步", following)
            desk.page.wait_for_timeout(300)
        desk.choose(insured_organisation="东区", leaving_reason="01")
        desk.fill(
            unemployed_date=f"{today - timedelta(days=40):%Y%m%d}",
            registered_date=f"{today - timedelta(days=20):%Y-%m-%d}",
            phone="13800000001",
            account_number=CARD,
        )
        desk.answer_yes()
        desk.picture("intake")
        desk.press("记录并进入下一步", "核定计算")
        desk.see("2,330.00 × 80%")
        desk.page.check("[name=kind][value=RECEIPT]")
        desk.answer_yes()
        desk.press("提交并出具文书", "已受理")
        desk.press("查看案件", "办理记录")
        return desk.page.url


def review_the_claim(sit_down, case):
    with sit_down("acc510402") as desk:
        desk.open(case)
        assert desk.page.locator("button[name=decision]").count() == 0
    for username, words in (
        ("rev1510402", "待复核"),
        ("rev2510402", "待审批"),
        ("app510402", "已核定"),
    ):
        with sit_down(username) as desk:
            desk.open(case)
            desk.see("双算一致")
            if username == "rev2510402":
                desk.picture("review")
            desk.press("通过", f"已办理：{words}")


def compare_and_plan(sit_down):
    with sit_down("plan510402") as desk:
        desk.open("/payouts/comparisons/new/")
        desk.press("开始比对", "三源一致")
        desk.wait_for("编制发放计划")
        desk.open("/payouts/plans/new/")
        desk.press("生成计划", "发放计划")
        desk.wait_for("提交机构负责人签字")
        desk.see("人民币壹仟捌佰陆拾肆元整")
        desk.press("提交机构负责人签字", "待机构负责人签字")


def sign_the_plan(sit_down):
    for username, words in (
        ("offh510402", "待市职能部门签字"),
        ("dept510400", "待分管领导签字"),
        ("lead510400", "已签批"),
    ):
        with sit_down(username) as desk:
            desk.open("/payouts/plans/")
            desk.page.locator("main tbody a").first.click()
            desk.see("内容摘要")
            desk.press("签字通过", words)
            desk.picture("plan")
            plan = desk.page.url
    return plan


LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 letter"}


def receive_form_and_request_funds(sit_down, plan):
    month = f"{TODAY():%Y%m}"
    with sit_down("facc510400") as desk:
        desk.open(plan)
        desk.wait_for("支付申请表.pdf")
        desk.open("/payouts/applications/")
        desk.press(re.compile(r"^\s*接收\s*$"), "申请表（按收到的表填写）")
        desk.fill(month=month, item_code="B01", line_count="1", total_amount="1864.01")
        desk.press("核对并接收", "金额申请表为 1,864.01，计划为 1,864.00")
        desk.fill(total_amount="1,864.00")
        desk.press("核对并接收", "与计划一致")
        desk.open("/payouts/funds/new/")
        desk.page.check("main [name=ids]")
        desk.press("提交用款计划", "等待财务负责人签发")
        desk.open("/funds/vouchers/new/")
        desk.choose(event="E22")
        desk.fill(attachment_count="1", summary="财政补贴")
        desk.fill(line__0__account="100301", line__0__debit="10,000,000")
        desk.fill(line__1__account="4101", line__1__credit="10000000.00")
        desk.press("保存", "凭证已保存")
    with sit_down("fhead510400") as desk:
        desk.open("/funds/plans/")
        desk.page.locator("main tbody a").first.click()
        desk.press("签发上报", "待主要领导签发")
        funds_plan = desk.page.url
    with sit_down("head510400") as desk:
        desk.open(funds_plan)
        desk.press("签发上报", "待人社局审核")
    for username, number, words in (
        ("fchk510400", "攀人社函〔2026〕11号", "待财政局审核"),
        ("facc2510400", "攀财社〔2026〕18号", "待财政拨付"),
    ):
        with sit_down(username) as desk:
            desk.open(funds_plan)
            desk.fill(document_number=number)
            desk.page.set_input_files("main [name=scan]", LETTER)
            desk.press("登记批复", words)
    with sit_down("facc510400") as desk:
        desk.open(funds_plan)
        desk.fill(reference="CZ-2026-1101")
        desk.press("登记拨付", "已登记拨付")


def check_and_post_vouchers(sit_down, summaries):
    for username, button, words in (
        ("fchk510400", "稽核通过", "凭证已稽核"),
        ("fcash510400", "出纳签章", "出纳已签章"),
        ("fhead510400", "会计主管签章", "会计主管已签章"),
        ("facc2510400", "过账", "凭证已过账"),
    ):
        with sit_down(username) as desk:
            for summary in summaries:
                desk.open("/funds/vouchers/")
                row = desk.page.locator("main tbody tr").filter(has_text=summary).first
                row.locator("a").first.click()
                desk.see("分录")
                desk.press(button, words)


def pay_the_batch(sit_down):
    with sit_down("facc510400") as desk:
        desk.open("/payouts/batches/new/")
        desk.page.locator("main [name=ids]").first.check()
        desk.press("编制批次", "支付批次已编制")
        batch = desk.page.url
    with sit_down("fchk510400") as desk:
        desk.open(batch)
        desk.press("复核通过", "报盘文件已生成")
        desk.press("与银行核对", "银行核对")
        desk.wait_for("待确认支付")
    with sit_down("fcash510400") as desk:
        desk.open(batch)
        desk.press("去确认支付", "可用余额")
        desk.fill(digits="1864.01")
        desk.press("确认支付", "需要更正")
        desk.fill(digits="1864.00")
        desk.press("确认支付", "已确认支付")
        desk.wait_for("已回盘")
        desk.see("支付成功")
        desk.picture("batch")


def reconcile_and_sign(sit_down):
    with sit_down("plan510402") as desk:
        desk.open(f"/reconciliation/?month={TODAY():%Y-%m}")
        desk.press("对账", "一致")
        desk.press("编制对账明细表", "待负责人签字")
        statement = desk.page.url
    with sit_down("offh510402") as desk:
        desk.open(statement)
        desk.press("签字", "待财务确认")
    with sit_down("facc510400") as desk:
        desk.open(statement)
        desk.press("确认", "已归档")
        desk.wait_for("PDF")
        desk.picture("statement")
    return statement


def download_as_auditor(sit_down, statement):
    with sit_down("audx510400") as desk:
        desk.open(statement)
        desk.wait_for("工作簿")
        with desk.page.expect_download() as download:
            desk.page.locator("main a").filter(has_text="工作簿").first.click()
        content = download.value.path().read_bytes()
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    texts = [str(cell.value) for row in workbook.worksheets[0].iter_rows() for cell in row]
    assert any("对账明细表" in text for text in texts)
    assert any(text.startswith("=SUM(") for text in texts)
    assert "1864" in " ".join(texts)
