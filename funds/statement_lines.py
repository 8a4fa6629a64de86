"""Lines of the statements of 财会〔2017〕28号 as data: their order, words, accounts and arithmetic.

资产负债表 会社保01表 and 收支表 会社保02表 of the unemployment-insurance fund; the forms' starred
lines do not apply and are not shown. Pure: no database, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from funds.enums import NormalSide, StatementTable

ZERO = Decimal("0.00")
DEBIT, CREDIT = NormalSide.DEBIT, NormalSide.CREDIT


class Filling(StrEnum):
    """How the form's instructions fill a line; the value is the words of the instructions."""

    HEADING = ""
    BALANCE = "科目余额"
    NET = "发生额借贷相抵后的净额"
    TURNOVER = "发生额（红字冲减后）"
    SUM = "本表项目加减计算"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a form.

    Args:
        code: names the line in stored cells; never changes.
        level: 0 for 一、二、三 and totals, 1 for an item, 2 for a detail of an item.
        side: where amounts of `accounts` count as positive.
        accounts: prefixes of account codes, of which leaves are summed.
        plus, minus: codes of the lines a SUM adds and takes away; beside accounts, the details
            that make the line up.
    """

    code: str
    label: str
    level: int
    filling: Filling
    side: NormalSide = DEBIT
    accounts: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    is_total: bool = False

    @property
    def account(self) -> str:
        """Return the one account behind the line; empty for a heading or a sum of lines."""
        return self.accounts[0] if self.accounts else ""


def _balance(code: str, label: str, side: NormalSide, *accounts: str) -> Line:
    return Line(code, label, 1, Filling.BALANCE, side, accounts)


def _net(code: str, label: str, side: NormalSide, account: str, level: int = 1) -> Line:
    return Line(code, label, level, Filling.NET, side, (account,))


def _turnover(code: str, label: str, side: NormalSide, account: str) -> Line:
    return Line(code, label, 1, Filling.TURNOVER, side, (account,))


def _total(code: str, label: str, *plus: str, minus: tuple[str, ...] = ()) -> Line:
    return Line(code, label, 0, Filling.SUM, plus=plus, minus=minus, is_total=True)


ASSETS: tuple[Line, ...] = (
    Line("A00", "一、资产", 0, Filling.HEADING),
    _balance("A01", "库存现金", DEBIT, "1001"),
    _balance("A02", "收入户存款", DEBIT, "1002"),
    _balance("A03", "财政专户存款", DEBIT, "1003"),
    _balance("A04", "支出户存款", DEBIT, "1004"),
    _balance("A05", "国库存款", DEBIT, "1005"),
    _balance("A06", "暂付款", DEBIT, "1101"),
    _balance("A07", "债券投资", DEBIT, "1201"),
    _total("A99", "资产总计", "A01", "A02", "A03", "A04", "A05", "A06", "A07"),
)
# Until the month is closed by E34 the income and expenditure accounts still hold the result of
# the period, which belongs to the general balance; afterwards they are zero.
LIABILITIES: tuple[Line, ...] = (
    Line("L00", "二、负债", 0, Filling.HEADING),
    _balance("L01", "暂收款", CREDIT, "2001"),
    _balance("L02", "借入款项", CREDIT, "2101"),
    _total("L90", "负债合计", "L01", "L02"),
    Line("N00", "三、净资产", 0, Filling.HEADING),
    _balance("N01", "一般基金结余", CREDIT, "3001", "4", "5"),
    _total("N90", "净资产合计", "N01"),
    _total("T99", "负债与净资产总计", "L90", "N90"),
)
INCOME: tuple[Line, ...] = (
    _total("I00", "一、基金收入", "I01", "I02", "I03", "I04", "I05", "I06", "I07"),
    _net("I01", "社会保险费收入", CREDIT, "4001"),
    _turnover("I02", "财政补贴收入", CREDIT, "4101"),
    _turnover("I03", "利息收入", CREDIT, "4201"),
    _net("I04", "转移收入", CREDIT, "4301"),
    _turnover("I05", "上级补助收入", CREDIT, "4401"),
    _turnover("I06", "下级上解收入", CREDIT, "4402"),
    _turnover("I07", "其他收入", CREDIT, "4501"),
    _total("O00", "二、基金支出", "O01", "O02", "O03", "O04", "O05", "O06", "O07"),
    Line(
        "O01",
        "社会保险待遇支出",
        1,
        Filling.NET,
        DEBIT,
        ("5001",),
        plus=("O011", "O012", "O013", "O014", "O015"),
    ),
    _net("O011", "（一）失业保险金支出", DEBIT, "500101", 2),
    _net("O012", "（二）基本医疗保险费支出", DEBIT, "500102", 2),
    _net("O013", "（三）丧葬补助金和抚恤金支出", DEBIT, "500103", 2),
    _net("O014", "（四）职业培训和职业介绍补贴支出", DEBIT, "500104", 2),
    _net("O015", "（五）其他费用支出", DEBIT, "500105", 2),
    _turnover("O02", "稳定岗位补贴支出", DEBIT, "5104"),
    _turnover("O03", "技能提升补贴支出", DEBIT, "5105"),
    _net("O04", "转移支出", DEBIT, "5201"),
    _turnover("O05", "上解上级支出", DEBIT, "5301"),
    _turnover("O06", "补助下级支出", DEBIT, "5302"),
    _turnover("O07", "其他支出", DEBIT, "5401"),
    _total("S00", "三、本期基金结余", "I00", minus=("O00",)),
)
LINES: Mapping[StatementTable, tuple[Line, ...]] = {
    StatementTable.BALANCE: ASSETS + LIABILITIES,
    StatementTable.INCOME: INCOME,
}
# 附注 (the six points every statement speaks of), in the regulation's order.
NOTES: tuple[str, ...] = (
    "财务报表列示的重要项目的进一步说明",
    "未能在财务报表中列示项目的说明",
    "债券投资情况的说明",
    "委托投资情况的说明",
    "国家政策和会计政策变动对财务报表影响的说明",
    "其他对财务报表数据有重大影响的事项说明",
)


@dataclass(frozen=True, slots=True)
class Sums:
    """Debits and credits of one account that a column takes together, in yuan."""

    debit: Decimal
    credit: Decimal

    def on(self, side: NormalSide) -> Decimal:
        """Return what stands on a side, less what stands on the other."""
        return self.debit - self.credit if side == DEBIT else self.credit - self.debit


def fill(lines: Sequence[Line], sums: Mapping[str, Sums]) -> dict[str, Decimal]:
    """Return the amount of every line that has one, by line code, from sums by account code.

    An entry on the other side of a TURNOVER account is a red-letter one (冲销、更正、退回): it
    lessens the turnover, as red figures on the same side would. So every line is a difference
    of sides, and income less expenditure is what the general balance grows by.
    """
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.accounts:
            parts = (s.on(line.side) for code, s in sums.items() if code.startswith(line.accounts))
            found[line.code] = sum(parts, ZERO)
    by_code = {line.code: line for line in lines}

    def amount(code: str) -> Decimal:
        if code not in found:
            line = by_code[code]
            taken = sum((amount(part) for part in line.minus), ZERO)
            found[code] = sum((amount(part) for part in line.plus), ZERO) - taken
        return found[code]

    return {line.code: amount(line.code) for line in lines if line.filling != Filling.HEADING}


def red_entries(lines: Sequence[Line], sums: Mapping[str, Sums]) -> dict[str, Decimal]:
    """Return by line code what red-letter entries took from the lines filled by turnover."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.filling == Filling.TURNOVER:
            other = (
                s.credit if line.side == DEBIT else s.debit
                for code, s in sums.items()
                if code.startswith(line.accounts)
            )
            found[line.code] = sum(other, ZERO)
    return {code: amount for code, amount in found.items() if amount}
