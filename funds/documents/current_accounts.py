"""The ageing of current accounts as printed: 往来款账龄表, A4 across."""

from collections.abc import Sequence
from datetime import datetime

from common.documents import render_pdf
from common.periods import day_text
from funds.selectors.current_accounts import Ageing, OpenItemRow


def current_accounts_pdf(
    *,
    ageing: Ageing,
    rows: Sequence[OpenItemRow],
    book: str,
    organisation: str,
    printed_by: str,
    printed_at: datetime,
) -> bytes:
    """Return the ageing table with every open item as PDF."""
    context = {
        "ageing": ageing,
        "rows": rows,
        "book": book,
        "organisation": organisation,
        "period": f"截至{day_text(ageing.on)}",
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [
            {"label": "制表", "name": ""},
            {"label": "稽核", "name": ""},
            {"label": "财务负责人", "name": ""},
        ],
    }
    return render_pdf("funds/print/current_accounts.html", context)
