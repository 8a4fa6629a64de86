"""The statement's workbook, print and detail: opened again and added up."""

import io
import subprocess
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest

from accounts.models import AuditEvent, Document, Job
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.documents import sha256_hex
from reconciliation import tasks
from reconciliation.selectors.statements import load_statement
from reconciliation.services.differences import close_difference, explain_difference
from reconciliation.services.exports import (
    NotYetSigned,
    PurposeMissing,
    print_adjustment,
    print_statement,
    request_statement_detail,
)
from reconciliation.services.ledger_bank import check_adjustment, run_ledger_bank
from reconciliation.services.statements import (
    confirm_statement,
    prepare_statement,
    sign_statement,
)
from tests.reconciliation.build import AT, MONTH, bank_statement, book, pay
from tests.reconciliation.test_business_ledger import EAST, run

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


@pytest.fixture
def signed(city):
    """October of the east office: two items, one difference closed, signed by its head."""
    with city.tenant():
        book(city, pay(city, EAST, ["1864.00", "1760.50"]))
        book(city, pay(city, EAST, ["500.00"], item="B02"))
        batch = pay(city, EAST, ["900.00"])
        book(city, batch, amount="909.00")
        [row] = run(city).differences.all()
        explain_difference(
            actor=city.actor("FACC"), difference_id=row.pk, explanation="=多记9元，次月更正", at=AT
        )
        close_difference(actor=city.actor("OFFH", EAST), difference_id=row.pk, at=AT)
        statement = prepare_statement(
            actor=city.actor("PLAN", EAST),
            organisation_id=city.offices[EAST].pk,
            month=MONTH,
            at=AT,
        )
        sign_statement(
            actor=city.actor("OFFH", EAST),
            statement_id=statement.pk,
            verdict=Verdict("APPROVE", "同意", AT),
        )
    return statement


@pytest.fixture
def documents(city, signed):
    with city.tenant():
        confirm_statement(actor=city.actor("FACC"), statement_id=signed.pk, at=AT)
        job = Job.objects.get(key=f"statement:{signed.pk}")
    assert tasks.make_statement_documents(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant():
        job.refresh_from_db()
        signed.refresh_from_db()
        assert (job.state, job.error) == ("DONE", "")
        return signed.workbook, signed.print_document


def computed(sheet, formula):
    """Return what a sum formula of one column gives."""
    assert formula.startswith("=SUM(")
    cells = sheet[formula.removeprefix("=SUM(").removesuffix(")")]
    return sum(Decimal(str(cell.value)) for (cell,) in cells)


def test_the_workbook_holds_form_batches_differences_and_lines_and_its_totals_are_sums_that_tie(
    documents, signed
):
    workbook, _ = documents
    assert workbook.sha256 == sha256_hex(bytes(workbook.content))
    book_ = openpyxl.load_workbook(io.BytesIO(bytes(workbook.content)))
    assert book_.sheetnames == ["失业保险基金对账明细表", "批次明细", "差异清单", "业务明细"]
    form = book_.worksheets[0]
    rows = list(form.iter_rows())
    head = next(n for n, row in enumerate(rows) if row[0].value == "序号")
    assert [cell.value for cell in rows[head]] == [
        "序号", "业务项目", "业务人次", "业务金额", "财务笔数", "财务金额", "差额", "差异原因",
        "处理结果",
    ]  # fmt: skip
    total = next(row for row in rows if row[0].value == "合计")
    sums = [computed(form, total[column].value) for column in range(2, 7)]
    assert sums == [4, Decimal("5024.50"), 4, Decimal("5033.50"), Decimal("-9.00")]
    said = "\n".join(str(row[0].value) for row in rows if row[0].value)
    for words in (
        "编制单位：东区就业创业促进中心",
        "期间：2026年10月",
        "单位：元",
        "制表人：东区PLAN",
        "复核人：东区OFFH",
        "经办机构负责人：东区OFFH",
        "财务确认人：市本级FACC",
        "2026年11月2日",
        signed.content_sha256,
    ):
        assert words in said
    assert rows[head + 1][7].value == "金额不符：=多记9元，次月更正"
    assert rows[head + 1][7].data_type == "s"
    assert "第&P页/共&N页" in form.oddFooter.right.text
    lines = [row for row in book_["业务明细"].iter_rows(values_only=True) if row[2] in (1, 2)]
    assert len(lines) == 4
    assert sum(Decimal(str(line[6])) for line in lines) == Decimal("5024.50")
    batches = book_["批次明细"]
    total = next(row for row in batches.iter_rows() if row[0].value == "合计")
    assert computed(batches, total[3].value) == Decimal("5024.50")
    assert computed(batches, total[6].value) == Decimal("5033.50")


def test_libreoffice_computes_the_same_totals(documents, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(bytes(documents[0].content))
    subprocess.run(
        [
            *("soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1"),  # UTF-8
            *("--outdir", tmp_path, tmp_path / "a.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    for figure in ("5,024.50", "5,033.50", "-9.00"):
        assert figure in text


def test_the_print_shows_the_form_with_signatures_hash_and_page_numbers(documents, signed):
    _, form = documents
    text = "\n".join(text_of(bytes(form.content)))
    for words in (
        "失业保险基金对账明细表",
        "编制单位：东区就业创业促进中心",
        "2026年10月（第1版）",
        "5,024.50",
        "5,033.50",
        "−9.00",
        "人民币伍仟零贰拾肆元伍角整",
        "制表人：东区PLAN",
        "经办机构负责人：东区OFFH",
        "财务确认人：市本级FACC",
        "2026年11月2日",
        "第 1 页 / 共 1 页",
        signed.content_sha256,
    ):
        assert words in text
    assert "预览" not in text


def test_before_confirmation_the_print_says_it_is_a_preview(city, signed):
    with city.tenant():
        text = "\n".join(text_of(print_statement(load_statement(signed.pk))))
    assert "（预览，待财务确认，不作为签字依据）" in text


def test_the_form_takes_as_many_pages_as_it_needs(city):
    with city.tenant():
        for _ in range(40):
            pay(city, EAST, ["1.00"])
        run(city)
        statement = prepare_statement(
            actor=city.actor("PLAN", EAST),
            organisation_id=city.offices[EAST].pk,
            month=MONTH,
            at=AT,
        )
        pages = text_of(print_statement(load_statement(statement.pk)))
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"第 {number} 页 / 共 {len(pages)} 页" in text
    assert "差异对象" in pages[1]  # the head of a table is repeated


def test_only_those_who_may_export_get_the_detail_and_each_request_is_on_record(city, signed):
    with city.tenant():
        auditor = city.actor("AUDX")
        with pytest.raises(DutyNotHeld):
            request_statement_detail(
                actor=city.actor("PLAN", EAST), statement_id=signed.pk, purpose="x", at=AT
            )
        with pytest.raises(PurposeMissing):
            request_statement_detail(actor=auditor, statement_id=signed.pk, purpose=" ", at=AT)
        job = request_statement_detail(
            actor=auditor, statement_id=signed.pk, purpose="年度审计", at=AT
        )
    assert tasks.export_statement_detail(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant():
        again = request_statement_detail(
            actor=auditor, statement_id=signed.pk, purpose="复核", at=AT
        )
        assert again.pk == job.pk
        document = Document.objects.get(pk=again.report_id)
        assert document.duty == "duty_statement_export"
        events = AuditEvent.objects.filter(verb="reconciliation.statement.exported")
        assert [event.after["purpose"] for event in events.order_by("id")] == ["年度审计", "复核"]
        rows = list(
            openpyxl.load_workbook(io.BytesIO(bytes(document.content))).active.iter_rows(
                values_only=True
            )
        )
    assert len(rows) == 5
    assert sum(Decimal(str(row[6])) for row in rows[1:]) == Decimal("5024.50")
    assert {row[7].date() for row in rows[1:]} == {date(2026, 10, 20)}


def test_an_unsigned_statement_exports_nothing(city):
    with city.tenant():
        book(city, pay(city, EAST, ["1864.00"]))
        run(city)
        statement = prepare_statement(
            actor=city.actor("PLAN", EAST),
            organisation_id=city.offices[EAST].pk,
            month=MONTH,
            at=AT,
        )
        with pytest.raises(NotYetSigned):
            request_statement_detail(
                actor=city.actor("AUDX"), statement_id=statement.pk, purpose="x", at=AT
            )


def test_a_checked_adjustment_sheet_is_printed_once_with_both_sides(city):
    with city.tenant():
        batch = pay(city, EAST, ["1864.00"])
        bank_statement(
            city,
            [(date(2026, 10, 20), "1864.00", "0.00", "NY000001", batch.number)],
            opening="1864.00",
        )
        book(city, batch, amount="1864.00", day=date(2026, 10, 27), number="")
        sheet = run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT)
        text = "\n".join(text_of(print_adjustment(sheet.pk)))
    for words in (
        "银行支出户存款余额调节表",
        "银行已付单位未付",
        "单位已付银行未付",
        "1,864.00",
        "预览",
        "调节后余额",
        "编制（出纳）（签字）：市本级FCASH",
    ):
        assert words in text
    assert sheet.ledger_adjusted != sheet.bank_adjusted  # the books lack the opening balance


def test_the_print_of_a_checked_sheet_is_stored(city):
    with city.tenant():
        bank_statement(city, [])
        sheet = run_ledger_bank(actor=city.actor("FCASH"), month=MONTH, at=AT)
        check_adjustment(actor=city.actor("FCHK"), adjustment_id=sheet.pk, at=AT)
        job = Job.objects.get(key=f"adjustment:{sheet.pk}")
    assert tasks.make_adjustment_print(pool_id=city.pool.pk, job_id=job.pk)
    assert not tasks.make_adjustment_print(pool_id=city.pool.pk, job_id=job.pk)
    with city.tenant():
        sheet.refresh_from_db()
        text = "\n".join(text_of(bytes(sheet.print_document.content)))
    assert "复核（签字）：市本级FCHK" in text
    assert "预览" not in text
