"""How an entry is booked: the shape its kind and years demand, and the lines that follow.

No database and no clock.

Source: 财会〔2017〕28号 (主要账务处理).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import DomainError
from funds.entry_shapes import (
    ACCOUNT_OF_PLACE,
    CHOSEN,
    CLEARED,
    PLACE,
    RULES,
    SECOND,
    UNKNOWN,
    Origin,
    Part,
    Shape,
)
from funds.enums import EntryKind, FlowPlace

ZERO = Decimal("0.00")


class EntryInvalid(DomainError):
    code = "ENTRY_INVALID"
    message = "收支登记的内容不完整"


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What one entry says, as far as its lines depend on it. Amounts in yuan.

    `chosen` is the account chosen or, for a return, that of the original line; `cleared` that of
    the entry it clears.
    """

    kind: EntryKind
    amount: Decimal
    second_amount: Decimal = ZERO
    place: FlowPlace | None = None
    chosen: str = ""
    second: str = ""
    cleared: str = ""
    entry_date: date | None = None
    original_date: date | None = None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line: account and the amount on either side; `is_cash` if it is money in an account."""

    account_code: str
    debit: Decimal
    credit: Decimal

    @property
    def is_cash(self) -> bool:
        """Whether the account holds money; such a line carries no office and no item."""
        return self.account_code.startswith("100")


def account_to_clear(kind: EntryKind, chosen: str) -> str:
    """Return the account on which an entry of this kind stands open until it is cleared."""
    return {EntryKind.UNKNOWN_RECEIPT: UNKNOWN, EntryKind.LOAN_RECEIVED: "2101"}.get(kind, chosen)


def shape_of(facts: EntryFacts) -> Shape:
    """Return how an entry is booked; the years decide for returns, never the clerk.

    Raises:
        EntryInvalid: a return without its original, or dated before it; a place that the event
            does not admit.
    """
    rule = RULES[facts.kind]
    shape = rule.shapes[0]
    if rule.origin != Origin.NONE:
        if facts.entry_date is None or facts.original_date is None:
            raise EntryInvalid("请选择原凭证：退回、追回和退还须按原凭证的年度入账")
        if facts.original_date > facts.entry_date:
            raise EntryInvalid("业务日期不能早于原凭证日期")
        shape = rule.shapes[0 if facts.original_date.year == facts.entry_date.year else 1]
    if (facts.place not in shape.places) if shape.places else (facts.place is not None):
        raise EntryInvalid(_wrong_place(shape))
    return shape


def _wrong_place(shape: Shape) -> str:
    if not shape.places:
        return f"“{shape.event.label}”不经过银行账户"
    names = "、".join(place.label for place in shape.places)
    return f"“{shape.event.label}”只能通过{names}办理"


def lines_of(facts: EntryFacts) -> Sequence[EntryLine]:
    """Return the lines of an entry's voucher; debits equal credits.

    Raises:
        EntryInvalid: what `shape_of` refuses, or an account that is missing.
    """
    shape = shape_of(facts)
    accounts = {
        PLACE: ACCOUNT_OF_PLACE.get(facts.place or "", ""),
        CHOSEN: facts.chosen,
        SECOND: facts.second,
        CLEARED: facts.cleared,
    }
    amounts = {
        Part.AMOUNT: facts.amount,
        Part.SECOND: facts.second_amount,
        Part.BOTH: facts.amount + facts.second_amount,
    }
    lines = [
        EntryLine(
            accounts.get(account, account),
            amounts[part] if is_debit else ZERO,
            ZERO if is_debit else amounts[part],
        )
        for side, is_debit in ((shape.debit, True), (shape.credit, False))
        for account, part in side
        if amounts[part]
    ]
    if not all(line.account_code for line in lines):
        raise EntryInvalid("请选择会计科目")
    return lines
