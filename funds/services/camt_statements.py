"""A bank's statement as ISO 20022 camt.053, read into the rows of our own format.

The message is checked against the standard's schema first; what is mapped afterwards is checked
like any other statement (`statement_files`). Balances after each entry, which the message does
not carry, are counted from its opening balance. Source: docs/formats.md §3.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree

from common.errors import DomainError
from common.money import AMOUNT_CAP, round_yuan
from common.periods import parse_day
from common.tables import CellInvalid, Table
from common.textfiles import WHOLE_FILE
from common.xmlfiles import check_schema, parse_xml
from funds.services.statement_rows import (
    StatementRow,
    parse_own_account,
    parse_serial,
    parse_short_text,
    past_day,
)

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
SCHEMAS = {
    f"urn:iso:std:iso:20022:tech:xsd:{name}": FOLDER / f"{name}.xsd"
    for name in ("camt.053.001.02", "camt.053.001.08")
}
ZERO = Decimal("0.00")
CURRENCY = "CNY"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
# Where a line of the message says who stood on the other side: by name, and by account.
_PARTIES = {
    "CRDT": (("Dbtr/Nm", "Dbtr/Pty/Nm"), ("DbtrAcct/Id/Othr/Id", "DbtrAcct/Id/IBAN")),
    "DBIT": (("Cdtr/Nm", "Cdtr/Pty/Nm"), ("CdtrAcct/Id/Othr/Id", "CdtrAcct/Id/IBAN")),
}


def read_camt_statement(data: bytes, *, today: date) -> Table[StatementRow]:
    """Return the rows of a camt.053 message and all that is wrong with it; raises nothing."""
    table: Table[StatementRow] = Table()
    try:
        root = parse_xml(data)
    except DomainError as error:
        table.report(0, WHOLE_FILE, "", error.message)
        return table
    check_schema(root, table, SCHEMAS)
    if table.is_clean:
        _read_message(root, table, today)
    return table


def _read_message(root: etree._Element, table: Table[StatementRow], today: date) -> None:
    statements = root.findall(_path("BkToCstmrStmt/Stmt"))
    if len(statements) != 1:
        reason = f"文件含有{len(statements)}份对账单，须每个账户一份文件"
        table.report(_line(statements[1]), "对账单", "", reason)
        return
    statement = statements[0]
    _report_currencies(statement, table)
    _read_head(statement, table, today)
    if not table.is_clean:
        return
    entries = statement.findall(_path("Ntry"))
    table.declaration["count"] = len(entries)
    _read_entries(entries, table)
    _check_summary(statement, table)


def _report_currencies(statement: etree._Element, table: Table[StatementRow]) -> None:
    """Report every amount, and the account itself, that is not in yuan."""
    account = statement.find(_path("Acct/Ccy"))
    if account is not None and account.text != CURRENCY:
        table.report(_line(account), "币种", account.text or "", "账户币种须为CNY")
    for element in statement.iter("{*}Amt"):
        currency = element.get("Ccy", CURRENCY)
        if currency != CURRENCY:
            table.report(_line(element), "币种", currency, "金额币种须为CNY")


def _read_head(statement: etree._Element, table: Table[StatementRow], today: date) -> None:
    """Fill the declaration: account, days, opening and closing balance."""
    number = statement.find(_path("Acct/Id/Othr/Id"))
    if number is None:
        line = _line(statement)
        table.report(line, "账号", "", "须以Acct/Id/Othr/Id给出账号")
        return
    opening, closing = (_balance(statement, table, code) for code in ("OPBD", "CLBD"))
    if opening is None or closing is None:
        return
    period = statement.find(_path("FrToDt"))
    first, last = (
        (opening.find(_path("Dt")), closing.find(_path("Dt")))
        if period is None
        else (period.find(_path("FrDtTm")), period.find(_path("ToDtTm")))
    )
    reads = (
        ("account", "账号", number, lambda e: parse_own_account((e.text or "").strip())),
        ("from", "起始日期", first, _day),
        ("to", "截止日期", last, lambda e: past_day(_day(e), today)),
        ("opening", "期初余额", opening, _balance_amount),
        ("closing", "期末余额", closing, _balance_amount),
    )
    for name, label, element, read in reads:
        try:
            table.declaration[name] = read(element)
        except DomainError as error:
            shown = "" if name == "account" else _said(element)
            table.report(_line(element), label, shown, error.message)


def _balance(
    statement: etree._Element, table: Table[StatementRow], code: str
) -> etree._Element | None:
    """Return the one balance of this kind; report when there is none or more than one."""
    balances = statement.findall(_path("Bal"))
    found = [b for b in balances if b.findtext(_path("Tp/CdOrPrtry/Cd")) == code]
    if len(found) == 1:
        return found[0]
    label = {"OPBD": "期初余额", "CLBD": "期末余额"}[code]
    table.report(_line(statement), label, "", f"须恰好有一个{code}余额，实际{len(found)}个")
    return None


def _balance_amount(balance: etree._Element) -> Decimal:
    amount = _amount(balance)
    if amount and balance.findtext(_path("CdtDbtInd")) != "CRDT":
        raise CellInvalid("余额为借方（透支），基金账户不得透支")
    return amount


def _amount(parent: etree._Element) -> Decimal:
    """Return the amount of a balance or an entry in whole cents."""
    amount = Decimal((parent.findtext(_path("Amt")) or "").strip())
    if amount != round_yuan(amount):
        raise CellInvalid("金额最多两位小数")
    if amount > AMOUNT_CAP:
        raise CellInvalid("金额超过上限999,999,999,999.99元")
    return round_yuan(amount)


def _day(element: etree._Element) -> date:
    """Return the day, in Shanghai, of a date, an instant or a choice of both."""
    text = _said(element)
    if "T" not in text:
        return parse_day(text[:10])
    try:
        instant = datetime.fromisoformat(text)
        local = instant.astimezone(_SHANGHAI) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        raise CellInvalid("时间须为存在的年月日时分秒") from None
    return parse_day(f"{local:%Y-%m-%d}")


def _said(element: etree._Element) -> str:
    """Return the first text in an element, without spaces around it."""
    return next((text.strip() for text in element.itertext() if text.strip()), "")


def _read_entries(entries: list[etree._Element], table: Table[StatementRow]) -> None:
    balance, seen = Decimal(str(table.declaration["opening"])), dict[str, int]()
    for entry in entries:
        line, wrong = _line(entry), table.problem_count
        for label, value, reason in _entry_problems(entry):
            table.report(line, label, value, reason)
        serial = _serial_of(entry)
        first = seen.setdefault(serial, line)
        if first != line:
            table.report(line, "银行流水号", serial, f"与第{first}行重复")
        if table.problem_count != wrong:
            continue
        debit, credit = _sides(entry)
        balance += credit - debit
        table.rows.append(_row(entry, table, balance, serial))
        table.lines.append(line)


def _entry_problems(entry: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong in one entry as label, value, reason."""
    status = _said(entry.find(_path("Sts")))  # a code in version 02, a choice in version 08
    if status != "BOOK":
        yield "状态", status, "只接受已入账（BOOK）的记录"
    booked = entry.find(_path("BookgDt"))
    if booked is None:
        yield "日期", "", "缺少入账日期BookgDt"
    if not _serial_of(entry):
        yield "银行流水号", "", "缺少AcctSvcrRef或NtryRef"
    try:
        _amount(entry)
        if booked is not None:
            _day(booked)
        _check_texts(entry)
    except DomainError as error:
        yield "记录", _serial_of(entry), error.message


def _check_texts(entry: etree._Element) -> None:
    """Raise CellInvalid for a text that is too long or holds characters not to be seen."""
    parse_serial(_serial_of(entry))
    for text in (*_counterparty(entry), _summary(entry)):
        parse_short_text(text)


def _row(
    entry: etree._Element, table: Table[StatementRow], balance: Decimal, serial: str
) -> StatementRow:
    booked = entry.find(_path("BookgDt"))
    assert booked is not None
    debit, credit = _sides(entry)
    name, account = _counterparty(entry)
    return StatementRow(
        account=str(table.declaration["account"]),
        day=_day(booked),
        serial=serial,
        debit=debit,
        credit=credit,
        balance=balance,
        counterparty=name or None,
        counter_account=account or None,
        summary=_summary(entry) or None,
    )


def _sides(entry: etree._Element) -> tuple[Decimal, Decimal]:
    """Return what left and what arrived."""
    amount = _amount(entry)
    is_credit = entry.findtext(_path("CdtDbtInd")) == "CRDT"
    return (ZERO, amount) if is_credit else (amount, ZERO)


def _serial_of(entry: etree._Element) -> str:
    """Return the bank's own reference, else the entry's number in the statement."""
    found = entry.findtext(_path("AcctSvcrRef")) or entry.findtext(_path("NtryRef"))
    return (found or "").strip()


def _counterparty(entry: etree._Element) -> tuple[str, str]:
    """Return name and account of the other side; empty for an entry of several transactions."""
    details = entry.findall(_path("NtryDtls/TxDtls"))
    if len(details) != 1:
        return "", ""
    parties = details[0].find(_path("RltdPties"))
    if parties is None:
        return "", ""
    names, accounts = _PARTIES[entry.findtext(_path("CdtDbtInd")) or "CRDT"]
    return _first(parties, names), _first(parties, accounts)


def _summary(entry: etree._Element) -> str:
    """Return what the entry says it is for, at most 100 characters."""
    paths = ("NtryDtls/TxDtls/RmtInf/Ustrd", "AddtlNtryInf", "NtryDtls/TxDtls/AddtlTxInf")
    return _first(entry, paths)[:100]


def _first(parent: etree._Element, paths: tuple[str, ...]) -> str:
    texts = ((parent.findtext(_path(path)) or "").strip() for path in paths)
    return next((text for text in texts if text), "")


def _check_summary(statement: etree._Element, table: Table[StatementRow]) -> None:
    """Compare the message's own counts and sums, where it gives them, with its entries."""
    sides = {
        "TtlCdtNtries": [row.credit for row in table.rows if row.credit],
        "TtlDbtNtries": [row.debit for row in table.rows if row.debit],
        "TtlNtries": [row.debit + row.credit for row in table.rows],
    }
    for name, amounts in sides.items():
        declared = statement.find(_path(f"TxsSummry/{name}"))
        if declared is None or not table.is_clean:
            continue
        count, total = (declared.findtext(_path(part)) for part in ("NbOfNtries", "Sum"))
        if count is not None and int(count) != len(amounts):
            reason = f"声明{count}笔，实际{len(amounts)}笔"
            table.report(_line(declared), "笔数", count, reason)
        if total is not None and Decimal(total) != sum(amounts, ZERO):
            reason = f"声明{total}元，实际{sum(amounts, ZERO)}元"
            table.report(_line(declared), "合计金额", total, reason)


def _path(path: str) -> str:
    """Return a path of local names as one over any namespace."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _line(element: etree._Element) -> int:
    return element.sourceline or 1
