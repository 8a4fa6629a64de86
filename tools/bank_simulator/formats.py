"""Read batch files and write return files and statements (docs/formats.md §1–§3).

A parser of its own: nothing here comes from the application. Amounts are integer fen.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

BATCH_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,12})\.[0-9]{2}")
WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
MONTH = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])")
ACCOUNT = re.compile(r"[0-9A-Za-z-]{1,40}")
HEADER_FIELDS = 11
LINE_FIELDS = 10
TRAILER_FIELDS = 3


class FileMalformed(Exception):
    """Say why a file, an amount or a day cannot be read."""


@dataclass(frozen=True)
class BatchLine:
    """One payment asked for; the amount is fen, above zero."""

    seq: int
    line_no: str
    beneficiary_type: str
    name: str
    identity: str
    account: str
    bank_no: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True)
class BatchFile:
    """A batch file that has passed every check of its own."""

    batch: str
    payer_account: str
    total_fen: int
    sha256: str  # of all bytes of the file, not the digest in the header
    lines: tuple[BatchLine, ...]


@dataclass(frozen=True)
class ReturnLine:
    """One line's result."""

    seq: int
    line_no: str
    account: str
    amount_fen: int
    status: str
    reason: str
    bank_serial: str
    paid_at: str


@dataclass(frozen=True)
class StatementLine:
    """One line of an account; exactly one of debit and credit is above zero."""

    account: str
    date: str
    serial: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    counterparty: str
    counter_account: str
    summary: str


def fen_of(text: str) -> int:
    """Return the fen of an amount in yuan with exactly two decimals."""
    if not AMOUNT.fullmatch(text):
        raise FileMalformed(f"amount {text!r} is not yuan with two decimals")
    return int(text.replace(".", ""))


def yuan_of(fen: int) -> str:
    """Return yuan with two decimals; an overdrawn balance carries a minus sign."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def day_of(text: str) -> str:
    """Return the day unchanged when it is a real YYYY-MM-DD."""
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise FileMalformed(f"day {text!r} is not YYYY-MM-DD")


def batch_named_in(raw: bytes) -> str:
    """Return the batch number the header names, or '' – also of a file that is malformed."""
    fields = raw[:400].removeprefix(b"\xef\xbb\xbf").split(b"|", 2)
    named = fields[1].decode("ascii", "replace") if len(fields) > 1 else ""
    return named if fields[0] == b"H" and BATCH_NUMBER.fullmatch(named) else ""


def read_batch_file(raw: bytes) -> BatchFile:
    """Read a batch file, UTF-8 or GB18030, and check everything it declares.

    Raises:
        FileMalformed: with the first reason found.

    """
    rows = _rows(raw)
    if len(rows) < 2:
        raise FileMalformed("the file has no trailer")
    header = _fields(rows[0], "H", HEADER_FIELDS, 1)
    trailer = _fields(rows[-1], "T", TRAILER_FIELDS, len(rows))
    _check_header(header, raw)
    lines = tuple(_line(row, number) for number, row in enumerate(rows[1:-1], start=2))
    _check_lines(lines)
    total_fen = sum(line.amount_fen for line in lines)
    declared = {"header": (header[7], header[8]), "trailer": (trailer[1], trailer[2])}
    for place, (count, total) in declared.items():
        if _whole(count, place) != len(lines):
            raise FileMalformed(f"{place} declares {count} lines, the file has {len(lines)}")
        if fen_of(total) != total_fen:
            raise FileMalformed(f"{place} declares {total}, the lines sum to {yuan_of(total_fen)}")
    return BatchFile(header[1], header[6], total_fen, hashlib.sha256(raw).hexdigest(), lines)


def _rows(raw: bytes) -> list[str]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise FileMalformed("the file is neither UTF-8 nor GB18030") from error
    rows = [row.removesuffix("\r") for row in text.split("\n")]
    if rows[-1] == "":
        rows.pop()
    return rows


def _fields(row: str, kind: str, count: int, number: int) -> list[str]:
    fields = row.split("|")
    if fields[0] != kind or len(fields) != count:
        raise FileMalformed(f"row {number} is not a {kind} row of {count} fields")
    if any(ord(character) < 32 or ord(character) == 127 for character in row):
        raise FileMalformed(f"row {number} holds a control character")
    return fields


def _check_header(header: list[str], raw: bytes) -> None:
    if not BATCH_NUMBER.fullmatch(header[1]):
        raise FileMalformed(f"batch number {header[1]!r} is not allowed")
    if not MONTH.fullmatch(header[5]):
        raise FileMalformed(f"month {header[5]!r} is not YYYYMM")
    if not ACCOUNT.fullmatch(header[6]):
        raise FileMalformed(f"payer account {header[6]!r} is not allowed")
    try:
        datetime.strptime(header[9], "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as error:
        raise FileMalformed(f"created {header[9]!r} is not an instant") from error
    if hashlib.sha256(raw.partition(b"\n")[2]).hexdigest() != header[10]:
        raise FileMalformed("sha256 in the header is not that of the rows below it")


def _line(row: str, number: int) -> BatchLine:
    _, seq, line_no, kind, name, identity, account, bank_no, amount, purpose = _fields(
        row, "D", LINE_FIELDS, number
    )
    if not BATCH_NUMBER.fullmatch(line_no):
        raise FileMalformed(f"row {number}: line no {line_no!r} is not allowed")
    if kind not in ("P", "U"):
        raise FileMalformed(f"row {number}: beneficiary type {kind!r} is neither P nor U")
    if not name.strip() or not identity.strip():
        raise FileMalformed(f"row {number}: name or identity is empty")
    if not ACCOUNT.fullmatch(account):
        raise FileMalformed(f"row {number}: account {account!r} is not allowed")
    amount_fen = fen_of(amount)
    if amount_fen == 0:
        raise FileMalformed(f"row {number}: the amount is zero")
    place = f"row {number}"
    return BatchLine(
        _whole(seq, place), line_no, kind, name, identity, account, bank_no, amount_fen, purpose
    )


def _whole(text: str, place: str) -> int:
    if not WHOLE_NUMBER.fullmatch(text):
        raise FileMalformed(f"{place}: {text!r} is not a whole number")
    return int(text)


def _check_lines(lines: tuple[BatchLine, ...]) -> None:
    if not lines:
        raise FileMalformed("the file has no lines")
    seen: set[str] = set()
    for expected, line in enumerate(lines, start=1):
        if line.seq != expected:
            raise FileMalformed(f"seq {line.seq} stands where {expected} is due")
        if line.line_no in seen:
            raise FileMalformed(f"line no {line.line_no} stands twice in the file")
        seen.add(line.line_no)


def return_file(batch: str, bank_date: str, lines: Iterable[ReturnLine]) -> str:
    """Return a return file whose counts and totals agree with the lines given."""
    rows = list(lines)
    paid = [line.amount_fen for line in rows if line.status == "00"]
    failed = [line.amount_fen for line in rows if line.status != "00"]
    head = ["H", batch, bank_date, str(len(rows)), str(len(paid)), yuan_of(sum(paid))]
    head += [str(len(failed)), yuan_of(sum(failed))]
    body = [
        f"D|{line.seq}|{line.line_no}|{line.account}|{yuan_of(line.amount_fen)}|{line.status}"
        f"|{line.reason}|{line.bank_serial}|{line.paid_at}"
        for line in rows
    ]
    tail = f"T|{len(rows)}|{yuan_of(sum(paid) + sum(failed))}"
    return "\n".join(["|".join(head), *body, tail, ""])
