"""Say what each call is answered with; no sockets here."""

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from urllib.parse import parse_qsl

from tools.bank_simulator.behaviour import Behaviour, RuleRefused, Rules
from tools.bank_simulator.formats import (
    ACCOUNT,
    BatchFile,
    FileMalformed,
    batch_named_in,
    day_of,
    fen_of,
    read_batch_file,
    yuan_of,
)
from tools.bank_simulator.page import page_of, rule_of_form
from tools.bank_simulator.paying import CallRefused, Credit, Teller
from tools.bank_simulator.statements import statement_of

TEXT = "text/plain; charset=utf-8"
CSV = "text/csv; charset=utf-8"
XML = "application/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """One call as it came in."""

    teller: Teller
    path: str
    query: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object."""
        try:
            given = json.loads(self.body)
        except ValueError as error:
            raise CallRefused(400, "the body is not JSON") from error
        if not isinstance(given, dict):
            raise CallRefused(400, "the body must be a JSON object")
        return given


@dataclass(frozen=True)
class Answer:
    """One answer, and the way it goes out: '' at once, or as a rule's `send` says."""

    status: int
    body: bytes = b""
    kind: str = "application/json; charset=utf-8"
    batch: str = ""
    reason: str = ""
    way: str = ""
    late_seconds: float = 0.0


def answer_json(status: int, content: dict[str, object], batch: str = "") -> Answer:
    """Return an answer with a JSON body."""
    text = json.dumps(content, ensure_ascii=False)
    return Answer(status, text.encode("utf-8"), batch=batch, reason=str(content.get("reason", "")))


def answer_page(call: Call, method: str, token: str) -> Answer:
    """Return the page; a POST switches the behaviour first when the form's token is right."""
    journal = call.teller.journal
    message = ""
    if method == "POST":
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        message = _switched(call, form, token)
    page = page_of(journal.read(), journal.rules(), message)
    return Answer(200, page.encode("utf-8"), HTML)


def _switched(call: Call, form: dict[str, str], token: str) -> str:
    journal = call.teller.journal
    if not hmac.compare_digest(form.get("token", "").encode(), token.encode()):
        return "口令不正确,未作改动。"
    if form.get("act") == "reset":
        journal.set_rules(Rules())
        return "已恢复正常。"
    try:
        journal.set_rules(journal.rules().merged_with(Rules.from_json(rule_of_form(form))))
    except RuleRefused as error:
        return f"未作改动:{error}"
    return "已设置。"


def _health(call: Call) -> Answer:
    return answer_json(200, {"status": "ok", "today": call.teller.today()})


def _check_file(call: Call) -> Answer:
    file = read_batch_file(call.body)
    content = {"batch": file.batch, "count": len(file.lines), "total": yuan_of(file.total_fen)}
    return answer_json(200, content, file.batch)


def _send_file(call: Call) -> Answer:
    """Take a batch file as the rule in force for its batch says."""
    named = batch_named_in(call.body)
    behaviour = call.teller.journal.rules().behaviour_for(named)
    if behaviour.send == "never_answer":
        return Answer(0, batch=named, way="never_answer")
    if behaviour.send == "error_500":
        return answer_json(500, {"reason": "internal error by rule"}, named)
    try:
        answer = _accepted(call, read_batch_file(call.body), behaviour)
    except FileMalformed as error:
        return answer_json(400, {"reason": str(error)}, named)
    except CallRefused as error:
        return answer_json(error.status, {"reason": error.reason}, named)
    if behaviour.send in ("late", "accept_then_drop"):
        return replace(answer, way=behaviour.send, late_seconds=behaviour.late_seconds)
    return answer


def _accepted(call: Call, file: BatchFile, behaviour: Behaviour) -> Answer:
    if behaviour.send == "reject":
        raise CallRefused(400, "rejected by rule")
    return answer_json(202, call.teller.accept(file, call.body, "HTTP"), file.batch)


def _state(call: Call, batch: str) -> Answer:
    return answer_json(200, call.teller.state_of(batch), batch)


def _return(call: Call, batch: str) -> Answer:
    text = call.teller.return_of(batch, "HTTP")
    if text is None:
        return Answer(204, batch=batch)
    return Answer(200, text.encode("utf-8"), TEXT, batch)


def _statement(call: Call, account: str) -> Answer:
    from_day = day_of(call.query.get("from", ""))
    to_day = day_of(call.query.get("to", ""))
    form = call.query.get("format", "csv")
    if form not in ("csv", "camt.053"):
        raise CallRefused(400, "format is csv or camt.053")
    is_camt = form == "camt.053"
    text = statement_of(call.teller.journal, account, from_day, to_day, as_camt=is_camt)
    return Answer(200, text.encode("utf-8"), XML if is_camt else CSV)


def _set_account(call: Call, account: str) -> Answer:
    _check_account(account)
    opening_fen = fen_of(str(call.json().get("opening", "")))
    call.teller.set_opening(account, opening_fen)
    return answer_json(200, {"account": account, "opening": yuan_of(opening_fen)})


def _credit(call: Call, account: str) -> Answer:
    _check_account(account)
    given = {key: str(value) for key, value in call.json().items() if value is not None}
    amount_fen = fen_of(given.get("amount", ""))
    if amount_fen == 0:
        raise CallRefused(400, "the amount is zero")
    credit = Credit(
        amount_fen,
        given.get("summary", ""),
        given.get("serial", ""),
        day_of(given["date"]) if given.get("date") else "",
        given.get("counterparty", ""),
        given.get("counter_account", ""),
    )
    return answer_json(201, call.teller.credit(account, credit))


def _check_account(account: str) -> None:
    if not ACCOUNT.fullmatch(account):
        raise CallRefused(400, f"account {account!r} is not allowed")


def _credit_back(call: Call, line_no: str) -> Answer:
    given = call.json().get("date") if call.body else None
    return answer_json(201, call.teller.credit_back(line_no, day_of(str(given)) if given else ""))


def _show_control(call: Call) -> Answer:
    return answer_json(200, call.teller.journal.rules().to_json())


def _set_control(call: Call) -> Answer:
    journal = call.teller.journal
    journal.set_rules(journal.rules().merged_with(Rules.from_json(call.json())))
    return _show_control(call)


def _reset_control(call: Call) -> Answer:
    call.teller.journal.set_rules(Rules())
    return _show_control(call)


def _journal(call: Call) -> Answer:
    record = call.teller.journal.read()
    content: dict[str, object] = {
        "batches": [asdict(batch) for batch in record.batches],
        "line_count": len(record.payments),
        "times_paid": record.times_paid,
        "paid_more_than_once": record.paid_more_than_once,
        "paid_fen": record.paid_fen,
        "totals": record.totals_by_status,
        "refused_calls": [asdict(refused) for refused in record.refused_calls],
    }
    return answer_json(200, content)


def _journal_payments(call: Call) -> Answer:
    batch = call.query.get("batch")
    payments = [
        asdict(payment)
        for payment in call.teller.journal.read().payments
        if batch is None or payment.batch == batch
    ]
    return answer_json(200, {"payments": payments})


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", "/healthz", _health),
    ("POST", "/files/check", _check_file),
    ("POST", "/files", _send_file),
    ("GET", "/files/([^/]+)", _state),
    ("GET", "/files/([^/]+)/return", _return),
    ("GET", "/statements/([^/]+)", _statement),
    ("PUT", "/accounts/([^/]+)", _set_account),
    ("POST", "/accounts/([^/]+)/credit", _credit),
    ("POST", "/payments/([^/]+)/credit_back", _credit_back),
    ("GET", "/control", _show_control),
    ("PUT", "/control", _set_control),
    ("DELETE", "/control", _reset_control),
    ("GET", "/journal", _journal),
    ("GET", "/journal/payments", _journal_payments),
)
