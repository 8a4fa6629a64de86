"""Reading of uploaded workbooks (.xlsx) as rows of text, bounded before anything is parsed.

The fast reader lays a worksheet out as one dense block, so a file of a few kilobytes could
ask for terabytes. The archive is measured first: size unpacked, columns, rows, text.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from common.errors import DomainError

_UNPACKED_BYTES = 512 * 1024 * 1024
_TEXT_BYTES = 2 * 1024 * 1024 * 1024  # all cells together, repeated strings counted each time
_MEMBERS = 1000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
# A cell beyond column Z, or a row of seven digits.
_FAR_CELL = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{2,}\$?[0-9]|[A-Za-z]?\$?[0-9]{7})""")
# Marks of the other zip formats the reader would try, which repeat cells by a count.
_OTHER_FORMATS = frozenset({"mimetype", "content.xml", "xl/workbook.bin"})
# All that Python's archive reader is known to raise for damaged, encrypted or exotic archives.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
)
_EXACT_DIGITS = 15  # digits a spreadsheet keeps of a number


class WorkbookUnreadable(DomainError):
    """The file is no workbook this system reads; the message says why."""

    code = "WORKBOOK_UNREADABLE"
    message = "无法读取该Excel文件，请用Excel另存为.xlsx后重新上传"


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes begin as a zip archive, and so may be an .xlsx."""
    return data.startswith(b"PK\x03\x04")


def read_workbook(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first worksheet as text, empty cells as empty text.

    Numbers become their shortest decimal text (1864.5, 3120), days 2026-11-21. A number of
    more than 15 digits comes out with an exponent, because the workbook has already lost its
    last digits; parsers refuse it.

    Raises:
        WorkbookUnreadable: not an .xlsx, damaged, encrypted, or too large when unpacked.
    """
    _check_archive(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = workbook.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError, IndexError):
        raise WorkbookUnreadable from None
    except BaseException as error:
        # The reader's own panics derive from BaseException; nothing else may be swallowed.
        if type(error).__name__ != "PanicException":
            raise
        raise WorkbookUnreadable from None
    for row in rows:
        yield [_text(value) for value in row]


def _check_archive(data: bytes) -> None:
    """Refuse an archive whose contents would not fit in bounded memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names or names & _OTHER_FORMATS:
                raise WorkbookUnreadable
            unpacked = sum(member.file_size for member in members)
            if len(members) > _MEMBERS or unpacked > _UNPACKED_BYTES:
                raise WorkbookUnreadable("Excel文件解压后过大")
            if archive.testzip() is not None:  # or a size may be a lie
                raise WorkbookUnreadable
            _check_sheets(archive, names)
    except _DAMAGED:
        raise WorkbookUnreadable from None


def _check_sheets(archive: zipfile.ZipFile, names: set[str]) -> None:
    longest = 64
    if "xl/sharedStrings.xml" in names:
        strings = archive.read("xl/sharedStrings.xml")
        longest = max(longest, *map(len, strings.split(b"<si")))
    for name in filter(_SHEET.fullmatch, names):
        sheet = archive.read(name)
        if b"\x00" in sheet:
            raise WorkbookUnreadable
        if _FAR_CELL.search(sheet):
            raise WorkbookUnreadable("工作表超过26列或999,999行，请删除多余的行和列")
        if sheet.count(b"<c") * longest > _TEXT_BYTES:
            raise WorkbookUnreadable("工作表的文字过长")


def _text(value: object) -> str:
    """Return a cell as the text a person would read in it."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number_text(value)
        case datetime() if value.time().isoformat() == "00:00:00":
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    """Return a number as short decimal text, with an exponent if digits may be lost.

    The workbook stores decimal text and the reader hands over a binary number; its shortest
    form is again the stored text, so no amount changes on the way.
    """
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number) >= 10**_EXACT_DIGITS:
        return f"{number:E}"
    return f"{number.quantize(Decimal(1))}" if number == number.to_integral() else f"{number:f}"
