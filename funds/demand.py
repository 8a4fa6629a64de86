"""Arithmetic of a funds-use plan: what is asked for, and what a part of it pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.money import round_yuan

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FundsDemand:
    """What a plan needs and what 支出户 has left for it. Yuan, but `reserve_months`.

    `expected`: asked for by other plans and not booked yet. `promised`: payments of other plans
    that are not released, and what is on its way to the bank.
    """

    payments: Decimal
    average_paid: Decimal
    reserve_months: Decimal
    balance: Decimal
    expected: Decimal
    promised: Decimal

    @property
    def reserve(self) -> Decimal:
        """Return what is to stay in 支出户: so many average months of payments."""
        return round_yuan(self.average_paid * self.reserve_months)

    @property
    def available(self) -> Decimal:
        """Return what 支出户 has left for the plan; below zero when money is missing."""
        return self.balance + self.expected - self.promised

    @property
    def asked(self) -> Decimal:
        """Return payments and reserve less what is available, never below zero."""
        return max(ZERO, self.payments + self.reserve - self.available)


def average_paid(months: Sequence[Decimal]) -> Decimal:
    """Return the average of the months in which something was paid, in yuan; zero without any."""
    paid = [amount for amount in months if amount > 0]
    return round_yuan(sum(paid, ZERO) / len(paid)) if paid else ZERO


def payable_by(amounts: Sequence[Decimal], means: Decimal) -> list[bool]:
    """Tell for each payment, taken in order, whether `means` still reaches it whole.

    One that is not reached is passed over, and a smaller one behind it may be reached.
    """
    left, answers = means, []
    for amount in amounts:
        is_reached = amount <= left
        left -= amount if is_reached else ZERO
        answers.append(is_reached)
    return answers
