"""Thirty ways a return file can be wrong, each made from the right one by a small change."""

from collections.abc import Callable, Sequence

Rows = list[list[str]]
Change = Callable[[Rows], Rows]
HEAD, FIRST, LAST, TAIL = 0, 1, -2, -1


def _cell(row: int, column: int, text: str) -> Change:
    """Put a text into one cell."""

    def change(rows: Rows) -> Rows:
        rows[row][column] = text
        return rows

    return change


def _raise_amount(row: int, column: int) -> Change:
    """Make one amount a cent more."""

    def change(rows: Rows) -> Rows:
        yuan, _, cents = rows[row][column].partition(".")
        rows[row][column] = f"{yuan}.{(int(cents) + 1) % 100:02d}"
        return rows

    return change


def _without(row: int) -> Change:
    return lambda rows: [fields for fields in rows if fields is not rows[row]]


def _twice(row: int) -> Change:
    return lambda rows: [*rows[:row], rows[row], *rows[row:]]


def _swap_amounts(rows: Rows) -> Rows:
    first, last = rows[FIRST], rows[LAST]
    first[2], last[2] = last[2], first[2]
    return rows


def _success_without_serial(rows: Rows) -> Rows:
    rows[FIRST][7] = ""
    return rows


def _extra_field(rows: Rows) -> Rows:
    rows[FIRST].append("9")
    return rows


BY_ROWS: dict[str, Change] = {
    "count of the head one more": _cell(HEAD, 3, "999"),
    "count of successes wrong": _cell(HEAD, 4, "1"),
    "total of successes one cent more": _raise_amount(HEAD, 5),
    "count of failures wrong": _cell(HEAD, 6, "7"),
    "total of failures wrong": _cell(HEAD, 7, "0.01"),
    "count of the trailer wrong": _cell(TAIL, 1, "1"),
    "total of the trailer one cent more": _raise_amount(TAIL, 2),
    "another batch's number": _cell(HEAD, 1, "PC000000000000"),
    "no batch number": _cell(HEAD, 1, ""),
    "a day that does not exist": _cell(HEAD, 2, "2026-02-30"),
    "no day": _cell(HEAD, 2, ""),
    "an amount one cent more": _raise_amount(FIRST, 4),
    "an amount that is no number": _cell(FIRST, 4, "NaN"),
    "an amount in scientific notation": _cell(FIRST, 4, "1e3"),
    "a negative amount": _cell(FIRST, 4, "-1864.00"),
    "an amount with three decimals": _cell(FIRST, 4, "1864.000"),
    "an instruction of nobody": _cell(FIRST, 2, "PC000000000000-1"),
    "another payee's account": _cell(FIRST, 3, "6228480000000000000"),
    "a status the bank does not have": _cell(FIRST, 5, "77"),
    "two instructions exchanged": _swap_amounts,
    "a line missing": _without(FIRST),
    "a line repeated": _twice(FIRST),
    "no head": _without(HEAD),
    "no trailer": _without(TAIL),
    "a field too many": _extra_field,
}
BY_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "an empty file": lambda _content: b"",
    "cut in the middle": lambda content: content[: len(content) // 2],
    "a NUL in it": lambda content: content.replace(b"|00|", b"|0\x000|", 1),
    "no text at all": lambda _content: bytes(range(128, 256)) * 8,
    "the file twice in one": lambda content: content + content,
}


def bad_returns(content: bytes) -> Sequence[tuple[str, bytes]]:
    """Return thirty wrong files, each with its name, made from a right one."""
    made = []
    for name, change in BY_ROWS.items():
        rows = [line.split("|") for line in content.decode().splitlines()]
        text = "\n".join("|".join(fields) for fields in change(rows)) + "\n"
        made.append((name, text.encode()))
    made += [(name, change(content)) for name, change in BY_BYTES.items()]
    return made
