"""Statements chain from day to day: the database refuses what does not follow, the page says it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from common.encryption import Purpose, decrypt
from funds.enums import BankAccountKind
from funds.models import BankAccount, BankStatement
from funds.selectors.books import unemployment_book
from funds.selectors.statement_chains import list_statement_chains
from funds.services.bank_statements import import_bank_statement
from tests.city import NOW
from tests.funds.camt import camt_file
from tests.standing import check_deferred

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


def load(city, kind, *, days, opening, rows=()):
    account = BankAccount.objects.get(book=unemployment_book(), kind=kind)
    number = decrypt(account.number_cipher, pool_id=city.pool.pk, purpose=Purpose.ACCOUNT)
    outcome = import_bank_statement(
        actor=city.actor("FCASH"),
        content=camt_file(number, rows, days=days, opening=opening),
        file_name="a.xml",
        at=NOW,
    )
    assert not outcome.is_refused, outcome.problems
    return BankStatement.objects.get(pk=outcome.applied_id)


def twin() -> dict[int, tuple]:
    """The slow twin of statement_chains.sql."""
    found = {}
    for account in BankAccount.objects.filter(book=unemployment_book()):
        chain = list(BankStatement.objects.filter(bank_account=account).order_by("from_date"))
        if chain:
            breaks = sum(
                after.from_date != before.until_date + timedelta(days=1)
                or after.opening_balance != before.closing_balance
                for before, after in pairwise(chain)
            )
            found[account.pk] = (
                len(chain), chain[0].from_date, chain[-1].until_date,
                chain[0].opening_balance, chain[-1].closing_balance, breaks,
            )  # fmt: skip
    return found


def test_each_account_shows_its_chain_and_the_days_that_are_missing(city):
    october = ("2026-10-01", "2026-10-30")
    load(city, BankAccountKind.EXPENDITURE, days=october, opening=10_000)
    # 100.00 at the start, 25.50 arrive: 125.50.
    arrived = (("2026-10-31", "N1", 0, 2_550, "市财政局", "", "拨付"),)
    load(city, BankAccountKind.EXPENDITURE, days=("2026-10-31", "2026-10-31"), opening=10_000,
         rows=arrived)  # fmt: skip
    load(city, BankAccountKind.FISCAL, days=("2026-10-01", "2026-11-01"), opening=0)
    chains = list_statement_chains(
        actor=city.actor("FACC"), book_id=unemployment_book().pk, today=TODAY
    )
    shown = {chain.account_label: chain for chain in chains}
    paying = shown["支出户"]
    assert (paying.statement_count, paying.opening, paying.closing, paying.break_count) == (
        2, Decimal("100.00"), Decimal("125.50"), 0,
    )  # fmt: skip
    # Yesterday was 1 November, and only that day is missing.
    assert (paying.missing_from, paying.missing_until, paying.missing_days) == (
        date(2026, 11, 1), date(2026, 11, 1), 1,
    )  # fmt: skip
    assert shown["财政专户"].missing_days == 0
    assert (shown["收入户"].statement_count, shown["收入户"].missing_days) == (0, 0)
    figures = {
        chain.account_id: (
            chain.statement_count, chain.from_date, chain.until_date, chain.opening, chain.closing,
            chain.break_count,
        )
        for chain in chains
        if chain.statement_count
    }  # fmt: skip
    assert figures == twin()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"from_date": date(2026, 11, 1)}, "bank_statement_follows_the_last"),
        ({"from_date": date(2026, 10, 30)}, "bank_statement_follows_the_last"),
        ({"opening_balance": Decimal("100.01")}, "bank_statement_follows_the_last"),
        ({"until_date": date(2026, 10, 30)}, "bank_statement_days_in_order"),
    ],
    ids=["gap", "overlap", "opening", "backwards"],
)
def test_the_database_refuses_what_does_not_follow(city, changes, constraint):
    first = load(
        city, BankAccountKind.EXPENDITURE, days=("2026-10-01", "2026-10-30"), opening=10_000
    )
    values = {
        "from_date": date(2026, 10, 31),
        "until_date": date(2026, 11, 1),
        "opening_balance": Decimal("100.00"),
    }
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BankStatement.objects.create(
            pool=city.pool,
            bank_account=first.bank_account,
            document=other_document(city),
            closing_balance=Decimal("100.00"),
            line_count=0,
            imported_at=NOW,
            **(values | changes),
        )
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_the_database_refuses_movements_that_do_not_lead_to_the_closing_balance(city):
    first = load(
        city, BankAccountKind.EXPENDITURE, days=("2026-10-01", "2026-10-30"), opening=10_000
    )
    check_deferred()
    with pytest.raises(IntegrityError) as refusal:
        add_without_movements(city, first.bank_account)
    assert refusal.value.__cause__.diag.constraint_name == (
        "bank_statement_movements_lead_to_its_closing"
    )


@transaction.atomic
def add_without_movements(city, account):
    """Add a statement that rises by 25.50 yuan without a line that says so."""
    BankStatement.objects.create(
        pool=city.pool,
        bank_account=account,
        document=other_document(city),
        from_date=date(2026, 10, 31),
        until_date=date(2026, 11, 1),
        opening_balance=Decimal("100.00"),
        closing_balance=Decimal("125.50"),
        line_count=0,
        imported_at=NOW,
    )
    check_deferred()


def other_document(city):
    """Return a kept file that is no statement yet."""
    statement = load(city, BankAccountKind.FISCAL, days=("2026-10-01", "2026-10-30"), opening=0)
    document = statement.document
    document.pk = None
    document.save(force_insert=True)
    return document
