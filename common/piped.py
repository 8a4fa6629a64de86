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


@dataclass(slots=True, eq=False)
class Details:
    """The D records, kept as the text they came in and split when they are read.

    A million records as lines would take three times the memory of the file, split into their
    fields ten times. `count` is how many there are, `bars` how many | each of them holds.
    """

    text: str = ""
    bars: int = 0
    count: int = 0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (tuple(line.split("|")[1:]) for line in _lines(self.text) if self.fits(line))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Details) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # two equal ones may change apart

    def fits(self, line: str) -> bool:
        """Tell whether a line is a D record with the right number of fields."""
        return line.startswith("D|") and line.count("|") == self.bars


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, which end with LF or CRLF; an empty last one is none."""
    start, end = 0, len(text)
    while start < end:
        stop = text.find("\n", start)
        if stop < 0:
            stop = end
        line = text[start:stop].removesuffix("\r")
        if line or stop < end:
            yield line
        start = stop + 1


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
    text = text.removeprefix("\ufeff")
    if text.count("\n") > MAX_RECORDS + 2:
        file.report(0, WHOLE_FILE, "", f"记录超过{MAX_RECORDS:,}条")
        return file
    file.details = details = Details(text, layout.detail - 1)
    number = 0
    for number, line in enumerate(_lines(text), start=1):
        if details.fits(line) and number > 1 and not file.trailer:
            details.count += 1
        else:
            _read_record(file, layout, number, line)
    if not file.header:
        file.report(1, "H", "", "缺少文件头H记录")
    if not file.trailer:
        file.report(number, "T", "", "缺少文件尾T记录，文件可能不完整")
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
