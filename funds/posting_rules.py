"""Which accounts each event may debit and credit, and along which edge its money may flow.

The rules of 财会〔2017〕28号 for the unemployment-insurance fund and the closed loop of
财社〔2017〕144号, as data. The database holds the same rows (funds_postingrule,
funds_postingaccount, funds_flowedge), and its posting gate refuses what does not fit. An account
fits a side by the prefix of its code, so that details a city adds below an account fit as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from funds.enums import BusinessEvent, FlowPlace, SourceKind

ACCOUNTING = "财会〔2017〕28号"
FINANCE = "财社〔2017〕144号"
ZERO = Decimal("0.00")

# First four digits of an account's code -> where its money lies. Other accounts are no place.
PLACES: Mapping[str, FlowPlace] = MappingProxyType(
    {
        "1002": FlowPlace.INCOME,
        "1003": FlowPlace.FISCAL,
        "1004": FlowPlace.EXPENDITURE,
        "1005": FlowPlace.TREASURY,
    }
)
# The bank accounts whose receipts and payments the cashier signs; the treasury is not ours.
CASH_ACCOUNTS = ("1002", "1003", "1004")


@dataclass(frozen=True, slots=True)
class EventRule:
    """One event: prefixes of accounts it may debit and credit, its document, where from, where to.

    `sources` are the only documents a voucher of the event is drafted from; empty: any, also a
    paper one attached by hand. `edges` are the permitted (from, to); empty: it moves no money.
    """

    event: BusinessEvent
    debit: tuple[str, ...]
    credit: tuple[str, ...]
    document: str
    edges: tuple[tuple[FlowPlace, FlowPlace], ...] = ()
    sources: tuple[SourceKind, ...] = ()
    law: str = ACCOUNTING


_OUT, _TREASURY = FlowPlace.OUTSIDE, FlowPlace.TREASURY
_INCOME, _FISCAL, _SPENDING = FlowPlace.INCOME, FlowPlace.FISCAL, FlowPlace.EXPENDITURE
_E = BusinessEvent
_BENEFITS = ("5001", "5104", "5105")
_RESULT = ("3001", "4", "5")
_PAYING = ((_SPENDING, _OUT),)
# The register finds the original and its year, has write-offs approved, and keeps every deposit
# and bond: never by hand.
_REGISTERED = (SourceKind.FUNDS_ENTRY,)

_TABLE = (
    EventRule(
        _E.TAX_COLLECTED,
        ("1005",),
        ("4001", "4501"),
        "征收收入明细表",
        ((_OUT, _TREASURY),),
        (SourceKind.TAX_INCOME_LIST,),
    ),
    EventRule(
        _E.TREASURY_TO_FISCAL,
        ("1003",),
        ("1005",),
        "国库划转凭证",
        ((_TREASURY, _FISCAL),),
        (SourceKind.TREASURY_TRANSFER,),
    ),
    EventRule(_E.TREASURY_INTEREST, ("1005",), ("4201",), "国库计息单", ((_OUT, _TREASURY),)),
    EventRule(
        _E.PREMIUM_DIRECT,
        ("1002", "1003"),
        ("4001",),
        "缴款凭证",
        ((_OUT, _INCOME), (_OUT, _FISCAL)),
    ),
    EventRule(
        _E.PREMIUM_REFUND,
        ("4001",),
        ("1002", "1004"),
        "退费审批表",
        ((_INCOME, _OUT), (_SPENDING, _OUT)),
        _REGISTERED,
    ),
    EventRule(_E.PREMIUM_REFUND_EARLIER, ("5401",), ("1004",), "退费审批表", _PAYING, _REGISTERED),
    EventRule(_E.INCOME_TO_FISCAL, ("1003",), ("1002",), "划转凭证", ((_INCOME, _FISCAL),)),
    EventRule(
        _E.ALLOTMENT,
        ("1004",),
        ("1003",),
        "用款计划和拨款凭证",
        ((_FISCAL, _SPENDING),),
        (SourceKind.FUNDS_ALLOTMENT,),
    ),
    EventRule(
        _E.BENEFIT_PAID,
        (*_BENEFITS, "5201"),
        ("1004",),
        "银行回盘",
        _PAYING,
        (SourceKind.BANK_RETURN,),
    ),
    EventRule(
        _E.BENEFIT_PAID_GROSS,
        (*_BENEFITS, "5201", "110101"),
        ("1004",),
        "银行回盘",
        _PAYING,
        (SourceKind.BANK_RETURN,),
    ),
    EventRule(_E.FAILED_CREDIT_BACK, ("1004",), ("110101",), "银行收账通知", ((_OUT, _SPENDING),)),
    EventRule(_E.LATE_RETURN, ("1004",), _BENEFITS, "退票通知", ((_OUT, _SPENDING),), _REGISTERED),
    EventRule(
        _E.EARLIER_YEAR_RETURN,
        ("1002", "1003", "1004"),
        ("450102",),
        "退票通知或追回凭证",
        ((_OUT, _INCOME), (_OUT, _FISCAL), (_OUT, _SPENDING)),
        _REGISTERED,
    ),
    EventRule(
        _E.RECOVERY,
        ("1002", "1004"),
        _BENEFITS,
        "追回凭证",
        ((_OUT, _INCOME), (_OUT, _SPENDING)),
        _REGISTERED,
    ),
    EventRule(
        _E.REISSUE,
        (*_BENEFITS, "5201", "110101", "200101"),
        ("1004",),
        "重发审批单和银行回盘",
        _PAYING,
    ),
    EventRule(_E.MEDICAL_PREMIUM, ("500102",), ("1004",), "代缴医疗保险费明细", _PAYING),
    EventRule(_E.STABILITY_SUBSIDY, ("5104",), ("1004",), "稳岗补贴支付单据", _PAYING),
    EventRule(_E.SKILL_SUBSIDY, ("5105",), ("1004",), "技能提升补贴支付单据", _PAYING),
    EventRule(
        _E.TRANSFER_IN,
        ("1002", "1003"),
        ("4301",),
        "关系转移信息表",
        ((_OUT, _INCOME), (_OUT, _FISCAL)),
    ),
    EventRule(
        _E.TRANSFER_IN_RETURNED,
        ("4301",),
        ("1002", "1003"),
        "退回转入资金审批单",
        ((_INCOME, _OUT), (_FISCAL, _OUT)),
    ),
    EventRule(_E.TRANSFER_OUT, ("5201",), ("1004",), "转移联系函", _PAYING),
    EventRule(
        _E.TRANSFER_OUT_RETURNED,
        ("1002", "1003"),
        ("5201",),
        "银行收账通知",
        ((_OUT, _INCOME), (_OUT, _FISCAL)),
    ),
    EventRule(
        _E.BANK_INTEREST,
        ("1002", "1003", "1004"),
        ("420101",),
        "银行利息回单",
        ((_OUT, _INCOME), (_OUT, _FISCAL), (_OUT, _SPENDING)),
    ),
    EventRule(_E.INTEREST_TO_FISCAL, ("1003",), ("1004",), "划转凭证", ((_SPENDING, _FISCAL),)),
    EventRule(_E.FISCAL_SUBSIDY, ("1003",), ("4101",), "财政拨款凭证", ((_OUT, _FISCAL),)),
    EventRule(
        _E.HIGHER_SUBSIDY,
        ("1002", "1003", "1004"),
        ("4401",),
        "上级拨款凭证",
        ((_OUT, _INCOME), (_OUT, _FISCAL), (_OUT, _SPENDING)),
    ),
    EventRule(
        _E.TO_HIGHER_LEVEL,
        ("5301",),
        ("1002", "1003", "1004"),
        "上解通知",
        ((_INCOME, _OUT), (_FISCAL, _OUT), (_SPENDING, _OUT)),
    ),
    EventRule(_E.DEPOSIT_PLACED, ("100302",), ("100301",), "定期存款单", sources=_REGISTERED),
    EventRule(
        _E.DEPOSIT_MATURED,
        ("100301",),
        ("100302", "420101"),
        "定期存款到期单",
        ((_OUT, _FISCAL),),
        _REGISTERED,
    ),
    EventRule(
        _E.BOND_BOUGHT, ("1201",), ("1003",), "国债认购凭证", ((_FISCAL, _OUT),), _REGISTERED
    ),
    EventRule(
        _E.BOND_REDEEMED,
        ("1003",),
        ("1201", "420102"),
        "国债兑付凭证",
        ((_OUT, _FISCAL),),
        _REGISTERED,
    ),
    EventRule(
        _E.UNKNOWN_RECEIPT,
        ("1002", "1003", "1004"),
        ("200102",),
        "银行收账通知",
        ((_OUT, _INCOME), (_OUT, _FISCAL), (_OUT, _SPENDING)),
    ),
    EventRule(_E.RECEIPT_IDENTIFIED, ("200102",), ("2001", "4", "5"), "来款查明单"),
    EventRule(_E.LOAN_RECEIVED, ("1003",), ("2101",), "借款协议", ((_OUT, _FISCAL),)),
    EventRule(_E.LOAN_REPAID, ("2101", "5401"), ("1003",), "还款凭证", ((_FISCAL, _OUT),)),
    EventRule(_E.LOAN_REPAID_BY_FINANCE, ("2101",), ("4101",), "财政代还凭证"),
    EventRule(
        _E.ADVANCE_PAID,
        ("1101",),
        ("1003", "1004"),
        "暂付款审批单",
        ((_FISCAL, _OUT), (_SPENDING, _OUT)),
    ),
    EventRule(
        _E.ADVANCE_RECOVERED,
        ("1002", "1003", "1004", "5001"),
        ("1101",),
        "收回暂付款凭证",
        ((_OUT, _INCOME), (_OUT, _FISCAL), (_OUT, _SPENDING)),
    ),
    EventRule(_E.ADVANCE_WRITTEN_OFF, ("5401",), ("1101",), "核销批准文件", sources=_REGISTERED),
    EventRule(_E.PAYABLE_WRITTEN_OFF, ("2001",), ("4501",), "核销批准文件", sources=_REGISTERED),
    EventRule(_E.PERIOD_CLOSE, _RESULT, _RESULT, "期末结转表", sources=(SourceKind.PERIOD,)),
    EventRule(
        _E.OPENING,
        ("1", "3001"),
        ("2", "3001"),
        "基金移交书",
        sources=(SourceKind.HANDOVER,),
    ),
    EventRule(
        _E.RECLASSIFICATION,
        ("1101", "2001", "4", "5"),
        ("1101", "2001", "4", "5"),
        "科目调整审批单",
    ),
)
RULES: Mapping[BusinessEvent, EventRule] = MappingProxyType({rule.event: rule for rule in _TABLE})
# Events a person may enter by hand, with paper documents; all others come from their source.
BY_HAND = tuple(
    rule.event for rule in _TABLE if not rule.sources or SourceKind.NONE in rule.sources
)
# Subsidies for jobs and skills (稳岗返还 and 一次性扩岗补助, 技能提升补贴), paid only while last
# year's balance allows it, and the events that can spend on them. The database's gate has the same.
GATED_ACCOUNTS = ("5104", "5105")
GATED_EVENTS = tuple(
    rule.event
    for rule in _TABLE
    if rule.event != BusinessEvent.PERIOD_CLOSE
    and any(code.startswith(prefix) for code in GATED_ACCOUNTS for prefix in rule.debit)
)
# Events judged otherwise: a reversal mirrors its voucher, special business has its own approval.
UNRULED = (BusinessEvent.REVERSAL, BusinessEvent.SPECIAL_BUSINESS)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line as the rules see it, in yuan."""

    account_code: str
    debit: Decimal
    credit: Decimal


def is_permitted(rule: EventRule, line: Posting, *, is_turned: bool = False) -> bool:
    """Tell whether the line's account may stand on its side; turned: on the other one."""
    debits = (line.debit > 0) != is_turned
    return line.account_code.startswith(rule.debit if debits else rule.credit)


def place_of(account_code: str) -> FlowPlace | None:
    """Return where an account's money lies, None for an account that is no place."""
    return PLACES.get(account_code[:4])


def movement(lines: Iterable[Posting]) -> tuple[FlowPlace, FlowPlace] | None:
    """Return from where to where the lines move money, None if they move none.

    Raises:
        ValueError: money comes to or goes from more than one place.
    """
    net: dict[FlowPlace, Decimal] = {}
    for line in lines:
        place = place_of(line.account_code)
        if place is not None:
            net[place] = net.get(place, ZERO) + line.debit - line.credit
    gains = {place: amount for place, amount in net.items() if amount > 0}
    losses = {place: amount for place, amount in net.items() if amount < 0}
    if not gains and not losses:
        return None
    is_single = len(gains) <= 1 and len(losses) <= 1
    if not is_single or (gains and losses and sum(net.values(), ZERO) != 0):
        raise ValueError("money moves between more than two places")
    return next(iter(losses), FlowPlace.OUTSIDE), next(iter(gains), FlowPlace.OUTSIDE)


def is_cash(event: BusinessEvent, lines: Iterable[Posting]) -> bool:
    """Tell whether the voucher is of receipts or payments, so that the cashier signs it too."""
    if event == BusinessEvent.OPENING:
        return False
    return any(line.account_code.startswith(CASH_ACCOUNTS) for line in lines)
