"""The demo's bank: the bank simulator, run through the months of the demo's history."""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from payouts.services.bank_gateway import trusted_certificates

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 20


class BankMissing(Exception):
    """No bank simulator answers under BANK_GATEWAY_URL, and none could be started."""


@dataclass(frozen=True, slots=True)
class DemoBank:
    """The simulator's calls that stand for what happens outside the system."""

    url: str
    token: str

    def answers(self) -> bool:
        """Tell whether the bank is up and takes our token."""
        try:
            return self._call("GET", "/control").status_code == 200
        except httpx.HTTPError:
            return False

    def set_day(self, day: date, failing: dict[str, str] | None = None) -> None:
        """Let it be `day` at the bank, where payments to `failing` accounts fail with a code."""
        self._call("DELETE", "/control").raise_for_status()
        rules: dict[str, object] = {"today": f"{day:%Y-%m-%d}"}
        if failing:
            rules["failing_accounts"] = failing
        self._call("PUT", "/control", json.dumps(rules).encode()).raise_for_status()

    def reset(self) -> None:
        """Let the bank follow the clock again, without rules."""
        self._call("DELETE", "/control").raise_for_status()

    def open_with(self, account: str, opening: Decimal) -> None:
        """Set what an account held before its first movement."""
        body = json.dumps({"opening": f"{opening:.2f}"}).encode()
        self._call("PUT", f"/accounts/{account}", body).raise_for_status()

    def credit(
        self, account: str, amount: Decimal, *, day: date, serial: str, summary: str
    ) -> None:
        """Bring money in; the same serial again changes nothing."""
        body = {
            "amount": f"{amount:.2f}",
            "date": f"{day:%Y-%m-%d}",
            "serial": serial,
            "summary": summary,
            "counterparty": "财政专户",
        }
        path = f"/accounts/{account}/credit"
        self._call("POST", path, json.dumps(body).encode()).raise_for_status()

    def statement(self, account: str, first: date, last: date) -> bytes:
        """Return the statement of an account over some days, both included."""
        answer = self._call("GET", f"/statements/{account}?from={first}&to={last}")
        answer.raise_for_status()
        return answer.content

    def opening_on(self, account: str, day: date) -> Decimal:
        """Return what the account held at the beginning of a day."""
        text = self.statement(account, day, day).decode()
        return Decimal(next(csv.reader(io.StringIO(text)))[4])

    def _call(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(
            timeout=settings.BANK_GATEWAY_TIMEOUT, verify=trusted_certificates(), trust_env=False
        ) as client:
            return client.request(method, self.url + path, content=content, headers=headers)


def configured_bank() -> DemoBank:
    """Return the bank the system itself talks to."""
    return DemoBank(settings.BANK_GATEWAY_URL.rstrip("/"), settings.BANK_GATEWAY_TOKEN)


@contextmanager
def bank_for_history() -> Iterator[DemoBank]:
    """Yield the configured bank; start the simulator at its address while none answers there.

    With BANK_SIMULATOR_JOURNAL in the environment it writes the journal that the demo's own
    bank process continues.

    Raises:
        BankMissing: no address is configured, or what was started does not answer.
    """
    bank = configured_bank()
    if not bank.url:
        raise BankMissing("BANK_GATEWAY_URL is not set")
    if bank.answers():
        yield bank
        return
    with tempfile.TemporaryDirectory() as folder:
        process = _start_simulator(bank, Path(folder))
        try:
            _wait_for(bank, process)
            yield bank
        finally:
            process.terminate()
            process.wait()


def _start_simulator(bank: DemoBank, folder: Path) -> subprocess.Popen[bytes]:
    address = urlsplit(bank.url)
    defaults = {
        "BANK_SIMULATOR_JOURNAL": str(folder / "journal.sqlite3"),
        "BANK_SIMULATOR_FOLDER": str(folder / "exchange"),
    }
    fixed = {
        "BANK_SIMULATOR_HOST": address.hostname or "127.0.0.1",
        "BANK_SIMULATOR_PORT": str(address.port or 80),
        "BANK_SIMULATOR_TOKEN": bank.token,
        "BANK_SIMULATOR_DELAY": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tools.bank_simulator"],
        cwd=ROOT,
        env={**defaults, **os.environ, **fixed},
        stdout=subprocess.DEVNULL,
    )


def _wait_for(bank: DemoBank, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if bank.answers():
            return
        time.sleep(0.05)
    raise BankMissing(f"the bank simulator does not answer at {bank.url}")
