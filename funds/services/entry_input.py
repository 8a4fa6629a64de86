"""What a clerk registers as a receipt or payment, and why it may be refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from common.errors import DomainError
from funds.entry_rules import ZERO, EntryInvalid
from funds.entry_shapes import REDEEMING, RULES, EntryRule, Group, Origin
from funds.enums import EntryKind, FlowPlace


class EntryAlreadyRegistered(DomainError):
    code = "ENTRY_ALREADY_REGISTERED"
    message = "该银行流水号已经登记过同一种类的收支，请在列表中查找，不要重复登记"


class ClearedTooMuch(DomainError):
    code = "ENTRY_CLEARED_TOO_MUCH"
    message = "清理金额超过该登记单的未清金额，请核对"


class NothingToClear(DomainError):
    code = "ENTRY_NOTHING_TO_CLEAR"
    message = "所选登记单的凭证还没有记账、已被冲销，或日期晚于本单，不能清理"


class ReturnedTooMuch(DomainError):
    code = "ENTRY_RETURNED_TOO_MUCH"
    message = "退回金额累计超过原凭证该分录的金额，请核对原凭证"


class OriginalUnusable(DomainError):
    code = "ENTRY_ORIGINAL_UNUSABLE"
    message = "原凭证没有记账或已被冲销，请重新选择"


class ApprovalMissing(DomainError):
    code = "ENTRY_APPROVAL_MISSING"
    message = "核销须填写批准文号并上传批准文件扫描件"


class EntryNotWaiting(DomainError):
    code = "ENTRY_NOT_WAITING"
    message = "登记单已由他人办理，请刷新页面查看最新状态"


class EntryBooked(DomainError):
    code = "ENTRY_BOOKED"
    message = "登记单的凭证有效，不能更正；请先作废凭证，已记账的请冲销后撤回并重新登记"


class EntryAnswered(DomainError):
    code = "ENTRY_ANSWERED"
    message = "登记单的凭证仍然有效，或已有其他登记单清理它，不能撤回"


class EntryReasonMissing(DomainError):
    code = "ENTRY_REASON_MISSING"
    message = "请填写撤回原因"


class InterestUnexplained(DomainError):
    code = "INTEREST_UNEXPLAINED"
    message = "实收利息与应收利息相差超过允差，核准时须写明差异原因"


class InvestmentEntryStays(DomainError):
    code = "INVESTMENT_ENTRY_STAYS"
    message = "定期存款和国债的登记单不能更正，请撤回后在定期存款和国债登记簿重新办理"


class AlreadyBought(DomainError):
    code = "INVESTMENT_ALREADY_BOUGHT"
    message = "该笔已登记存入或认购，不要重复登记"


class AlreadyRedeemed(DomainError):
    code = "INVESTMENT_ALREADY_REDEEMED"
    message = "该笔已登记收回，一笔只能收回一次"


class PurchaseNotPosted(DomainError):
    code = "INVESTMENT_PURCHASE_NOT_POSTED"
    message = "存入或认购的凭证还没有记账，或已被冲销，不能登记付息和收回"


class NotAsApproved(DomainError):
    code = "INVESTMENT_NOT_AS_APPROVED"
    message = "登记内容与已核准的内容或当前状态不符，请刷新页面核对"


REFUSALS: Mapping[str, type[DomainError]] = MappingProxyType(
    {
        "entry_once_per_reference": EntryAlreadyRegistered,
        "entry_clears_at_most_what_is_open": ClearedTooMuch,
        "entry_clears_what_is_booked": NothingToClear,
        "entry_returns_at_most_the_original": ReturnedTooMuch,
        "entry_answers_a_posted_line": OriginalUnusable,
        "entry_write_off_has_approval_document": ApprovalMissing,
        "entry_write_off_has_its_scan": ApprovalMissing,
        "entry_booked_never_changes": EntryBooked,
        "entry_withdrawn_leaves_nothing": EntryAnswered,
        "interest_difference_is_explained": InterestUnexplained,
        "investment_bought_once": AlreadyBought,
        "investment_redeemed_once": AlreadyRedeemed,
        "investment_bought_and_posted": PurchaseNotPosted,
        "investment_entry_as_approved": NotAsApproved,
    }
)


@dataclass(frozen=True, slots=True)
class InvestmentPart:
    """The deposit or bond an entry is about, and for what it earns the check of the interest.

    Amounts in yuan, `demand_rate` in percent a year where part of the interest runs at it.
    """

    investment_id: int
    expected_income: Decimal | None = None
    tolerance: Decimal | None = None
    demand_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What a clerk registers. `original` is a voucher's id and line position; amounts in yuan.

    For a return, account, office, item and batch come from the original line.
    """

    kind: EntryKind
    entry_date: date
    amount: Decimal
    counterparty: str
    reference: str
    place: FlowPlace | None = None
    second_amount: Decimal = ZERO
    account_code: str = ""
    second_account_code: str = ""
    note: str = ""
    organisation_id: int | None = None
    item_code: str = ""
    clears_id: int | None = None
    original: tuple[int, int] | None = None
    approval_number: str = ""
    investment: InvestmentPart | None = None

    @property
    def is_red(self) -> bool:
        """Whether the interest differs from what was expected by more than the tolerance."""
        part = self.investment
        if part is None or part.expected_income is None or part.tolerance is None:
            return False
        received = self.second_amount if self.kind in REDEEMING else self.amount
        return abs(received - part.expected_income) > part.tolerance


def check_input(new: NewEntry, *, today: date) -> None:
    """Refuse an entry that lacks what its kind needs.

    Raises:
        EntryInvalid, ApprovalMissing.
    """
    rule = RULES[new.kind]
    if new.entry_date > today:
        raise EntryInvalid("业务日期不能晚于今天")
    if not new.counterparty.strip() or not new.reference.strip():
        raise EntryInvalid("请填写对方单位和银行流水号（不经过银行的填文号）")
    if (rule.group == Group.INVESTMENT) != (new.investment is not None):
        raise EntryInvalid("定期存款和国债的收支请在定期存款和国债登记簿办理")
    _check_links(new, rule)
    _check_accounts(new, rule)
    if rule.is_write_off and not new.approval_number.strip():
        raise ApprovalMissing


def _check_links(new: NewEntry, rule: EntryRule) -> None:
    if rule.clears and new.clears_id is None:
        raise EntryInvalid("请选择要清理的登记单")
    if not rule.clears and new.clears_id is not None:
        raise EntryInvalid("该业务种类不清理其他登记单")
    if (rule.origin != Origin.NONE) != (new.original is not None):
        raise EntryInvalid("请选择原凭证：退回、追回和退还须按原凭证的年度入账")


def _check_accounts(new: NewEntry, rule: EntryRule) -> None:
    if rule.chosen and new.account_code not in rule.chosen:
        raise EntryInvalid("请选择该业务可用的会计科目")
    if new.second_amount and rule.second and rule.chosen:
        if new.second_account_code not in rule.chosen:
            raise EntryInvalid("填写第二项金额时须选择第二项科目")
        if new.second_account_code == new.account_code:
            raise EntryInvalid("两项的科目相同，请合并为一项金额")
