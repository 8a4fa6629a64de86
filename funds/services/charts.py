"""The chart of accounts of each book (财会〔2017〕28号) and the bank accounts it starts with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from funds.enums import AccountOwner, BankAccountKind, BookKind


class ChartLine(NamedTuple):
    """One account: its normal side (D or C), and whether it takes lines and is in use."""

    code: str
    name: str
    side: str
    is_leaf: bool = True
    is_enabled: bool = True


# Details below the regulation's first level are the project's own.
CHART = (
    ChartLine("1001", "库存现金", "D", is_enabled=False),  # no cash business
    ChartLine("1002", "收入户存款", "D"),
    ChartLine("1003", "财政专户存款", "D", is_leaf=False),
    ChartLine("100301", "财政专户活期存款", "D"),
    ChartLine("100302", "财政专户定期存款", "D"),
    ChartLine("1004", "支出户存款", "D"),
    ChartLine("1005", "国库存款", "D"),
    ChartLine("1101", "暂付款", "D", is_leaf=False),
    ChartLine("110101", "代发在途", "D"),
    ChartLine("110102", "预付款", "D"),
    ChartLine("110103", "垫付款", "D"),
    ChartLine("110199", "其他暂付款", "D"),
    ChartLine("1201", "债券投资", "D"),
    ChartLine("2001", "暂收款", "C", is_leaf=False),
    ChartLine("200101", "待遇退回待重发", "C"),
    ChartLine("200102", "不明来款", "C"),
    ChartLine("200199", "其他暂收款", "C"),
    ChartLine("2101", "借入款项", "C"),
    ChartLine("3001", "一般基金结余", "C"),
    ChartLine("4001", "社会保险费收入", "C", is_leaf=False),
    ChartLine("400101", "当期保险费收入", "C"),
    ChartLine("400102", "预缴保险费收入", "C"),
    ChartLine("400103", "清欠保险费收入", "C"),
    ChartLine("400104", "补缴保险费收入", "C"),
    ChartLine("4101", "财政补贴收入", "C"),
    ChartLine("4201", "利息收入", "C", is_leaf=False),
    ChartLine("420101", "存款利息收入", "C"),
    ChartLine("420102", "债券利息收入", "C"),
    ChartLine("4301", "转移收入", "C"),
    ChartLine("4401", "上级补助收入", "C"),
    ChartLine("4402", "下级上解收入", "C"),
    ChartLine("4501", "其他收入", "C", is_leaf=False),
    ChartLine("450101", "滞纳金收入", "C"),
    ChartLine("450102", "跨年度退回追回待遇", "C"),
    ChartLine("450199", "其他收入", "C"),
    ChartLine("5001", "社会保险待遇支出", "D", is_leaf=False),
    ChartLine("500101", "失业保险金支出", "D"),
    ChartLine("500102", "基本医疗保险费支出", "D"),
    ChartLine("500103", "丧葬补助金和抚恤金支出", "D"),
    ChartLine("500104", "职业培训和职业介绍补贴支出", "D"),
    ChartLine("500105", "其他费用支出", "D"),
    ChartLine("5104", "稳定岗位补贴支出", "D"),
    ChartLine("5105", "技能提升补贴支出", "D"),
    ChartLine("5201", "转移支出", "D"),
    ChartLine("5301", "上解上级支出", "D"),
    ChartLine("5302", "补助下级支出", "D", is_enabled=False),  # no allotment to offices (P40)
    ChartLine("5401", "其他支出", "D"),
)

# Neither fund is collected by the tax authority, invests in bonds, borrows, or pays upward.
# 失地农民失业保险基金: premiums of the land acquisition are paid straight into the accounts.
_LANDLESS_FARMERS = (
    *("1001", "1002", "1003", "100301", "100302", "1004"),
    *("1101", "110101", "110102", "110103", "110199"),
    *("2001", "200101", "200102", "200199", "3001"),
    *("4001", "400101", "400102", "400103", "400104", "4101", "4201", "420101"),
    *("4301", "4401", "4501", "450101", "450102", "450199"),
    *("5001", "500101", "500102", "500103", "500104", "500105", "5201", "5401"),
)
# 职业技能提升行动专账资金: money set aside for training; no premiums, no benefits to drawers.
_SKILL_ACTION = (
    *("1001", "1002", "1003", "100301", "100302", "1004"),
    *("1101", "110101", "110102", "110199"),
    *("2001", "200101", "200102", "200199", "3001"),
    *("4101", "4201", "420101", "4401", "4501", "450102", "450199"),
    *("5001", "500104", "5105", "5401"),
)


def _pick(codes: tuple[str, ...]) -> tuple[ChartLine, ...]:
    return tuple(line for line in CHART if line.code in codes)


CHARTS: Mapping[BookKind, tuple[ChartLine, ...]] = MappingProxyType(
    {
        BookKind.UNEMPLOYMENT: CHART,
        BookKind.LANDLESS_FARMERS: _pick(_LANDLESS_FARMERS),
        BookKind.SKILL_ACTION: _pick(_SKILL_ACTION),
    }
)


class FirstAccount(NamedTuple):
    """A bank account a book starts with: whose, at which bank, and its ledger account."""

    kind: BankAccountKind
    owner: AccountOwner
    bank: str
    stem: str
    code: str


# Invented numbers of settlement accounts.
FIRST_ACCOUNTS = (
    FirstAccount(BankAccountKind.INCOME, AccountOwner.CITY_CENTRE, "中国工商银行", "23020", "1002"),
    FirstAccount(
        BankAccountKind.EXPENDITURE, AccountOwner.CITY_CENTRE, "中国农业银行", "22880", "1004"
    ),
    FirstAccount(
        BankAccountKind.FISCAL, AccountOwner.FINANCE_BUREAU, "中国建设银行", "51050", "100301"
    ),
)
ACCOUNTS_OF_BOOK: Mapping[BookKind, tuple[FirstAccount, ...]] = MappingProxyType(
    {
        BookKind.UNEMPLOYMENT: FIRST_ACCOUNTS,
        BookKind.LANDLESS_FARMERS: FIRST_ACCOUNTS,
        BookKind.SKILL_ACTION: FIRST_ACCOUNTS[1:],  # money is set aside, none is collected
    }
)
# The account in the ledger that stands for a bank account of each kind.
LEDGER_CODES: Mapping[BankAccountKind, str] = MappingProxyType(
    {account.kind: account.code for account in FIRST_ACCOUNTS}
)
