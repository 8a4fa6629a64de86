"""Tables that come in: every flaw becomes a problem, and nothing is applied by halves."""

import io
import time
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook

from common.errors import DomainError
from common.identifiers import make_identity_number, parse_identity_number, parse_person_name
from common.money import parse_amount
from common.periods import parse_day, parse_month
from common.tables import (
    FileUnreadable,
    TableColumn,
    TableSpec,
    as_tuple,
    decode_text,
    parse_choice,
    parse_count,
    raw_rows,
    read_table,
)
from common.textfiles import MAX_PROBLEMS

unhurried = hypothesis_settings(deadline=None)  # the machine may be busy
TODAY = date(2026, 11, 21)
STATES = {"ACTIVE": "在保", "STOPPED": "停保"}
SPEC = TableSpec(
    kind="premium",
    declaration=(
        TableColumn("day", "数据日期", parse_day),
        TableColumn("count", "行数", parse_count),
    ),
    columns=(
        TableColumn("identity", "身份证号", parse_dated=parse_identity_number),
        TableColumn("name", "姓名", parse_person_name),
        TableColumn("status", "状态", parse_choice(STATES)),
        TableColumn("month", "最后缴费月份", parse_month, is_required=False),
        TableColumn("months", "缴费月数", parse_count),
        TableColumn("unit", "单位"),
        TableColumn("total", "合计", parse_amount, is_amount=True),
    ),
    factory=as_tuple,
    unique=("identity",),
)
HEADER = "identity,name,status,month,months,unit,total"
FIRST = "510402198001010018,张三,ACTIVE,202610,24,攀枝花某厂,1864.00"
SECOND = "51040219850615202X,李四,STOPPED,,36,某公司,20.50"
FILE = f"#premium,2026-11-01,2\n{HEADER}\n{FIRST}\n{SECOND}\n"


def read(text, encoding="utf-8"):
    """Return the table of a text."""
    return read_table(text.encode(encoding), SPEC, today=TODAY)


def problems(text):
    """Return line, column and reason of each problem."""
    return [(p.line, p.column, p.reason) for p in read(text).problems]


def workbook(*rows):
    """Return an .xlsx with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_clean_file_becomes_typed_rows():
    table = read(FILE)
    assert table.is_clean
    assert table.declaration == {"day": date(2026, 11, 1), "count": 2}
    assert table.lines == [3, 4]
    assert [str(table.rows[0][0]), *table.rows[0][1:]] == [
        "510402198001010018",
        "张三",
        "在保",
        date(2026, 10, 1),
        24,
        "攀枝花某厂",
        Decimal("1864.00"),
    ]
    assert table.rows[1][3] is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_are_read(encoding):
    assert read(FILE, encoding).rows == read(FILE).rows


def test_line_ends_and_empty_lines_at_the_end_do_not_matter():
    assert read(FILE.replace("\n", "\r\n") + "\r\n\r\n").rows == read(FILE).rows


def test_padding_of_spreadsheet_programs_is_ignored():
    padded = FILE.replace("2026-11-01,2\n", "2026-11-01,2,,,,,\n").replace("1864.00", "1864.00,,")
    assert read(padded).is_clean


def test_every_wrong_cell_of_a_row_is_named():
    wrong = "510402198001010019,张3,GONE,202613,-1,,1864.0"
    text = FILE.replace(FIRST, wrong)
    assert problems(text) == [
        (3, "身份证号", "身份证号校验位不正确"),
        (3, "姓名", "姓名含有不允许的字符「3」"),
        (3, "状态", "应为ACTIVE、STOPPED之一"),
        (3, "最后缴费月份", "月份须为六位数字的年月，例如202611"),
        (3, "缴费月数", "应为不带符号的整数"),
        (3, "单位", "不能为空"),
        (3, "合计", "金额须为两位小数，不带分隔符，例如1864.00"),
    ]
    assert len(read(text).rows) == 1


def test_a_number_spoilt_by_a_spreadsheet_program_is_explained():
    [(line, column, reason)] = problems(FILE.replace("510402198001010018", "5.10402E+17"))
    assert (line, column) == (3, "身份证号")
    assert "科学计数" in reason


def test_the_second_row_of_a_person_points_to_the_first():
    text = FILE.replace("51040219850615202X", "510402198001010018")
    assert problems(text) == [(4, "身份证号", "与第3行重复")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "文件是空的"),
        (" \n\n", "文件是空的"),
        (FILE.replace(",2\n", ",3\n"), "声明3行，实际2行，文件可能不完整"),
        (FILE.replace(",2\n", ",1\n"), "声明1行，实际2行"),
        (FILE.replace("premium", "medical"), "第一行应为声明：#premium,数据日期,行数"),
        (FILE.replace("2026-11-01", "2026-02-30"), "日期2026-02-30不存在"),
        (FILE.replace("identity,name", "name,identity"), f"第二行应为列名：{HEADER}"),
        (FILE.replace(",20.50", ""), "应有7列，实际6列"),
        (FILE.replace("20.50", "20.50,x"), "应有7列，实际8列"),
        (FILE.replace("李四", '"李四'), "引号不配对或单元格过长，无法继续读取"),
        (FILE.replace("李四", "李\x00四"), "第4行含有控制字符U+0000，不是文本文件"),
        (FILE.replace(SECOND, "\n" + SECOND).replace("某公司", "甲"), "空行"),
        (FILE + "garbage", "应有7列，实际1列"),
        ("#premium,2026-11-01,0", f"第二行应为列名：{HEADER}"),
    ],
)
def test_a_flaw_of_the_file_is_a_problem_with_a_clear_reason(text, reason):
    table = read(text)
    assert not table.is_clean
    assert reason in [problem.reason for problem in table.problems]


def test_problems_are_counted_beyond_those_listed():
    table = read(f"#premium,2026-11-01,500\n{HEADER}\n" + "x\n" * 500)
    assert (len(table.problems), table.problem_count) == (MAX_PROBLEMS, 500)


@pytest.mark.parametrize(
    "data",
    [
        FILE.encode("utf-16"),
        FILE.encode("utf-16-le"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xff\xff",
        "张\ud800".encode("utf-8", "surrogatepass"),
        b"a\x1b[31mb",
    ],
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(FileUnreadable):
        decode_text(data)
    assert not read_table(data, SPEC, today=TODAY).is_clean


def test_utf8_with_a_broken_byte_is_not_taken_for_gb18030():
    data = FILE.encode()
    place = data.index("李".encode())
    table = read_table(data[: place + 1] + data[place + 2 :], SPEC, today=TODAY)
    assert [p.reason for p in table.problems] == ["文件是UTF-8编码，但有损坏的字节，请重新导出"]


def test_a_file_above_the_limit_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("common.textfiles.MAX_BYTES", 100)
    assert not read(FILE).is_clean


def test_a_workbook_is_read_like_the_text():
    data = workbook(
        ["#premium", date(2026, 11, 1), 2],
        ["身份证号", "name", "status", "month", "months", "unit", "total"],
        ["510402198001010018", "张三", "ACTIVE", "202610", 24, "攀枝花某厂", 1864],
        ["51040219850615202X", "李四", "STOPPED", None, 36, "某公司", 20.5],
        [None] * 7,
    )
    assert read_table(data, SPEC, today=TODAY).rows == read(FILE).rows
    assert list(raw_rows(data))[3][1] == "李四"


def test_an_identity_number_typed_as_a_number_is_explained():
    data = workbook(
        ["#premium", "2026-11-01", 1],
        HEADER.split(","),
        [510402198001010018, "张三", "ACTIVE", 202610, 24, "某厂", 1864.1],
    )
    [problem] = read_table(data, SPEC, today=TODAY).problems
    assert (problem.column, "科学计数" in problem.reason) == ("身份证号", True)


def test_a_corrected_error_workbook_may_come_back():
    data = workbook(
        ["#premium", "2026-11-01", 1],
        [*HEADER.split(","), "错误原因"],
        [*FIRST.split(","), "姓名：不能为空"],
    )
    assert read_table(data, SPEC, today=TODAY).is_clean


def archive(**members):
    """Return a zip archive; double underscores in names stand for slashes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        archive(hello="world"),
        archive(xl__workbook_xml="<x/>"),
        archive(xl__workbook_xml="<x/>", content_xml="<x/>"),
        archive(xl__workbook_xml="<x/>", big=b"0" * (600 * 1024 * 1024)),
        archive(xl__workbook_xml="<x/>", xl__worksheets__sheet1_xml='<c r="XFD1048576"/>'),
        workbook(["a"])[:-30],
    ],
    ids=["no workbook", "broken", "other format", "bomb", "far cell", "truncated"],
)
def test_a_hostile_workbook_is_a_problem(data):
    table = read_table(data, SPEC, today=TODAY)
    assert [problem.line for problem in table.problems] == [0]


def test_a_real_workbook_with_a_far_cell_is_refused_quickly():
    book = Workbook()
    book.active["A1"] = "#premium"
    book.active["XFD1048576"] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    [problem] = read_table(buffer.getvalue(), SPEC, today=TODAY).problems
    assert "26列" in problem.reason


@unhurried
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_table_or_a_refusal(data):
    for prefix in (b"", b"PK\x03\x04", FILE.encode()):
        table = read_table(prefix + data, SPEC, today=TODAY)
        assert table.is_clean == (not table.problems)
        with suppress(DomainError):
            list(raw_rows(prefix + data))


WHOLE = workbook(["#premium", "2026-11-01", 1], HEADER.split(","), FIRST.split(","))


@unhurried
@given(st.data())
def test_a_damaged_workbook_ends_in_a_table(data):
    place = data.draw(st.integers(0, len(WHOLE) - 1))
    damaged = WHOLE[:place] + data.draw(st.binary(max_size=8)) + WHOLE[place + 4 :]
    read_table(damaged, SPEC, today=TODAY)


def test_a_hundred_thousand_rows_take_seconds():
    days = [date.fromordinal(date(1950, 1, 1).toordinal() + n) for n in range(200)]
    numbers = [make_identity_number("510402", day, n) for day in days for n in range(1, 501)]
    text = "".join(f"{number},张三,ACTIVE,202610,24,某厂,1864.00\n" for number in numbers)
    started = time.perf_counter()
    table = read(f"#premium,2026-11-01,100000\n{HEADER}\n{text}")
    assert table.is_clean
    assert len(table.rows) == 100_000
    assert time.perf_counter() - started < 8
