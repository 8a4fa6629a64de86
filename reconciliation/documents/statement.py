"""The statement's workbook and print (对账明细表): content and layout, from selectors' rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from common.documents import CellValue, Column, Kind, Sheet
from common.periods import day_text, month_text
from reconciliation.enums import StatementState
from reconciliation.selectors.comparisons import ComparedLine, ComparedPair
from reconciliation.selectors.statements import StatementDifference, StatementPage

FORM_COLUMNS = (
    Column("序号", 6),
    Column("业务项目", 26),
    Column("业务人次", 11, Kind.COUNT),
    Column("业务金额", 18, Kind.AMOUNT),
    Column("财务笔数", 11, Kind.COUNT),
    Column("财务金额", 18, Kind.AMOUNT),
    Column("差额", 14, Kind.AMOUNT),
    Column("差异原因", 30),
    Column("处理结果", 20),
)
BATCH_COLUMNS = (
    Column("业务项目", 10),
    Column("支付批次", 26),
    Column("业务人次", 11, Kind.COUNT),
    Column("业务金额", 18, Kind.AMOUNT),
    Column("凭证号", 16),
    Column("财务笔数", 11, Kind.COUNT),
    Column("财务金额", 18, Kind.AMOUNT),
    Column("差额", 14, Kind.AMOUNT),
    Column("差异类型", 14),
)
DIFFERENCE_COLUMNS = (
    Column("序号", 6),
    Column("差异类型", 14),
    Column("差异对象", 44),
    Column("业务金额", 16, Kind.AMOUNT),
    Column("财务金额", 16, Kind.AMOUNT),
    Column("差额", 14, Kind.AMOUNT),
    Column("差异原因", 34),
    Column("查明人", 12),
    Column("销号人", 12),
    Column("销号日期", 14, Kind.DAY),
)
LINE_COLUMNS = (
    Column("业务项目", 10),
    Column("支付批次", 26),
    Column("批内序号", 10, Kind.COUNT),
    Column("支付指令号", 34),
    Column("户名", 14),
    Column("收款账号", 22),
    Column("金额", 16, Kind.AMOUNT),
    Column("银行记账日期", 14, Kind.DAY),
    Column("银行流水号", 22),
    Column("凭证号", 14),
    Column("该批次账面金额", 18, Kind.AMOUNT),
)
# Step of the signature, what the form calls it.
SIGNERS = (("PREPARE", "制表人"), ("SIGN", "经办机构负责人"), ("CONFIRM", "财务确认人"))


def title_of(page: StatementPage) -> str:
    """Return the form's title."""
    return f"{page.book}对账明细表"


def form_sheet(page: StatementPage) -> Sheet:
    """Return the statement in its prescribed form; totals are sum formulas.

    Source: 攀枝花市级统筹 P49 (对账明细表).
    """
    return Sheet(
        title=title_of(page),
        subtitles=(f"编制单位：{page.office}", _period(page)),
        columns=FORM_COLUMNS,
        rows=[
            (
                str(line.position),
                line.item_name,
                line.business_count,
                line.business_amount,
                line.ledger_count,
                line.ledger_amount,
                line.gap,
                line.reason,
                line.outcome or "无差异",
            )
            for line in page.lines
        ],
        footer_lines=(*_signature_lines(page), f"内容摘要（SHA-256）：{page.content_sha256}"),
    )


def _period(page: StatementPage) -> str:
    note = "" if page.state != StatementState.SUPERSEDED else "（已被新版替代）"
    return f"期间：{month_text(page.month)}　第{page.version}版{note}"


def _signature_lines(page: StatementPage) -> list[str]:
    lines = [f"{row['label']}：{row['name']}　{row['day']}" for row in signers_of(page)]
    return [*lines[:1], f"复核人：{_reviewers(page)}", *lines[1:]]


def signers_of(page: StatementPage) -> list[dict[str, str]]:
    """Return who signed as what and when; empty where the signature is still to come."""
    rows = []
    for step, label in SIGNERS:
        entry = page.signed(step)
        rows.append(
            {
                "label": label,
                "name": entry.person if entry else "",
                "day": day_text(timezone.localdate(entry.at)) if entry else "",
            }
        )
    return rows


def _reviewers(page: StatementPage) -> str:
    """Return who closed the month's differences as second person; nobody had to without any."""
    if not page.differences:
        return "无差异"
    return "、".join(dict.fromkeys(row.closed_by for row in page.differences if row.closed_by))


def batch_sheet(page: StatementPage, pairs: Sequence[ComparedPair], kinds: dict[str, str]) -> Sheet:
    """Return the same month by batch: business on the left, vouchers on the right.

    `kinds` names the types of difference by code.
    """
    return Sheet(
        title="批次明细",
        subtitles=(f"编制单位：{page.office}", _period(page)),
        columns=BATCH_COLUMNS,
        rows=[
            (
                pair.item_code,
                pair.batch_number or "未注明批次",
                pair.business_count,
                pair.business_amount,
                pair.vouchers,
                pair.ledger_count,
                pair.ledger_amount,
                pair.gap,
                kinds.get(pair.kind, ""),
            )
            for pair in pairs
        ],
    )


def difference_sheet(page: StatementPage) -> Sheet:
    """Return the list of the month's differences, each with both persons."""
    return Sheet(
        title="差异清单",
        subtitles=(f"编制单位：{page.office}", _period(page)),
        columns=DIFFERENCE_COLUMNS,
        rows=[
            (
                str(number),
                row.kind_label,
                row.subject,
                row.left_amount,
                row.right_amount,
                row.gap,
                row.explanation,
                row.explained_by,
                row.closed_by,
                timezone.localdate(row.closed_at) if row.closed_at else None,
            )
            for number, row in enumerate(page.differences, start=1)
        ],
        totals=False,
    )


def line_sheet(page: StatementPage, lines: Iterable[ComparedLine]) -> Sheet:
    """Return every payment of the month with its batch and vouchers; for a few thousand lines."""
    return Sheet(
        title="业务明细",
        subtitles=(f"编制单位：{page.office}", _period(page)),
        columns=LINE_COLUMNS,
        rows=list(line_rows(lines)),
        totals=False,
    )


def line_rows(lines: Iterable[ComparedLine]) -> Iterator[tuple[CellValue, ...]]:
    """Yield the detail's rows, for a workbook of any length."""
    for line in lines:
        yield (
            line.item_code,
            line.batch_number or "未注明批次",
            line.position,
            line.instruction or "（无业务记录）",
            line.payee_name,
            line.account,
            line.amount,
            line.bank_date,
            line.bank_serial,
            line.vouchers,
            line.batch_booked,
        )


def print_context(page: StatementPage) -> dict[str, Any]:
    """Return what the printed form shows; it has room for every signature."""
    differences: Sequence[StatementDifference] = page.differences
    return {
        "title_text": title_of(page),
        "organisation": page.office,
        "period": f"{month_text(page.month)}（第{page.version}版）",
        "document_number": f"DZ-{page.month:%Y%m}-{page.id}",
        "content_sha256": page.content_sha256,
        "page": page,
        "differences": differences,
        "signers": signers_of(page),
        "reviewers": _reviewers(page),
        "is_final": page.state == StatementState.CONFIRMED,
    }
