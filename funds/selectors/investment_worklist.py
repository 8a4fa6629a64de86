"""What waits for a person about term deposits and bonds."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting
from common.actor import Person
from funds.enums import InvestmentState
from funds.models import Book, Investment
from funds.selectors.access import may
from funds.selectors.books import BOOK_IN_ADDRESS, list_books
from funds.selectors.deposit_proposals import books_with_demand_money, deposit_proposal
from funds.selectors.investments import DUE, due_investments, reminded_days


def list_waiting_investments(*, actor: Person, today: date) -> list[Waiting]:
    """Return what to approve, to buy and to take back, and balances that could be placed.

    What is held is late once its last day has passed.
    """
    waiting: list[Waiting] = []
    if may(actor, Duty.INVESTMENT_APPROVE):
        waiting += _lines("待核准定期存款和国债", _of(InvestmentState.PROPOSED), "PROPOSED", today)
    if may(actor, Duty.INVESTMENT_PREPARE):
        label = f"{reminded_days(today)}日内到期的定期存款和国债"
        waiting += _lines("待存入或认购", _of(InvestmentState.APPROVED), "APPROVED", today)
        waiting += _lines(label, due_investments(today), DUE, today)
        with_money = books_with_demand_money()
        waiting += [
            _line("活期余额可转存定期", book, "", 1)
            for book in list_books()
            if book.pk in with_money
            and deposit_proposal(actor=actor, book_id=book.pk, today=today).amount
        ]
    return waiting


def _of(state: InvestmentState) -> "QuerySet[Investment]":
    return Investment.objects.filter(state=state)


def _lines(label: str, rows: "QuerySet[Any]", state: str, today: date) -> list[Waiting]:
    ends = rows.values_list("book_id", "date_to")
    by_book: dict[int, list[date]] = {}
    for book_id, last in ends:
        by_book.setdefault(book_id, []).append(last)
    return [
        _line(label, book, state, len(days), sum(day < today for day in days) * (state == DUE))
        for book in list_books()
        if (days := by_book.get(book.pk))
    ]


def _line(label: str, book: Book, state: str, count: int, late: int = 0) -> Waiting:
    where = {"state": state} if state else {}
    query = urlencode({**where, BOOK_IN_ADDRESS: book.kind})
    suffix = "" if book.kind == "UNEMPLOYMENT" else f"（{book.name}）"
    return Waiting(
        label=f"{label}{suffix}",
        url=f"{reverse('funds:investments')}?{query}",
        count=count,
        overdue_count=late,
    )
