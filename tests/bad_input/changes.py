"""What may happen to a file on its way: the changes that files.csv names."""

import csv
import io
import zipfile

import xlsxwriter

from tests.bad_input.reading import unescaped

_SHEET_HEAD = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><sheetData>'
)


def changed(content: bytes, change: str) -> bytes:
    """Return the content after a change, as `cell~3~1~text`; lines and cells count from 1."""
    name, *words = unescaped(change).split("~")
    return _CHANGES[name](content, *words)


def _lines(content: bytes) -> list[str]:
    return content.decode().split("\n")


def _joined(lines: list[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _separator(line: str) -> str:
    return "|" if "|" in line else ","


def _cell(content: bytes, line: str, cell: str, text: str = "") -> bytes:
    """Write a cell; * in the text stands for what was there."""
    lines = _lines(content)
    separator = _separator(lines[int(line) - 1])
    cells = lines[int(line) - 1].split(separator)
    cells[int(cell) - 1] = text.replace("*", cells[int(cell) - 1])
    lines[int(line) - 1] = separator.join(cells)
    return _joined(lines)


def _wide(content: bytes, line: str, cell: str) -> bytes:
    lines = _lines(content)
    old = lines[int(line) - 1].split(_separator(lines[int(line) - 1]))[int(cell) - 1]
    return _cell(content, line, cell, "".join(chr(ord(c) + 0xFEE0) for c in old))


def _drop_cell(content: bytes, line: str, cell: str) -> bytes:
    lines = _lines(content)
    cells = lines[int(line) - 1].split(_separator(lines[int(line) - 1]))
    del cells[int(cell) - 1]
    lines[int(line) - 1] = ",".join(cells)
    return _joined(lines)


def _repeat(content: bytes, line: str) -> bytes:
    lines = _lines(content)
    return _joined([*lines[: int(line)], *lines[int(line) - 1 :]])


def _drop(content: bytes, line: str) -> bytes:
    lines = _lines(content)
    del lines[int(line) - 1]
    return _joined(lines)


def _insert(content: bytes, text: str) -> bytes:
    """Put a text at the end of the last full line but one, inside the table."""
    lines = _lines(content)
    lines[-2] += text
    return _joined(lines)


def _byte(content: bytes, code: str) -> bytes:
    """Put a byte that is no text into the middle of the file."""
    middle = len(content) // 2
    return content[:middle] + bytes.fromhex(code) + content[middle:]


def _rows(content: bytes, count: str) -> bytes:
    """Return a table of so many short lines below its header."""
    lines = _lines(content)
    return _joined([*lines[:2], ""]) + b"1,2\n" * int(count)


def _workbook(content: bytes, formula: str = "") -> bytes:
    """Return the table as a workbook of text cells, the second cell of line 3 a formula."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = workbook.add_worksheet()
    for row, cells in enumerate(csv.reader(io.StringIO(content.decode()))):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    if formula:
        sheet.write_formula(2, 1, f"={formula}", None, "")
    workbook.close()
    return buffer.getvalue()


def _far_row(content: bytes, count: str) -> bytes:
    """Return a workbook with a row of this number: cheap, for the archive is squeezed."""
    row = f'<row r="{count}"><c r="A{count}"><v>1</v></c></row>'.encode()
    return _with_sheet(_workbook(content), _SHEET_HEAD + row + b"</sheetData></worksheet>")


def _bomb(content: bytes) -> bytes:
    """Return a workbook of some hundred kilobytes that unpacks to more than 512 MB."""
    return _with_sheet(_workbook(content), b" " * (513 * 1024 * 1024))


def _with_sheet(workbook: bytes, sheet: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.infolist():
            is_sheet = member.filename == "xl/worksheets/sheet1.xml"
            new.writestr(member.filename, sheet if is_sheet else old.read(member))
    return buffer.getvalue()


_CHANGES = {
    "same": lambda content: content,
    "empty": lambda content: b"",
    "blank": lambda content: b" \r\n\r\n",
    "cut": lambda content, count: content[: -int(count)],
    "half": lambda content: content[: len(content) // 2],
    "double": lambda content: content + content,
    "utf-16": lambda content: content.decode().encode("utf-16"),
    "bytes": lambda content, code: bytes.fromhex(code),
    "bom": lambda content: b"\xef\xbb\xbf" + content,
    "gb18030": lambda content: content.decode().encode("gb18030"),
    "crlf": lambda content: content.replace(b"\n", b"\r\n"),
    "swap": lambda content, old, new: content.replace(old.encode(), new.encode()),
    "append": lambda content, text: content + text.encode() + b"\n",
    "byte": _byte,
    "insert": _insert,
    "cell": _cell,
    "wide": _wide,
    "drop-cell": _drop_cell,
    "repeat": _repeat,
    "drop": _drop,
    "rows": _rows,
    "workbook": _workbook,
    "formula": _workbook,
    "far-row": _far_row,
    "bomb": _bomb,
}
