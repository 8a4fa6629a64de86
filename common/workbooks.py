"""Making of workbooks: statements to sign, details of many rows, uploads handed back."""

import hashlib
import io
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from common.detail_workbooks import DetailFile
from common.tables import ERROR_COLUMN
from common.textfiles import Problem


@dataclass(frozen=True, slots=True)
class RowSum:
    """A cell that adds and takes away other rows of its own column, by their places in `rows`.

    It is written as a formula; `value` is what the formula gives, which the statement says.
    """

    value: Decimal
    plus: Sequence[int]
    minus: Sequence[int] = ()

    def __str__(self) -> str:
        return str(self.value)

    def formula(self, letter: str, first_row: int) -> str:
        """Return the formula in a column whose row 0 of `rows` stands in `first_row`."""

        def total(places: Sequence[int]) -> str:
            return f"SUM({','.join(f'{letter}{first_row + place}' for place in places)})"

        taken = f"-{total(self.minus)}" if self.minus else ""
        return f"={total(self.plus)}{taken}"


CellValue = str | int | Decimal | date | None

_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LENGTH = 32_767  # characters a spreadsheet cell holds
_SHEET_ROWS = 1_000_000  # rows per worksheet, below the format's 1,048,576
_TITLE_ILLEGAL = re.compile(r"[\[\]:*?/\\']")

_AMOUNT_FORMAT = "#,##0.00;[Red]-#,##0.00"
_FORMATS = {"TEXT": "@", "COUNT": "#,##0", "AMOUNT": _AMOUNT_FORMAT, "DAY": "yyyy-mm-dd"}
_ALIGNMENTS = {"TEXT": "left", "COUNT": "right", "AMOUNT": "right", "DAY": "center"}
_THIN = Side(style="thin", color="000000")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LANDSCAPE_WIDTH = 90  # characters over all columns


class Kind(StrEnum):
    """What a column of a workbook holds, and so its format and alignment."""

    TEXT = "TEXT"
    COUNT = "COUNT"
    AMOUNT = "AMOUNT"
    DAY = "DAY"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a workbook; `width` in characters of the default font."""

    label: str
    width: int = 16
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement to be signed, one worksheet.

    Args:
        title: the statement's name, over all columns.
        subtitles: lines below it, as the reporting unit (编制单位) and the period.
        columns: at least one.
        rows: one value per column; amounts in yuan as Decimal, identity and account
            numbers as text; sums of other rows as `RowSum`.
        totals: add a 合计 row with a sum formula below each count and amount.
        footer_lines: lines below the table, as signatures.
    """

    title: str
    subtitles: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[CellValue | RowSum]]
    totals: bool = True
    footer_lines: Sequence[str] = ()


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula.

    A leading apostrophe goes before =, +, -, @, tab, CR, LF and their full-width forms, and
    characters XML cannot carry become U+FFFD. For CSV; the workbooks here write string
    cells, which need no apostrophe.
    """
    clean = _printable(text)
    return f"'{clean}" if clean.lstrip(" \u3000").startswith(_FORMULA_STARTS) else clean


def statement_hash(sheet: Sheet) -> str:
    """Return the SHA-256 over all a statement says; printed on it, so paper can be checked."""
    lines = [sheet.title, *sheet.subtitles, *(column.label for column in sheet.columns)]
    lines += ["\x1f".join("" if v is None else str(v) for v in row) for row in sheet.rows]
    said = "\x1e".join([*lines, *sheet.footer_lines])
    return hashlib.sha256(said.encode()).hexdigest()


def statement_workbook(*sheets: Sheet) -> bytes:
    """Return an .xlsx for signing: one A4 worksheet per statement.

    Each has title, subtitles, 单位:元 if it shows amounts, the table with sum formulas, and
    the footer lines; every printed page repeats the header row and bears page n/N and the
    first 16 digits of `statement_hash`. ValueError without a sheet.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in sheets:
        worksheet = workbook.create_sheet(_TITLE_ILLEGAL.sub("", sheet.title)[:31] or "表")
        first_row = _write_heading(worksheet, sheet)
        next_row = _write_table(worksheet, sheet, first_row)
        for offset, line in enumerate(sheet.footer_lines, start=1):
            _write_line(worksheet, next_row + offset, line, len(sheet.columns))
        _set_up_page(worksheet, sheet, first_row)
    return _saved(workbook)


def detail_workbook(
    columns: Sequence[Column],
    rows: Iterable[Sequence[CellValue]],
    *,
    title: str = "明细",
    head: Sequence[str] = (),
) -> bytes:
    """Return an .xlsx of many rows in constant memory; a new worksheet per million rows.

    Text is written as text, so identity and account numbers keep every digit. The lines of
    `head` stand above the table: what is listed, for whom, when.
    """
    shapes = [(c.label, c.width, _FORMATS[c.kind], _ALIGNMENTS[c.kind]) for c in columns]
    name = _TITLE_ILLEGAL.sub("", title)[:25]
    return DetailFile(name, head, shapes, _SHEET_ROWS).write(rows)


def error_workbook(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    problems: Iterable[Problem],
    *,
    declaration: Sequence[str] = (),
) -> bytes:
    """Return the user's own rows as .xlsx, wrong cells red, with a last column 错误原因.

    `header` holds the Chinese labels of the columns. The first of `rows` is line 3 of the
    file, after declaration and header. Problems of the file as a whole, of its first two
    lines and of lines not given are listed in a second worksheet 文件问题. Constant memory.
    """
    by_line: dict[int, list[Problem]] = {}
    for problem in problems:
        by_line.setdefault(problem.line, []).append(problem)
    with _temporary_workbook() as (workbook, path):
        writer = _ErrorWriter(workbook, header)
        writer.write_rows(declaration, rows, by_line)
        writer.write_general([problem for group in by_line.values() for problem in group])
        workbook.close()
        return path.read_bytes()


@contextmanager
def _temporary_workbook() -> Iterator[tuple[xlsxwriter.Workbook, Path]]:
    """Open a workbook that keeps one row in memory, in a directory that is removed after."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "workbook.xlsx"
        yield xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": directory}), path


class _ErrorWriter:
    """Writes rows as they came, with what is wrong with them."""

    def __init__(self, workbook: xlsxwriter.Workbook, header: Sequence[str]) -> None:
        self._workbook, self._header = workbook, list(header)
        self._plain = workbook.add_format({"num_format": "@"})
        self._wrong = workbook.add_format({"num_format": "@", "bg_color": "#FFC7CE"})

    def write_rows(
        self,
        declaration: Sequence[str],
        rows: Iterable[Sequence[str]],
        by_line: dict[int, list[Problem]],
    ) -> None:
        """Write all rows and take their problems out of `by_line`."""
        worksheet = self._workbook.add_worksheet("数据")
        worksheet.set_column(0, len(self._header), 20)
        if declaration:
            self._write(worksheet, 0, declaration)
        top = 1 if declaration else 0
        self._write(worksheet, top, [*self._header, ERROR_COLUMN])
        for offset, row in enumerate(rows):
            found = by_line.pop(offset + 3, [])
            reasons = "；".join(f"{problem.column}：{problem.reason}" for problem in found)
            cells = [*row, *[""] * (len(self._header) - len(row)), reasons]
            self._write(worksheet, top + 1 + offset, cells, {problem.column for problem in found})

    def write_general(self, problems: Sequence[Problem]) -> None:
        """List the problems that belong to no row shown, if there are any."""
        if not problems:
            return
        worksheet = self._workbook.add_worksheet("文件问题")
        self._write(worksheet, 0, ["行号", "栏目", "内容", ERROR_COLUMN])
        for row, problem in enumerate(problems, start=1):
            cells = [str(problem.line), problem.column, problem.value, problem.reason]
            self._write(worksheet, row, cells)

    def _write(
        self, worksheet: Any, row: int, cells: Sequence[str], wrong: Collection[str] = ()
    ) -> None:
        for position, cell in enumerate(cells):
            is_wrong = position < len(self._header) and self._header[position] in wrong
            shape = self._wrong if is_wrong else self._plain
            worksheet.write_string(row, position, _printable(cell), shape)


def _write_heading(worksheet: Worksheet, sheet: Sheet) -> int:
    """Write title, subtitles and unit; return the row where the table begins."""
    width = len(sheet.columns)
    title = _write_line(worksheet, 1, sheet.title, width)
    title.font, title.alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    for row, line in enumerate(sheet.subtitles, start=2):
        _write_line(worksheet, row, line, width)
    row = 2 + len(sheet.subtitles)
    if any(column.kind is Kind.AMOUNT for column in sheet.columns):
        _write_line(worksheet, row, "单位：元", width).alignment = Alignment(horizontal="right")
        row += 1
    return row


def _write_table(worksheet: Worksheet, sheet: Sheet, first_row: int) -> int:
    """Write header row, rows and totals; return the row below them."""
    for position, column in enumerate(sheet.columns, start=1):
        heading = worksheet.cell(first_row, position)
        _put(heading, column.label)
        heading.font, heading.border = Font(bold=True), _GRID
        heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        worksheet.column_dimensions[get_column_letter(position)].width = column.width
    row = first_row + 1
    for values in sheet.rows:
        for position, (value, column) in enumerate(zip(values, sheet.columns, strict=True), 1):
            cell = _shaped(worksheet.cell(row, position), column)
            if isinstance(value, RowSum):
                cell.value = value.formula(get_column_letter(position), first_row + 1)
                cell.font = Font(bold=True)
            else:
                _put(cell, value)
        row += 1
    return _write_totals(worksheet, sheet, first_row + 1, row) if sheet.totals else row


def _write_totals(worksheet: Worksheet, sheet: Sheet, first_row: int, row: int) -> int:
    """Write the 合计 row with formulas over the rows above; return the row below it."""
    for position, column in enumerate(sheet.columns, start=1):
        cell = _shaped(worksheet.cell(row, position), column)
        cell.font = Font(bold=True)
        if column.kind in {Kind.AMOUNT, Kind.COUNT}:
            letter = get_column_letter(position)
            is_empty = row == first_row
            cell.value = 0 if is_empty else f"=SUM({letter}{first_row}:{letter}{row - 1})"
        elif position == 1:
            _put(cell, "合计")
    return row + 1


def _set_up_page(worksheet: Worksheet, sheet: Sheet, header_row: int) -> None:
    """Set A4, fitted to one page in width, the header row repeated, page n/N and hash."""
    is_wide = sum(column.width for column in sheet.columns) > _LANDSCAPE_WIDTH
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.orientation = "landscape" if is_wide else "portrait"
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    worksheet.print_title_rows = f"{header_row}:{header_row}"
    worksheet.oddFooter.left.text = f"校验码 {statement_hash(sheet)[:16]}"
    worksheet.oddFooter.right.text = "第&P页/共&N页"


def _write_line(worksheet: Worksheet, row: int, text: str, width: int) -> Cell:
    """Write text over the whole width of the table; return its cell."""
    cell = worksheet.cell(row, 1)
    _put(cell, text)
    if width > 1:
        worksheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    return cell


def _shaped(cell: Cell, column: Column) -> Cell:
    cell.border = _GRID
    cell.number_format = _FORMATS[column.kind]
    cell.alignment = Alignment(horizontal=_ALIGNMENTS[column.kind], vertical="center")
    return cell


def _put(cell: Cell, value: CellValue) -> None:
    """Write a value; text always as a string cell, even if it looks like a formula."""
    if isinstance(value, str):
        cell.value = _printable(value) or None
        cell.data_type = "s" if value else "n"
        cell.quotePrefix = value.startswith(_FORMULA_STARTS)
    else:
        cell.value = value


def _printable(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)[:_CELL_LENGTH]


def _saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
