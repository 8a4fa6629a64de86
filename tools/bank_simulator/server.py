"""Answer the bank's HTTP calls (docs/formats.md §6), the control calls and the page."""

import hmac
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from tools.bank_simulator.behaviour import RuleRefused
from tools.bank_simulator.calls import ROUTES, Answer, Call, answer_json, answer_page
from tools.bank_simulator.formats import FileMalformed
from tools.bank_simulator.journal import JournalCall
from tools.bank_simulator.paying import CallRefused, Teller, instant_now

BODY_LIMIT = 64 * 1024 * 1024  # bytes
PATIENCE = 600.0  # seconds a caller that gets no answer is held


@dataclass(frozen=True)
class Bank:
    """What every call needs."""

    teller: Teller
    token: str
    stopping: threading.Event


class BankServer(ThreadingHTTPServer):
    """Serve calls in threads that do not keep the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], bank: Bank) -> None:
        """Listen on the address."""
        self.bank = bank
        super().__init__(address, BankCalls)


class BankCalls(BaseHTTPRequestHandler):
    """Read one call, find who answers it, write it down, answer."""

    server: BankServer
    server_version = "BankSimulator"
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the journal holds every call."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        try:
            body = self._body()
            call = Call(self.server.bank.teller, path, dict(parse_qsl(parts.query)), body)
            if path == "/":
                self._send(answer_page(call, self.command, self.server.bank.token))
                return
            answer = self._answered(call)
        except CallRefused as error:
            answer = answer_json(error.status, {"reason": error.reason})
        except (FileMalformed, RuleRefused) as error:
            answer = answer_json(400, {"reason": str(error)})
        if path != "/healthz":
            self._record(path, answer)
        self._deliver(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            raise CallRefused(411, "send the body with a Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not re.fullmatch(r"[0-9]{1,10}", length) or int(length) > BODY_LIMIT:
            raise CallRefused(413, f"Content-Length must be 0 to {BODY_LIMIT}")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise CallRefused(400, "the body ended before its declared length")
        return body

    def _answered(self, call: Call) -> Answer:
        answers, found = _route(self.command, call.path)
        if call.path != "/healthz" and not self._is_authorised():
            raise CallRefused(401, "the bearer token is missing or wrong")
        return answers(call, *found)

    def _is_authorised(self) -> bool:
        given = self.headers.get("Authorization", "")
        due = f"Bearer {self.server.bank.token}"
        return hmac.compare_digest(given.encode("utf-8"), due.encode("utf-8"))

    def _record(self, path: str, answer: Answer) -> None:
        outcome = str(answer.status) if not answer.way else f"{answer.status} {answer.way}"
        self.server.bank.teller.journal.record_call(
            JournalCall(instant_now(), self.command, path, answer.batch, outcome, answer.reason)
        )

    def _deliver(self, answer: Answer) -> None:
        if answer.way == "never_answer":
            self._wait_for_the_caller_to_leave()
        elif answer.way == "late":
            self.server.bank.stopping.wait(answer.late_seconds)
        if answer.way in ("never_answer", "accept_then_drop"):
            self.close_connection = True
            return
        self._send(answer)

    def _wait_for_the_caller_to_leave(self) -> None:
        self.connection.settimeout(PATIENCE)
        try:
            self.rfile.read(1)
        except OSError:
            return

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(answer.body)
        except ConnectionError:
            self.close_connection = True


def _route(method: str, path: str) -> tuple[Callable[..., Answer], tuple[str, ...]]:
    known = False
    for allowed, pattern, answers in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and allowed == method:
            return answers, found.groups()
        known = known or found is not None
    raise CallRefused(405 if known else 404, f"there is no {method} {path[:200]}")
