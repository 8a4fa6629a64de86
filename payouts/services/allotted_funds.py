"""How a funds-use plan and the policy gate limit the release of batches; the database refuses."""

from common.errors import DomainError
from funds.services.policy_gates import PolicyGateClosed


class FundsNotApproved(DomainError):
    code = "FUNDS_NOT_APPROVED"
    message = "批次中有发放计划的用款计划尚未核准，财政核准后才能支付"


class PlanOutOfFunds(DomainError):
    code = "PLAN_OUT_OF_FUNDS"
    message = "批次中有发放计划在财政核准金额以外（缺口），请重新申请用款后再支付"


class AboveAllottedFunds(DomainError):
    code = "ABOVE_ALLOTTED_FUNDS"
    message = "支付合计超过该用款计划的可用余额与已拨付金额之和，请待财政拨付并登记后再支付"


FUNDS_REFUSALS = {
    "batch_after_its_funds_are_approved": FundsNotApproved,
    "batch_of_no_short_plans": PlanOutOfFunds,
    "batch_within_allotted_funds": AboveAllottedFunds,
    "batch_policy_gate_open": PolicyGateClosed,
}
