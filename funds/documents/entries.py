"""A receipt or payment on paper: 收支登记单, A4."""

from datetime import datetime

from common.documents import render_pdf
from common.periods import day_text
from funds.selectors.entries import EntrySheet


def entry_pdf(
    *, entry: EntrySheet, organisation: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the entry as PDF with the names of who registered and approved it."""
    context = {
        "entry": entry,
        "document_number": entry.row.number,
        "organisation": organisation,
        "period": day_text(entry.row.entry_date),
        "content_sha256": entry.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [
            {"label": "登记", "name": entry.prepared_by},
            {"label": "财务负责人", "name": entry.signer("APPROVE")},
        ],
    }
    return render_pdf("funds/print/entry.html", context)
