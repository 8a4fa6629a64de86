"""The tax authority's income list as a file: what stands in it and what can be wrong (§5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.identifiers import parse_credit_code
from common.money import parse_amount
from common.periods import month_code, month_text, parse_day, parse_month
from common.tables import (
    CellInvalid,
    Table,
    TableColumn,
    TableSpec,
    parse_count,
    parse_text,
    read_table,
)
from funds.enums import TaxIncomeKind

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One line of the list, as parsed; amounts in yuan."""

    month: date
    tax_office: str
    credit_code: str
    unit: str
    office: str
    kind: str
    unit_part: Decimal
    person_part: Decimal
    treasury_date: date


def _amount(text: str) -> Decimal:
    return parse_amount(text, allow_zero=True)


def _past_day(text: str, today: date) -> date:
    day = parse_day(text)
    if day > today:
        raise CellInvalid("入库日期晚于今天")
    return day


def _short_text(text: str) -> str:
    plain = parse_text(text)
    if len(plain) > 60:
        raise CellInvalid("文字最多60个字")
    return plain


def _unit_name(text: str) -> str:
    plain = parse_text(text)
    if len(plain) > 100:
        raise CellInvalid("单位名称最多100个字")
    return plain


MONTH = TableColumn("month", "月份", parse_month, example="202610", note="六位数字的年月")

# Source: docs/formats.md §5.
TAX_LIST = TableSpec(
    kind="tax",
    declaration=(
        MONTH,
        TableColumn("count", "笔数", parse_count, note="第3行起的实际行数"),
        TableColumn("total", "合计金额", parse_amount, is_amount=True, example="60000.00"),
    ),
    columns=(
        MONTH,
        TableColumn("tax office", "税务机关", _short_text, example="东区税务局", note="最多60个字"),
        TableColumn(
            "credit code",
            "统一社会信用代码",
            parse_credit_code,
            example="91510402MA620000X2",
            note="18位",
        ),
        TableColumn(
            "unit",
            "缴费单位",
            _unit_name,
            example="攀枝花市示例商贸有限公司",
            note="最多100个字",
        ),
        TableColumn(
            "office",
            "经办机构",
            parse_text,
            example="510402",
            note="本统筹区经办机构的六位区划代码",
        ),
        TableColumn(
            "kind",
            "征收类别",
            choices={k.label: k.value for k in TaxIncomeKind},
            example=TaxIncomeKind.CURRENT.label,
        ),
        TableColumn("unit part", "单位部分", _amount, is_amount=True, example="36000.00"),
        TableColumn("person part", "个人部分", _amount, is_amount=True, example="24000.00"),
        TableColumn(
            "treasury date",
            "入库日期",
            parse_dated=_past_day,
            example="2026-10-20",
            note="年-月-日，不晚于今天",
        ),
    ),
    factory=TaxRow,
    unique=(
        "tax office",
        "credit code",
        "office",
        "kind",
        "unit part",
        "person part",
        "treasury date",
    ),
)


def read_tax_list(data: bytes, *, today: date, regions: frozenset[str]) -> Table[TaxRow]:
    """Return the list's rows and all that is wrong with the file.

    Beyond the format: every row is of the declared month, names an office of `regions` and has
    an amount; the rows add up to the declared total.
    """
    table = read_table(data, TAX_LIST, today=today)
    month, total = table.declaration.get("month"), ZERO
    for row, line in zip(table.rows, table.lines, strict=True):
        if month is not None and row.month != month:
            reason = f"声明行为{month_text(month)}"  # type: ignore[arg-type]
            table.report(line, "月份", month_code(row.month), reason)
        if row.office not in regions:
            table.report(line, "经办机构", row.office, "不是本统筹区经办机构的区划代码")
        if not row.unit_part and not row.person_part:
            table.report(line, "单位部分", "0.00", "单位部分和个人部分不能同时为0")
        total += row.unit_part + row.person_part
    declared = table.declaration.get("total", total)
    if table.is_clean and declared != total:
        table.report(1, "合计金额", f"{declared}", f"声明{declared}元，各行合计{total}元")
    return table
