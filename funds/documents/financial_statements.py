"""资产负债表, 收支表 and 附注 as PDF in the official layout and as a workbook whose totals tie."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from common.documents import CellValue, Column, Kind, RowSum, Sheet, render_pdf, statement_workbook
from common.periods import day_text
from funds.enums import StatementSpan
from funds.selectors.financial_statements import StatementSheet
from funds.selectors.statement_tables import (
    StatementTables,
    TableLine,
    build_tables,
    side_by_side,
)
from funds.statement_lines import NOTES

SIGNERS = (
    ("SIGN", "单位负责人"),
    ("APPROVE", "财务负责人"),
    ("CHECK", "复核"),
    ("PREPARE", "制表"),
)
# Columns of the official 收支表; the months of last year beside a month are for the screen.
OFFICIAL_INCOME_COLUMNS = 2


def statement_pdf(
    *, sheet: StatementSheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the statement as PDF, each table on a page of its own."""
    tables = build_tables(sheet.scope, sheet.figures)
    context = {
        "sheet": sheet,
        "tables": tables,
        "income_heads": tables.income_heads[:OFFICIAL_INCOME_COLUMNS],
        "income": [(row, row.cells[:OFFICIAL_INCOME_COLUMNS]) for row in tables.income],
        "notes": list(zip(NOTES, sheet.notes, strict=True)),
        "organisation": organisation,
        "document_number": f"{sheet.scope.text} 第{sheet.version}版",
        "day": day_text(sheet.scope.last_day),
        "content_sha256": sheet.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": sheet.signer(step)} for step, label in SIGNERS],
    }
    return render_pdf("funds/print/financial_statement.html", context)


def statement_xlsx(*, sheet: StatementSheet, organisation: str) -> bytes:
    """Return the statement as a workbook: two tables with formulas for totals, and the notes."""
    tables = build_tables(sheet.scope, sheet.figures)
    head = [f"险种和制度：{sheet.book}", f"编制单位：{organisation}"]
    foot = ["　".join(f"{label}：{sheet.signer(step)}" for step, label in SIGNERS)]
    foot.append(f"SHA-256 {sheet.content_sha256}")
    day = day_text(sheet.scope.last_day)
    return statement_workbook(
        _balance_sheet(tables, ["会社保01表", *head, day], foot),
        _income_sheet(tables, ["会社保02表", *head, sheet.scope.text], foot),
        _notes_sheet(sheet, [*head, sheet.scope.text], foot),
    )


def _balance_sheet(tables: StatementTables, head: Sequence[str], foot: Sequence[str]) -> Sheet:
    opening, closing = tables.balance_heads
    columns = [
        Column("资产", 22),
        Column(opening, 20, Kind.AMOUNT),
        Column(closing, 20, Kind.AMOUNT),
        Column("负债和净资产", 22),
        Column(opening, 20, Kind.AMOUNT),
        Column(closing, 20, Kind.AMOUNT),
    ]
    rows = side_by_side(tables.assets, tables.liabilities)
    left, right = _places(row[0] for row in rows), _places(row[1] for row in rows)
    cells = [[*_cells(a, left, 2), *_cells(b, right, 2)] for a, b in rows]
    return Sheet("资产负债表", head, columns, cells, totals=False, footer_lines=foot)


def _income_sheet(tables: StatementTables, head: Sequence[str], foot: Sequence[str]) -> Sheet:
    columns = [Column("项目", 40), *(Column(h, 20, Kind.AMOUNT) for h in tables.income_heads)]
    places = _places(tables.income)
    rows = [_cells(row, places, len(tables.income_heads)) for row in tables.income]
    return Sheet("收支表", head, columns, rows, totals=False, footer_lines=foot)


def _notes_sheet(sheet: StatementSheet, head: Sequence[str], foot: Sequence[str]) -> Sheet:
    rows = [
        (f"（{number}）{title}", text)
        for number, title, text in zip("一二三四五六", NOTES, sheet.notes, strict=True)
    ]
    columns = [Column("事项", 40), Column("说明", 80)]
    return Sheet("附注", head, columns, rows, totals=False, footer_lines=foot)


def _places(rows: Iterable[TableLine | None]) -> dict[str, int]:
    """Return line code -> place of its row."""
    return {row.line.code: place for place, row in enumerate(rows) if row is not None}


def _cells(row: TableLine | None, places: dict[str, int], width: int) -> list[CellValue | RowSum]:
    """Return label and figures of a line; sums as formulas over the lines they add."""
    if row is None:
        return [""] + [None] * width
    label = "　" * row.line.level + row.line.label
    if not row.cells:
        return [label] + [None] * width
    line = row.line
    plus, minus = ([places[code] for code in codes] for codes in (line.plus, line.minus))
    return [
        label,
        *(RowSum(cell.amount, plus, minus) if plus else cell.amount for cell in row.cells),
    ]


def file_stem(sheet: StatementSheet) -> str:
    """Return the name of the statement's files without its ending."""
    kind = "年报" if sheet.scope.span == StatementSpan.YEAR else "月报"
    return f"{sheet.book}财务报表-{sheet.scope.text}{kind}-第{sheet.version}版"
