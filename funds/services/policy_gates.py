"""Refusing subsidies for jobs and skills while last year's balance does not allow them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from common.errors import DomainError
from funds.posting_rules import GATED_ACCOUNTS, GATED_EVENTS, Posting
from funds.selectors.policy_gates import find_policy_gate


class PolicyGateClosed(DomainError):
    code = "POLICY_GATE_CLOSED"
    message = "上年末滚存结余不足规定月数的上年支出，不能支付稳岗返还、技能提升补贴、一次性扩岗补助"


def require_policy_gate(*, book_id: int, on: date) -> None:
    """Refuse where the gate of a book is shut on a day.

    Raises:
        PolicyGateClosed: with the figures of last year.
    """
    gate = find_policy_gate(book_id=book_id, on=on)
    if gate.is_open is False:
        raise PolicyGateClosed(
            f"{PolicyGateClosed.message}：{gate.year}年末结余{gate.balance:,.2f}元，"
            f"全年支出{gate.spent:,.2f}元，须够付{gate.months_needed}个月"
        )


def is_gated_account(code: str) -> bool:
    """Tell whether the account is one of those subsidies are spent on."""
    return code.startswith(GATED_ACCOUNTS)


def spends_behind_gate(event: str, lines: Iterable[Posting]) -> bool:
    """Tell whether a voucher of the event spends on subsidies anew."""
    if event not in GATED_EVENTS:
        return False
    gated = (line.debit - line.credit for line in lines if is_gated_account(line.account_code))
    return sum(gated, Decimal(0)) > 0
