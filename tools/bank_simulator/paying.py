"""Accept batch files, pay them once, and keep the accounts."""

import json
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tools.bank_simulator.behaviour import Behaviour, spoiled_return
from tools.bank_simulator.formats import BatchFile, ReturnLine, yuan_of
from tools.bank_simulator.journal import Journal

SHANGHAI = timezone(timedelta(hours=8))


class CallRefused(Exception):
    """Refuse a call with an HTTP status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        """Keep the status and the reason of the answer."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Credit:
    """Money that arrives; `date` '' is the bank's day, `serial` '' lets the bank number it."""

    amount_fen: int
    summary: str
    serial: str = ""
    date: str = ""
    counterparty: str = ""
    counter_account: str = ""


def instant_now() -> str:
    """Return the instant of the clock in the format of the files."""
    return datetime.now(SHANGHAI).isoformat(timespec="seconds")


class Teller:
    """Do the bank's work on a journal; every act is one transaction."""

    def __init__(self, journal: Journal, delay: float) -> None:
        """Work on this journal and pay `delay` seconds after acceptance."""
        self.journal = journal
        self.delay = delay

    def accept(self, file: BatchFile, raw: bytes, channel: str) -> dict[str, object]:
        """Accept a batch file by HTTP or FOLDER and return the answer of the call.

        The same bytes again give the same receipt. Refused with 409: the batch with other
        bytes, and a line number that an earlier batch has used.
        """
        with self.journal.transaction() as connection:
            known = connection.execute(
                "SELECT sha256, receipt FROM files WHERE batch = ?", (file.batch,)
            ).fetchone()
            if known and known["sha256"] != file.sha256:
                raise CallRefused(409, f"batch {file.batch} was accepted with other content")
            receipt = known["receipt"] if known else _enter(connection, file, raw, channel)
            if not known:
                connection.execute(
                    "UPDATE files SET due_at = ? WHERE batch = ?",
                    (time.time() + self.delay, file.batch),
                )
        return {
            "batch": file.batch,
            "receipt": receipt,
            "count": len(file.lines),
            "total": yuan_of(file.total_fen),
        }

    def pay_due_batches(self) -> list[str]:
        """Pay every accepted batch whose time has come; return their numbers."""
        with self.journal.reading() as connection:
            due = connection.execute(
                "SELECT batch FROM files WHERE state = 'ACCEPTED' AND due_at <= ? ORDER BY id",
                (time.time(),),
            ).fetchall()
        return [row["batch"] for row in due if self._pay(row["batch"])]

    def _pay(self, batch: str) -> bool:
        behaviour = self.journal.rules().behaviour_for(batch)
        value_date = behaviour.today or instant_now()[:10]
        with self.journal.transaction() as connection:
            claimed = connection.execute(
                "UPDATE files SET state = 'PAID', paid_at = ?, bank_date = ?"
                " WHERE batch = ? AND state = 'ACCEPTED' RETURNING payer_account",
                (time.time(), value_date, batch),
            ).fetchone()
            if claimed is None:
                return False
            _settle_lines(connection, batch, behaviour, value_date)
            connection.execute(
                "INSERT INTO statement_lines (account, date, serial, debit_fen, counterparty,"
                " summary) SELECT ?, ?, ?, sum(amount_fen), '批量代发', batch FROM postings"
                " WHERE batch = ? GROUP BY batch",
                (claimed["payer_account"], value_date, _next_serial(connection, value_date), batch),
            )
        return True

    def state_of(self, batch: str) -> dict[str, object]:
        """Return what the bank says of a batch; the query brings withheld lines to light.

        Only a query made after the return file was given does: the return has to be short
        once, or nobody would see it.
        """
        with self.journal.transaction() as connection:
            found = _file(connection, batch)
            if found["has_given_return"]:
                shown = connection.execute(
                    "UPDATE payments SET is_withheld = 0 WHERE batch = ? AND is_withheld = 1",
                    (batch,),
                )
                if shown.rowcount:
                    connection.execute(
                        "UPDATE files SET returns_written = 0 WHERE batch = ?", (batch,)
                    )
        return {"batch": batch, "state": found["state"], "receipt": found["receipt"]}

    def return_of(self, batch: str, channel: str) -> str | None:
        """Return the batch's return file as the rules in force make it, None while not ready.

        It counts as given when it leaves by the channel the batch came in by.
        """
        behaviour = self.journal.rules().behaviour_for(batch)
        with self.journal.transaction() as connection:
            found = _file(connection, batch)
            if found["state"] != "PAID" or behaviour.returning == "never":
                return None
            late = behaviour.late_seconds if behaviour.returning == "late" else 0
            if time.time() < found["paid_at"] + late:
                return None
            rows = connection.execute(
                "SELECT seq, line_no, account, amount_fen, status, reason, bank_serial, paid_at"
                " FROM payments WHERE batch = ? AND is_withheld = 0 ORDER BY seq",
                (batch,),
            )
            lines = [ReturnLine(**dict(row)) for row in rows]
            connection.execute(
                "UPDATE files SET has_given_return = 1 WHERE batch = ? AND channel = ?",
                (batch, channel),
            )
        return spoiled_return(behaviour.returning, batch, found["bank_date"], lines)

    def set_opening(self, account: str, opening_fen: int) -> None:
        """Set what the account held before its first line."""
        with self.journal.transaction() as connection:
            _open_account(connection, account)
            connection.execute(
                "UPDATE accounts SET opening_fen = ? WHERE account = ?", (opening_fen, account)
            )

    def credit(self, account: str, credit: Credit) -> dict[str, object]:
        """Bring money into an account; the same serial with the same content changes nothing."""
        day = credit.date or self.today()
        with self.journal.transaction() as connection:
            _open_account(connection, account)
            serial = credit.serial or _next_serial(connection, day)
            known = connection.execute(
                "SELECT credit_fen, summary FROM statement_lines WHERE account = ? AND serial = ?",
                (account, serial),
            ).fetchone()
            if known and tuple(known) != (credit.amount_fen, credit.summary):
                raise CallRefused(409, f"serial {serial} was used with other content")
            if not known:
                connection.execute(
                    "INSERT INTO statement_lines (account, date, serial, credit_fen, counterparty,"
                    " counter_account, summary) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        account,
                        day,
                        serial,
                        credit.amount_fen,
                        credit.counterparty,
                        credit.counter_account,
                        credit.summary,
                    ),
                )
        return {"account": account, "serial": serial, "amount": yuan_of(credit.amount_fen)}

    def credit_back(self, line_no: str, day: str) -> dict[str, object]:
        """Give a paid line's money back to the payer (退票), once."""
        value_date = day or self.today()
        with self.journal.transaction() as connection:
            found = connection.execute(
                "SELECT p.*, f.payer_account FROM payments p JOIN files f ON f.batch = p.batch"
                " WHERE p.line_no = ?",
                (line_no,),
            ).fetchone()
            if found is None:
                raise CallRefused(404, f"the bank has never seen line no {line_no}")
            if found["status"] != "00" or found["credited_back"]:
                raise CallRefused(409, f"line no {line_no} is not paid, or was credited back")
            serial = _next_serial(connection, value_date)
            connection.execute(
                "UPDATE payments SET credited_back = 1 WHERE line_no = ?", (line_no,)
            )
            connection.execute(
                "INSERT INTO statement_lines (account, date, serial, credit_fen, counterparty,"
                " counter_account, summary) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    found["payer_account"],
                    value_date,
                    serial,
                    found["amount_fen"],
                    found["name"],
                    found["account"],
                    line_no,
                ),
            )
        return {"line_no": line_no, "serial": serial, "amount": yuan_of(found["amount_fen"])}

    def today(self) -> str:
        """Return the bank's day: the rule's, else the clock's in Shanghai."""
        return self.journal.rules().behaviour_for("").today or instant_now()[:10]


def _enter(connection: sqlite3.Connection, file: BatchFile, raw: bytes, channel: str) -> str:
    _open_account(connection, file.payer_account)
    last = connection.execute("SELECT coalesce(max(id), 0) AS id FROM files").fetchone()
    receipt = f"R{last['id'] + 1:010d}"
    connection.execute(
        "INSERT INTO files (batch, sha256, bytes, payer_account, line_count, total_fen,"
        " channel, received_at, receipt, state, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'ACCEPTED', 0)",
        (
            file.batch,
            file.sha256,
            raw,
            file.payer_account,
            len(file.lines),
            file.total_fen,
            channel,
            instant_now(),
            receipt,
        ),
    )
    line_numbers = json.dumps([line.line_no for line in file.lines])
    used = connection.execute(
        "SELECT line_no, batch FROM payments"
        " WHERE line_no IN (SELECT value FROM json_each(?)) LIMIT 1",
        (line_numbers,),
    ).fetchone()
    if used:
        raise CallRefused(409, f"line no {used['line_no']} was accepted in batch {used['batch']}")
    connection.executemany(
        "INSERT INTO payments (line_no, batch, seq, name, identity, account, amount_fen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                line.line_no,
                file.batch,
                line.seq,
                line.name,
                line.identity,
                line.account,
                line.amount_fen,
            )
            for line in file.lines
        ],
    )
    return receipt


def _settle_lines(
    connection: sqlite3.Connection, batch: str, behaviour: Behaviour, value_date: str
) -> None:
    moment = instant_now()
    rows = connection.execute(
        "SELECT id, account FROM payments WHERE batch = ? ORDER BY seq", (batch,)
    ).fetchall()
    results = []
    for row in rows:
        reason = behaviour.failing_accounts.get(row["account"], "")
        serial = f"P{value_date.replace('-', '')}{row['id']:010d}"
        is_withheld = row["account"] in behaviour.unknown_accounts
        status = "99" if reason else "00"
        paid_at = f"{value_date}{moment[10:]}"
        results.append((status, reason, serial, value_date, paid_at, is_withheld, row["id"]))
    connection.executemany(
        "UPDATE payments SET status = ?, reason = ?, bank_serial = ?, value_date = ?,"
        " paid_at = ?, is_withheld = ? WHERE id = ?",
        results,
    )
    connection.execute(
        "INSERT INTO postings (line_no, batch, amount_fen, posted_at)"
        " SELECT line_no, batch, amount_fen, ? FROM payments WHERE batch = ? AND status = '00'",
        (moment, batch),
    )


def _file(connection: sqlite3.Connection, batch: str) -> sqlite3.Row:
    found: sqlite3.Row | None = connection.execute(
        "SELECT state, receipt, paid_at, bank_date, has_given_return FROM files WHERE batch = ?",
        (batch,),
    ).fetchone()
    if found is None:
        raise CallRefused(404, f"the bank has never seen batch {batch}")
    return found


def _open_account(connection: sqlite3.Connection, account: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO accounts (account, opening_fen) VALUES (?, 0)", (account,)
    )


def _next_serial(connection: sqlite3.Connection, day: str) -> str:
    last = connection.execute("SELECT coalesce(max(id), 0) AS id FROM statement_lines").fetchone()
    return f"S{day.replace('-', '')}{last['id'] + 1:010d}"
