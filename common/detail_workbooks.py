"""Workbooks of many rows: XlsxWriter makes the envelope, the rows are streamed as XML into it.

XlsxWriter spends 145 µs on a row of twelve cells, this a tenth of it: styles, headings, columns
and everything around the rows stay the library's.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from itertools import chain, islice
from xml.sax.saxutils import escape

import xlsxwriter

ROWS_AT_ONCE = 500  # rows joined before they are compressed
COMPRESSION = 1  # of 9: the file grows by a third, the time halves
_DAY_ZERO = date(1899, 12, 30).toordinal()  # day 0 of a spreadsheet
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LENGTH = 32_767  # characters a spreadsheet cell holds
_IS_PLAIN = re.compile(r"[^\s&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]*").fullmatch
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_END_OF_ROWS = b"</sheetData>"
_SHEETS = "xl/worksheets/"

CellValue = str | int | Decimal | date | None


class DetailFile:
    """One workbook: the same table on as many worksheets as its rows need.

    Args:
        title: name of the worksheets, without characters a worksheet's name may not have.
        head: lines above the table.
        columns: label, width in characters, number format and alignment of each.
        sheet_rows: rows of the table on one worksheet.
    """

    def __init__(
        self,
        title: str,
        head: Sequence[str],
        columns: Sequence[tuple[str, int, str, str]],
        sheet_rows: int,
    ) -> None:
        self._title, self._head, self._columns = title, head, columns
        self._sheet_rows = sheet_rows

    def write(self, rows: Iterable[Sequence[CellValue]]) -> bytes:
        """Return the workbook; without rows, one worksheet with the labels."""
        target, sheets = BytesIO(), 0
        waiting: Iterator[Sequence[CellValue]] = iter(rows)
        frames = self._envelope(2)
        styles = _styles(frames[f"{_SHEETS}sheet1.xml"])
        with zipfile.ZipFile(
            target, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION
        ) as archive:
            while (first := next(waiting, None)) is not None or sheets == 0:
                taken = waiting if first is None else chain([first], waiting)
                frame = frames[f"{_SHEETS}sheet{min(sheets + 1, 2)}.xml"]
                sheets += 1
                head, tail = frame.split(_END_OF_ROWS)
                with archive.open(f"{_SHEETS}sheet{sheets}.xml", "w") as sheet:
                    sheet.write(head)
                    for part in _pieces(islice(taken, self._sheet_rows), styles):
                        sheet.write(part)
                    sheet.write(_END_OF_ROWS + tail)
            for name, content in self._envelope(sheets).items():
                if not name.startswith(_SHEETS):
                    archive.writestr(name, content)
        _text.cache_clear()  # it has seen names and numbers
        return target.getvalue()

    def _envelope(self, sheets: int) -> dict[str, bytes]:
        """Return the parts of this workbook without its rows."""
        buffer = BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
            heading = workbook.add_format({"bold": True, "border": 1, "align": "center"})
            shapes = [
                workbook.add_format({"num_format": number_format, "align": alignment})
                for _, _, number_format, alignment in self._columns
            ]
            for number in range(1, sheets + 1):
                worksheet = workbook.add_worksheet(f"{self._title}{number if number > 1 else ''}")
                worksheet.freeze_panes(len(self._head) + 1, 0)
                for line, text in enumerate(self._head):
                    worksheet.write_string(line, 0, _printable(text))
                for place, (label, width, _, _) in enumerate(self._columns):
                    worksheet.set_column(place, place, width, shapes[place])
                    worksheet.write_string(len(self._head), place, _printable(label), heading)
        with zipfile.ZipFile(buffer) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        dimension = re.compile(rb"<dimension [^>]*/>")  # would name the labels' cells only
        return {
            name: dimension.sub(b"", content) if name.startswith(_SHEETS) else content
            for name, content in parts.items()
        }


def _styles(sheet: bytes) -> list[int]:
    """Return the style number of each column, as the library numbered them."""
    return [int(number) for number in re.findall(rb'<col [^>]*style="(\d+)"', sheet)]


def _pieces(rows: Iterable[Sequence[CellValue]], styles: Sequence[int]) -> Iterator[bytes]:
    """Yield the rows' XML, some hundred rows at a time."""
    starts = [f'<c s="{style}"' for style in styles]
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        yield "".join([_row(row, starts) for row in some]).encode()


def _row(row: Sequence[CellValue], starts: Sequence[str]) -> str:
    cells = []
    for value, start in zip(row, starts, strict=True):
        if isinstance(value, str):
            cells.append(f'{start} t="inlineStr"><is>{_text(value)}</is></c>')
        elif value is None:
            cells.append(f"{start}/>")
        elif isinstance(value, date):
            cells.append(f"{start}><v>{value.toordinal() - _DAY_ZERO}</v></c>")
        else:
            cells.append(f"{start}><v>{value}</v></c>")
    return f"<row>{''.join(cells)}</row>"


@lru_cache(maxsize=10_000)  # states, banks and months repeat in every row
def _text(text: str) -> str:
    """Return text as XML; what only looks like the format's own escapes keeps its signs."""
    if _IS_PLAIN(text) and len(text) <= _CELL_LENGTH:
        return f"<t>{text}</t>"
    clean = _LOOKS_ESCAPED.sub("_x005F_", _printable(text))
    return f'<t xml:space="preserve">{escape(clean, {chr(13): "_x000D_"})}</t>'


def _printable(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)[:_CELL_LENGTH]
