"""Calls to the bank (docs/formats.md §6). Never inside a database transaction.

Every answer is one of three: definite yes, definite no, or unknown. Whatever is not clearly one
of the first two is unknown.
"""

import re
import ssl
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import httpx
from django.conf import settings
from django.db import connection

from common.errors import DomainError
from common.failpoints import failpoint
from common.money import AmountInvalid, parse_amount

BATCH_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


class BankUnreachable(DomainError):
    code = "BANK_UNREACHABLE"
    message = "银行接口没有应答，请稍后重试或联系银行"


class BankRefused(DomainError):
    """The bank answered 400: it has taken nothing."""

    code = "BANK_REFUSED"
    message = "银行拒收该文件"


@dataclass(frozen=True, slots=True)
class BankCount:
    """What the bank reads in a file: lines and yuan."""

    number: str
    line_count: int
    total_amount: Decimal


@dataclass(frozen=True, slots=True)
class BatchAtBank:
    """What the bank says of a batch it knows: ACCEPTED or PAID, and its receipt."""

    state: str
    receipt: str


def check_file(content: bytes) -> BankCount:
    """Ask the bank to read a batch file without accepting it (P46).

    Raises:
        BankRefused: the bank cannot read it; BankUnreachable: no usable answer.
    """
    answer = _call("POST", "/files/check", content)
    body = _accepted(answer, 200)
    try:
        return BankCount(
            str(body["batch"]), int(str(body["count"])), parse_amount(str(body["total"]))
        )
    except (KeyError, ValueError, TypeError, AmountInvalid):
        raise BankUnreachable(f"银行应答无法识别：{_shown(answer)}") from None


def send_file(content: bytes) -> str:
    """Send a batch file and return the bank's receipt.

    Raises:
        BankRefused: a definite no (400): nothing was taken.
        BankUnreachable: unknown, also for 409: nothing may be concluded from it.
    """
    answer = _call("POST", "/files", content)
    receipt = _accepted(answer, 202).get("receipt")
    if not receipt:
        raise BankUnreachable(f"银行应答无法识别：{_shown(answer)}")
    return str(receipt)[:60]


def ask_batch(number: str) -> BatchAtBank | None:
    """Return what the bank says of a batch, or None: it has definitely never seen it.

    Raises:
        BankUnreachable: any other answer, or none.
    """
    answer = _call("GET", f"/files/{_checked(number)}")
    if answer.status_code == 404:
        return None
    body = _accepted(answer, 200)
    return BatchAtBank(str(body.get("state", "")), str(body.get("receipt", ""))[:60])


def fetch_return(number: str) -> bytes | None:
    """Return the bytes of a batch's return file, or None while the bank has none.

    Raises:
        BankUnreachable: any other answer, or none.
    """
    answer = _call("GET", f"/files/{_checked(number)}/return")
    if answer.status_code in {204, 404}:
        return None
    if answer.status_code != 200:
        raise BankUnreachable(f"银行应答无法识别：{_shown(answer)}")
    return answer.content


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Return the authorities by which the bank's certificate is judged.

    Read once in a process: reading them takes 35 ms of CPU, more than the call itself.
    """
    return httpx.create_ssl_context(trust_env=False)


def _call(method: str, path: str, content: bytes | None = None) -> httpx.Response:
    if connection.in_atomic_block:
        raise RuntimeError("the bank is never called inside a database transaction")
    if not settings.BANK_GATEWAY_URL:
        raise BankUnreachable("尚未配置银行接口地址，请联系系统管理员")
    failpoint("bank.before_request")
    # A quarter to connect: connecting and answering together stay below a claim's lease.
    seconds = settings.BANK_GATEWAY_TIMEOUT
    waiting = httpx.Timeout(seconds, connect=seconds / 4)
    try:
        with httpx.Client(
            timeout=waiting, verify=trusted_certificates(), trust_env=False
        ) as client:
            return client.request(
                method,
                settings.BANK_GATEWAY_URL.rstrip("/") + path,
                content=content,
                headers={
                    "Authorization": f"Bearer {settings.BANK_GATEWAY_TOKEN}",
                    "Content-Type": "text/plain; charset=utf-8",
                },
            )
    except httpx.HTTPError as error:
        raise BankUnreachable(f"银行接口没有应答（{type(error).__name__}）") from error


def _accepted(answer: httpx.Response, status: int) -> dict[str, object]:
    """Return the JSON body of an answer with the status that means yes."""
    if answer.status_code == 400:
        raise BankRefused(_shown(answer))
    if answer.status_code != status:
        raise BankUnreachable(f"银行应答{answer.status_code}：{_shown(answer)}")
    try:
        body = answer.json()
    except ValueError:
        raise BankUnreachable(f"银行应答无法识别：{_shown(answer)}") from None
    if not isinstance(body, dict):
        raise BankUnreachable(f"银行应答无法识别：{_shown(answer)}")
    return body


def _checked(number: str) -> str:
    if BATCH_NUMBER.fullmatch(number) is None:
        raise ValueError(f"not a batch number: {number!r}")
    return number


def _shown(answer: httpx.Response) -> str:
    """Return the reason the bank gave, else the beginning of its answer, for the log."""
    try:
        return str(answer.json()["reason"])[:150]
    except (ValueError, KeyError, TypeError):
        return answer.text[:100] or str(answer.status_code)
