"""The real bank simulator as a process, and the ways of a batch up to it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from payouts.models import PaymentBatch
from payouts.services import polling
from payouts.services.batches import (
    check_batch,
    confirm_with_bank,
    prepare_batch,
    release_batch,
    release_digits,
)
from tests.city import NOW, City
from tools.bank_simulator.journal import JournalRecord, read_journal

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "token-of-the-test"


@dataclass
class Bank:
    """One simulator process on a free port with a journal of its own."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                self.port = found.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tools.bank_simulator", f"--port={self.port}"),
                *(f"--journal={self.folder / 'journal.sqlite3'}", "--delay=0"),
                f"--folder={self.folder / 'exchange'}",
            ],
            cwd=ROOT,
            env={**os.environ, "BANK_SIMULATOR_TOKEN": TOKEN},
            stdout=subprocess.DEVNULL,
        )
        until(lambda: self.call("GET", "/healthz")[0] == 200)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=10)

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    def control(self, **rules: object) -> None:
        """Make the bank misbehave; `return_` stands for the key return."""
        rules = {key.rstrip("_"): value for key, value in rules.items()}
        assert self.call("PUT", "/control", rules)[0] == 200

    def behave(self) -> None:
        """Make the bank behave again."""
        assert self.call("DELETE", "/control")[0] == 200

    def read(self) -> JournalRecord:
        return read_journal(self.folder / "journal.sqlite3")

    def paid(self, *numbers: str) -> None:
        """Wait until the journal says these batches are paid."""

        def holds() -> bool:
            states = {batch.batch: batch.state for batch in self.read().batches}
            return all(states.get(number) == "PAID" for number in numbers)

        until(holds)

    def returned(self, number: str) -> bytes:
        """Return the bytes of a return file, as the bank gives them now."""
        self.paid(number)
        status, body = self.call("GET", f"/files/{number}/return")
        assert status == 200
        return body


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if holds():
                return
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def later() -> object:
    """A clock far enough ahead that every lease is over."""
    return timezone.now() + timedelta(minutes=10)


def confirmed_batch(city: City, *plans) -> PaymentBatch:
    """Prepare, check and confirm a batch; outside any transaction."""
    with city.tenant():
        batch = prepare_batch(
            actor=city.actor("FACC"), plan_ids=[plan.pk for plan in plans], at=NOW
        )
    with city.tenant():
        check_batch(actor=city.actor("FCHK"), batch_id=batch.pk, at=NOW)
    return confirm_with_bank(actor=city.actor("FCASH"), batch_id=batch.pk, at=NOW)


def release(city: City, batch: PaymentBatch) -> PaymentBatch:
    """Release a confirmed batch by the cashier."""
    with city.tenant():
        return release_batch(
            actor=city.actor("FCASH"),
            batch_id=batch.pk,
            digits=release_digits(batch.total_amount),
            at=timezone.now(),
        )


def released_batch(city: City, *plans) -> PaymentBatch:
    """Bring plans to a released batch."""
    return release(city, confirmed_batch(city, *plans))


def reread(city: City, batch: PaymentBatch) -> PaymentBatch:
    """Return the batch as it stands now."""
    with city.tenant():
        return PaymentBatch.objects.get(pk=batch.pk)


def settle(bank: Bank, *numbers: str) -> None:
    """Let the bank pay and the system take the returns in."""
    bank.paid(*numbers)
    polling.poll_bank()
