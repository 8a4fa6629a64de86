"""Documents: forms print Chinese and fetch nothing, workbooks add up and run no formulas."""

import io
import re
import zlib
from datetime import date
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from common import workbooks
from common.documents import (
    Column,
    Kind,
    Sheet,
    UrlForbidden,
    detail_workbook,
    error_workbook,
    render_pdf,
    safe_cell,
    sha256_hex,
    statement_hash,
    statement_workbook,
)
from common.tables import Problem

COLUMNS = (
    Column("单位", 30),
    Column("账号", 24),
    Column("人数", 8, Kind.COUNT),
    Column("金额", 18, Kind.AMOUNT),
    Column("日期", 12, Kind.DAY),
)
ROWS = (
    ("攀枝花某厂", "6228480469000000015", 3, Decimal("1864.10"), date(2026, 11, 21)),
    ("=cmd|'/c calc'!A1", "0012345678901234567", 2, Decimal("0.20"), None),
)
SHEET = Sheet(
    "失业保险金发放表", ("编制单位：东区", "2026年11月"), COLUMNS, ROWS, True, ("复核：",)
)


def opened(data):
    """Return the workbook in the bytes."""
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture
def form(settings, tmp_path):
    """Return a function that prints a template text."""
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}
    ]
    static = tmp_path / "static"
    static.mkdir()
    settings.STATICFILES_DIRS = [static]

    def render(text, **context):
        (tmp_path / "form.html").write_text(text)
        return render_pdf("form.html", context)

    render.static = static
    return render


def test_a_form_prints_its_chinese_text(form):
    pdf = form(
        "<html lang='zh-CN'><h1>身份证号 {{ amount }}元</h1>\U00020bb7</html>", amount="1.00"
    )
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_range()
    assert "身份证号 1.00元" in text
    assert [round(side) for side in document[0].get_size()] == [595, 842]  # A4 in points


def test_a_form_may_choose_its_own_page(form):
    pdf = form("<style>@page { size: A4 landscape }</style><p>张三</p>")
    assert pypdfium2.PdfDocument(pdf)[0].get_size()[0] > 800  # points


def test_a_form_is_set_in_the_glyphs_of_the_mainland(form):
    pdf = form("<style>@page { @bottom-center { content: '返还直接' } }</style><p>返还直接</p>")
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    text = b"".join(zlib.decompressobj().decompress(s) for s in streams if s[:1] == b"x")
    fonts = set(re.findall(rb"/FontName\s*/[A-Z]+\+(\S+)", text + pdf))
    assert len(fonts) == 1
    assert b"SC" in fonts.pop()


def test_a_form_escapes_what_it_is_given(form):
    pdf = form("<p>{{ name }}</p>", name="<img src='file:///etc/passwd'>张三")
    assert "passwd" in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/x.png",
        "https://example.org/x.png",
        "ftp://127.0.0.1/x",
        "/static/../../etc/passwd",
        "/static/%2e%2e/form.html",
        "//127.0.0.1/x.png",
    ],
)
def test_a_form_fetches_nothing_from_outside(form, url):
    with pytest.raises(UrlForbidden):
        form(f"<img src='{url}'>")


def test_a_form_may_use_static_files_and_data(form):
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    (form.static / "seal.svg").write_text(svg)
    assert form("<img src='/static/seal.svg'><img src='data:image/svg+xml,<svg/>'>")


def test_a_link_out_of_the_static_directory_is_not_followed(form):
    (form.static / "out.svg").symlink_to("/etc/passwd")
    with pytest.raises(UrlForbidden):
        form("<img src='/static/out.svg'>")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1"])
def test_no_text_is_left_a_formula(text):
    assert safe_cell(text).startswith("'")


def test_ordinary_text_stays_as_it_is():
    assert safe_cell("张三") == "张三"
    assert safe_cell("a\x00b") == "a\ufffdb"


def test_a_statement_has_heading_table_totals_and_signatures():
    worksheet = opened(statement_workbook(SHEET)).active
    values = [[cell.value for cell in row if cell.value is not None] for row in worksheet]
    assert values[:5] == [
        ["失业保险金发放表"],
        ["编制单位：东区"],
        ["2026年11月"],
        ["单位：元"],
        ["单位", "账号", "人数", "金额", "日期"],
    ]
    assert values[7] == ["合计", "=SUM(C6:C7)", "=SUM(D6:D7)"]
    assert values[-1] == ["复核："]
    assert worksheet.page_setup.paperSize == 9  # A4
    assert worksheet.print_title_rows == "$5:$5"
    assert statement_hash(SHEET)[:16] in worksheet.oddFooter.left.text
    assert worksheet.oddFooter.right.text == "第&P页/共&N页"


def test_numbers_are_numbers_and_accounts_are_text():
    worksheet = opened(statement_workbook(SHEET)).active
    account, count, amount = (worksheet[f"{letter}6"] for letter in "BCD")
    assert (account.value, account.data_type) == ("6228480469000000015", "s")
    assert (count.value, amount.value) == (3, 1864.1)
    assert amount.number_format.startswith("#,##0.00")
    formula = worksheet["A7"]
    assert (formula.value, formula.data_type) == ("=cmd|'/c calc'!A1", "s")


def test_the_hash_changes_with_any_figure():
    other = Sheet(SHEET.title, SHEET.subtitles, COLUMNS, ROWS[:1], True, SHEET.footer_lines)
    assert statement_hash(other) != statement_hash(SHEET)
    assert statement_hash(SHEET) == statement_hash(SHEET)


def test_a_statement_without_rows_adds_up_to_zero():
    empty = Sheet("表", (), COLUMNS, ())
    assert [cell.value for cell in opened(statement_workbook(empty)).active[4]][2:4] == [0, 0]


def test_several_statements_share_a_workbook():
    second = Sheet("明细/二[1]", (), COLUMNS[:1], (("甲",),), totals=False)
    assert opened(statement_workbook(SHEET, second)).sheetnames == ["失业保险金发放表", "明细二1"]
    with pytest.raises(ValueError, match="sheet"):
        statement_workbook()


def test_a_detail_workbook_keeps_every_digit(monkeypatch):
    monkeypatch.setattr(workbooks, "_SHEET_ROWS", 2)
    book = opened(detail_workbook(COLUMNS, iter(ROWS * 2), title="发放明细"))
    assert book.sheetnames == ["发放明细", "发放明细2"]
    first = [cell.value for cell in book["发放明细"][2]]
    assert first[:4] == ["攀枝花某厂", "6228480469000000015", 3, 1864.1]
    assert first[4].date() == date(2026, 11, 21)
    assert book["发放明细2"]["A3"].data_type == "s"


def test_the_largest_amount_survives_both_writers():
    amount = Decimal("999999999999.99")
    sheet = Sheet("表", (), (Column("金额", 20, Kind.AMOUNT),), ((amount,),), totals=False)
    for data in (statement_workbook(sheet), detail_workbook(sheet.columns, sheet.rows)):
        values = [cell.value for row in opened(data).active for cell in row]
        assert Decimal(repr(values[-1])) == amount


def test_an_error_workbook_marks_the_wrong_cells_and_says_why():
    problems = [
        Problem(4, "姓名", "3", "姓名不能为空"),
        Problem(4, "合计", "x", "金额不是数字"),
        Problem(1, "声明行", "", "声明3行，实际2行"),
    ]
    book = opened(
        error_workbook(
            ["姓名", "合计"], [["张三", "1.00"], ["", "x"]], problems, declaration=["#premium", "3"]
        )
    )
    worksheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in worksheet.iter_rows(min_row=2)]
    assert rows[0] == ["姓名", "合计", "错误原因"]
    assert rows[2][1:] == ["x", "姓名：姓名不能为空；合计：金额不是数字"]
    fills = [worksheet.cell(4, place).fill.start_color.rgb for place in (1, 2)]
    assert all(fill.endswith("FFC7CE") for fill in fills)
    assert book["文件问题"]["D2"].value == "声明3行，实际2行"


@hypothesis_settings(deadline=None)  # the machine may be busy
@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_any_text_can_be_written_and_none_is_a_formula(texts):
    cells = [cell for row in opened(error_workbook(["a"] * 3, [texts], [])).active for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert detail_workbook([Column("a")] * len(texts), [texts])


def test_the_digest_is_that_of_the_standard():
    assert sha256_hex(b"abc").startswith("ba7816bf")
