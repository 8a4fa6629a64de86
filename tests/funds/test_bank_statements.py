"""Bank statements: each follows from the one before, applied whole or not at all."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from accounts.models import Document
from accounts.permissions import DutyNotHeld
from common.actor import Job
from common.encryption import Purpose, decrypt
from funds.models import BankStatement, BankStatementLine
from funds.selectors.bank_accounts import last_statement
from funds.selectors.books import expenditure_account, unemployment_book
from funds.services.bank_statements import import_bank_statement
from tests.city import NOW

pytestmark = pytest.mark.django_db

HEADER = "account,date,serial,debit,credit,balance,counterparty,counter account,summary"


@pytest.fixture
def number(city) -> str:
    """Return the full number of the account that pays."""
    account = expenditure_account(unemployment_book().pk)
    return decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)


def rows_of(number: str) -> list[str]:
    return [
        f"{number},2026-10-09,S001,0.00,500000.00,600000.00,市财政局,51050510400000010030,拨付",
        f"{number},2026-10-10,S002,5592.00,0.00,594408.00,代发专户,,51040220261010B010001",
        f"{number},2026-10-31,S003,0.00,12.34,594420.34,,,结息",
    ]


def file_of(
    number: str, *rows: str, head: str = "2026-10-01,2026-10-31,100000.00,594420.34,3"
) -> bytes:
    lines = [f"#statement,{number},{head}", HEADER, *(rows or rows_of(number)), ""]
    return "\n".join(lines).encode()


def load(city, content: bytes, post: str = "FCASH"):
    return import_bank_statement(
        actor=city.actor(post), content=content, file_name="对账单.csv", at=NOW
    )


def reasons(outcome) -> str:
    return "；".join(problem.reason for problem in outcome.problems)


class TestApplied:
    def test_a_statement_is_applied_with_masked_counter_accounts(self, city, number):
        outcome = load(city, file_of(number))
        statement = BankStatement.objects.get(pk=outcome.applied_id)
        assert (statement.opening_balance, statement.closing_balance) == (
            Decimal("100000.00"), Decimal("594420.34"),
        )  # fmt: skip
        first = statement.lines.get(position=1)
        assert (first.credit, first.counter_account_masked) == (
            Decimal("500000.00"), "5105 **** **** 0030",
        )  # fmt: skip
        assert statement.lines.get(position=2).summary == "51040220261010B010001"

    def test_the_next_statement_follows(self, city, number):
        load(city, file_of(number))
        head = "2026-11-01,2026-11-02,594420.34,594420.34,0"
        outcome = load(city, f"#statement,{number},{head}\n{HEADER}\n".encode())
        assert not outcome.is_refused
        account = expenditure_account(unemployment_book().pk)
        assert last_statement(account.pk).until_date == date(2026, 11, 2)

    def test_the_same_file_again_changes_nothing_and_says_when(self, city, number):
        first, again = load(city, file_of(number)), load(city, file_of(number))
        assert (again.applied_id, again.imported_at) == (first.applied_id, NOW)
        assert BankStatement.objects.count() == 1

    def test_a_job_may_bring_a_statement(self, city, number):
        outcome = import_bank_statement(
            actor=Job(city.pool.pk, "poll"), content=file_of(number), file_name="a", at=NOW
        )
        assert not outcome.is_refused

    def test_only_the_cashier_imports(self, city, number):
        with pytest.raises(DutyNotHeld):
            load(city, file_of(number), post="FACC")


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda t: t.replace("594408.00,代", "594409.00,代"), "应为594408.00元"),
            (lambda t: t.replace("594420.34,3", "594420.35,3"), "与声明的期末余额不符"),
            (lambda t: t.replace(",100000.00,", ",100001.00,"), "按上一行余额计算"),
            (lambda t: t.replace("594420.34,3", "594420.34,4"), "声明4行，实际3行"),
            (lambda t: t.replace("S002", "S001"), "与第3行重复"),
            (lambda t: t.replace("5592.00,0.00", "5592.00,1.00"), "恰好有一个大于0"),
            (lambda t: t.replace("2026-10-10,S", "2026-10-08,S"), "没有按日期先后排列"),
            (lambda t: t.replace("2026-10-31,S", "2026-11-01,S"), "不在声明的起止日期之内"),
            (lambda t: t.replace("2026-10-01,2026-10-31", "2026-10-01,2026-12-31"), "晚于今天"),
            (lambda t: t[: len(t) // 2], "声明3行"),
            (lambda t: "", "文件是空的"),
            (lambda t: t.replace("5592.00,0.00", "NaN,0.00"), "金额不是数字"),
        ],
        ids=[
            "chain", "closing", "opening", "count", "repeated serial", "two sides", "order",
            "outside", "future", "truncated", "empty", "not a number",
        ],
    )  # fmt: skip
    def test_a_wrong_file_changes_nothing(self, city, number, change, reason):
        outcome = load(city, change(file_of(number).decode()).encode())
        assert outcome.is_refused
        assert reason in reasons(outcome)
        assert not BankStatement.objects.exists()
        assert not BankStatementLine.objects.exists()

    def test_a_stranger_account_is_refused(self, city, number):
        outcome = load(city, file_of("6228480469000000015"))
        assert "不是本统筹区登记的银行账户" in reasons(outcome)

    @pytest.mark.parametrize(
        ("head", "reason"),
        [
            ("2026-11-02,2026-11-02,594420.34,594420.34,0", "应从2026-11-01开始"),
            ("2026-10-31,2026-11-02,594420.34,594420.34,0", "应从2026-11-01开始"),
            ("2026-11-01,2026-11-02,594420.33,594420.33,0", "期末余额594420.34元不符"),
        ],
        ids=["gap", "overlap", "opening"],
    )
    def test_a_statement_that_does_not_follow_is_refused(self, city, number, head, reason):
        load(city, file_of(number))
        outcome = load(city, f"#statement,{number},{head}\n{HEADER}\n".encode())
        assert reason in reasons(outcome)
        assert BankStatement.objects.count() == 1

    def test_a_serial_of_an_earlier_statement_is_refused(self, city, number):
        load(city, file_of(number))
        row = f"{number},2026-11-01,S003,0.34,0.00,594420.00,,,手续费"
        outcome = load(
            city, file_of(number, row, head="2026-11-01,2026-11-02,594420.34,594420.00,1")
        )
        assert "已在以前的对账单中" in reasons(outcome)

    def test_the_wrong_rows_come_back_in_a_workbook(self, city, number):
        outcome = load(city, file_of(number).replace(b"S002", b"S001"))
        report = Document.objects.get(pk=outcome.report_id)
        book = openpyxl.load_workbook(io.BytesIO(bytes(report.content)))
        rows = list(book["数据"].iter_rows(values_only=True))
        assert "与第3行重复" in rows[3][-1]
