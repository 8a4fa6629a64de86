"""The 待遇支付申请表 as PDF, and the full list of a long plan as a workbook."""

from datetime import datetime

from common.documents import Column, Kind, detail_workbook, render_pdf
from common.periods import month_text
from payouts.selectors.applications import FormContent

DETAIL_COLUMNS = (
    Column("序号", 8, Kind.COUNT),
    Column("姓名", 14),
    Column("证件号", 22),
    Column("月数", 8, Kind.COUNT),
    Column("金额（元）", 16, Kind.AMOUNT),
    Column("收款账号", 24),
    Column("开户银行", 20),
)


def application_pdf(content: FormContent, *, printed_at: datetime) -> bytes:
    """Return the form as PDF, A4, pages n/N.

    Up to 500 persons are listed one by one; beyond, by amount, with the list attached as a
    workbook. Amounts are yuan. Source: P45; the paper form of the pilot offices.
    """
    context = {
        "form": content,
        "document_number": content.plan_number,
        "organisation": content.organisation,
        "period": month_text(content.month),
        "content_sha256": content.content_sha256,
        "printed_at": printed_at,
    }
    return render_pdf("payouts/plans/print/application.html", context)


def details_workbook(content: FormContent) -> bytes:
    """Return every line of the plan as .xlsx, identity and account numbers masked."""
    rows = (
        (
            line.number,
            line.name,
            line.identity_masked,
            line.months,
            line.amount,
            line.account_masked,
            line.bank,
        )
        for line in content.lines
    )
    return detail_workbook(DETAIL_COLUMNS, rows, title="待遇发放明细")
