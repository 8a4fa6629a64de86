"""Bank statements as camt.053: read like any other, checked against the standard's schema."""

import hashlib
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from accounts.models import Document
from common.encryption import Purpose, decrypt
from funds.enums import BankAccountKind, BookKind
from funds.models import BankAccount, BankStatement
from funds.services.bank_statements import import_bank_statement
from funds.services.camt_statements import FOLDER, SCHEMAS, read_camt_statement
from funds.services.statement_files import read_statement
from tests.city import NOW
from tests.funds.camt import ROWS, camt_file

TODAY = date(2026, 11, 2)
OURS = "22880510400000010040"
V08 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def in_version_08(data: bytes) -> bytes:
    """Return a message of version 02 as version 08 writes it."""
    text = data.decode().replace("camt.053.001.02", "camt.053.001.08")
    text = text.replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
    party = r"<(Dbtr|Cdtr)>\s*<Nm>([^<]*)</Nm>\s*</\1>"
    return re.sub(party, r"<\1><Pty><Nm>\2</Nm></Pty></\1>", text).encode()


def read(data: bytes):
    return read_camt_statement(data, today=TODAY)


def said(table) -> str:
    return "；".join(f"{problem}" for problem in table.problems)


class TestMapped:
    @pytest.mark.parametrize("version", [lambda data: data, in_version_08], ids=["02", "08"])
    def test_entries_become_rows_with_balances_counted_from_the_opening(self, version):
        table = read(version(camt_file(OURS)))
        assert table.is_clean, said(table)
        assert (table.declaration["opening"], table.declaration["closing"]) == (
            Decimal("100000.00"), Decimal("594420.34"),
        )  # fmt: skip
        # 100,000.00 + 500,000.00 = 600,000.00; − 5,592.00 = 594,408.00; + 12.34 = 594,420.34.
        assert [(row.debit, row.credit, row.balance) for row in table.rows] == [
            (Decimal("0.00"), Decimal("500000.00"), Decimal("600000.00")),
            (Decimal("5592.00"), Decimal("0.00"), Decimal("594408.00")),
            (Decimal("0.00"), Decimal("12.34"), Decimal("594420.34")),
        ]
        first = table.rows[0]
        assert (first.serial, first.counterparty, first.counter_account, first.summary) == (
            "S001", "市财政局", "51050510400000010030", "拨付",
        )  # fmt: skip

    def test_what_the_simulator_writes_fulfils_the_standard(self):
        schema = etree.XMLSchema(etree.parse(FOLDER / "camt.053.001.02.xsd"))
        schema.assertValid(etree.fromstring(camt_file(OURS)))
        schema.assertValid(etree.fromstring(camt_file(OURS, ())))

    def test_without_an_own_reference_the_entry_number_is_the_serial(self):
        text = re.sub(rb"<AcctSvcrRef>[^<]*</AcctSvcrRef>", b"", camt_file(OURS))
        assert [row.serial for row in read(text).rows] == ["1", "2", "3"]

    def test_without_a_period_the_balances_say_the_days(self):
        text = re.sub(rb"<FrToDt>.*?</FrToDt>", b"", camt_file(OURS), flags=re.DOTALL)
        table = read(text)
        assert (table.declaration["from"], table.declaration["to"]) == (
            date(2026, 10, 1), date(2026, 10, 31),
        )  # fmt: skip

    def test_instants_count_in_shanghai(self):
        # 2026-09-30 16:00 in Greenwich is midnight of 1 October in Shanghai.
        text = camt_file(OURS).replace(b"2026-10-01T00:00:00+08:00", b"2026-09-30T16:00:00Z")
        assert read(text).declaration["from"] == date(2026, 10, 1)

    @pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030"])
    def test_a_mark_or_gb18030_is_read(self, codec):
        text = camt_file(OURS).decode().replace("UTF-8", codec.removesuffix("-sig"))
        assert read(text.encode(codec)).rows[0].counterparty == "市财政局"


def doubled(text: str) -> str:
    start, end = text.index("<Stmt>"), text.index("</Stmt>") + len("</Stmt>")
    return text[:end] + text[start:end] + text[end:]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<Document>&b;</Document>"
)
OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><Document/>'
LEAK = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document>&f;</Document>'
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: BOMB, "实体定义"),
        (lambda t: OUTSIDE, "文档类型"),
        (lambda t: LEAK, "实体定义"),
        (lambda t: "<a>" * 300 + "</a>" * 300, "嵌套过深"),
        (lambda t: t[: len(t) // 2], "不是完整的XML"),
        (lambda t: t.replace("UTF-8", "UTF-16"), "UTF-8或GB18030"),
        (lambda t: t.replace("camt.053.001.02", "camt.054.001.02"), "须为camt.053.001.02"),
        (lambda t: f'<Document xmlns="{NAMESPACE}"/>', "缺少必填元素"),
        (lambda t: t.replace("<Sts>BOOK</Sts>", ""), "缺少必填元素"),
        (lambda t: t.replace('Ccy="CNY">500000.00', 'Ccy="USD">500000.00'), "币种须为CNY"),
        (lambda t: t.replace("<Ccy>CNY", "<Ccy>EUR"), "账户币种须为CNY"),
        (lambda t: t.replace(' Ccy="CNY"', "", 1), "缺少必填的属性"),
        (lambda t: t.replace("S002", "S001"), "重复"),
        (lambda t: t.replace("<Sts>BOOK", "<Sts>PDNG", 1), "只接受已入账"),
        (lambda t: t.replace("5592.00</Amt", "5592.001</Amt"), "最多两位小数"),
        (lambda t: t.replace(">5592.00</Amt", ">-5592.00</Amt"), "小于标准允许的最小值"),
        (lambda t: t.replace(">5592.00</Amt", ">NaN</Amt"), "不是标准要求的类型"),
        (lambda t: t.replace("OPBD", "PRCD"), "须恰好有一个OPBD"),
        (lambda t: t.replace("CLBD", "OPBD"), "须恰好有一个OPBD余额，实际2个"),
        (lambda t: t.replace("594420.34", "594420.35"), "与声明的期末余额不符"),
        (lambda t: t.replace("<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT", 1), "透支"),
        (lambda t: t.replace("2026-10-09</Dt", "2026-09-30</Dt"), "不在声明的起止日期之内"),
        (lambda t: t.replace("2026-10-31T23", "2026-12-31T23"), "晚于今天"),
        (lambda t: t.replace("<Sum>500012.34", "<Sum>500012.35"), "实际500012.34元"),
        (lambda t: t.replace("<NbOfNtries>2", "<NbOfNtries>3"), "声明3笔，实际2笔"),
        (lambda t: t.replace(OURS, "6228ABC", 1), "账号"),
        (doubled, "须每个账户一份文件"),
    ],
    ids=[
        "bomb", "outside", "leak", "deep", "truncated", "utf-16", "other message", "empty",
        "no status", "dollar", "euro account", "no currency", "doubled", "pending", "decimals",
        "negative", "nan", "no opening", "two openings", "closing", "overdraft", "outside days",
        "future", "sum", "count", "account", "two statements",
    ],
)  # fmt: skip
def test_a_wrong_message_is_refused_with_place_and_reason(change, words):
    table = read_statement(change(camt_file(OURS).decode()).encode(), today=TODAY)
    assert not table.is_clean
    assert words in said(table), said(table)


def test_the_schemas_are_the_ones_their_note_names():
    note = (FOLDER / "README.md").read_text()
    for path in SCHEMAS.values():
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() in note


@pytest.mark.django_db
class TestImported:
    def load(self, city, content: bytes):
        return import_bank_statement(
            actor=city.actor("FCASH"), content=content, file_name="对账单.xml", at=NOW
        )

    def test_every_account_of_every_book_takes_it_and_the_chain_holds(self, city):
        accounts = list(BankAccount.objects.all())
        assert {account.kind for account in accounts} == set(BankAccountKind)
        assert {account.book.kind for account in accounts} == set(BookKind)
        for account in accounts:
            number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
            self.check_chain(city, account, number)

    def check_chain(self, city, account, number):
        assert not self.load(city, camt_file(number)).is_refused
        statement = BankStatement.objects.get(bank_account=account)
        assert (statement.closing_balance, statement.line_count) == (Decimal("594420.34"), 3)
        assert statement.document.media_type == "application/xml"
        gap = self.load(city, camt_file(number, (), days=("2026-11-02", "2026-11-02")))
        assert "不能缺日或重叠" in gap.problems[0].reason
        days = ("2026-11-01", "2026-11-02")
        wrong = self.load(city, camt_file(number, (), days=days, opening=59_442_035))
        assert "期末余额594420.34元不符" in wrong.problems[0].reason
        again = self.load(city, camt_file(number, ROWS[:1], days=days, opening=59_442_034))
        assert again.is_refused
        good = self.load(city, camt_file(number, (), days=days, opening=59_442_034))
        assert not good.is_refused

    def test_the_report_of_a_wrong_file_names_line_and_reason(self, city):
        outcome = self.load(city, camt_file("51050513400000010030"))
        assert "不是本统筹区登记的银行账户" in outcome.problems[0].reason
        report = Document.objects.get(pk=outcome.report_id)
        book = openpyxl.load_workbook(io.BytesIO(bytes(report.content)))
        assert list(book["文件问题"].iter_rows(values_only=True))[1][1] == "账号"
