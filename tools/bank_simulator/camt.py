"""Write a statement as ISO 20022 camt.053.001.02 (docs/formats.md §3)."""

from xml.etree import ElementTree as ET

from tools.bank_simulator.formats import StatementLine, yuan_of

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
MIDNIGHT, LAST_SECOND = "T00:00:00+08:00", "T23:59:59+08:00"


def camt_of(
    account: str, days: tuple[str, str], opening_fen: int, lines: list[StatementLine]
) -> str:
    """Return the account's statement of these days as one message."""
    first, last = days
    closing_fen = lines[-1].balance_fen if lines else opening_fen
    document = ET.Element("Document", xmlns=NAMESPACE)
    message = ET.SubElement(document, "BkToCstmrStmt")
    name = f"{account[-12:]}-{first}".replace("-", "")
    made = last + LAST_SECOND
    header = ET.SubElement(message, "GrpHdr")
    _fill(header, MsgId=f"M{name}", CreDtTm=made)
    statement = ET.SubElement(message, "Stmt")
    _fill(statement, Id=f"S{name}", CreDtTm=made)
    _fill(ET.SubElement(statement, "FrToDt"), FrDtTm=first + MIDNIGHT, ToDtTm=last + LAST_SECOND)
    _add_account(ET.SubElement(statement, "Acct"), account, currency="CNY")
    _add_balance(statement, "OPBD", opening_fen, first)
    _add_balance(statement, "CLBD", closing_fen, last)
    summary = ET.SubElement(statement, "TxsSummry")
    for tag, amounts in (
        ("TtlCdtNtries", [line.credit_fen for line in lines if line.credit_fen]),
        ("TtlDbtNtries", [line.debit_fen for line in lines if line.debit_fen]),
    ):
        _fill(ET.SubElement(summary, tag), NbOfNtries=str(len(amounts)), Sum=yuan_of(sum(amounts)))
    for number, line in enumerate(lines, 1):
        _add_entry(statement, number, line)
    ET.indent(document)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(document, "unicode") + "\n"


def _fill(parent: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _add_account(parent: ET.Element, number: str, currency: str = "") -> None:
    other = ET.SubElement(ET.SubElement(parent, "Id"), "Othr")
    _fill(other, Id=number)
    if currency:
        _fill(parent, Ccy=currency)


def _add_amount(parent: ET.Element, fen: int) -> None:
    ET.SubElement(parent, "Amt", Ccy="CNY").text = yuan_of(abs(fen))


def _add_balance(parent: ET.Element, code: str, fen: int, day: str) -> None:
    balance = ET.SubElement(parent, "Bal")
    _fill(ET.SubElement(ET.SubElement(balance, "Tp"), "CdOrPrtry"), Cd=code)
    _add_amount(balance, fen)
    _fill(balance, CdtDbtInd="DBIT" if fen < 0 else "CRDT")
    _fill(ET.SubElement(balance, "Dt"), Dt=day)


def _add_entry(parent: ET.Element, number: int, line: StatementLine) -> None:
    is_credit = line.credit_fen > 0
    entry = ET.SubElement(parent, "Ntry")
    _fill(entry, NtryRef=str(number))
    _add_amount(entry, line.credit_fen or line.debit_fen)
    _fill(entry, CdtDbtInd="CRDT" if is_credit else "DBIT", Sts="BOOK")
    _fill(ET.SubElement(entry, "BookgDt"), Dt=line.date)
    _fill(entry, AcctSvcrRef=line.serial)
    _fill(ET.SubElement(ET.SubElement(entry, "BkTxCd"), "Prtry"), Cd="TRF")
    details = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
    other = "Dbtr" if is_credit else "Cdtr"
    parties = ET.SubElement(details, "RltdPties")
    if line.counterparty:
        _fill(ET.SubElement(parties, other), Nm=line.counterparty)
    if line.counter_account:
        _add_account(ET.SubElement(parties, f"{other}Acct"), line.counter_account)
    if line.summary:
        _fill(ET.SubElement(details, "RmtInf"), Ustrd=line.summary)
