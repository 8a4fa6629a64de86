"""Where the forms of gap sheets and of the reserve are filled in."""

from tests.bad_input.desk import Desk, always, seen

SHARING = (
    Desk(
        "funds.forms.gap_sheets.ReserveForm",
        "funds:reserve_new",
        "BUDG",
        always(
            kind="ALLOCATION",
            entry_date="2026-11-02",
            amount="5,000.00",
            document_number="人社发〔2026〕11号",
            reason="年度计提",
            gap_sheet="",
            office="",
            handed_over="",
        ),
    ),
    Desk(
        "funds.forms.gap_sheets.ReserveReversalForm",
        "funds:reserve_reverse",
        "BUDG",
        always(reason="重复登记", document_number="人社发〔2026〕12号"),
        of="approved-reserve",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:gap_sheet_decide",
        "HEAD",
        seen("gap_sheet", decision="APPROVE"),
        of="gap_sheet",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:reserve_decide",
        "HEAD",
        seen("reserve", decision="APPROVE"),
        of="reserve",
    ),
)
