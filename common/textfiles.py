"""Text files that come in: their encoding, and the problems found in them."""

import hashlib
import re
from dataclasses import dataclass, field

from common.errors import DomainError

MAX_BYTES = 64 * 1024 * 1024
MAX_PROBLEMS = 200  # listed; more are only counted

WHOLE_FILE = "文件"  # the column named by a problem of no single cell

_SHOWN_LENGTH = 60  # characters of a wrong value that a problem repeats
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_THREE_BYTES = re.compile(r"[\u0800-\ufffc\U00010000-\U0010ffff]")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class FileUnreadable(DomainError):
    """The bytes are not a text file this system reads."""

    code = "FILE_UNREADABLE"
    message = "文件不是UTF-8或GB18030编码的文本"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file. `line` counts from 1; 0 is the file as a whole."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"第{self.line}行" if self.line else ""
        return f"{place}{self.column}：{self.reason}"


@dataclass(slots=True)
class Problems:
    """All that is wrong with a file: the first 200 in full, and how many there are."""

    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong, so the file may be applied."""
        return self.problem_count == 0

    @property
    def has_rows(self) -> bool:
        """Whether the file could be read row by row, so that its rows may be handed back."""
        return all(problem.line for problem in self.problems)

    def report(self, line: int, column: str, value: str, reason: str) -> None:
        """Add a problem; beyond `MAX_PROBLEMS` only one of the whole file, put first."""
        self.problem_count += 1
        problem = Problem(line, column, value[:_SHOWN_LENGTH], reason)
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)
        elif not line:
            self.problems.insert(0, problem)


def check_size(data: bytes) -> None:
    """Raise FileUnreadable for an empty file or one above `MAX_BYTES`."""
    if not data.strip():
        raise FileUnreadable("文件是空的")
    if len(data) > MAX_BYTES:
        raise FileUnreadable(f"文件超过{MAX_BYTES // 1024 // 1024}MB")


def decode_text(data: bytes) -> str:
    """Return the text of a file in UTF-8 (with or without mark) or GB18030.

    Raises:
        FileUnreadable: empty, too large, UTF-16, neither encoding, or with characters no
            text file has (NUL, control characters, lone surrogates).
    """
    check_size(data)
    if data.startswith(_UTF16_MARKS):
        raise FileUnreadable("文件是UTF-16编码，请另存为UTF-8")
    text = _decoded(data)
    found = _UNREADABLE.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise FileUnreadable(f"第{line}行含有控制字符U+{ord(found[0]):04X}，不是文本文件")
    return text


def digest_below_first_line(data: bytes) -> str:
    """Return the SHA-256 (hex) of all bytes after the first line feed.

    Source: docs/formats.md §1, field sha256.
    """
    return hashlib.sha256(data.partition(b"\n")[2]).hexdigest()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse_damaged_utf8(data.decode("utf-8", "replace"))
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise FileUnreadable from None


def _refuse_damaged_utf8(text: str) -> None:
    """Raise FileUnreadable for UTF-8 with a few broken bytes.

    Almost any bytes are also GB18030, so one broken byte would turn every name of the file
    into other characters, without an error. Real GB18030 hardly ever contains the three-byte
    sequences of UTF-8, and is broken everywhere.
    """
    if len(_THREE_BYTES.findall(text)) * 3 >= text.count("\ufffd"):
        raise FileUnreadable("文件是UTF-8编码，但有损坏的字节，请重新导出")
