"""Reading extract files: what the national enrolment and the medical insurance say of people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from common.identifiers import IdentityNumber, mask_identity, parse_identity_number
from common.identifiers import parse_person_name as parse_name
from common.money import parse_amount
from common.periods import month_code, parse_day, parse_month
from common.tables import (
    CellInvalid,
    Table,
    TableColumn,
    TableSpec,
    parse_count,
    parse_text,
    read_table,
)
from payouts.enums import EnrolmentStatus, SourceKind

LONGEST_WORK = 1200  # months of contributions; nobody works a hundred years


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One person of an extract; what a source does not tell stays empty. Amount in yuan."""

    identity: str
    name: str
    place: str = ""
    status: str = ""
    last_month: date | None = None
    contributed_months: int | None = None
    unit_number: str = ""
    unit_name: str = ""
    amount: Decimal | None = None
    month: date | None = None
    parts: Decimal | None = None

    @property
    def identity_masked(self) -> str:
        """Return the identity number as screens show it."""
        return mask_identity(self.identity)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What was read: the table with its problems, the day of the data, and the month, if told."""

    table: Table[SourceRow]
    data_date: date | None
    month: date | None

    def rows(self) -> Iterator[tuple[int, SourceRow]]:
        """Yield line numbers and rows."""
        return zip(self.table.lines, self.table.rows, strict=True)


def read_source(data: bytes, kind: SourceKind, *, today: date) -> SourceFile:
    """Return an extract file's rows and everything that is wrong with it.

    Source: docs/formats.md §4.
    """
    table = read_table(data, SPECS[kind], today=today)
    data_date, month = table.declaration.get("data day"), table.declaration.get("month")
    file = SourceFile(
        table,
        data_date if isinstance(data_date, date) else None,
        month if isinstance(month, date) else None,
    )
    check = _check_medical if kind == SourceKind.MEDICAL else _check_enrolment
    for line, row in file.rows():
        check(file, line, row)
    return file


def _check_enrolment(file: SourceFile, line: int, row: SourceRow) -> None:
    """Report who is insured and working without a month of the last premium."""
    if row.status == EnrolmentStatus.ACTIVE and row.last_month is None:
        file.table.report(line, "最后缴费月份", "", "参保缴费人员须填写最后缴费月份")


def _check_medical(file: SourceFile, line: int, row: SourceRow) -> None:
    """Report a row of another month than declared, and parts that do not add up."""
    if file.month and row.month and row.month != file.month:
        reason = f"与声明的所属月份{month_code(file.month)}不一致"
        file.table.report(line, "所属月份", month_code(row.month), reason)
    if row.parts != row.amount:
        reason = f"单位与个人部分之和为{row.parts}，与合计不符"
        file.table.report(line, "合计", str(row.amount), reason)


def _identity(text: str, today: date) -> str:
    number: IdentityNumber = parse_identity_number(text, today)
    return number.number


def _data_day(text: str, today: date) -> date:
    day = parse_day(text)
    if day > today:
        raise CellInvalid("数据日期晚于今天")
    return day


def _short_text(length: int, text: str) -> str:
    plain = parse_text(text)
    if len(plain) > length:
        raise CellInvalid(f"文字最多{length}个字")
    return plain


def _months(text: str) -> int:
    months = parse_count(text)
    if months > LONGEST_WORK:
        raise CellInvalid(f"累计缴费月数不能超过{LONGEST_WORK}")
    return months


def _enrolment_row(*values: object) -> SourceRow:
    identity, name, place, status, last_month, months, unit = values
    return SourceRow(
        identity=str(identity),
        name=str(name),
        place=str(place or ""),
        status=str(status),
        last_month=last_month if isinstance(last_month, date) else None,
        contributed_months=months if isinstance(months, int) else None,
        unit_name=str(unit or ""),
    )


def _medical_row(*values: object) -> SourceRow:
    month, identity, name, unit_number, unit, _base, unit_part, person_part, total = values
    return SourceRow(
        identity=str(identity),
        name=str(name),
        unit_number=str(unit_number),
        unit_name=str(unit or ""),
        amount=Decimal(str(total)),
        month=month if isinstance(month, date) else None,
        parts=Decimal(str(unit_part)) + Decimal(str(person_part)),
    )


IDENTITY = TableColumn(
    "identity",
    "证件号",
    parse_dated=_identity,
    example="51040219850615202X",
    note="18位公民身份号码，每人一行",
)
NAME = TableColumn(
    "name", "姓名", parse=parse_name, example="张示例", note="最多50个字，间隔号用“·”"
)
UNIT = TableColumn(
    "unit",
    "单位名称",
    parse=partial(_short_text, 100),
    is_required=False,
    example="攀枝花市示例商贸有限公司",
    note="最多100个字",
)
DECLARED = (
    TableColumn(
        "data day",
        "数据日期",
        parse_dated=_data_day,
        example="2026-11-01",
        note="年-月-日，不晚于今天",
    ),
    TableColumn("count", "记录数", parse=parse_count, note="第3行起的实际行数"),
)


def _amount(name: str, label: str, example: str) -> TableColumn:
    parse = partial(parse_amount, allow_zero=True)
    return TableColumn(name, label, parse=parse, is_amount=True, example=example)


def _month(name: str, label: str, *, is_required: bool = True) -> TableColumn:
    return TableColumn(
        name,
        label,
        parse=parse_month,
        is_required=is_required,
        example="202610",
        note="六位数字的年月",
    )


SPECS: dict[SourceKind, TableSpec[SourceRow]] = {
    SourceKind.ENROLMENT: TableSpec(
        kind="enrolment",
        declaration=DECLARED,
        columns=(
            IDENTITY,
            NAME,
            TableColumn(
                "place",
                "参保地",
                parse=partial(_short_text, 60),
                is_required=False,
                example="510402",
                note="参保地的六位区划代码，或地名",
            ),
            TableColumn(
                "status",
                "参保状态",
                choices={s: s for s in EnrolmentStatus.values},
                example=EnrolmentStatus.STOPPED.value,
            ),
            _month("last premium month", "最后缴费月份", is_required=False),
            TableColumn(
                "contributed months",
                "累计缴费月数",
                parse=_months,
                example="137",
                note=f"整数，不超过{LONGEST_WORK}",
            ),
            UNIT,
        ),
        factory=_enrolment_row,
        unique=("identity",),
    ),
    SourceKind.MEDICAL: TableSpec(
        kind="medical",
        declaration=(*DECLARED, _month("month", "所属月份")),
        columns=(
            _month("month", "所属月份"),
            IDENTITY,
            NAME,
            TableColumn(
                "medical unit no",
                "医保单位编号",
                parse=partial(_short_text, 30),
                example="510400000001",
                note="最多30个字",
            ),
            UNIT,
            _amount("base", "缴费基数", "4000.00"),
            _amount("unit part", "单位部分", "320.00"),
            _amount("person part", "个人部分", "80.00"),
            _amount("total", "合计", "400.00"),
        ),
        factory=_medical_row,
        unique=("identity",),
    ),
}
