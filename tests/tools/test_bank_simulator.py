"""The bank simulator, driven as a real process: what it accepts, pays, returns and remembers."""

import contextlib
import csv
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from funds.services.camt_statements import read_camt_statement
from tools.bank_simulator.journal import JournalRecord, read_journal

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "secret-of-the-test"
PAYER = "6222000011112222"
WIDE = "?from=2026-01-01&to=2099-12-31"


def batch_file(
    batch: str, amounts: tuple[str, ...] = ("1864.00", "932.50"), **changes: str
) -> bytes:
    """A batch file; lines are numbered <batch>-1…, payees' accounts 9001…"""
    numbers = [f"{batch}-{seq}" for seq in range(1, len(amounts) + 1)]
    numbers[:1] = [changes.get("first_line_no", number) for number in numbers[:1]]
    total = sum(int(amount.replace(".", "")) for amount in amounts)
    yuan = changes.get("total", f"{total // 100}.{total % 100:02d}")
    count = changes.get("count", str(len(amounts)))
    rows = [
        f"D|{seq}|{number}|P|张三{seq}|11010119900307{seq:04d}|{9000 + seq}||{amount}|失业保险金"
        for seq, (number, amount) in enumerate(zip(numbers, amounts, strict=True), start=1)
    ]
    below = ("\n".join([*rows, f"T|{count}|{yuan}"]) + "\n").encode(
        changes.get("encoding", "utf-8")
    )
    digest = changes.get("sha256", hashlib.sha256(below).hexdigest())
    head = f"H|{batch}|B1|320101|UI01|202611|{PAYER}|{count}|{yuan}|2026-11-20T09:00:00+08:00"
    return f"{head}|{digest}\n".encode() + below


@dataclass
class Bank:
    """One simulator process and the calls a test makes to it."""

    folder: Path
    port: int
    delay: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite3"

    def start(self) -> None:
        arguments = [
            f"--port={self.port}",
            f"--journal={self.journal}",
            f"--folder={self.folder / 'exchange'}",
            f"--delay={self.delay}",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.bank_simulator", *arguments],
            cwd=ROOT,
            env={**os.environ, "BANK_SIMULATOR_TOKEN": TOKEN},
            stdout=subprocess.DEVNULL,
        )
        until(self._is_up)

    def _is_up(self) -> bool:
        with contextlib.suppress(OSError):
            return self.call("GET", "/healthz", token="")[0] == 200
        return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """End the process; return the seconds it took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=10)
        return time.monotonic() - begun

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        token: str = TOKEN,
        timeout: float = 10,
    ) -> tuple[int, bytes]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            body,
            method=method,
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def send(self, raw: bytes, timeout: float = 10) -> tuple[int, dict[str, Any]]:
        status, body = self.call("POST", "/files", raw, timeout=timeout)
        return status, json.loads(body)

    def control(self, **rules: object) -> None:
        rules = {key.rstrip("_"): value for key, value in rules.items()}
        assert self.call("PUT", "/control", json.dumps(rules).encode())[0] == 200

    def returned(self, batch: str) -> list[list[str]]:
        """The return file's rows, waited for."""
        until(lambda: self.call("GET", f"/files/{batch}/return")[0] == 200)
        text = self.call("GET", f"/files/{batch}/return")[1].decode()
        return [row.split("|") for row in text.split("\n") if row]

    def paid(self, batch: str) -> None:
        """Wait until the journal says the batch is paid."""
        until(lambda: any(b.batch == batch and b.state == "PAID" for b in self.read().batches))

    def read(self) -> JournalRecord:
        return read_journal(self.journal)

    def statement(self, days: str = WIDE) -> tuple[list[str], list[dict[str, str]]]:
        status, body = self.call("GET", f"/statements/{PAYER}{days}")
        assert status == 200, body
        first, rest = body.decode().split("\n", 1)
        return first.split(","), list(csv.DictReader(rest.splitlines()))


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.03)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    bank = Bank(tmp_path, port)
    bank.start()
    yield bank
    assert bank.process is not None
    if bank.process.poll() is None:
        assert bank.stop() < 3


def test_a_batch_is_accepted_paid_once_and_returned(bank: Bank) -> None:
    status, answer = bank.send(batch_file("B1"))
    assert status == 202
    assert (answer["batch"], answer["count"], answer["total"]) == ("B1", 2, "2796.50")
    head, first, second, tail = bank.returned("B1")
    assert head[:2] == ["H", "B1"]
    assert head[3:] == ["2", "2", "2796.50", "0", "0.00"]
    assert first[1:7] == ["1", "B1-1", "9001", "1864.00", "00", ""]
    assert first[7] != second[7]
    assert tail == ["T", "2", "2796.50"]
    state = json.loads(bank.call("GET", "/files/B1")[1])
    assert state == {"batch": "B1", "state": "PAID", "receipt": answer["receipt"]}
    until((bank.folder / "exchange" / "out" / "B1.return.txt").exists)


def test_the_same_bytes_again_give_the_same_receipt_and_pay_nothing(bank: Bank) -> None:
    first = bank.send(batch_file("B1"))
    bank.paid("B1")
    assert bank.send(batch_file("B1")) == first
    time.sleep(0.3)
    record = bank.read()
    assert record.times_paid == {"B1-1": 1, "B1-2": 1}
    assert record.paid_fen == 279650
    assert len(bank.statement()[1]) == 1


def test_the_same_batch_with_other_bytes_is_refused(bank: Bank) -> None:
    bank.send(batch_file("B1"))
    status, answer = bank.send(batch_file("B1", ("1.00",)))
    assert status == 409
    assert "other content" in answer["reason"]


def test_a_line_number_of_an_earlier_batch_is_refused_whole_and_recorded(bank: Bank) -> None:
    bank.send(batch_file("B1"))
    status, answer = bank.send(batch_file("B2", first_line_no="B1-1"))
    assert status == 409
    assert "B1-1" in answer["reason"]
    assert bank.call("GET", "/files/B2")[0] == 404
    record = bank.read()
    assert [payment.line_no for payment in record.payments] == ["B1-1", "B1-2"]
    assert [call.batch for call in record.refused_calls][:1] == ["B2"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (batch_file("B1", sha256="0" * 64), "sha256"),
        (batch_file("B1", total="2796.51"), "sum to"),
        (batch_file("B1", count="3"), "declares 3 lines"),
        (batch_file("B1", ("1.00", "1.0")), "two decimals"),
        (batch_file("B1", ("1.00", "0.00")), "zero"),
        (batch_file("B1", first_line_no="B1-2"), "twice"),
        (batch_file("../B1"), "not allowed"),
        (batch_file("B1", ()), "no lines"),
        (b"", "no trailer"),
        (b"\xff\xff\xff", "neither"),
    ],
)
def test_a_malformed_file_is_refused_with_the_reason(bank: Bank, raw: bytes, reason: str) -> None:
    for path in ("/files/check", "/files"):
        status, body = bank.call("POST", path, raw)
        assert status == 400
        assert reason in json.loads(body)["reason"]
    assert bank.read().payments == ()


def test_a_gap_in_the_sequence_is_refused(bank: Bank) -> None:
    head, below = batch_file("B1").split(b"\n", 1)
    below = below.replace(b"D|2|", b"D|3|")
    digest = hashlib.sha256(below).hexdigest().encode()
    raw = head.rpartition(b"|")[0] + b"|" + digest + b"\n" + below
    status, answer = bank.send(raw)
    assert (status, "seq 3" in answer["reason"]) == (400, True)


def test_check_reads_without_accepting_and_gb18030_is_understood(bank: Bank) -> None:
    raw = batch_file("B1", encoding="gb18030")
    assert json.loads(bank.call("POST", "/files/check", raw)[1])["total"] == "2796.50"
    assert bank.call("GET", "/files/B1")[0] == 404
    assert bank.send(raw)[0] == 202
    assert bank.read().payments[0].name == "张三1"


def test_every_call_but_the_page_and_health_needs_the_token(bank: Bank) -> None:
    for method, path in (("GET", "/files/B1"), ("GET", "/control"), ("GET", "/journal")):
        assert bank.call(method, path, token="wrong")[0] == 401
    assert bank.call("POST", "/files", batch_file("B1"), token="")[0] == 401
    assert bank.call("GET", "/healthz", token="")[0] == 200
    page = bank.call("GET", "/", token="")[1].decode()
    assert "银行模拟器" in page
    assert TOKEN not in page
    assert bank.read().payments == ()


def test_an_answer_that_is_dropped_or_late_leaves_an_accepted_batch(bank: Bank) -> None:
    bank.control(send="accept_then_drop")
    with pytest.raises(http.client.RemoteDisconnected):
        bank.send(batch_file("B1"))
    assert bank.call("GET", "/files/B1")[0] == 200
    bank.control(send="late", late_seconds=0.5)
    begun = time.monotonic()
    assert bank.send(batch_file("B2"))[0] == 202
    assert time.monotonic() - begun >= 0.5
    bank.paid("B2")
    assert set(bank.read().times_paid.values()) == {1}


def test_files_that_are_not_answered_rejected_or_met_with_an_error_pay_nothing(bank: Bank) -> None:
    bank.control(batches={"B1": {"send": "never_answer"}, "B2": {"send": "reject"}})
    bank.control(batches={"B3": {"send": "error_500"}})
    with pytest.raises(TimeoutError):
        bank.send(batch_file("B1"), timeout=0.5)
    assert bank.send(batch_file("B2"))[0] == 400
    assert bank.send(batch_file("B3"))[0] == 500
    assert bank.read().batches == ()
    outcomes = {call.batch: call.outcome for call in bank.read().calls if call.path == "/files"}
    assert outcomes == {"B1": "0 never_answer", "B2": "400", "B3": "500"}
    assert bank.call("DELETE", "/control")[0] == 200
    assert bank.send(batch_file("B1"))[0] == 202


def test_accounts_fail_by_rule_and_are_not_debited(bank: Bank) -> None:
    bank.control(failing_accounts={"9002": "02"}, today="2026-11-25")
    bank.send(batch_file("B1"))
    head, _, failed, tail = bank.returned("B1")
    assert head[2:] == ["2026-11-25", "2", "1", "1864.00", "1", "932.50"]
    assert failed[5:7] == ["99", "02"]
    assert tail[2] == "2796.50"
    record = bank.read()
    assert record.times_paid == {"B1-1": 1, "B1-2": 0}
    assert record.totals_by_status["99"] == {"count": 1, "amount_fen": 93250}
    assert [line["debit"] for line in bank.statement()[1]] == ["1864.00"]


def test_a_withheld_line_comes_to_light_when_the_batch_is_queried(bank: Bank) -> None:
    bank.control(unknown_accounts=["9001"])
    bank.send(batch_file("B1"))
    bank.paid("B1")
    bank.call("GET", "/files/B1")
    assert [row[2] for row in bank.returned("B1") if row[0] == "D"] == ["B1-2"]
    bank.call("GET", "/files/B1")
    assert [row[2] for row in bank.returned("B1") if row[0] == "D"] == ["B1-1", "B1-2"]
    assert bank.read().times_paid == {"B1-1": 1, "B1-2": 1}


@pytest.mark.parametrize(
    ("returning", "fault"),
    [
        ("wrong_total", lambda rows: rows[0][5] == "2796.51"),
        ("wrong_count", lambda rows: rows[0][3] == "3" and len(rows) == 4),
        ("missing_line", lambda rows: rows[0][3] == "1" and len(rows) == 3),
        ("unknown_line", lambda rows: rows[3][2] == "B1-2-X" and rows[0][3] == "3"),
        ("repeated_line", lambda rows: rows[2] == rows[3]),
        ("amount_off", lambda rows: rows[2][4] == "932.51" and rows[-1][2] == "2796.51"),
        ("wrong_batch", lambda rows: rows[0][1] == "B1X"),
        ("truncated", lambda rows: rows[-1][0] == "D"),
    ],
)
def test_a_return_file_is_spoiled_by_rule_and_whole_again_without(
    bank: Bank, returning: str, fault: Callable[[list[list[str]]], bool]
) -> None:
    bank.control(return_=returning)
    bank.send(batch_file("B1"))
    assert fault(bank.returned("B1"))
    bank.call("DELETE", "/control")
    assert bank.returned("B1")[-1] == ["T", "2", "2796.50"]


def test_a_return_file_comes_late_never_or_twice(bank: Bank) -> None:
    bank.control(return_="never")
    bank.send(batch_file("B1"))
    bank.paid("B1")
    time.sleep(0.3)
    assert bank.call("GET", "/files/B1/return") == (204, b"")
    out = bank.folder / "exchange" / "out" / "B1.return.txt"
    assert not out.exists()
    bank.control(return_="late", late_seconds=3600)
    bank.send(batch_file("B2"))
    bank.paid("B2")
    assert bank.call("GET", "/files/B2/return")[0] == 204
    bank.control(return_="late", late_seconds=0.1)
    bank.returned("B2")
    # The second one waits until it is told to come, so that a slow reader cannot miss the first.
    bank.control(return_="twice", late_seconds=3600)
    until(out.exists)
    first = out.read_bytes()
    out.unlink()
    bank.control(return_="twice", late_seconds=0)
    until(out.exists)
    assert out.read_bytes() == first
    assert bank.call("GET", "/files/B9/return")[0] == 404


def test_statements_chain_from_day_to_day(bank: Bank) -> None:
    assert bank.call("PUT", f"/accounts/{PAYER}", b'{"opening": "100.00"}')[0] == 200
    credit = {"amount": "5000.00", "summary": "拨款, 11月", "serial": "Z1", "date": "2026-11-01"}
    for _ in range(2):
        path = f"/accounts/{PAYER}/credit"
        assert bank.call("POST", path, json.dumps(credit).encode())[0] == 201
    bank.control(today="2026-11-02")
    bank.send(batch_file("B1"))
    bank.paid("B1")
    bank.control(today="2026-11-03")
    assert bank.call("POST", "/payments/B1-2/credit_back")[0] == 201
    assert bank.call("POST", "/payments/B1-2/credit_back")[0] == 409
    assert bank.call("POST", "/payments/B1-9/credit_back")[0] == 404
    declared, lines = bank.statement("?from=2026-11-01&to=2026-11-03")
    assert declared[4:] == ["100.00", "3236.00", "3"]
    assert [line["balance"] for line in lines] == ["5100.00", "2303.50", "3236.00"]
    assert [line["summary"] for line in lines] == ["拨款, 11月", "B1", "B1-2"]
    days = [f"?from=2026-11-0{day}&to=2026-11-0{day}" for day in (1, 2, 3, 4)]
    heads = [bank.statement(day)[0] for day in days]
    assert [head[4] for head in heads[1:]] == [head[5] for head in heads[:-1]]
    assert [head[6] for head in heads] == ["1", "1", "1", "0"]
    days = "from=2026-11-01&to=2026-11-03"
    status, body = bank.call("GET", f"/statements/{PAYER}?{days}&format=camt.053")
    table = read_camt_statement(body, today=date(2026, 11, 3))
    assert (status, table.problems) == (200, [])
    assert [f"{row.balance}" for row in table.rows] == ["5100.00", "2303.50", "3236.00"]
    assert [row.summary for row in table.rows] == ["拨款, 11月", "B1", "B1-2"]
    assert bank.call("GET", f"/statements/{PAYER}{WIDE}&format=mt940")[0] == 400
    assert bank.call("GET", f"/statements/none{WIDE}")[0] == 404
    assert bank.call("GET", f"/statements/{PAYER}")[0] == 400


def test_a_killed_bank_continues_from_its_journal_and_pays_once(bank: Bank) -> None:
    bank.stop()
    bank.delay = 1.0
    bank.start()
    bank.control(failing_accounts={"9002": "03"})
    answers = [bank.send(batch_file(f"B{number}")) for number in range(5)]
    bank.stop(signal.SIGKILL)
    assert {batch.state for batch in bank.read().batches} == {"ACCEPTED"}
    bank.start()
    assert [bank.send(batch_file(f"B{number}")) for number in range(5)] == answers
    for number in range(5):
        bank.paid(f"B{number}")
    record = bank.read()
    assert record.paid_more_than_once == []
    assert record.paid_fen == 5 * 186400
    assert len(bank.statement()[1]) == 5


def test_kills_in_the_middle_of_paying_never_pay_twice(bank: Bank) -> None:
    amounts = ("10.00",) * 400
    for number in range(4):
        for part in range(5):
            bank.send(batch_file(f"B{number}x{part}", amounts))
        bank.stop(signal.SIGKILL)
        record = bank.read()
        paid = sum(batch.paid_fen for batch in record.batches if batch.state == "PAID")
        assert record.paid_fen == paid
        bank.start()
    until(lambda: all(batch.state == "PAID" for batch in bank.read().batches))
    record = bank.read()
    assert set(record.times_paid.values()) == {1}
    assert record.paid_fen == 4 * 5 * 400 * 1000
    assert sum(int(line["debit"].replace(".", "")) for line in bank.statement()[1]) == 8_000_000


def test_stopping_does_not_wait_for_callers(bank: Bank) -> None:
    bank.control(send="never_answer")
    with socket.create_connection(("127.0.0.1", bank.port)) as caller:
        raw = batch_file("B1")
        head = f"POST /files HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        caller.sendall(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
        until(lambda: any(call.path == "/files" for call in bank.read().calls))
        assert bank.stop() < 2


def test_files_dropped_into_the_folder_are_answered_and_returned(bank: Bank) -> None:
    exchange = bank.folder / "exchange"
    (exchange / "in" / "B1.txt").write_bytes(batch_file("B1"))
    (exchange / "in" / "B2.txt").write_bytes(batch_file("B2", sha256="0" * 64))
    until((exchange / "out" / "B1.return.txt").exists)
    until((exchange / "answers" / "B2.json").exists)
    answer = json.loads((exchange / "answers" / "B1.json").read_text())
    assert (answer["status"], answer["count"], answer["total"]) == (202, 2, "2796.50")
    refused = json.loads((exchange / "answers" / "B2.json").read_text())
    assert refused["status"] == 400
    until(lambda: not list((exchange / "in").iterdir()))
    assert bank.send(batch_file("B1"))[1]["receipt"] == answer["receipt"]
    assert bank.read().times_paid == {"B1-1": 1, "B1-2": 1}


def test_the_journal_is_told_by_http_as_well(bank: Bank) -> None:
    bank.send(batch_file("B1"))
    bank.paid("B1")
    told = json.loads(bank.call("GET", "/journal")[1])
    assert told["times_paid"] == {"B1-1": 1, "B1-2": 1}
    assert told["paid_more_than_once"] == []
    assert told["totals"] == {"00": {"count": 2, "amount_fen": 279650}}
    payments = json.loads(bank.call("GET", "/journal/payments?batch=B1")[1])["payments"]
    assert [payment["account"] for payment in payments] == ["9001", "9002"]
    assert json.loads(bank.call("GET", "/journal/payments?batch=B2")[1]) == {"payments": []}


def test_rules_are_checked_and_outlive_a_restart(bank: Bank) -> None:
    for rules in (b'{"send": "sometimes"}', b'{"sent": "late"}', b"[]", b"{", b'{"today": "x"}'):
        assert bank.call("PUT", "/control", rules)[0] == 400
    bank.control(send="reject")
    bank.stop()
    bank.start()
    assert bank.send(batch_file("B1"))[0] == 400


def test_a_person_switches_the_behaviour_on_the_page(bank: Bank) -> None:
    form = "act=set&send=reject&return=normal&batch=&late_seconds=&today=&token="
    assert "口令不正确" in bank.call("POST", "/", f"{form}x".encode(), token="")[1].decode()
    assert bank.send(batch_file("B1"))[0] == 202
    assert "已设置" in bank.call("POST", "/", f"{form}{TOKEN}".encode(), token="")[1].decode()
    assert bank.send(batch_file("B2"))[0] == 400
    reset = f"act=reset&token={TOKEN}".encode()
    assert "已恢复正常" in bank.call("POST", "/", reset, token="")[1].decode()
    page = bank.call("GET", "/", token="")[1].decode()
    assert "B1" in page
    assert "2796.50" in page
