"""Templates of the tables that come in: a workbook to fill in, and how each column is filled."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from common.tables import TableColumn, TableSpec

LAST_ROW = 1_000  # rows prepared for typing; more may be pasted
GUIDE_HEAD = ("位置", "栏目", "是否必填", "填写要求", "示例")
RULES = (
    "在“数据”工作表中填写：第1行为声明，第2行为列名，第3行起每行一条；不要移动、增加或删除列。",
    "第3行为示例，请改为实际数据；声明中的记录数填写第3行起的实际行数，填写后才能导入。",
    "各单元格均为文本格式，号码、日期和金额按示例书写，不要改为数字或日期格式。",
    "有一处错误则全部不入库，系统给出标明错误的表格，更正后重新上传。",
)


def import_template(spec: TableSpec[Any]) -> bytes:
    """Return the workbook in which a table of this format is filled in: every cell as text.

    Its one row is an example. The declaration says that there are no rows, so the template is
    refused until somebody has filled it in.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        _write_data(workbook, spec)
        _write_guide(workbook, spec)
    return buffer.getvalue()


def declared(spec: TableSpec[Any]) -> list[str]:
    """Return the declaration of the template."""
    return [f"#{spec.kind}", *(_declared(column) for column in spec.declaration)]


def _declared(column: TableColumn) -> str:
    return "0" if column.name == "count" else column.example


def _write_data(workbook: xlsxwriter.Workbook, spec: TableSpec[Any]) -> None:
    sheet = workbook.add_worksheet("数据")
    text = workbook.add_format({"num_format": "@"})
    example = workbook.add_format({"num_format": "@", "font_color": "#808080", "italic": True})
    needed = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#FFE699"})
    optional = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#EDEDED"})
    sheet.set_column(0, len(spec.columns) - 1, 20, text)
    sheet.freeze_panes(2, 0)
    _write_texts(sheet, 0, declared(spec), text)
    for place, column in enumerate(spec.columns):
        sheet.write_string(1, place, column.label, needed if column.is_required else optional)
        sheet.write_string(2, place, column.example, example)
        if column.choices:
            listed = {"validate": "list", "source": list(column.choices)}
            sheet.data_validation(2, place, LAST_ROW, place, listed)


def _write_guide(workbook: xlsxwriter.Workbook, spec: TableSpec[Any]) -> None:
    sheet = workbook.add_worksheet("填写说明")
    bold = workbook.add_format({"bold": True})
    sheet.set_column(0, 2, 18)
    sheet.set_column(3, 4, 44)
    for row, rule in enumerate(RULES):
        sheet.write_string(row, 0, rule)
    top = len(RULES) + 1
    _write_texts(sheet, top, GUIDE_HEAD, bold)
    _write_texts(sheet, top + 1, ["第1行第1格", "数据类别", "必填", "不要改动", f"#{spec.kind}"])
    lines = [
        (f"第1行第{place}格", column, _declared(column))
        for place, column in enumerate(spec.declaration, start=2)
    ] + [
        (f"第{place}列", column, column.example)
        for place, column in enumerate(spec.columns, start=1)
    ]
    for row, (where, column, shown) in enumerate(lines, start=top + 2):
        must = "必填" if column.is_required else "可不填"
        _write_texts(sheet, row, [where, column.label, must, _asked(column), shown])


def _asked(column: TableColumn) -> str:
    """Say what a column takes."""
    if column.choices:
        return f"填写{'、'.join(column.choices)}之一"
    return "元，两位小数，不加千位分隔符" if column.is_amount else column.note


def _write_texts(sheet: Any, row: int, texts: Sequence[str], shape: Any = None) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(row, place, text, shape)
