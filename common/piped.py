"""Reading of batch files (报盘) and return files (回盘): H, D and T records with | between."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from common.textfiles import WHOLE_FILE, Problems

MAX_RECORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class PipedLayout:
    """How many fields each record has, the record letter included."""

    header: int
    detail: int
    trailer: int = 3


# docs/formats.md §1 and §2.
BATCH_LAYOUT = PipedLayout(header=11, detail=10)
RETURN_LAYOUT = PipedLayout(header=8, detail=9)


@dataclass(slots=True)
class Details:
    """The D records, kept as the lines they came in and split when they are read.

    A million records split into their fields would take ten times the memory of the file.
    """

    lines: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (tuple(line.split("|")[1:]) for line in self.lines)


@dataclass(slots=True)
class PipedFile(Problems):
    """The records without their letter. The i-th of `details` stood on line i + 2 of a clean file.

    `header` and `trailer` are empty where the file has none.
    """

    header: tuple[str, ...] = ()
    details: Details = field(default_factory=Details)
    trailer: tuple[str, ...] = ()


def read_piped(text: str, layout: PipedLayout) -> PipedFile:
    """Return the records of a file of one H, any number of D and one T record.

    Every departure from that order, an unknown letter, a wrong number of fields or an empty
    line is a problem; nothing of a file that is not `is_clean` may be applied. Lines end
    with LF or CRLF.

    Source: docs/formats.md §1 and §2.
    """
    file = PipedFile()
    lines = text.removeprefix("\ufeff").split("\n")
    if lines[-1] in {"", "\r"}:
        lines.pop()
    if len(lines) > MAX_RECORDS + 2:
        file.report(0, WHOLE_FILE, "", f"记录超过{MAX_RECORDS:,}条")
        return file
    bars = layout.detail - 1
    for number, line in enumerate(lines, start=1):
        line = line.removesuffix("\r")  # noqa: PLW2901 (LF or CRLF)
        is_detail = line.startswith("D|") and line.count("|") == bars
        if is_detail and number > 1 and not file.trailer:
            file.details.lines.append(line)
        else:
            _read_record(file, layout, number, line)
    if not file.header:
        file.report(1, "H", "", "缺少文件头H记录")
    if not file.trailer:
        file.report(len(lines), "T", "", "缺少文件尾T记录，文件可能不完整")
    return file


def _read_record(file: PipedFile, layout: PipedLayout, number: int, line: str) -> None:
    """Put one line where it belongs, or report why it belongs nowhere."""
    letter, *fields = line.split("|")
    reason = _misplacement(file, letter, number)
    if not reason:
        expected = {"H": layout.header, "D": layout.detail, "T": layout.trailer}[letter]
        if len(fields) + 1 != expected:
            reason = f"{letter}记录应有{expected}个字段，实际{len(fields) + 1}个"
    if reason:
        file.report(number, letter[:1] or WHOLE_FILE, line, reason)
    elif letter == "D":
        file.details.lines.append(line)
    elif letter == "H":
        file.header = tuple(fields)
    else:
        file.trailer = tuple(fields)


def _misplacement(file: PipedFile, letter: str, number: int) -> str:
    """Return why a record with this letter may not stand here, or nothing."""
    if file.trailer:
        return "文件尾T记录之后不应再有内容"
    if letter not in {"H", "D", "T"}:
        return "记录类型不明，应为H、D或T" if letter else "空行"
    if letter == "H" and number != 1:
        return "文件头H记录只能是第一行"
    if letter != "H" and number == 1:
        return "第一行应为文件头H记录"
    return ""
