"""A budget and its execution on paper and as workbooks: 社预08表, 社预附03表, 执行情况表."""

from collections.abc import Sequence
from datetime import datetime

from common.documents import CellValue, Column, Kind, RowSum, Sheet, render_pdf, statement_workbook
from common.periods import day_text
from funds.selectors.budget_execution import Execution
from funds.selectors.budgets import BudgetSheet
from funds.statement_lines import INCOME, Line

SIGNERS = (("PRINCIPAL", "单位负责人"), ("PREPARE", "制表"))
BODIES = (
    ("TAX", "税务部门会签"),
    ("HR", "人社部门审核"),
    ("FINANCE", "财政部门复核"),
    ("JOINT", "财政、人社联合上报"),
    ("GOVERNMENT", "政府批准"),
)
MISSING = "—"


def budget_pdf(
    *, sheet: BudgetSheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the budget as PDF with who signed it and what the bodies answered."""
    context = {
        "budget": sheet,
        "document_number": sheet.title,
        "organisation": organisation,
        "period": f"{sheet.year}年度",
        "content_sha256": sheet.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": sheet.signer(step)} for step, label in SIGNERS],
        "bodies": [(label, sheet.letter(step)) for step, label in BODIES],
    }
    return render_pdf("funds/print/budget.html", context)


def budget_xlsx(*, sheet: BudgetSheet, organisation: str) -> bytes:
    """Return the budget as a workbook: lines with formulas for sums, basic data, targets."""
    head = [f"险种和制度：{sheet.book}", f"编制单位：{organisation}", f"{sheet.year}年度"]
    foot = [
        "　".join(f"{label}：{sheet.signer(step)}" for step, label in SIGNERS),
        *(f"{label}：{sheet.letter(step)}" for step, label in BODIES),
        f"SHA-256 {sheet.content_sha256}",
    ]
    return statement_workbook(
        _lines(sheet, ["社预08表", *head], foot),
        _basis(sheet, ["社预附03表", *head]),
        _factors(sheet, head),
        _targets(sheet, head),
    )


def _sum_of(line: Line, first: int) -> tuple[list[int], list[int]]:
    """Return the places of the rows a line adds and takes away; `first` is that of the first."""
    places = {one.code: place for place, one in enumerate(INCOME, start=first)}
    return [places[code] for code in line.plus], [places[code] for code in line.minus]


def _lines(sheet: BudgetSheet, head: Sequence[str], foot: Sequence[str]) -> Sheet:
    columns = [
        Column("项目", 40),
        *(Column(label, 20, Kind.AMOUNT) for label in ("上年预算", "上年预计执行", "本年预算")),
        Column("比上年预计(%)", 14),
        Column("测算依据", 60),
    ]
    rows: list[Sequence[CellValue | RowSum]] = [("上年结余", None, None, sheet.opening, "", "")]
    for row in sheet.lines:
        plus, minus = _sum_of(row.line, 1)
        figures = [row.last_budget, row.estimate, row.amount]
        rows.append(
            (
                "　" * row.line.level + row.line.label,
                *(
                    RowSum(figure, plus, minus) if plus and figure is not None else figure
                    for figure in figures
                ),
                MISSING if row.change is None else str(row.change),
                row.how,
            )
        )
    last = len(INCOME)  # the place of 本期基金结余, below 上年结余
    closing = RowSum(sheet.closing, [0, last], [])
    rows.append(("年末滚存结余", None, None, closing, "", "上年结余＋基金收入－基金支出"))
    return Sheet("失业保险基金收支预算表", head, columns, rows, totals=False, footer_lines=foot)


def _basis(sheet: BudgetSheet, head: Sequence[str]) -> Sheet:
    premium, benefit = sheet.premiums.row, sheet.benefits.row
    assert premium is not None
    assert benefit is not None
    rows = [
        ("参保缴费人数（人）", f"{premium.quantity:,}"),
        ("月均缴费基数（元）", f"{premium.unit_amount:,.2f}"),
        ("费率", sheet.premiums.rate_text),
        ("征缴率", sheet.premiums.collection_text),
        ("享受失业保险金人月", f"{benefit.quantity:,}"),
        ("月人均失业保险金（元）", f"{benefit.unit_amount:,.2f}"),
    ]
    columns = [Column("项目", 30), Column("数据", 24)]
    return Sheet("基础资料表", head, columns, rows, totals=False)


def _factors(sheet: BudgetSheet, head: Sequence[str]) -> Sheet:
    columns = [Column("因素", 24), Column("取值", 24), Column("说明", 60)]
    rows = [(str(row.factor.label), row.value, row.explanation) for row in sheet.factors]
    return Sheet("测算因素", head, columns, rows, totals=False)


def _targets(sheet: BudgetSheet, head: Sequence[str]) -> Sheet:
    columns = [Column("经办机构", 24), Column("征缴目标", 24, Kind.AMOUNT)]
    return Sheet("征缴目标", head, columns, [(row.office, row.amount) for row in sheet.targets])


def execution_pdf(
    *, found: Execution, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the execution of a budget as PDF."""
    context = {
        "execution": found,
        "organisation": organisation,
        "period": found.text,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": ""} for label in ("单位负责人", "预算岗")],
    }
    return render_pdf("funds/print/budget_execution.html", context)


def execution_xlsx(*, found: Execution, organisation: str) -> bytes:
    """Return the execution of a budget as a workbook whose sums are formulas."""
    head = [
        f"险种和制度：{found.book}",
        f"编制单位：{organisation}",
        f"{found.text}，时间进度{found.time_rate}%",
    ]
    if found.is_quarter:
        head.append(f"报送期限：{day_text(found.due)}")
    columns = [
        Column("项目", 40),
        *(Column(label, 20, Kind.AMOUNT) for label in ("全年预算", "累计执行", "预算余额")),
        *(Column(label, 14) for label in ("执行率(%)", "偏离进度(百分点)", "预警")),
    ]
    rows: list[Sequence[CellValue | RowSum]] = []
    for row in found.rows:
        plus, minus = _sum_of(row.line, 0)
        figures = [row.budget, row.actual, row.left]
        rows.append(
            (
                "　" * row.line.level + row.line.label,
                *(RowSum(figure, plus, minus) if plus else figure for figure in figures),
                MISSING if row.rate is None else str(row.rate),
                MISSING if row.deviation is None else str(row.deviation),
                str(row.level.label),
            )
        )
    return statement_workbook(Sheet("预算执行情况表", head, columns, rows, totals=False))
