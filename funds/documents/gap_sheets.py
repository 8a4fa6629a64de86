"""The gap-sharing sheet on paper and as a workbook: 缺口分担表, A4 across."""

from datetime import datetime
from decimal import Decimal

from common.documents import Column, Kind, Sheet, render_pdf, statement_workbook
from funds.selectors.gap_sheets import GapSheetSheet

SIGNERS = (("APPROVE", "主要领导"), ("PREPARE", "测算"))
ZERO = Decimal("0.00")


def gap_sheet_pdf(
    *, sheet: GapSheetSheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the sheet as PDF, with how each share was computed and the order of means."""
    context = {
        "sheet": sheet,
        "shared": sheet.split.gap - sheet.split.pool_share,
        "organisation": organisation,
        "period": sheet.period,
        "document_number": f"{sheet.title}{'（已作废）' if sheet.state == 'VOIDED' else ''}",
        "content_sha256": sheet.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": sheet.signer(step)} for step, label in SIGNERS],
    }
    return render_pdf("funds/print/gap_sheet.html", context)


def gap_sheet_xlsx(*, sheet: GapSheetSheet, organisation: str) -> bytes:
    """Return the sheet as a workbook: who bears what, summed by formulas, and the means."""
    figures = (
        f"收入{sheet.income:,.2f}，支出{sheet.expenditure:,.2f}，缺口{sheet.split.gap:,.2f}；"
        f"上年滚存结余{sheet.rolled_balance:,.2f}，"
        f"分担比例{sheet.ratio.pool}:{sheet.ratio.offices}；状态：{sheet.state_label}"
    )
    head = [f"账套：{sheet.book}", f"编制单位：{organisation}", sheet.period, figures]
    foot = ["　".join(f"{label}：{sheet.signer(step)}" for step, label in SIGNERS)]
    foot.append(f"SHA-256 {sheet.content_sha256}")
    columns = [
        Column("分担主体", 20),
        Column("保险费收入预算（序时）", 20, Kind.AMOUNT),
        Column("保险费收入", 20, Kind.AMOUNT),
        Column("基金支出", 20, Kind.AMOUNT),
        Column("短收承担", 18, Kind.AMOUNT),
        Column("按比例分担", 18, Kind.AMOUNT),
        Column("分担合计", 18, Kind.AMOUNT),
        Column("计算过程", 60),
    ]
    rows = [
        (
            line.name,
            line.figures.target,
            line.figures.income,
            line.figures.expenditure,
            line.share.for_shortfall,
            line.share.of_rest,
            line.share.total,
            line.words,
        )
        for line in sheet.lines
    ]
    pool = sheet.split.pool_share
    rows.append(("统筹区", ZERO, ZERO, ZERO, ZERO, pool, pool, "缺口减各地分担，含舍去的尾差"))
    means = [(m.number, m.name, m.amount, m.note) for m in sheet.means]
    means_columns = [
        Column("次序", 8, Kind.COUNT),
        Column("弥补办法", 36),
        Column("现有金额", 20, Kind.AMOUNT),
        Column("说明", 50),
    ]
    return statement_workbook(
        Sheet("缺口分担表", head, columns, rows, footer_lines=foot),
        Sheet("弥补次序", head, means_columns, means, totals=False, footer_lines=foot),
    )


def file_stem(sheet: GapSheetSheet) -> str:
    """Return the name of the sheet's files without its ending."""
    return f"{sheet.book}{sheet.title}"
