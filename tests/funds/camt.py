"""Statements in ISO 20022 camt.053, written by the bank simulator."""

from tools.bank_simulator.camt import camt_of
from tools.bank_simulator.formats import StatementLine

ROWS = (
    ("2026-10-09", "S001", 0, 50_000_000, "市财政局", "51050510400000010030", "拨付"),
    ("2026-10-10", "S002", 559_200, 0, "代发专户", "", "51040220261010B010001"),
    ("2026-10-31", "S003", 0, 1_234, "", "", "结息"),
)


def camt_file(
    number: str, rows=ROWS, *, days=("2026-10-01", "2026-10-31"), opening: int = 10_000_000
) -> bytes:
    """Return a statement of these days; amounts in fen, 100,000.00 yuan at the start."""
    lines, balance = [], opening
    for day, serial, debit, credit, name, account, summary in rows:
        balance += credit - debit
        lines.append(
            StatementLine(number, day, serial, debit, credit, balance, name, account, summary)
        )
    return camt_of(number, days, opening, lines).encode()
