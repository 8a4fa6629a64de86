"""Reading of tables that come in. They are hostile until every line has been understood.

Nothing here raises because of what a file contains: whatever is wrong becomes a `Problem`
naming line, column, value and reason, so the user can correct the file in one go.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Generic, TypeVar

from common.errors import DomainError
from common.piped import BATCH_LAYOUT, RETURN_LAYOUT, PipedFile, PipedLayout, read_piped
from common.spreadsheets import is_workbook, read_workbook
from common.text import refuse_unseen
from common.textfiles import (
    WHOLE_FILE,
    FileUnreadable,
    Problem,
    Problems,
    check_size,
    decode_text,
    digest_below_first_line,
)

__all__ = [
    "BATCH_LAYOUT",
    "ERROR_COLUMN",
    "RETURN_LAYOUT",
    "CellInvalid",
    "FileUnreadable",
    "PipedFile",
    "PipedLayout",
    "Problem",
    "Problems",
    "Table",
    "TableColumn",
    "TableSpec",
    "as_tuple",
    "decode_text",
    "digest_below_first_line",
    "parse_choice",
    "parse_count",
    "parse_text",
    "raw_rows",
    "read_piped",
    "read_table",
]

MAX_ROWS = 1_000_000
ERROR_COLUMN = "错误原因"  # the column error workbooks add; ignored when the file comes back

_TEXT_LENGTH = 200  # characters
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")

Row = TypeVar("Row")
Parser = Callable[[str], object]
_Entry = tuple[int, list[str]]


class CellInvalid(DomainError):
    """A cell does not hold what its column asks for."""

    code = "CELL_INVALID"
    message = "内容不正确"


def parse_text(text: str) -> str:
    """Return the text without surrounding spaces, at most 200 characters, all to be seen."""
    plain = text.strip()
    if len(plain) > _TEXT_LENGTH:
        raise CellInvalid(f"文字最多{_TEXT_LENGTH}个字")
    return refuse_unseen(plain)


def parse_count(text: str) -> int:
    """Return a count, 0 to 999,999,999, without sign or leading zeros; else CellInvalid."""
    if _COUNT.fullmatch(text) is None:
        raise CellInvalid("应为不带符号的整数")
    return int(text)


def parse_choice(choices: Mapping[str, object]) -> Parser:
    """Return a parser that takes exactly the keys of `choices` and gives their values."""

    def parse(text: str) -> object:
        try:
            return choices[text]
        except KeyError:
            raise CellInvalid(f"应为{'、'.join(choices)}之一") from None

    return parse


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: `name` as in the file, `label` in Chinese; either is taken as header.

    Args:
        parse: from text to value; raises DomainError with a reason.
        parse_dated: instead of `parse`, where the value is judged against today.
        is_required: whether an empty cell is a problem; otherwise it becomes None.
        is_amount: a number cell of a workbook is given its two decimals before parsing.
        choices: the words it takes, with their values; instead of `parse`.
        example, note: what the template shows, and what it says about the column.
    """

    name: str
    label: str
    parse: Parser = parse_text
    parse_dated: Callable[[str, date], object] | None = None
    is_required: bool = True
    is_amount: bool = False
    choices: Mapping[str, object] | None = None
    example: str = ""
    note: str = ""

    def parser(self, today: date) -> Parser:
        """Return the function from a cell's text to its value as of `today`."""
        dated, parse = self.parse_dated, self.parse
        if dated is not None:
            parse = partial(_swapped, dated, today)
        elif self.choices is not None:
            parse = parse_choice(self.choices)
        return partial(_required if self.is_required else _optional, parse)


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[Row]):
    """A file format of docs/formats.md.

    Args:
        kind: the word after # in the declaration.
        declaration: its further fields; the one named `count` is compared with the rows.
        columns: of the table, in the order of the header.
        factory: makes a row of the parsed values, in the order of `columns`.
        unique: names of the columns that together identify a row.
    """

    kind: str
    declaration: Sequence[TableColumn]
    columns: Sequence[TableColumn]
    factory: Callable[..., Row]
    unique: Sequence[str] = ()


@dataclass(slots=True)
class Table(Problems, Generic[Row]):
    """What was read. `rows[i]` ended on line `lines[i]`; rows with a problem are left out."""

    declaration: dict[str, object] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def as_tuple(*values: object) -> tuple[object, ...]:
    """Return the values as they are; the factory of a format without a row type."""
    return values


def read_table(data: bytes, spec: TableSpec[Row], *, today: date) -> Table[Row]:
    """Return the rows of a CSV or .xlsx file and all that is wrong with it.

    First line the declaration `#kind,…`, second the column names, then the rows. Empty lines
    at the end are ignored, as is a last column 错误原因. Nothing of a table that is not
    `is_clean` may be applied.

    Source: docs/formats.md §3 to §5.
    """
    reader = _Reader(spec, today)
    try:
        reader.read(_entries(data, spec))
    except DomainError as error:
        reader.table.report(0, WHOLE_FILE, "", error.message)
    except csv.Error:
        reader.table.report(0, WHOLE_FILE, "", "引号不配对或单元格过长，无法继续读取")
    return reader.table


def raw_rows(data: bytes) -> Iterator[list[str]]:
    """Yield every line of a CSV or .xlsx as cells of text, declaration and header first.

    For handing the user's own rows back in an error workbook.

    Raises:
        FileUnreadable, WorkbookUnreadable: the bytes are no such file.
    """
    check_size(data)
    if is_workbook(data):
        yield from read_workbook(data)
        return
    try:
        yield from csv.reader(io.StringIO(decode_text(data), newline=""))
    except csv.Error:
        raise FileUnreadable("引号不配对或单元格过长") from None


class _Reader(Generic[Row]):
    """Reads one file into one table."""

    def __init__(self, spec: TableSpec[Row], today: date) -> None:
        self.table: Table[Row] = Table()
        self._spec = spec
        self._today = today
        self._parsers = [column.parser(today) for column in spec.columns]
        self._has_error_column = False

    def read(self, entries: Iterator[_Entry]) -> None:
        """Read declaration, header and rows; without the right header no rows."""
        self._read_declaration(next(entries, (1, []))[1])
        if self._read_header(*next(entries, (2, []))):
            count = self._read_rows(islice(entries, MAX_ROWS))
            self._check_count(count, has_more=next(entries, None) is not None)

    def _read_declaration(self, cells: list[str]) -> None:
        cells = _without_padding(cells)
        columns = self._spec.declaration
        if cells[:1] != [f"#{self._spec.kind}"] or len(cells) != len(columns) + 1:
            expected = ",".join([f"#{self._spec.kind}", *(column.label for column in columns)])
            self.table.report(1, "声明行", ",".join(cells), f"第一行应为声明：{expected}")
            return
        for column, cell in zip(columns, cells[1:], strict=True):
            try:
                self.table.declaration[column.name] = column.parser(self._today)(cell)
            except DomainError as error:
                self.table.report(1, column.label, cell, error.message)

    def _read_header(self, line: int, cells: list[str]) -> bool:
        """Return whether the header names the columns in their order."""
        header = [cell.strip() for cell in _without_padding(cells)]
        self._has_error_column = header[-1:] == [ERROR_COLUMN]
        if self._has_error_column:
            header.pop()
        columns = self._spec.columns
        is_expected = len(header) == len(columns) and all(
            cell in {column.name, column.label}
            for cell, column in zip(header, columns, strict=True)
        )
        if not is_expected:
            expected = ",".join(column.name for column in columns)
            self.table.report(line, "表头", ",".join(header), f"第二行应为列名：{expected}")
        return is_expected

    def _read_rows(self, entries: Iterator[_Entry]) -> int:
        """Read the rows, each whole or not at all; return how many there were."""
        table, parsers, width = self.table, self._parsers, len(self._parsers)
        key_of, seen = _key_of(self._spec), dict[object, int]()
        count = 0
        for count, (line, cells) in enumerate(entries, start=1):  # noqa: B007
            if len(cells) != width and not self._is_padded(cells):
                self._report_width(line, cells)
                continue
            try:
                values = [parse(cell) for parse, cell in zip(parsers, cells, strict=False)]
            except DomainError:
                self._report_cells(line, cells)
                continue
            if key_of is not None and (first := seen.setdefault(key_of(values), line)) != line:
                self._report_duplicate(line, first, cells)
                continue
            table.rows.append(self._spec.factory(*values))
            table.lines.append(line)
        return count

    def _is_padded(self, cells: list[str]) -> bool:
        """Return whether only the error column or empty cells follow the row's own."""
        width = len(self._parsers)
        return len(cells) > width and not any(cells[width + self._has_error_column :])

    def _report_width(self, line: int, cells: list[str]) -> None:
        width = len(self._parsers)
        reason = f"应有{width}列，实际{len(cells)}列" if any(cells) else "空行"
        self.table.report(line, WHOLE_FILE, ",".join(cells), reason)

    def _report_cells(self, line: int, cells: list[str]) -> None:
        """Report every wrong cell of a row, not only the first."""
        for column, parse, cell in zip(self._spec.columns, self._parsers, cells, strict=False):
            try:
                parse(cell)
            except DomainError as error:
                has_lost_digits = _EXPONENT.fullmatch(cell.strip()) is not None
                reason = "号码已被表格软件改为科学计数，请将该列设为文本后重新填写"
                self.table.report(
                    line, column.label, cell, reason if has_lost_digits else error.message
                )

    def _report_duplicate(self, line: int, first: int, cells: list[str]) -> None:
        index = [column.name for column in self._spec.columns].index(self._spec.unique[0])
        label = self._spec.columns[index].label
        self.table.report(line, label, cells[index], f"与第{first}行重复")

    def _check_count(self, count: int, *, has_more: bool) -> None:
        if has_more:
            self.table.report(0, WHOLE_FILE, "", f"数据超过{MAX_ROWS:,}行，请分成多个文件")
            return
        declared = self.table.declaration.get("count", count)
        if declared != count:
            reason = f"声明{declared}行，实际{count}行"
            reason += "，文件可能不完整" if isinstance(declared, int) and declared > count else ""
            self.table.report(1, "声明行", str(declared), reason)


def _required(parse: Parser, text: str) -> object:
    if not text or text.isspace():
        raise CellInvalid("不能为空")
    return parse(text)


def _optional(parse: Parser, text: str) -> object:
    return None if not text or text.isspace() else parse(text)


def _swapped(parse: Callable[[str, date], object], today: date, text: str) -> object:
    return parse(text, today)


def _key_of(spec: TableSpec[Row]) -> Callable[[list[object]], object] | None:
    """Return what takes the identifying values out of a row's, or None if none do."""
    if not spec.unique:
        return None
    names = [column.name for column in spec.columns]
    return itemgetter(*(names.index(name) for name in spec.unique))


def _without_padding(cells: Sequence[str]) -> list[str]:
    """Return the cells without the empty ones at the end that spreadsheet programs add."""
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _entries(data: bytes, spec: TableSpec[Row]) -> Iterator[_Entry]:
    """Yield line numbers and cells; empty lines only if something follows them."""
    check_size(data)
    first_blank = 0
    for line, cells in _workbook_lines(data, spec) if is_workbook(data) else _text_lines(data):
        if not any(cells):
            first_blank = first_blank or line
            continue
        if first_blank:
            yield first_blank, []
            first_blank = 0
        yield line, cells


def _text_lines(data: bytes) -> Iterator[_Entry]:
    reader = csv.reader(io.StringIO(decode_text(data), newline=""), strict=True)
    for cells in reader:
        yield reader.line_num, cells


def _workbook_lines(data: bytes, spec: TableSpec[Row]) -> Iterator[_Entry]:
    declared = [index for index, column in enumerate(spec.declaration, 1) if column.is_amount]
    listed = [index for index, column in enumerate(spec.columns) if column.is_amount]
    for line, cells in enumerate(read_workbook(data), start=1):
        for index in declared if line == 1 else listed:
            if index < len(cells):
                cells[index] = _amount_text(cells[index])
        missing = len(spec.columns) - len(cells) if line > 1 and any(cells) else 0
        yield line, cells + [""] * missing


def _amount_text(text: str) -> str:
    """Return a workbook's 1864 or 1864.5 with two decimals; anything else unchanged."""
    whole, _, decimals = text.partition(".")
    is_short = whole.isdecimal() and len(decimals) < 2 and f"{decimals}0".isdecimal()
    return f"{whole}.{decimals:0<2}" if is_short else text
