"""A funds-use plan as sent to the finance bureau: 用款计划申请表, A4."""

from datetime import datetime

from common.documents import render_pdf
from common.periods import month_text
from funds.selectors.funds_plans import FundsPlanSheet


def funds_plan_pdf(
    *, plan: FundsPlanSheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the plan as PDF with the names of preparer and head of finance."""
    context = {
        "plan": plan,
        "document_number": plan.number,
        "organisation": organisation,
        "period": month_text(plan.month),
        "content_sha256": plan.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [
            {"label": "制表", "name": plan.signer("PREPARE")},
            {"label": "财务负责人", "name": plan.signer("APPROVE")},
            {"label": "财政部门经办", "name": ""},
        ],
    }
    return render_pdf("funds/print/funds_plan.html", context)
