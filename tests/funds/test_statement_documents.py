"""The statement's workbook and print, opened again: the formulas tie, the form is complete."""

import io
import subprocess
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest

from funds.documents.financial_statements import statement_pdf, statement_xlsx
from funds.enums import StatementForm, StatementSpan
from funds.selectors.financial_statements import get_statement
from funds.selectors.statement_figures import compute_figures
from funds.selectors.statement_notes import prefilled_notes
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from tests.city import NOW
from tests.funds.statement_year import AUGUST, DECEMBER, kept_city, scope

CENTRE = "攀枝花市就业创业促进中心"


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    with kept_city(django_db_blocker) as city:
        yield city


def kept(city, each):
    """Return the statement of some months, prepared."""
    draft = StatementDraft(each, prefilled_notes(each, compute_figures(each)), {})
    actor = city.actor("FACC")
    statement = prepare_financial_statement(actor=actor, draft=draft, at=NOW)
    return get_statement(actor=actor, statement_id=statement.pk, form=StatementForm.ACCOUNTS)


@pytest.fixture(scope="module")
def month(city):
    return kept(city, scope(AUGUST))


@pytest.fixture(scope="module")
def year(city):
    return kept(city, scope(DECEMBER, StatementSpan.YEAR))


def opened(sheet):
    content = statement_xlsx(sheet=sheet, organisation=CENTRE)
    return openpyxl.load_workbook(io.BytesIO(content))


def value(worksheet, place):
    """Return what a cell gives, its sums of sums worked out."""
    cell = worksheet[place].value
    if not isinstance(cell, str) or not cell.startswith("="):
        return Decimal(str(cell))
    total = Decimal(0)
    for sign, part in zip((1, -1), cell.removeprefix("=").split("-"), strict=False):
        places = part.removeprefix("SUM(").removesuffix(")").split(",")
        total += sign * sum(value(worksheet, one) for one in places)
    return total


def row_of(worksheet, label, column="A"):
    return next(
        cell.row for cell in worksheet[column] if str(cell.value or "").strip("　") == label
    )


class TestWorkbook:
    def test_totals_are_formulas_over_the_lines_above_them(self, month):
        book = opened(month)
        assert book.sheetnames == ["资产负债表", "收支表", "附注"]
        sheet = book["资产负债表"]
        row = row_of(sheet, "资产总计")
        first = row_of(sheet, "库存现金")
        assert sheet[f"C{row}"].value == (
            "=SUM(" + ",".join(f"C{n}" for n in range(first, first + 7)) + ")"
        )
        income = book["收支表"]
        surplus, spent = row_of(income, "三、本期基金结余"), row_of(income, "二、基金支出")
        assert (
            income[f"B{surplus}"].value == f"=SUM(B{row_of(income, '一、基金收入')})-SUM(B{spent})"
        )

    def test_every_formula_gives_what_was_kept(self, month, year):
        # Figures of test_statement_figures.py: assets 1,885,505.65 and 1,841,572.32.
        for sheet, assets, surplus in (
            (month, "1885505.65", "2550"), (year, "1841572.32", "620337.76"),
        ):  # fmt: skip
            balance, income = opened(sheet)["资产负债表"], opened(sheet)["收支表"]
            last = row_of(balance, "资产总计")
            assert value(balance, f"C{last}") == value(balance, f"F{last}") == Decimal(assets)
            assert value(balance, f"B{last}") == value(balance, f"E{last}") == Decimal("1221234.56")
            assert value(income, f"B{row_of(income, '三、本期基金结余')}") == Decimal(surplus)
            benefits = row_of(income, "社会保险待遇支出")
            assert value(income, f"B{benefits}") == sheet.figures["INCOME", "O01", "CURRENT"]

    def test_libreoffice_computes_the_same_totals(self, year, tmp_path):
        (tmp_path / "a.xlsx").write_bytes(statement_xlsx(sheet=year, organisation=CENTRE))
        subprocess.run(
            [
                *("soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
                *("--convert-to", "xlsx", "--outdir", tmp_path / "computed", tmp_path / "a.xlsx"),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        computed = openpyxl.load_workbook(tmp_path / "computed" / "a.xlsx", data_only=True)
        written = opened(year)
        compared = 0
        for name in ("资产负债表", "收支表"):
            for row in written[name].iter_rows():
                for cell in (cell for cell in row if str(cell.value or "").startswith("=")):
                    found = Decimal(str(computed[name][cell.coordinate].value))
                    assert round(found, 2) == value(written[name], cell.coordinate)
                    compared += 1
        # Totals of assets, liabilities, net assets, both; income, benefits, expenditure, surplus.
        assert compared == (4 + 4) * 2


class TestPrint:
    def pages(self, sheet):
        content = statement_pdf(
            sheet=sheet, organisation=CENTRE, printed_by="市本级FACC", printed_at=NOW
        )
        document = pypdfium2.PdfDocument(content)
        try:
            return [page.get_textpage().get_text_range() for page in document]
        finally:
            document.close()

    def test_each_table_and_the_notes_stand_on_a_page_of_the_official_form(self, month):
        balance, income, notes = self.pages(month)
        for words in ("会社保01表", "资产负债表", f"编制单位：{CENTRE}", "2025年8月31日",
                      "单位：元", "年初余额", "期末余额", "1,787,055.65", "1,885,505.65",
                      "负债与净资产总计", "单位负责人", "财务负责人", "复核", "制表：市本级FACC",
                      "第 1 页 / 共 3 页"):  # fmt: skip
            assert words in balance
        for words in ("会社保02表", "收支表", "2025年8月", "本月数", "本年累计数", "645,121.09",
                      "−1,750.00", "563,371.09", "第 2 页 / 共 3 页"):  # fmt: skip
            assert words in income
        assert "上年同期" not in income  # the official form of a month has two columns
        for words in ("债券投资情况的说明", "无委托投资", "期末无债券投资", "未定稿"):
            assert words in notes

    def test_a_year_stands_beside_the_year_before(self, year):
        _, income, _ = self.pages(year)
        for words in ("2025年度", "本年数", "上年数", "718,021.09", "251,234.56"):
            assert words in income


def test_the_notes_say_what_the_books_know(month, year):
    assert "借入款项100,000.00元（年初0.00元）" in month.notes[0]
    assert "本年累计基金收入645,121.09元" in month.notes[0]
    assert month.notes[2] == "期末无债券投资。"
    assert year.notes[3] == "无委托投资。"
