"""The analysis on paper and as a workbook."""

from collections.abc import Sequence
from datetime import datetime

from common.documents import CellValue, Column, Kind, Sheet, render_pdf, statement_workbook
from common.periods import month_text
from config.analysis.figures import Analysis
from config.analysis.wording import charts, sentences

MISSING = "—"


def analysis_pdf(
    *, found: Analysis, book: str, organisation: str, remark: str, printed_at: datetime
) -> bytes:
    """Return the analysis as PDF with its pictures."""
    context = {
        "analysis": found,
        "book": book,
        "sentences": [*sentences(found), *found.gaps],
        "charts": charts(found),
        "remark": remark,
        "organisation": organisation,
        "period": month_text(found.month),
        "printed_at": printed_at,
        "signers": [{"label": label, "name": ""} for label in ("单位负责人", "财务负责人", "制表")],
    }
    return render_pdf("analysis/print/analysis.html", context)


def analysis_xlsx(*, found: Analysis, book: str, organisation: str, remark: str) -> bytes:
    """Return the analysis as a workbook: the lines compared, the last months, recipients."""
    head = [f"险种和制度：{book}", f"编制单位：{organisation}", month_text(found.month)]
    foot = [*sentences(found), *found.gaps, f"分析说明：{remark or '无'}"]
    return statement_workbook(_lines(found, head, foot), _months(found, head), _heads(found, head))


def _lines(found: Analysis, head: Sequence[str], foot: Sequence[str]) -> Sheet:
    columns = [
        Column("项目", 34),
        *(Column(label, 18, Kind.AMOUNT) for label in ("本月数", "上月数")),
        Column("环比(%)", 10),
        Column("上年同月数", 18, Kind.AMOUNT),
        Column("同比(%)", 10),
        *(Column(label, 18, Kind.AMOUNT) for label in ("本年累计数", "上年同期累计")),
        Column("累计同比(%)", 12),
    ]
    rows: list[Sequence[CellValue]] = [
        (
            "　" * row.line.level + row.line.label,
            row.amount,
            row.last_month,
            _percent(row.month_change),
            row.last_year,
            _percent(row.year_change),
            row.to_date,
            row.to_date_last_year,
            _percent(row.to_date_change),
        )
        for row in found.lines
    ]
    return Sheet("基金运行分析", head, columns, rows, totals=False, footer_lines=foot)


def _percent(value: object) -> str:
    return MISSING if value is None else str(value)


def _months(found: Analysis, head: Sequence[str]) -> Sheet:
    columns = [
        Column("月份", 14),
        *(Column(label, 20, Kind.AMOUNT) for label in ("基金收入", "基金支出", "结余", "滚存结余")),
    ]
    rows: list[Sequence[CellValue]] = [
        (
            month_text(row.month),
            *(row.lines[code] for code in ("I00", "O00", "S00")),
            row.balance,
        )
        for row in found.months
    ]
    return Sheet("各月收支和结余", head, columns, rows, totals=False)


def _heads(found: Analysis, head: Sequence[str]) -> Sheet:
    columns = [
        Column("期间", 24),
        Column("领取失业保险金人数", 20, Kind.COUNT),
        Column("发放金额", 20, Kind.AMOUNT),
        Column("人均", 16, Kind.AMOUNT),
    ]
    rows: list[Sequence[CellValue]] = [
        (row.label, row.persons, row.amount, row.average) for row in found.per_head
    ]
    return Sheet("领取人数和人均", head, columns, rows, totals=False)
