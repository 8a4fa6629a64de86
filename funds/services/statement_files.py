"""A bank's statement as a file: what stands in it and what can be wrong (docs/formats.md §3)."""

from datetime import date
from decimal import Decimal

from common.money import parse_amount
from common.periods import parse_day
from common.tables import Table, TableColumn, TableSpec, parse_count, read_table
from common.xmlfiles import is_xml
from funds.services.camt_statements import read_camt_statement
from funds.services.statement_rows import (
    StatementHead,
    StatementRow,
    head_of,
    parse_own_account,
    parse_serial,
    parse_short_text,
    past_day,
)

NEXT_DAY = "年-月-日，紧接上一份对账单的截止日期"


def _amount(text: str) -> Decimal:
    return parse_amount(text, allow_zero=True)


def _past_day(text: str, today: date) -> date:
    return past_day(parse_day(text), today)


def _money(name: str, label: str, example: str) -> TableColumn:
    return TableColumn(name, label, _amount, is_amount=True, example=example)


def _text(name: str, label: str, example: str) -> TableColumn:
    return TableColumn(
        name, label, parse_short_text, is_required=False, example=example, note="最多100个字"
    )


ACCOUNT = TableColumn(
    "account",
    "账号",
    parse_own_account,
    example="22880510400000010030",
    note="本统筹区登记的基金账户",
)

STATEMENT = TableSpec(
    kind="statement",
    declaration=(
        ACCOUNT,
        TableColumn("from", "起始日期", parse_day, example="2026-10-01", note=NEXT_DAY),
        TableColumn(
            "to",
            "截止日期",
            parse_dated=_past_day,
            example="2026-10-31",
            note="年-月-日，不晚于今天",
        ),
        _money("opening", "期初余额", "1000.00"),
        _money("closing", "期末余额", "1500.00"),
        TableColumn("count", "笔数", parse_count, note="第3行起的实际行数"),
    ),
    columns=(
        ACCOUNT,
        TableColumn("date", "日期", parse_day, example="2026-10-20", note="年-月-日，按日期先后"),
        TableColumn(
            "serial", "银行流水号", parse_serial, example="S101", note="最多40个字，不重复"
        ),
        _money("debit", "借方", "0.00"),
        _money("credit", "贷方", "500.00"),
        _money("balance", "余额", "1500.00"),
        _text("counterparty", "对方户名", "示例单位"),
        _text("counter account", "对方账号", ""),
        _text("summary", "摘要", "收款"),
    ),
    factory=StatementRow,
    unique=("serial",),
)


def read_statement(data: bytes, *, today: date) -> Table[StatementRow]:
    """Return the rows of a statement file, CSV, .xlsx or camt.053, and all that is wrong in it.

    Every row is of the declared account and days, in the order of days, has exactly one side
    above zero and carries the balance on; the last balance is the declared closing.
    """
    if is_xml(data):
        table = read_camt_statement(data, today=today)
    else:
        table = read_table(data, STATEMENT, today=today)
    if table.is_clean:
        _check_statement(table)
    return table


def _check_statement(table: Table[StatementRow]) -> None:
    head = head_of(table)
    if head.from_date > head.until_date:
        table.report(1, "起始日期", f"{head.from_date}", "起始日期晚于截止日期")
    balance, day = head.opening, head.from_date
    for row, line in zip(table.rows, table.lines, strict=True):
        _check_row(table, line, row, head)
        if row.day < day:
            table.report(line, "日期", f"{row.day}", "没有按日期先后排列")
        expected = balance - row.debit + row.credit
        if row.balance != expected:
            reason = f"按上一行余额计算应为{expected}元"
            table.report(line, "余额", f"{row.balance}", reason)
        balance, day = row.balance, max(day, row.day)
    if balance != head.closing:
        reason = f"最后一行余额为{balance}元，与声明的期末余额不符"
        table.report(1, "期末余额", f"{head.closing}", reason)


def _check_row(
    table: Table[StatementRow], line: int, row: StatementRow, head: StatementHead
) -> None:
    if row.account != head.account:
        table.report(line, "账号", "", "与声明行的账号不一致")
    if not head.from_date <= row.day <= head.until_date:
        table.report(line, "日期", f"{row.day}", "不在声明的起止日期之内")
    if (row.debit > 0) == (row.credit > 0):
        table.report(line, "借方", f"{row.debit}", "借方和贷方须恰好有一个大于0")
