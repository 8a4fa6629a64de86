"""A voucher as printed: 记账凭证, A4."""

from datetime import datetime

from common.documents import render_pdf
from common.periods import month_text
from funds.selectors.vouchers import VoucherSheet


def voucher_pdf(*, voucher: VoucherSheet, printed_by: str, printed_at: datetime) -> bytes:
    """Return the voucher as PDF with the names of the five who signed it."""
    context = {
        "voucher": voucher,
        "document_number": f"{month_text(voucher.voucher_date)} {voucher.title}",
        "organisation": voucher.book,
        "content_sha256": voucher.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [
            {"label": "会计主管", "name": voucher.signer("APPROVE")},
            {"label": "记账", "name": voucher.signer("POST")},
            {"label": "出纳", "name": voucher.signer("CASHIER")},
            {"label": "稽核", "name": voucher.signer("CHECK")},
            {"label": "填制", "name": voucher.prepared_by},
        ],
    }
    return render_pdf("funds/print/voucher.html", context)
