"""The yearly review of a book's bank accounts as printed: 银行账户年审表, A4 across."""

from collections.abc import Sequence
from datetime import datetime

from common.documents import render_pdf
from funds.selectors.bank_reviews import ReviewRow


def bank_reviews_pdf(
    *,
    rows: Sequence[ReviewRow],
    year: int,
    book: str,
    organisation: str,
    printed_by: str,
    printed_at: datetime,
) -> bytes:
    """Return a year's list of accounts as PDF."""
    context = {
        "rows": rows,
        "book": book,
        "organisation": organisation,
        "period": f"{year}年度",
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [
            {"label": "核查人", "name": ""},
            {"label": "财务负责人", "name": ""},
        ],
    }
    return render_pdf("funds/print/bank_reviews.html", context)
