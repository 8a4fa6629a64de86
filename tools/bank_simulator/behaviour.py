"""Hold the rules by which the bank misbehaves on request (tests and demo only)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tools.bank_simulator.formats import (
    BATCH_NUMBER,
    FileMalformed,
    ReturnLine,
    day_of,
    return_file,
    yuan_of,
)

SEND = {
    "normal": "正常",
    "late": "受理后迟答",
    "never_answer": "不受理也不应答",
    "accept_then_drop": "受理后断线",
    "reject": "拒绝",
    "twice_return": "回盘送两次",
    "error_500": "系统错误",
}
RETURN = {
    "normal": "正常",
    "late": "迟到",
    "never": "不回盘",
    "wrong_total": "总额不符",
    "wrong_count": "笔数不符",
    "missing_line": "缺一笔",
    "unknown_line": "多一笔不明",
    "repeated_line": "重复一笔",
    "amount_off": "金额差一分",
    "wrong_batch": "批次号不符",
    "truncated": "文件截断",
    "twice": "送两次",
}
REASONS = {
    "01": "账号不存在",
    "02": "户名不符",
    "03": "销户或冻结",
    "04": "超限额",
    "05": "银行忙",
    "99": "其他",
}
LATE_LIMIT = 3600  # seconds


class RuleRefused(Exception):
    """Say which rule of the control call is not known."""


@dataclass(frozen=True)
class Behaviour:
    """What the bank does with one batch."""

    send: str = "normal"
    late_seconds: float = 3.0
    returning: str = "normal"
    failing_accounts: Mapping[str, str] = field(default_factory=dict)
    unknown_accounts: frozenset[str] = frozenset()
    today: str = ""  # YYYY-MM-DD, '' for the clock's day

    @property
    def is_returned_twice(self) -> bool:
        """Return whether the return file is delivered a second time."""
        return self.returning == "twice" or self.send == "twice_return"


@dataclass(frozen=True)
class Rules:
    """Rules for all batches and, above them, for single ones; as the control call gave them."""

    common: Mapping[str, object] = field(default_factory=dict)
    batches: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, given: object) -> "Rules":
        """Return rules of a control call's body; refuse a key or value that is not known."""
        if not isinstance(given, dict):
            raise RuleRefused("the body must be a JSON object")
        common = {key: value for key, value in given.items() if key != "batches"}
        batches = given.get("batches", {})
        if not isinstance(batches, dict):
            raise RuleRefused("batches must be an object")
        _behaviour(common)
        for batch, rule in batches.items():
            if not BATCH_NUMBER.fullmatch(batch) or not isinstance(rule, dict):
                raise RuleRefused(f"the rule of batch {batch!r} must be an object")
            _behaviour(rule)
        return cls(common, batches)

    def merged_with(self, later: "Rules") -> "Rules":
        """Return these rules with the later ones laid over them, key by key."""
        batches = dict(self.batches)
        for batch, rule in later.batches.items():
            batches[batch] = {**batches.get(batch, {}), **rule}
        return Rules({**self.common, **later.common}, batches)

    def to_json(self) -> dict[str, object]:
        """Return what the control call shows."""
        shown: dict[str, object] = {"send": "normal", "return": "normal", **self.common}
        return {**shown, "batches": {batch: dict(rule) for batch, rule in self.batches.items()}}

    def behaviour_for(self, batch: str) -> Behaviour:
        """Return what the bank does with this batch; '' asks for the common rules."""
        return _behaviour({**self.common, **self.batches.get(batch, {})})


def _behaviour(rule: Mapping[str, object]) -> Behaviour:
    behaviour = Behaviour()
    for key, value in rule.items():
        if key not in _READERS:
            raise RuleRefused(f"{key!r} is not a rule; known: {', '.join(_READERS)}")
        behaviour = _READERS[key](behaviour, value)
    return behaviour


def _with_send(behaviour: Behaviour, value: object) -> Behaviour:
    if not isinstance(value, str) or value not in SEND:
        raise RuleRefused(f"send {value!r} is none of {', '.join(SEND)}")
    return replace(behaviour, send=value)


def _with_return(behaviour: Behaviour, value: object) -> Behaviour:
    if not isinstance(value, str) or value not in RETURN:
        raise RuleRefused(f"return {value!r} is none of {', '.join(RETURN)}")
    return replace(behaviour, returning=value)


def _with_late_seconds(behaviour: Behaviour, value: object) -> Behaviour:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RuleRefused("late_seconds must be a number")
    if not 0 <= value <= LATE_LIMIT:
        raise RuleRefused(f"late_seconds must be 0 to {LATE_LIMIT}")
    return replace(behaviour, late_seconds=float(value))


def _with_failing(behaviour: Behaviour, value: object) -> Behaviour:
    if not isinstance(value, dict) or not {str(reason) for reason in value.values()} <= set(
        REASONS
    ):
        raise RuleRefused(f"failing_accounts must map accounts to one of {', '.join(REASONS)}")
    return replace(behaviour, failing_accounts=dict(value))


def _with_unknown(behaviour: Behaviour, value: object) -> Behaviour:
    if not isinstance(value, list) or not all(isinstance(account, str) for account in value):
        raise RuleRefused("unknown_accounts must be a list of accounts")
    return replace(behaviour, unknown_accounts=frozenset(value))


def _with_today(behaviour: Behaviour, value: object) -> Behaviour:
    try:
        return replace(behaviour, today=day_of(str(value)) if value else "")
    except FileMalformed as error:
        raise RuleRefused(str(error)) from error


_READERS: dict[str, Callable[[Behaviour, object], Behaviour]] = {
    "send": _with_send,
    "late_seconds": _with_late_seconds,
    "return": _with_return,
    "failing_accounts": _with_failing,
    "unknown_accounts": _with_unknown,
    "today": _with_today,
}


def spoiled_return(returning: str, batch: str, bank_date: str, lines: list[ReturnLine]) -> str:
    """Return the return file, spoiled as the rule says.

    Spoiled lines come with counts and totals that agree with them, so that only a comparison
    with the batch that was sent finds the fault.
    """
    named = f"{batch}X" if returning == "wrong_batch" else batch
    text = return_file(named, bank_date, _spoiled_lines(returning, lines))
    if returning == "truncated":
        return text[: len(text) * 2 // 3].rpartition("|")[0]
    if returning in ("wrong_count", "wrong_total"):
        return _with_wrong_declaration(returning, text, lines)
    return text


def _spoiled_lines(returning: str, lines: list[ReturnLine]) -> list[ReturnLine]:
    if not lines:
        return lines
    last = lines[-1]
    if returning == "missing_line":
        return lines[:-1]
    if returning == "amount_off":
        return [*lines[:-1], replace(last, amount_fen=last.amount_fen + 1)]
    if returning == "repeated_line":
        return [*lines, last]
    if returning == "unknown_line":
        stranger = replace(
            last,
            seq=last.seq + 1,
            line_no=f"{last.line_no}-X",
            bank_serial=f"{last.bank_serial}X",
        )
        return [*lines, stranger]
    return lines


def _with_wrong_declaration(returning: str, text: str, lines: list[ReturnLine]) -> str:
    rows = text.split("\n")
    head, tail = rows[0].split("|"), rows[-2].split("|")
    paid = [line for line in lines if line.status == "00"]
    if returning == "wrong_count":
        head[3] = tail[1] = str(len(lines) + 1)
        head[4] = str(len(paid) + 1)
    else:
        head[5] = yuan_of(sum(line.amount_fen for line in paid) + 1)
        tail[2] = yuan_of(sum(line.amount_fen for line in lines) + 1)
    return "\n".join(["|".join(head), *rows[1:-2], "|".join(tail), ""])
