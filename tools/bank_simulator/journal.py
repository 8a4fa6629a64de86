"""Keep the bank's journal in SQLite: what came in, what was paid, what each account shows.

Written with full synchronisation, so that a killed process has lost nothing it acknowledged.
`read_journal` reads the file without the process; tests take it as the truth about payments.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.bank_simulator.behaviour import Rules

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    account TEXT PRIMARY KEY,
    opening_fen INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    batch TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes BLOB NOT NULL,
    payer_account TEXT NOT NULL REFERENCES accounts,
    line_count INTEGER NOT NULL,
    total_fen INTEGER NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('HTTP', 'FOLDER')),
    received_at TEXT NOT NULL,
    receipt TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('ACCEPTED', 'PAID')),
    due_at REAL NOT NULL,            -- seconds since the epoch
    paid_at REAL,
    bank_date TEXT,
    has_given_return INTEGER NOT NULL DEFAULT 0,
    returns_written INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY,
    line_no TEXT NOT NULL UNIQUE,    -- for ever, over all batches
    batch TEXT NOT NULL REFERENCES files (batch),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    identity TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    status TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    bank_serial TEXT UNIQUE,
    value_date TEXT,
    paid_at TEXT,
    is_withheld INTEGER NOT NULL DEFAULT 0,
    credited_back INTEGER NOT NULL DEFAULT 0,
    UNIQUE (batch, seq)
);
-- One row per movement of money to a payee. No unique key: it counts, it does not prevent.
CREATE TABLE IF NOT EXISTS postings (
    id INTEGER PRIMARY KEY,
    line_no TEXT NOT NULL,
    batch TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    posted_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS postings_line_no ON postings (line_no);
CREATE TABLE IF NOT EXISTS statement_lines (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts,
    date TEXT NOT NULL,
    serial TEXT NOT NULL,
    debit_fen INTEGER NOT NULL DEFAULT 0,
    credit_fen INTEGER NOT NULL DEFAULT 0,
    counterparty TEXT NOT NULL DEFAULT '',
    counter_account TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL,
    UNIQUE (account, serial),
    CHECK (min(debit_fen, credit_fen) = 0 AND max(debit_fen, credit_fen) > 0)
);
CREATE INDEX IF NOT EXISTS statement_lines_day ON statement_lines (account, date, id);
CREATE VIEW IF NOT EXISTS statement AS
    SELECT l.*, a.opening_fen + sum(l.credit_fen - l.debit_fen)
        OVER (PARTITION BY l.account ORDER BY l.date, l.id) AS balance_fen
    FROM statement_lines l JOIN accounts a ON a.account = l.account;
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY,
    called_at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    batch TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS control (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rules TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class JournalBatch:
    """One batch the bank has accepted; totals are fen."""

    batch: str
    state: str
    receipt: str
    line_count: int
    total_fen: int
    paid_fen: int
    failed_fen: int
    received_at: str


@dataclass(frozen=True)
class JournalPayment:
    """One line the bank has accepted; status '' is not yet paid."""

    line_no: str
    batch: str
    seq: int
    name: str
    identity: str
    account: str
    amount_fen: int
    status: str
    reason: str
    bank_serial: str | None
    value_date: str | None
    credited_back: bool


@dataclass(frozen=True)
class JournalCall:
    """One call the bank was given, with the answer's status or what became of it."""

    called_at: str
    method: str
    path: str
    batch: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class JournalRecord:
    """Everything the journal says, read at one moment."""

    batches: tuple[JournalBatch, ...]
    payments: tuple[JournalPayment, ...]
    calls: tuple[JournalCall, ...]
    times_paid: dict[str, int]  # line no -> movements of money; 0 while not paid
    paid_fen: int  # as the movements of money say

    @property
    def paid_more_than_once(self) -> list[str]:
        """Return the line numbers paid more than once; must be empty."""
        return [line_no for line_no, times in self.times_paid.items() if times > 1]

    @property
    def totals_by_status(self) -> dict[str, dict[str, int]]:
        """Return count and fen by status, '' being not yet paid."""
        totals: dict[str, dict[str, int]] = {}
        for payment in self.payments:
            total = totals.setdefault(payment.status, {"count": 0, "amount_fen": 0})
            total["count"] += 1
            total["amount_fen"] += payment.amount_fen
        return totals

    @property
    def refused_calls(self) -> list[JournalCall]:
        """Return the calls that were answered with a refusal (4xx)."""
        return [call for call in self.calls if call.outcome.startswith("4")]


class Journal:
    """Own the one connection to the journal; every use of it goes through a lock."""

    def __init__(self, path: Path) -> None:
        """Open the journal, made when it is not there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection for reading, alone."""
        with self._lock:
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a write transaction: all of it is kept, or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the journal once nobody is using it."""
        with self._lock:
            self._connection.close()

    def record_call(self, call: JournalCall) -> None:
        """Write down one call and what became of it."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO calls (called_at, method, path, batch, outcome, reason)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (call.called_at, call.method, call.path, call.batch, call.outcome, call.reason),
            )

    def rules(self) -> Rules:
        """Return the rules in force; they outlive a restart."""
        with self.reading() as connection:
            row = connection.execute("SELECT rules FROM control WHERE id = 1").fetchone()
        return Rules.from_json(json.loads(row["rules"])) if row else Rules()

    def set_rules(self, rules: Rules) -> None:
        """Put rules in force."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO control (id, rules) VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET rules = excluded.rules",
                (json.dumps(rules.to_json(), ensure_ascii=False),),
            )

    def read(self) -> JournalRecord:
        """Return everything the journal says."""
        with self.reading() as connection:
            return _record(connection)


def read_journal(path: Path | str) -> JournalRecord:
    """Return what the journal file says; the process may be running, stopped or killed."""
    with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as found:
        found.row_factory = sqlite3.Row
        found.execute("BEGIN")
        return _record(found)


def _record(connection: sqlite3.Connection) -> JournalRecord:
    payments = tuple(
        JournalPayment(**{**dict(row), "credited_back": bool(row["credited_back"])})
        for row in connection.execute(
            "SELECT line_no, batch, seq, name, identity, account, amount_fen, status, reason,"
            " bank_serial, value_date, credited_back FROM payments ORDER BY id"
        )
    )
    times_paid = {payment.line_no: 0 for payment in payments}
    paid_fen = 0
    for row in connection.execute("SELECT line_no, amount_fen FROM postings"):
        times_paid[row["line_no"]] = times_paid.get(row["line_no"], 0) + 1
        paid_fen += row["amount_fen"]
    batches = connection.execute(
        "SELECT f.batch, f.state, f.receipt, f.line_count, f.total_fen, f.received_at,"
        " coalesce(sum(p.amount_fen) FILTER (WHERE p.status = '00'), 0) AS paid_fen,"
        " coalesce(sum(p.amount_fen) FILTER (WHERE p.status = '99'), 0) AS failed_fen"
        " FROM files f JOIN payments p ON p.batch = f.batch GROUP BY f.id ORDER BY f.id"
    )
    calls = connection.execute(
        "SELECT called_at, method, path, batch, outcome, reason FROM calls ORDER BY id"
    )
    return JournalRecord(
        batches=tuple(JournalBatch(**dict(row)) for row in batches),
        payments=payments,
        calls=tuple(JournalCall(**dict(row)) for row in calls),
        times_paid=times_paid,
        paid_fen=paid_fen,
    )
