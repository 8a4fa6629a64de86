"""The reserve's memo account on paper: 储备金备查账, A4 across."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from common.documents import render_pdf
from funds.selectors.reserves import ReserveRow

ZERO = Decimal("0.00")


def reserves_pdf(
    *,
    rows: Sequence[ReserveRow],
    book: str,
    year: int,
    organisation: str,
    printed_by: str,
    printed_at: datetime,
) -> bytes:
    """Return a year's approved entries with their running balance as PDF."""
    context = {
        "rows": rows,
        "put_in": sum((row.put_in or ZERO for row in rows), ZERO),
        "taken_out": sum((row.taken_out or ZERO for row in rows), ZERO),
        "book": book,
        "organisation": organisation,
        "period": f"{year}年",
        "printed_at": printed_at,
        "printed_by": printed_by,
        "signers": [{"label": "登记", "name": ""}, {"label": "主要领导", "name": ""}],
    }
    return render_pdf("funds/print/reserves.html", context)
