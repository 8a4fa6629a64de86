"""State changes of funds' tables; the database holds the same table and refuses all others."""

from collections.abc import Mapping
from types import MappingProxyType

from funds.enums import FundsPlanState, ListState, PeriodState, VoucherState

# Table name -> permitted (from, to).
TRANSITIONS: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        "funds_voucher": frozenset(
            {
                (VoucherState.DRAFT, VoucherState.CHECKED),
                (VoucherState.DRAFT, VoucherState.VOIDED),
                (VoucherState.CHECKED, VoucherState.DRAFT),
                (VoucherState.CHECKED, VoucherState.POSTED),
                (VoucherState.CHECKED, VoucherState.VOIDED),
            }
        ),
        "funds_period": frozenset({(PeriodState.OPEN, PeriodState.CLOSED)}),
        "funds_taxincomelist": frozenset({(ListState.IMPORTED, ListState.TRANSFERRED)}),
        "funds_fundsuseplan": frozenset(
            {
                (FundsPlanState.SIGNING, FundsPlanState.REQUESTED),
                (FundsPlanState.SIGNING, FundsPlanState.RETURNED),
                (FundsPlanState.REQUESTED, FundsPlanState.ALLOTTED),
                (FundsPlanState.REQUESTED, FundsPlanState.RETURNED),
            }
        ),
    }
)
