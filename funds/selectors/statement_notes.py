"""What the books already say to the six points of the notes; the accountant writes the rest."""

from decimal import Decimal

from funds.enums import StatementColumn, StatementTable
from funds.selectors.statement_figures import Figures, StatementScope

BALANCE, INCOME = StatementTable.BALANCE, StatementTable.INCOME
OPENING, CLOSING = StatementColumn.OPENING, StatementColumn.CLOSING
NOTHING = "无。"
# Lines of which a balance at the end is worth a word of its own.
IMPORTANT = (
    ("A03", "财政专户存款"),
    ("A04", "支出户存款"),
    ("A06", "暂付款"),
    ("L01", "暂收款"),
    ("L02", "借入款项"),
)


def prefilled_notes(scope: StatementScope, figures: Figures) -> list[str]:
    """Return a text for each of the six points, in their order."""
    return [
        _important(scope, figures),
        NOTHING,
        _bonds(figures),
        "无委托投资。",
        NOTHING,
        _other(figures),
    ]


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}元"


def _important(scope: StatementScope, figures: Figures) -> str:
    parts = [f"期末资产总计{_yuan(figures.cells[BALANCE, 'A99', CLOSING])}"]
    for line, label in IMPORTANT:
        before, after = figures.cells[BALANCE, line, OPENING], figures.cells[BALANCE, line, CLOSING]
        if before or after:
            parts.append(f"{label}{_yuan(after)}（年初{_yuan(before)}）")
    columns = scope.columns(INCOME)
    column = StatementColumn.TO_DATE if StatementColumn.TO_DATE in columns else columns[0]
    name = "本年累计" if column == StatementColumn.TO_DATE else "本期"
    income, expenditure, surplus = (
        _yuan(figures.cells[INCOME, line, column]) for line in ("I00", "O00", "S00")
    )
    parts.append(f"{name}基金收入{income}，基金支出{expenditure}，基金结余{surplus}")
    return "；".join(parts) + "。"


def _bonds(figures: Figures) -> str:
    before, after = figures.cells[BALANCE, "A07", OPENING], figures.cells[BALANCE, "A07", CLOSING]
    if not before and not after:
        return "期末无债券投资。"
    return f"债券投资年初余额{_yuan(before)}，期末余额{_yuan(after)}，按成本计价。"


def _other(figures: Figures) -> str:
    if figures.handed_over:
        return f"年初余额中含本年接收移交的基金结余{_yuan(figures.handed_over)}。"
    return NOTHING
