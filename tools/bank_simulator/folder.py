"""Exchange files by folder: batches in, answers and return files out; and pay when due."""

import json
import os
import threading
import time
import traceback
from pathlib import Path

from tools.bank_simulator.behaviour import SEND
from tools.bank_simulator.formats import FileMalformed, batch_named_in, read_batch_file
from tools.bank_simulator.journal import JournalCall
from tools.bank_simulator.paying import CallRefused, Teller, instant_now

REST = 0.1  # seconds between two rounds
SETTLED = 0.3  # seconds a file must have been left alone before it is read


class Exchange:
    """Own the exchange folder and the round that pays what is due."""

    def __init__(self, teller: Teller, folder: Path) -> None:
        """Use this folder; its parts are made when they are not there."""
        self.teller = teller
        self.folder = folder
        for part in ("in", "out", "answers", "done"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def run(self, stop: threading.Event) -> None:
        """Go round until told to stop."""
        while not stop.wait(REST):
            try:
                self.go_round()
            except Exception:  # the bank stays open; the fault stands on its error output
                traceback.print_exc()

    def go_round(self) -> None:
        """Take files in, pay what is due, write what is returned."""
        self._take_in()
        self.teller.pay_due_batches()
        self._write_returns()

    def _take_in(self) -> None:
        for path in sorted((self.folder / "in").glob("*.txt")):
            if time.time() - path.stat().st_mtime >= SETTLED:
                self._take(path)

    def _take(self, path: Path) -> None:
        raw = path.read_bytes()
        named = batch_named_in(raw)
        behaviour = self.teller.journal.rules().behaviour_for(named)
        status, answer = self._answer(raw, behaviour.send)
        self.teller.journal.record_call(
            JournalCall(
                instant_now(),
                "FOLDER",
                path.name,
                named,
                str(status or behaviour.send),
                str(answer.get("reason", "")),
            )
        )
        if status and behaviour.send != "accept_then_drop":
            target = self.folder / "answers" / f"{named or path.stem}.json"
            text = json.dumps({"status": status, **answer}, ensure_ascii=False)
            if behaviour.send == "late":
                timer = threading.Timer(behaviour.late_seconds, write_whole, (target, text))
                timer.daemon = True
                timer.start()
            else:
                write_whole(target, text)
        os.replace(path, self.folder / "done" / path.name)

    def _answer(self, raw: bytes, send: str) -> tuple[int, dict[str, object]]:
        if send == "never_answer":
            return 0, {}
        if send == "error_500":
            return 500, {"reason": SEND[send]}
        try:
            file = read_batch_file(raw)
            if send == "reject":
                raise CallRefused(400, "rejected by rule")
            return 202, self.teller.accept(file, raw, "FOLDER")
        except FileMalformed as error:
            return 400, {"reason": str(error)}
        except CallRefused as error:
            return error.status, {"reason": error.reason}

    def _write_returns(self) -> None:
        with self.teller.journal.reading() as connection:
            waiting = connection.execute(
                "SELECT batch, paid_at, returns_written FROM files"
                " WHERE state = 'PAID' AND returns_written < 2 ORDER BY id"
            ).fetchall()
        if not waiting:
            return
        rules = self.teller.journal.rules()
        for row in waiting:
            behaviour = rules.behaviour_for(row["batch"])
            if row["returns_written"] == 1 and not behaviour.is_returned_twice:
                continue
            if (
                row["returns_written"] == 1
                and time.time() < row["paid_at"] + behaviour.late_seconds
            ):
                continue
            self._write_return(row["batch"])

    def _write_return(self, batch: str) -> None:
        text = self.teller.return_of(batch, "FOLDER")
        if text is None:
            return
        write_whole(self.folder / "out" / f"{batch}.return.txt", text)
        with self.teller.journal.transaction() as connection:
            connection.execute(
                "UPDATE files SET returns_written = returns_written + 1 WHERE batch = ?", (batch,)
            )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees all of it or none."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text.encode("utf-8"))
    os.replace(part, path)
