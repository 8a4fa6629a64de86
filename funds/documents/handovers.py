"""A former office's handover on paper: 基金移交书, A4, with its three signatures."""

from datetime import datetime

from common.documents import render_pdf
from common.periods import day_text
from funds.selectors.handovers import HandoverSheet

SIGNERS = (("移交人", "TRANSFER"), ("接收人", "RECEIVE"), ("监交人", "SUPERVISE"))


def handover_pdf(
    *, handover: HandoverSheet, receiver: str, printed_by: str, printed_at: datetime
) -> bytes:
    """Return the handover as PDF; a step nobody signed yet has an empty line."""
    signatures = [(label, handover.signer(step)) for label, step in SIGNERS]
    context = {
        "handover": handover,
        "receiver": receiver,
        "document_number": handover.number,
        "organisation": handover.office_name,
        "period": f"移交基准日：{day_text(handover.cutoff_date)}",
        "content_sha256": handover.content_sha256,
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signatures": [
            {
                "label": label,
                "name": entry.person if entry else "",
                "post": entry.post if entry else "",
                "at": entry.at if entry else None,
            }
            for label, entry in signatures
        ],
    }
    return render_pdf("funds/print/handover.html", context)
