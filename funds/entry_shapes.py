"""How each receipt and payment is booked: one table of posting shapes.

A shape names the accounts of either side, each with the part of the
amount it takes. Names in angle brackets stand for what the entry says: the account of the place
the money went through, the account chosen, the account of the entry or voucher it answers.

Source: 财会〔2017〕28号 (主要账务处理), 财社〔2017〕144号第三十九至四十二条 (账户收支范围).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from funds.enums import BusinessEvent, EntryKind, FlowPlace

E, K, P = BusinessEvent, EntryKind, FlowPlace

ACCOUNT_OF_PLACE: Mapping[str, str] = MappingProxyType(
    {P.TREASURY: "1005", P.INCOME: "1002", P.FISCAL: "100301", P.EXPENDITURE: "1004"}
)
PREMIUMS = ("400101", "400102", "400103", "400104")
BENEFITS = ("500101", "500102", "500103", "500104", "500105")
ADVANCES = ("110102", "110103", "110199")
IDENTIFIED_AS = (*PREMIUMS, "4101", "4301", "4401", "450199", "5201")
UNKNOWN = "200102"  # 不明来款
LAW = "财会〔2017〕28号《社会保险基金会计制度》"


class Part(StrEnum):
    """Which amount of the entry a line takes."""

    AMOUNT = "AMOUNT"
    SECOND = "SECOND"
    BOTH = "BOTH"


PLACE, CHOSEN, SECOND, CLEARED = "<place>", "<chosen>", "<second>", "<cleared>"
Side = tuple[tuple[str, Part], ...]


def _whole(account: str) -> Side:
    return ((account, Part.AMOUNT),)


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to book: event, both sides, the places the money may pass, the article."""

    event: BusinessEvent
    debit: Side
    credit: Side
    places: tuple[FlowPlace, ...]
    law: str


class Origin(StrEnum):
    """Which earlier voucher a return answers; its year decides between the two shapes."""

    NONE = "NONE"
    PREMIUM = "PREMIUM"
    BENEFIT = "BENEFIT"


class Group(StrEnum):
    """Tabs of the register."""

    RECEIPT = "RECEIPT"
    PAYMENT = "PAYMENT"
    RETURN = "RETURN"
    TRANSFER = "TRANSFER"
    CLEARING = "CLEARING"
    INVESTMENT = "INVESTMENT"


GROUP_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Group.RECEIPT: "收入",
        Group.RETURN: "退回与追回",
        Group.PAYMENT: "支出",
        Group.TRANSFER: "账户间划转",
        Group.CLEARING: "往来清理",
        Group.INVESTMENT: "定期存款和国债",
    }
)


@dataclass(frozen=True, slots=True)
class EntryRule:
    """What an entry of one kind says and how it is booked.

    Those of the group INVESTMENT are registered on the page of their deposit or bond.

    `shapes` holds one shape, or two: for an original of the same calendar year and for an
    earlier one. `chosen` are the accounts the clerk chooses from; `second` names the second
    amount; `clears` the kinds whose open amount it takes.
    """

    kind: EntryKind
    group: Group
    shapes: tuple[Shape, ...]
    chosen: tuple[str, ...] = ()
    second: str = ""
    clears: tuple[EntryKind, ...] = ()
    origin: Origin = Origin.NONE
    is_write_off: bool = False

    @property
    def places(self) -> tuple[FlowPlace, ...]:
        """Every place that one of the shapes admits."""
        return tuple(dict.fromkeys(place for shape in self.shapes for place in shape.places))


def _receipt(event: BusinessEvent, credit: str, *places: FlowPlace, law: str) -> Shape:
    return Shape(event, _whole(PLACE), _whole(credit), places, f"{LAW}{law}")


def _payment(event: BusinessEvent, debit: str, *places: FlowPlace, law: str) -> Shape:
    return Shape(event, _whole(debit), _whole(PLACE), places, f"{LAW}{law}")


def _clearing(event: BusinessEvent, debit: str, credit: str, *, law: str) -> Shape:
    return Shape(event, _whole(debit), _whole(credit), (), f"{LAW}{law}")


OURS = (P.INCOME, P.FISCAL, P.EXPENDITURE)
R, T = Group.RECEIPT, Group.RETURN
_RECEIPTS = (
    EntryRule(
        K.TREASURY_INTEREST, R,
        (_receipt(E.TREASURY_INTEREST, "420101", P.TREASURY, law="4201 利息收入"),),
    ),
    EntryRule(
        K.PREMIUM_DIRECT, R,
        (
            Shape(
                E.PREMIUM_DIRECT, ((PLACE, Part.BOTH),),
                ((CHOSEN, Part.AMOUNT), (SECOND, Part.SECOND)),
                (P.FISCAL, P.INCOME), f"{LAW}4001 社会保险费收入",
            ),
        ),
        chosen=PREMIUMS, second="第二项保险费",
    ),
    EntryRule(
        K.TRANSFER_IN, R,
        (_receipt(E.TRANSFER_IN, "4301", P.INCOME, P.FISCAL, law="4301 转移收入"),),
    ),
    EntryRule(
        K.BANK_INTEREST, R,
        (_receipt(E.BANK_INTEREST, "420101", *OURS, law="4201 利息收入"),),
    ),
    EntryRule(
        K.FISCAL_SUBSIDY, R,
        (_receipt(E.FISCAL_SUBSIDY, "4101", P.FISCAL, law="4101 财政补贴收入"),),
    ),
    EntryRule(
        K.HIGHER_SUBSIDY, R,
        (_receipt(E.HIGHER_SUBSIDY, "4401", P.FISCAL, P.INCOME, P.EXPENDITURE,
                  law="4401 上级补助收入"),),
    ),
    EntryRule(
        K.LOAN_RECEIVED, R,
        (_receipt(E.LOAN_RECEIVED, "2101", P.FISCAL, law="2101 借入款项"),),
    ),
    EntryRule(
        K.UNKNOWN_RECEIPT, R,
        (_receipt(E.UNKNOWN_RECEIPT, UNKNOWN, *OURS, law="2001 暂收款"),),
    ),
)  # fmt: skip
_RETURNS = (
    EntryRule(
        K.LATE_RETURN, T,
        (
            _receipt(E.LATE_RETURN, CHOSEN, P.EXPENDITURE, law="5001 社会保险待遇支出"),
            _receipt(E.EARLIER_YEAR_RETURN, "450102", P.EXPENDITURE, P.INCOME, P.FISCAL,
                     law="4501 其他收入（跨年度退回或追回）"),
        ),
        origin=Origin.BENEFIT,
    ),
    EntryRule(
        K.RECOVERY, T,
        (
            _receipt(E.RECOVERY, CHOSEN, P.EXPENDITURE, P.INCOME, law="5001 社会保险待遇支出"),
            _receipt(E.EARLIER_YEAR_RETURN, "450102", P.EXPENDITURE, P.INCOME, P.FISCAL,
                     law="4501 其他收入（跨年度退回或追回）"),
        ),
        origin=Origin.BENEFIT,
    ),
    EntryRule(
        K.TRANSFER_OUT_RETURNED, T,
        (_receipt(E.TRANSFER_OUT_RETURNED, "5201", P.INCOME, P.FISCAL, law="5201 转移支出"),),
    ),
    EntryRule(
        K.ADVANCE_RECOVERED, T,
        (_receipt(E.ADVANCE_RECOVERED, CLEARED, P.EXPENDITURE, P.FISCAL, P.INCOME,
                  law="1101 暂付款"),),
        clears=(K.ADVANCE_PAID,),
    ),
)  # fmt: skip
_PAYMENTS = (
    EntryRule(
        K.PREMIUM_REFUND, Group.PAYMENT,
        (
            _payment(E.PREMIUM_REFUND, CHOSEN, P.INCOME, P.EXPENDITURE,
                     law="4001 社会保险费收入（退还本年度）"),
            _payment(E.PREMIUM_REFUND_EARLIER, "5401", P.EXPENDITURE,
                     law="5401 其他支出（退还以前年度）"),
        ),
        origin=Origin.PREMIUM,
    ),
    EntryRule(
        K.TRANSFER_OUT, Group.PAYMENT,
        (_payment(E.TRANSFER_OUT, "5201", P.EXPENDITURE, law="5201 转移支出"),),
    ),
    EntryRule(
        K.TRANSFER_IN_RETURNED, Group.PAYMENT,
        (_payment(E.TRANSFER_IN_RETURNED, "4301", P.INCOME, P.FISCAL, law="4301 转移收入"),),
    ),
    EntryRule(
        K.TO_HIGHER_LEVEL, Group.PAYMENT,
        (_payment(E.TO_HIGHER_LEVEL, "5301", P.EXPENDITURE, P.INCOME, P.FISCAL,
                  law="5301 上解上级支出"),),
    ),
    EntryRule(
        K.ADVANCE_PAID, Group.PAYMENT,
        (_payment(E.ADVANCE_PAID, CHOSEN, P.EXPENDITURE, P.FISCAL, law="1101 暂付款"),),
        chosen=ADVANCES,
    ),
    EntryRule(
        K.LOAN_REPAID, Group.PAYMENT,
        (
            Shape(
                E.LOAN_REPAID, (("2101", Part.AMOUNT), ("5401", Part.SECOND)),
                ((PLACE, Part.BOTH),), (P.FISCAL,), f"{LAW}2101 借入款项",
            ),
        ),
        second="利息", clears=(K.LOAN_RECEIVED,),
    ),
)  # fmt: skip
_TRANSFERS = (
    EntryRule(
        K.INCOME_TO_FISCAL, Group.TRANSFER,
        (
            Shape(E.INCOME_TO_FISCAL, _whole("100301"), _whole(PLACE), (P.INCOME,),
                  f"{LAW}1002 收入户存款（月末无余额）"),
        ),
    ),
    EntryRule(
        K.INTEREST_TO_FISCAL, Group.TRANSFER,
        (
            Shape(E.INTEREST_TO_FISCAL, _whole("100301"), _whole(PLACE), (P.EXPENDITURE,),
                  f"{LAW}1004 支出户存款（利息划转）"),
        ),
    ),
)  # fmt: skip
C = Group.CLEARING
_CLEARINGS = (
    EntryRule(
        K.RECEIPT_IDENTIFIED, C,
        (_clearing(E.RECEIPT_IDENTIFIED, UNKNOWN, CHOSEN, law="2001 暂收款（查明）"),),
        chosen=IDENTIFIED_AS, clears=(K.UNKNOWN_RECEIPT,),
    ),
    EntryRule(
        K.RECEIPT_IS_RETURN, C,
        (
            _clearing(E.RECEIPT_IDENTIFIED, UNKNOWN, CHOSEN, law="5001 社会保险待遇支出"),
            _clearing(E.RECEIPT_IDENTIFIED, UNKNOWN, "450102",
                      law="4501 其他收入（跨年度退回或追回）"),
        ),
        clears=(K.UNKNOWN_RECEIPT,), origin=Origin.BENEFIT,
    ),
    EntryRule(
        K.ADVANCE_EXPENSED, C,
        (_clearing(E.ADVANCE_RECOVERED, CHOSEN, CLEARED, law="1101 暂付款（转列支出）"),),
        chosen=BENEFITS, clears=(K.ADVANCE_PAID,),
    ),
    EntryRule(
        K.LOAN_REPAID_BY_FINANCE, C,
        (_clearing(E.LOAN_REPAID_BY_FINANCE, "2101", "4101", law="2101 借入款项"),),
        clears=(K.LOAN_RECEIVED,),
    ),
    EntryRule(
        K.ADVANCE_WRITTEN_OFF, C,
        (_clearing(E.ADVANCE_WRITTEN_OFF, "5401", CLEARED, law="1101 暂付款（报经批准核销）"),),
        clears=(K.ADVANCE_PAID,), is_write_off=True,
    ),
    EntryRule(
        K.PAYABLE_WRITTEN_OFF, C,
        (_clearing(E.PAYABLE_WRITTEN_OFF, CLEARED, "450199",
                   law="2001 暂收款（报经批准转收入）"),),
        clears=(K.UNKNOWN_RECEIPT,), is_write_off=True,
    ),
)  # fmt: skip
V, PRINCIPAL_AND_INTEREST = Group.INVESTMENT, ((PLACE, Part.BOTH),)
_INVESTMENTS = (
    EntryRule(
        K.DEPOSIT_PLACED, V,
        (_payment(E.DEPOSIT_PLACED, "100302", P.FISCAL, law="1003 财政专户存款（定期）"),),
    ),
    EntryRule(
        K.DEPOSIT_MATURED, V,
        (
            Shape(
                E.DEPOSIT_MATURED, PRINCIPAL_AND_INTEREST,
                (("100302", Part.AMOUNT), ("420101", Part.SECOND)),
                (P.FISCAL,), f"{LAW}1003 财政专户存款（定期）",
            ),
        ),
        second="利息",
    ),
    EntryRule(
        K.BOND_BOUGHT, V,
        (_payment(E.BOND_BOUGHT, "1201", P.FISCAL, law="1201 债券投资（成本含手续费）"),),
    ),
    EntryRule(
        K.BOND_INTEREST, V,
        (_receipt(E.BOND_REDEEMED, "420102", P.FISCAL, law="4201 利息收入（债券利息）"),),
    ),
    EntryRule(
        K.BOND_REDEEMED, V,
        (
            Shape(
                E.BOND_REDEEMED, PRINCIPAL_AND_INTEREST,
                (("1201", Part.AMOUNT), ("420102", Part.SECOND)),
                (P.FISCAL,), f"{LAW}1201 债券投资",
            ),
        ),
        second="利息",
    ),
)  # fmt: skip

RULES: Mapping[EntryKind, EntryRule] = MappingProxyType(
    {
        rule.kind: rule
        for rules in (_RECEIPTS, _RETURNS, _PAYMENTS, _TRANSFERS, _CLEARINGS, _INVESTMENTS)
        for rule in rules
    }
)
INVESTMENT_KINDS = tuple(rule.kind for rule in _INVESTMENTS)
BUYING = (K.DEPOSIT_PLACED, K.BOND_BOUGHT)
REDEEMING = (K.DEPOSIT_MATURED, K.BOND_REDEEMED)
