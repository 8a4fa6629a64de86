"""Where the forms of term deposits and treasury bonds are filled in."""

from tests.bad_input.desk import Desk, always, seen

RECEIPT = {"received_date": "2026-10-20", "amount": "11900.00", "reference": "FX01"}
INVESTMENTS = (
    Desk(
        "funds.forms.investments.ProposalForm",
        "funds:investment_new",
        "FACC",
        always(
            kind="DEPOSIT",
            institution="建设银行攀枝花分行",
            issue="",
            principal="5,000,000.00",
            fees="",
            rate="2.15",
            interest_mode="AT_END",
            date_from="2026-11-02",
            term_months="12",
            certificate_number="",
            approval_number="财社函〔2026〕7号",
            note="",
        ),
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:investment_decide",
        "FHEAD",
        seen("investment", decision="APPROVE"),
        of="investment",
    ),
    Desk(
        "funds.forms.investments.PurchaseForm",
        "funds:investment_buy",
        "FACC",
        always(certificate_number="0001", reference="CR01"),
        of="approved-investment",
    ),
    Desk(
        "funds.forms.investments.DropForm",
        "funds:investment_drop",
        "FACC",
        always(reason="银行未办理"),
        of="approved-investment",
    ),
    Desk(
        "funds.forms.investments.InvestmentReceiptForm",
        "funds:investment_earn",
        "FACC",
        always(**RECEIPT),
        of="held-bond",
    ),
    Desk(
        "funds.forms.investments.InvestmentReceiptForm",
        "funds:investment_redeem",
        "FACC",
        always(**RECEIPT | {"amount": "1,011,900.00", "reference": "SH01"}),
        of="held-bond",
    ),
)
