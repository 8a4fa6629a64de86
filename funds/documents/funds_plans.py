"""A funds-use plan as sent to the bureaus: 用款计划申请表, A4, and as a workbook."""

from datetime import datetime
from decimal import Decimal

from common.documents import CellValue, Column, Kind, Sheet, render_pdf, statement_workbook
from common.money import capital_amount
from common.periods import day_text, month_text
from funds.selectors.funds_plans import FundsPlanSheet

SIGNERS = (("PREPARE", "制表"), ("APPROVE", "财务负责人"), ("PRINCIPAL", "单位负责人"))
BUREAUS = (("HR", "人社部门意见"), ("FINANCE", "财政部门意见"))


def reckoning(plan: FundsPlanSheet) -> list[tuple[str, str, Decimal]]:
    """Return how the sum asked came about: (item, how, yuan), one line each."""
    demand = plan.demand
    months = f"{demand.reserve_months.normalize():f}"
    return [
        ("一、到期支付", "各机构发放计划合计", demand.payments),
        ("二、备付", f"月均实际支付{demand.average_paid:,.2f}元×{months}个月", demand.reserve),
        ("三、可用余额", "（一）＋（二）－（三）", demand.available),
        ("（一）支出户账面余额", "已过账", demand.balance),
        ("（二）已申请未到账", "其他用款计划", demand.expected),
        ("（三）已列计划未支付", "其他用款计划待支付和已支付未记账", demand.promised),
        ("四、申请金额", "一＋二－三，不足零为零", plan.total),
    ]


def funds_plan_pdf(
    *, plan: FundsPlanSheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the plan as PDF with who signed it and what the bureaus replied."""
    context = {
        "plan": plan,
        "reckoning": reckoning(plan),
        "document_number": plan.number,
        "organisation": organisation,
        "period": month_text(plan.month),
        "content_sha256": plan.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": plan.signer(step)} for step, label in SIGNERS],
        "bureaus": [(label, plan.letter(step)) for step, label in BUREAUS],
    }
    return render_pdf("funds/print/funds_plan.html", context)


def funds_plan_xlsx(*, plan: FundsPlanSheet, organisation: str) -> bytes:
    """Return the plan as a workbook: what is needed, and how the sum asked came about."""
    head = [
        f"{plan.book}用款计划申请表",
        f"编号：{plan.number}",
        f"单位：{organisation}",
        month_text(plan.month),
    ]
    foot = [
        f"申请金额（大写）：{capital_amount(plan.total)}",
        "　".join(f"{label}：{plan.signer(step)}" for step, label in SIGNERS),
        *(f"{label}：{plan.letter(step)}" for step, label in BUREAUS),
        f"SHA-256 {plan.content_sha256}",
    ]
    return statement_workbook(_needs(plan, head, foot), _sums(plan, head, foot))


def _needs(plan: FundsPlanSheet, head: list[str], foot: list[str]) -> Sheet:
    columns = [
        Column("经办机构", 16),
        Column("业务项目", 12),
        Column("发放计划", 60),
        Column("人次", 10, Kind.COUNT),
        Column("金额", 20, Kind.AMOUNT),
        Column("缺口", 20, Kind.AMOUNT),
    ]
    rows: list[list[CellValue]] = [
        [
            line.office,
            line.item_code,
            "、".join(number for _, number, _ in line.sources),
            line.line_count,
            line.amount,
            line.short,
        ]
        for line in plan.lines
    ]
    return Sheet("用款需求", head, columns, rows, footer_lines=foot)


def _sums(plan: FundsPlanSheet, head: list[str], foot: list[str]) -> Sheet:
    columns = [Column("项目", 30), Column("说明", 50), Column("金额", 20, Kind.AMOUNT)]
    rows: list[list[CellValue]] = [list(row) for row in reckoning(plan)]
    if plan.approved_amount is not None:
        rows.append(["五、核准金额", "财政部门批复", plan.approved_amount])
        rows.append(["六、未核准缺口", "四－五", plan.shortfall])
        rows.append(["七、已拨付", f"{len(plan.allotments)}笔", plan.allotted_amount])
    if plan.ended:
        letter = f"{plan.ended.document_number}（{day_text(plan.ended.letter_date)}）"
        rows.append(["八、不再拨付", f"五－七，财政局{letter}", plan.ended.ended_amount])
    return Sheet("申请金额计算", head, columns, rows, totals=False, footer_lines=foot)
