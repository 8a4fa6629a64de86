"""Whether a draft follows the rule of its event, and along which edge its money moves.

The posting gate of the database refuses the same; here the refusal names line and remedy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import DomainError
from funds import posting_rules
from funds.enums import BusinessEvent, SourceKind
from funds.posting_rules import RULES, EventRule, Posting
from funds.selectors import edges


class RuleViolated(DomainError):
    code = "POSTING_RULE_VIOLATED"
    message = "分录不符合该业务事项的记账规则"


class FlowForbidden(DomainError):
    code = "FLOW_FORBIDDEN"
    message = "该业务事项不允许这样的资金流向，如确需办理请走特殊业务审批"


class SourceRequired(DomainError):
    code = "SOURCE_REQUIRED"
    message = "该业务事项的凭证由来源单据自动生成，不能手工填制"


class SpecialApprovalMissing(DomainError):
    code = "SPECIAL_APPROVAL_MISSING"
    message = "特殊业务凭证须有已批准的特殊业务审批，金额和资金流向与审批一致"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rules judge of a voucher; a correction may stand with its sides exchanged."""

    event: BusinessEvent
    source_kind: SourceKind
    is_correction: bool
    postings: Sequence[Posting]


def permitted_edge(entry: Entry) -> int | None:
    """Return the id of the edge the entry's money moves along, None where none moves.

    Raises:
        RuleViolated: an account on a side where the event has none; names the line.
        SourceRequired: the event's vouchers come from a document of the system.
        FlowForbidden: the event may not move money that way.
    """
    rule = RULES.get(entry.event)
    if rule is None:
        return None
    if rule.sources and entry.source_kind not in rule.sources and not entry.is_correction:
        raise SourceRequired(f"“{entry.event.label}”的凭证由{rule.document}自动生成，不能手工填制")
    is_turned = _is_turned(rule, entry)
    return None if entry.event == BusinessEvent.OPENING else _edge(entry, is_turned=is_turned)


def _is_turned(rule: EventRule, entry: Entry) -> bool:
    """Tell whether the sides stand exchanged; refuse what fits neither way."""
    wrong = _first_wrong(rule, entry.postings, is_turned=False)
    if wrong is None:
        return False
    if entry.is_correction and _first_wrong(rule, entry.postings, is_turned=True) is None:
        return True
    line = entry.postings[wrong]
    side = "借记" if line.debit > 0 else "贷记"
    raise RuleViolated(
        f"第{wrong + 1}条分录：“{rule.event.label}”不能{side}科目{line.account_code}；"
        f"借方限{'、'.join(rule.debit)}，贷方限{'、'.join(rule.credit)}及其明细科目"
    )


def _first_wrong(rule: EventRule, postings: Sequence[Posting], *, is_turned: bool) -> int | None:
    wrong = (
        place
        for place, posting in enumerate(postings)
        if not posting_rules.is_permitted(rule, posting, is_turned=is_turned)
    )
    return next(wrong, None)


def _edge(entry: Entry, *, is_turned: bool) -> int | None:
    try:
        flow = posting_rules.movement(entry.postings)
    except ValueError as error:
        raise FlowForbidden("一张凭证只能登记一笔资金流动，请按收款、付款账户分开填制") from error
    if flow is None:
        return None
    edge_id = edges.edge_id(entry.event, flow[::-1] if is_turned else flow)
    if edge_id is None:
        raise FlowForbidden(
            f"“{entry.event.label}”不允许资金由{flow[0].label}到{flow[1].label}，"
            "如银行已经发生，请办理特殊业务审批"
        )
    return edge_id
