"""The format of batch files (报盘) and return files (回盘): pure, no database, no clock.

Source: docs/formats.md §1 and §2.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from common.errors import DomainError
from common.money import parse_amount
from common.periods import month_code, parse_day
from common.tables import RETURN_LAYOUT, PipedFile, parse_count, read_piped

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORBIDDEN = "|\r\n"


class FieldUnfit(DomainError):
    code = "BANK_FIELD_UNFIT"
    message = "报盘内容含有竖线或换行，银行无法识别，请更正户名或账户资料"


@dataclass(frozen=True, slots=True)
class Payment:
    """One D record to write. Yuan; `bank_number` may be empty for cards."""

    end_to_end_id: str
    name: str
    identity: str
    account: str
    bank_number: str
    amount: Decimal
    purpose: str


@dataclass(frozen=True, slots=True)
class FileHeading:
    """What the H record of a batch file says besides count, total and digest."""

    number: str
    book: str
    office: str
    item: str
    month: date
    payer_account: str
    created_at: datetime


def write_batch_file(heading: FileHeading, payments: Iterable[Payment]) -> bytes:
    """Return the exact bytes of a batch file; the same input gives the same bytes.

    Raises:
        FieldUnfit: a field holds a separator; the message names the instruction.
    """
    details, total = [], Decimal("0.00")
    for sequence, payment in enumerate(payments, start=1):
        details.append(_detail(sequence, payment))
        total += payment.amount
    body = "".join([*details, f"T|{len(details)}|{total:.2f}\n"]).encode()
    created = heading.created_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    head = (
        f"H|{heading.number}|{heading.book}|{heading.office}|{heading.item}"
        f"|{month_code(heading.month)}|{heading.payer_account}|{len(details)}|{total:.2f}"
        f"|{created}|{hashlib.sha256(body).hexdigest()}\n"
    )
    return head.encode() + body


def _detail(sequence: int, payment: Payment) -> str:
    fields = (
        payment.end_to_end_id,
        "P",
        payment.name,
        payment.identity,
        payment.account,
        payment.bank_number,
        f"{payment.amount:.2f}",
        payment.purpose,
    )
    if any(character in field for field in fields for character in FORBIDDEN):
        raise FieldUnfit(f"指令{payment.end_to_end_id}：{FieldUnfit.message}")
    return f"D|{sequence}|{'|'.join(fields)}\n"


@dataclass(frozen=True, slots=True)
class ReturnHeading:
    """What H and T of a return file declare. Yuan."""

    number: str
    bank_date: date
    line_count: int
    success_count: int
    success_total: Decimal
    fail_count: int
    fail_total: Decimal
    trailer_count: int
    trailer_total: Decimal
    trailer_line: int


_DAY_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Parser = Callable[[str], Any]
# Fields of a record: Chinese name in reports, parser.
_HEADER_FIELDS: tuple[tuple[str, _Parser], ...] = (
    ("银行日期", parse_day),
    ("笔数", parse_count),
    ("成功笔数", parse_count),
    ("成功金额", lambda text: parse_amount(text, allow_zero=True)),
    ("失败笔数", parse_count),
    ("失败金额", lambda text: parse_amount(text, allow_zero=True)),
)
_TRAILER_FIELDS: tuple[tuple[str, _Parser], ...] = (
    ("笔数", parse_count),
    ("金额", lambda text: parse_amount(text, allow_zero=True)),
)


def read_return(text: str) -> PipedFile:
    """Return the records of a return file, in which only half-width signs can stand."""
    file = read_piped(text, RETURN_LAYOUT)
    if not text.removeprefix("\ufeff").isascii():
        for line, record in enumerate(file.details, start=2):
            if not "".join(record).isascii():
                file.report(line, "明细", "|".join(record), "回盘明细只能是半角字母、数字和符号")
    return file


def read_return_heading(file: PipedFile) -> ReturnHeading | None:
    """Return what a return file declares, or None after adding what is wrong to its problems."""
    if file.problem_count:
        return None
    last = len(file.details) + 2
    head = _parsed(file, 1, file.header[1:], _HEADER_FIELDS)
    tail = _parsed(file, last, file.trailer, _TRAILER_FIELDS)
    _report_missing_days(file)
    if not file.is_clean:
        return None
    bank_date, count, paid_count, paid, failed_count, failed = head
    return ReturnHeading(
        number=file.header[0],
        bank_date=bank_date,
        line_count=count,
        success_count=paid_count,
        success_total=paid,
        fail_count=failed_count,
        fail_total=failed,
        trailer_count=tail[0],
        trailer_total=tail[1],
        trailer_line=last,
    )


def _report_missing_days(file: PipedFile) -> None:
    """Report the records whose time lies on a day that does not exist, as 2026-02-30."""
    days = {record[-1][:10] for record in file.details}
    missing = {day for day in days if _DAY_SHAPE.fullmatch(day) and not _exists(day)}
    if missing:
        for line, record in enumerate(file.details, start=2):
            if record[-1][:10] in missing:
                file.report(line, "时间", record[-1], "时间中的日期不存在")


def _exists(day: str) -> bool:
    try:
        parse_day(day)
    except DomainError:
        return False
    return True


def _parsed(
    file: PipedFile, line: int, texts: Sequence[str], fields: Sequence[tuple[str, _Parser]]
) -> list[Any]:
    values: list[Any] = []
    for text, (name, parse) in zip(texts, fields, strict=True):
        try:
            values.append(parse(text))
        except DomainError as error:
            file.report(line, name, text, error.message)
    return values
