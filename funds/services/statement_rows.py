"""What a bank's statement says, whatever file it came in, and how its parts are read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.identifiers import AccountKind, parse_account_number
from common.tables import CellInvalid, Table, parse_text


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement, as parsed: `debit` left the account, `credit` arrived, in yuan."""

    account: str
    day: date
    serial: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    counterparty: str | None
    counter_account: str | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class StatementHead:
    """The declaration of a statement that was read without problems."""

    account: str
    from_date: date
    until_date: date
    opening: Decimal
    closing: Decimal


def head_of(table: Table[StatementRow]) -> StatementHead:
    """Return the declaration of a clean table."""
    values = table.declaration
    return StatementHead(
        *(values[name] for name in ("account", "from", "to", "opening", "closing"))  # type: ignore[arg-type]
    )


def parse_own_account(text: str) -> str:
    """Return the number of a settlement account, its form checked."""
    return parse_account_number(text, AccountKind.SETTLEMENT)


def parse_serial(text: str) -> str:
    """Return a bank's serial number, at most 40 characters."""
    plain = parse_text(text)
    if len(plain) > 40:
        raise CellInvalid("银行流水号最多40个字")
    return plain


def parse_short_text(text: str) -> str:
    """Return a text of at most 100 characters."""
    plain = parse_text(text)
    if len(plain) > 100:
        raise CellInvalid("文字最多100个字")
    return plain


def past_day(day: date, today: date) -> date:
    """Return the day unless it lies in the future; CellInvalid."""
    if day > today:
        raise CellInvalid("日期晚于今天")
    return day
