"""Write bank statements whose opening and closing balances chain (docs/formats.md §3)."""

import csv
import io

from tools.bank_simulator.camt import camt_of
from tools.bank_simulator.formats import StatementLine, yuan_of
from tools.bank_simulator.journal import Journal
from tools.bank_simulator.paying import CallRefused

COLUMNS = (
    "account",
    "date",
    "serial",
    "debit",
    "credit",
    "balance",
    "counterparty",
    "counter account",
    "summary",
)


def statement_of(
    journal: Journal, account: str, from_day: str, to_day: str, *, as_camt: bool = False
) -> str:
    """Return the account's statement as CSV or ISO 20022 camt.053, both days inclusive."""
    if from_day > to_day:
        raise CallRefused(400, "from is after to")
    with journal.reading() as connection:
        held = connection.execute(
            "SELECT a.opening_fen + coalesce(sum(l.credit_fen - l.debit_fen), 0) AS fen"
            " FROM accounts a LEFT JOIN statement_lines l"
            " ON l.account = a.account AND l.date < ? WHERE a.account = ? GROUP BY a.account",
            (from_day, account),
        ).fetchone()
        rows = connection.execute(
            "SELECT account, date, serial, debit_fen, credit_fen, balance_fen, counterparty,"
            " counter_account, summary FROM statement"
            " WHERE account = ? AND date BETWEEN ? AND ? ORDER BY date, id",
            (account, from_day, to_day),
        ).fetchall()
    if held is None:
        raise CallRefused(404, f"the bank has no account {account}")
    lines = [StatementLine(**dict(row)) for row in rows]
    write = camt_of if as_camt else _csv
    return write(account, (from_day, to_day), held["fen"], lines)


def _csv(account: str, days: tuple[str, str], opening_fen: int, lines: list[StatementLine]) -> str:
    closing_fen = lines[-1].balance_fen if lines else opening_fen
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    declared = ["#statement", account, *days, yuan_of(opening_fen), yuan_of(closing_fen)]
    rows.writerow([*declared, str(len(lines))])
    rows.writerow(COLUMNS)
    for line in lines:
        amounts = [yuan_of(line.debit_fen), yuan_of(line.credit_fen), yuan_of(line.balance_fen)]
        names = [line.counterparty, line.counter_account, line.summary]
        rows.writerow([line.account, line.date, line.serial, *amounts, *names])
    return written.getvalue()
