"""State changes of funds' tables; the database holds the same table and refuses all others."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from accounts.duties import Duty
from funds.budget_enums import BudgetState
from funds.enums import (
    BankAccountState,
    CustodyState,
    CustodyTransferState,
    EntryState,
    FinancialStatementState,
    FlowFindingState,
    FundsPlanClosingState,
    FundsPlanState,
    HandoverState,
    InvestmentState,
    ListState,
    PeriodRequestState,
    PeriodState,
    VoucherState,
)
from funds.sharing_enums import GapSheetState, ReserveState

# State in which a statement waits -> (step signed there, where approval leads).
STATEMENT_STEPS: Mapping[str, tuple[str, FinancialStatementState]] = MappingProxyType(
    {
        FinancialStatementState.CHECKING: ("CHECK", FinancialStatementState.APPROVING),
        FinancialStatementState.APPROVING: ("APPROVE", FinancialStatementState.SIGNING),
        FinancialStatementState.SIGNING: ("SIGN", FinancialStatementState.FINAL),
    }
)

# Answered for: the month may close and nothing more is asked.
ANSWERED_FINDINGS = (FlowFindingState.APPROVED, FlowFindingState.EXPLAINED)

# State in which a special-business approval waits -> (step signed there, where approval leads).
FINDING_STEPS: Mapping[str, tuple[str, FlowFindingState]] = MappingProxyType(
    {
        FlowFindingState.REVIEW: ("REVIEW", FlowFindingState.APPROVAL),
        FlowFindingState.APPROVAL: ("APPROVE", FlowFindingState.APPROVED),
    }
)
FINDING_DUTY_AT: Mapping[str, Duty] = MappingProxyType(
    {
        FlowFindingState.REVIEW: Duty.SPECIAL_REVIEW,
        FlowFindingState.APPROVAL: Duty.SPECIAL_APPROVE,
    }
)

# Where a funds-use plan waits, in order: two signatures of ours, then two letters (J08).
FUNDS_PLAN_CHAIN = (
    FundsPlanState.SIGNING,
    FundsPlanState.HEAD,
    FundsPlanState.HR,
    FundsPlanState.FINANCE,
)
# State in which a plan waits for a signature -> the step signed there.
FUNDS_PLAN_STEPS: Mapping[str, str] = MappingProxyType(
    {FundsPlanState.SIGNING: "APPROVE", FundsPlanState.HEAD: "PRINCIPAL"}
)
# State in which a plan waits for an outside body's letter -> (its step, the body).
FUNDS_PLAN_LETTERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        FundsPlanState.HR: ("HR", "人力资源和社会保障局"),
        FundsPlanState.FINANCE: ("FINANCE", "财政局"),
    }
)
FUNDS_PLAN_DUTY: Mapping[str, Duty] = MappingProxyType(
    {
        FundsPlanState.SIGNING: Duty.FUNDS_PLAN_SIGN,
        FundsPlanState.HEAD: Duty.FUNDS_PLAN_SIGN_HEAD,
        FundsPlanState.HR: Duty.FUNDS_PLAN_RECORD,
        FundsPlanState.FINANCE: Duty.FUNDS_PLAN_RECORD,
    }
)


def next_plan_state(state: FundsPlanState, *, asks_nothing: bool) -> FundsPlanState:
    """Return where approval leads a funds-use plan; what 支出户 covers needs no letter.

    KeyError where nobody decides.
    """
    if state == FundsPlanState.HEAD and asks_nothing:
        return FundsPlanState.COVERED
    after = (*FUNDS_PLAN_CHAIN[1:], FundsPlanState.REQUESTED)
    return dict(zip(FUNDS_PLAN_CHAIN, after, strict=True))[state]


# Where a budget waits, in order (J13): our head's signature, then five letters.
BUDGET_CHAIN = (
    BudgetState.HEAD,
    BudgetState.TAX,
    BudgetState.HR,
    BudgetState.FINANCE,
    BudgetState.JOINT,
    BudgetState.SUBMITTED,
)
# State in which a budget waits for an outside body's letter -> (its step, the body).
BUDGET_LETTERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        BudgetState.TAX: ("TAX", "税务局"),
        BudgetState.HR: ("HR", "人力资源和社会保障局"),
        BudgetState.FINANCE: ("FINANCE", "财政局"),
        BudgetState.JOINT: ("JOINT", "财政局、人力资源和社会保障局"),
        BudgetState.SUBMITTED: ("GOVERNMENT", "人民政府"),
    }
)


def next_budget_state(state: BudgetState) -> BudgetState:
    """Return where approval leads a budget; KeyError where nobody decides."""
    after = (*BUDGET_CHAIN[1:], BudgetState.APPROVED)
    return dict(zip(BUDGET_CHAIN, after, strict=True))[state]


# Voucher states in their order: (where it waits, step that is signed there). One that is no
# receipt or payment skips the cashier.
VOUCHER_STEPS: Mapping[VoucherState, str] = MappingProxyType(
    {
        VoucherState.DRAFT: "CHECK",
        VoucherState.CASHIER: "CASHIER",
        VoucherState.APPROVAL: "APPROVE",
        VoucherState.BOOKING: "POST",
    }
)
UNPOSTED = tuple(VOUCHER_STEPS)
DUTY_AT: Mapping[VoucherState, Duty] = MappingProxyType(
    {
        VoucherState.DRAFT: Duty.VOUCHER_CHECK,
        VoucherState.CASHIER: Duty.VOUCHER_CASHIER,
        VoucherState.APPROVAL: Duty.VOUCHER_APPROVE,
        VoucherState.BOOKING: Duty.VOUCHER_POST,
    }
)


def next_state(state: VoucherState, *, is_cash: bool) -> VoucherState:
    """Return where a voucher waits after its step was signed; KeyError where none is."""
    if state == VoucherState.DRAFT and not is_cash:
        return VoucherState.APPROVAL
    return {
        VoucherState.DRAFT: VoucherState.CASHIER,
        VoucherState.CASHIER: VoucherState.APPROVAL,
        VoucherState.APPROVAL: VoucherState.BOOKING,
        VoucherState.BOOKING: VoucherState.POSTED,
    }[state]


# Table name -> permitted (from, to).
TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "funds_bankaccount": frozenset(
            {
                (BankAccountState.OPENING, BankAccountState.ACTIVE),
                (BankAccountState.OPENING, BankAccountState.REFUSED),
                (BankAccountState.ACTIVE, BankAccountState.CLOSING),
                (BankAccountState.CLOSING, BankAccountState.ACTIVE),
                (BankAccountState.CLOSING, BankAccountState.CLOSED),
            }
        ),
        "funds_custodyitem": frozenset(
            {
                (CustodyState.REGISTERED, CustodyState.KEPT),
                (CustodyState.REGISTERED, CustodyState.REFUSED),
                (CustodyState.KEPT, CustodyState.RETIRED),
            }
        ),
        "funds_custodytransfer": frozenset(
            {
                (CustodyTransferState.TAKING, CustodyTransferState.WITNESSING),
                (CustodyTransferState.TAKING, CustodyTransferState.REFUSED),
                (CustodyTransferState.WITNESSING, CustodyTransferState.DONE),
                (CustodyTransferState.WITNESSING, CustodyTransferState.REFUSED),
            }
        ),
        "funds_voucher": frozenset(
            {
                *((state, VoucherState.VOIDED) for state in UNPOSTED),
                (VoucherState.DRAFT, VoucherState.CASHIER),
                (VoucherState.DRAFT, VoucherState.APPROVAL),
                (VoucherState.CASHIER, VoucherState.APPROVAL),
                (VoucherState.APPROVAL, VoucherState.BOOKING),
                (VoucherState.BOOKING, VoucherState.POSTED),
            }
        ),
        "funds_period": frozenset(
            {
                (PeriodState.OPEN, PeriodState.CLOSED),
                (PeriodState.CLOSED, PeriodState.OPEN),
            }
        ),
        "funds_periodrequest": frozenset(
            {
                (PeriodRequestState.WAITING, PeriodRequestState.DONE),
                (PeriodRequestState.WAITING, PeriodRequestState.REFUSED),
            }
        ),
        "funds_taxincomelist": frozenset({(ListState.IMPORTED, ListState.TRANSFERRED)}),
        "funds_fundsentry": frozenset(
            {
                (EntryState.SIGNING, EntryState.BOOKED),
                (EntryState.SIGNING, EntryState.RETURNED),
                (EntryState.SIGNING, EntryState.WITHDRAWN),
                (EntryState.RETURNED, EntryState.SIGNING),
                (EntryState.RETURNED, EntryState.WITHDRAWN),
                (EntryState.BOOKED, EntryState.SIGNING),
                (EntryState.BOOKED, EntryState.WITHDRAWN),
            }
        ),
        "funds_investment": frozenset(
            {
                (InvestmentState.PROPOSED, InvestmentState.APPROVED),
                (InvestmentState.PROPOSED, InvestmentState.HELD),  # taken over by a handover
                (InvestmentState.PROPOSED, InvestmentState.REFUSED),
                (InvestmentState.APPROVED, InvestmentState.HELD),
                (InvestmentState.APPROVED, InvestmentState.DROPPED),
                (InvestmentState.HELD, InvestmentState.APPROVED),
                (InvestmentState.HELD, InvestmentState.MATURED),
                (InvestmentState.HELD, InvestmentState.EARLY),
                (InvestmentState.MATURED, InvestmentState.HELD),
                (InvestmentState.EARLY, InvestmentState.HELD),
            }
        ),
        "funds_budget": frozenset(
            {
                (BudgetState.DRAFT, BudgetState.HEAD),
                *pairwise(BUDGET_CHAIN),
                (BudgetState.SUBMITTED, BudgetState.APPROVED),
                *((state, BudgetState.RETURNED) for state in BUDGET_CHAIN),
                (BudgetState.RETURNED, BudgetState.DRAFT),
                (BudgetState.DRAFT, BudgetState.WITHDRAWN),
                (BudgetState.RETURNED, BudgetState.WITHDRAWN),
                (BudgetState.APPROVED, BudgetState.REPLACED),
            }
        ),
        "funds_fundsuseplan": frozenset(
            {
                *((state, FundsPlanState.RETURNED) for state in FUNDS_PLAN_CHAIN),
                *pairwise(FUNDS_PLAN_CHAIN),
                (FundsPlanState.FINANCE, FundsPlanState.REQUESTED),
                (FundsPlanState.HEAD, FundsPlanState.COVERED),
                (FundsPlanState.REQUESTED, FundsPlanState.ALLOTTED),
                (FundsPlanState.REQUESTED, FundsPlanState.CLOSED),
                (FundsPlanState.RETURNED, FundsPlanState.SIGNING),
                (FundsPlanState.RETURNED, FundsPlanState.WITHDRAWN),
            }
        ),
        "funds_fundsplanclosing": frozenset(
            {
                (FundsPlanClosingState.WAITING, FundsPlanClosingState.APPROVED),
                (FundsPlanClosingState.WAITING, FundsPlanClosingState.REFUSED),
            }
        ),
        "funds_financialstatement": frozenset(
            {
                *((state, after) for state, (_, after) in STATEMENT_STEPS.items()),
                *((state, FinancialStatementState.RETURNED) for state in STATEMENT_STEPS),
            }
        ),
        "funds_flowfinding": frozenset(
            {
                (FlowFindingState.OPEN, FlowFindingState.REVIEW),
                (FlowFindingState.RETURNED, FlowFindingState.REVIEW),
                *((state, after) for state, (_, after) in FINDING_STEPS.items()),
                *((state, FlowFindingState.RETURNED) for state in FINDING_STEPS),
                (FlowFindingState.OPEN, FlowFindingState.EXPLAINED),
                (FlowFindingState.RETURNED, FlowFindingState.EXPLAINED),
                (FlowFindingState.EXPLAINED, FlowFindingState.OPEN),
                (FlowFindingState.EXPLAINED, FlowFindingState.RETURNED),
            }
        ),
        "funds_gapsheet": frozenset(
            {
                (GapSheetState.WAITING, GapSheetState.SIGNED),
                (GapSheetState.WAITING, GapSheetState.RETURNED),
                (GapSheetState.SIGNED, GapSheetState.VOIDED),
            }
        ),
        "funds_reserveentry": frozenset(
            {
                (ReserveState.WAITING, ReserveState.APPROVED),
                (ReserveState.WAITING, ReserveState.RETURNED),
            }
        ),
        "funds_handover": frozenset(
            {
                (HandoverState.DRAFT, HandoverState.TRANSFER),
                (HandoverState.TRANSFER, HandoverState.RECEIVE),
                (HandoverState.RECEIVE, HandoverState.SUPERVISE),
                (HandoverState.SUPERVISE, HandoverState.COMPLETE),
                (HandoverState.TRANSFER, HandoverState.DRAFT),
                (HandoverState.RECEIVE, HandoverState.DRAFT),
                (HandoverState.SUPERVISE, HandoverState.DRAFT),
            }
        ),
    }
)

# Where a handover waits for a signature: the step's name and where its approval leads.
HANDOVER_STEPS: Mapping[str, tuple[str, HandoverState]] = MappingProxyType(
    {
        HandoverState.TRANSFER: ("TRANSFER", HandoverState.RECEIVE),
        HandoverState.RECEIVE: ("RECEIVE", HandoverState.SUPERVISE),
        HandoverState.SUPERVISE: ("SUPERVISE", HandoverState.COMPLETE),
    }
)
