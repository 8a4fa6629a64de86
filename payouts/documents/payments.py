"""The approval form of a payment batch (支付审批表)."""

from collections.abc import Mapping
from datetime import datetime

from common.documents import render_pdf
from common.periods import month_text
from payouts.selectors.batch_page import BatchPage

SIGNERS = (("制表（会计）", "PREPARE"), ("复核", "CHECK"), ("出纳", "RELEASE"))


def print_batch(
    page: BatchPage, *, signers: Mapping[str, str], printed_at: datetime, printed_by: str
) -> bytes:
    """Return the form as PDF: figures, account, files, the bank's count, who signed.

    `signers`: step -> name.
    """
    context = {
        "page": page,
        "batch": page.batch,
        "document_number": page.batch.number,
        "organisation": page.batch.organisation,
        "period": month_text(page.batch.month),
        "content_sha256": page.batch.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": label, "name": signers.get(step, "")} for label, step in SIGNERS],
    }
    return render_pdf("payouts/payments/print/approval.html", context)
