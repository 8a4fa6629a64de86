"""Where the forms of budgets are filled in."""

from tests.bad_input.desk import Desk, always, seen

LINE = {"estimate": "11,000,000.00", "explanation": "按上年预计执行数测算"}
BUDGETS = (
    Desk("funds.forms.budgets.BudgetYearForm", "funds:budget_new", "BUDG", always(year="2026")),
    Desk(
        "funds.forms.budgets.PremiumLineForm",
        "funds:budget_part",
        "BUDG",
        always(quantity="20000", unit_amount="5,000.00", rate="1", collection_rate="98", **LINE),
        of="budget",
        words=("I01",),
    ),
    Desk(
        "funds.forms.budgets.BenefitLineForm",
        "funds:budget_part",
        "BUDG",
        always(quantity="3000", unit_amount="1,864.00", **LINE),
        of="budget",
        words=("O011",),
    ),
    Desk(
        "funds.forms.budgets.EnteredLineForm",
        "funds:budget_part",
        "BUDG",
        always(amount="500,000.00", **LINE),
        of="budget",
        words=("O02",),
    ),
    Desk(
        "funds.forms.budgets.FactorForm",
        "funds:budget_part",
        "BUDG",
        always(value="增长3%", explanation="按统计公报"),
        of="budget",
        words=("ECONOMY",),
    ),
    Desk(
        "funds.forms.budgets.SumForm",
        "funds:budget_part",
        "BUDG",
        always(amount="1,000,000.00"),
        of="budget",
        words=("opening",),
    ),
    Desk(
        "funds.forms.budgets.AdjustmentForm",
        "funds:budget_adjust",
        "BUDG",
        always(cause="MORE_EXPENDITURE", reason="失业人数增加"),
        of="approved-budget",
    ),
    Desk(
        "funds.forms.DecisionForm",
        "funds:budget",
        "HEAD",
        seen("budget", decision="RETURN"),
        of="asked-budget",
    ),
    Desk(
        "funds.forms.budgets.BudgetLetterForm",
        "funds:budget_letter",
        "BUDG",
        seen(
            "budget",
            decision="APPROVE",
            document_number="攀税函〔2026〕8号",
            decided_date="2026-11-02",
        ),
        of="lettered-budget",
    ),
    Desk(
        "funds.forms.budgets.LetterConfirmationForm",
        "funds:budget_confirm",
        "FCHK",
        always(result="WRONG", reason="文号不符"),
        of="recorded-budget",
    ),
)
