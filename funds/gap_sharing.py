"""How a year's gap is shared between the pool and its offices' governments (缺口分担).

Sources: the mechanism of 吉林 (缺口分担机制); the ratios of 辽宁 2022, 8:2 where the rolled balance
covers the gap and 6:4 where it does not. Amounts are counted in whole fen: nothing is rounded but
the shares, and those down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

FEN = 100
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """What the books and the budget say of one office, in yuan.

    `target` is the premium income its budget asks for by the last month of the sheet; `income`
    the premiums that came in, `expenditure` everything spent for it.
    """

    organisation_id: int
    target: Decimal
    income: Decimal
    expenditure: Decimal

    @property
    def shortfall(self) -> Decimal:
        """Return what is missing of the target."""
        return max(ZERO, self.target - self.income)

    @property
    def own_gap(self) -> Decimal:
        """Return by how much the office spent more than it brought in."""
        return max(ZERO, self.expenditure - self.income)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Parts of the rest that the pool and the offices bear."""

    pool: int
    offices: int


@dataclass(frozen=True, slots=True)
class OfficeShare:
    """What one office's government bears, in yuan: for its shortfall, and of the rest."""

    for_shortfall: Decimal
    of_rest: Decimal

    @property
    def total(self) -> Decimal:
        """Return the whole share."""
        return self.for_shortfall + self.of_rest


@dataclass(frozen=True, slots=True)
class GapSplit:
    """A gap and who bears it, in yuan; the shares and the pool's share make the gap exactly.

    `rest` is what the offices' shortfalls do not explain.
    """

    gap: Decimal
    rest: Decimal
    shares: Mapping[int, OfficeShare]
    pool_share: Decimal


def share_gap(gap: Decimal, offices: Sequence[OfficeFigures], ratio: Ratio) -> GapSplit:
    """Return who bears a gap.

    An office's shortfall of premiums is its own government's; where the shortfalls together
    exceed the gap, they bear it in proportion. The rest is shared by the ratio, the offices' part
    in proportion to their own gaps. Shares are rounded down to the fen, what is left falls to the
    pool, and so does the offices' part where no office has a gap of its own.
    """
    whole = _fen(gap)
    shortfalls = {office.organisation_id: _fen(office.shortfall) for office in offices}
    gaps = {office.organisation_id: _fen(office.own_gap) for office in offices}
    missing = sum(shortfalls.values())
    first = {
        each: amount if missing <= whole else whole * amount // missing
        for each, amount in shortfalls.items()
    }
    rest = max(0, whole - missing)
    parts, own = ratio.pool + ratio.offices, sum(gaps.values())
    second = {
        each: rest * ratio.offices * amount // (parts * own) if own else 0
        for each, amount in gaps.items()
    }
    shares = {each: OfficeShare(_yuan(first[each]), _yuan(second[each])) for each in first}
    return GapSplit(
        gap=_yuan(whole),
        rest=_yuan(rest),
        shares=shares,
        pool_share=_yuan(whole - sum(first.values()) - sum(second.values())),
    )


def target_to_date(target: Decimal, months: int) -> Decimal:
    """Return what a year's target asks for after so many months, rounded down to the fen."""
    return _yuan(_fen(target) * months // 12)


def is_covered(gap: Decimal, rolled_balance: Decimal) -> bool:
    """Tell whether what was rolled over from before the year covers the gap."""
    return rolled_balance >= gap


def _fen(amount: Decimal) -> int:
    """Return whole fen of an amount that has two decimals."""
    scaled = amount * FEN
    if scaled != scaled.to_integral_value():
        raise ValueError("an amount has two decimals")
    return int(scaled)


def _yuan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN).quantize(ZERO)
