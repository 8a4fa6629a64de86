"""What waits for a person about term deposits and bonds."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting
from common.actor import Person
from funds.enums import BookKind, InvestmentState
from funds.models import Book, Investment
from funds.selectors.access import may
from funds.selectors.books import BOOK_IN_ADDRESS, list_books
from funds.selectors.deposit_proposals import STEP, ZERO, demand_balances, deposit_proposal
from funds.selectors.investments import DUE, reminded_days

WAITING = (InvestmentState.PROPOSED, InvestmentState.APPROVED, InvestmentState.HELD)


def list_waiting_investments(*, actor: Person, today: date) -> list[Waiting]:
    """Return what to approve, to buy and to take back, and balances that could be placed.

    What is held is late once its last day has passed.
    """
    may_approve = may(actor, Duty.INVESTMENT_APPROVE)
    if not may_approve and not may(actor, Duty.INVESTMENT_PREPARE):
        return []
    rows = Investment.objects.filter(state__in=WAITING).values_list("book_id", "state", "date_to")
    days = reminded_days(today)
    waiting: dict[tuple[int, str], list[date]] = {}
    for book_id, state, last in rows:
        if state != InvestmentState.HELD or last <= today + timedelta(days=days):
            waiting.setdefault((book_id, state), []).append(last)
    if may_approve:
        return _lines("待核准定期存款和国债", InvestmentState.PROPOSED, waiting, today)
    return [
        *_lines("待存入或认购", InvestmentState.APPROVED, waiting, today),
        *_lines(f"{days}日内到期的定期存款和国债", InvestmentState.HELD, waiting, today),
        *_proposals(actor, today),
    ]


def _lines(
    label: str,
    state: InvestmentState,
    waiting: Mapping[tuple[int, str], Sequence[date]],
    today: date,
) -> list[Waiting]:
    """Return a line for each book that has something in this state."""
    is_held = state == InvestmentState.HELD
    return [
        _line(
            label,
            book,
            DUE if is_held else state.value,
            len(ends),
            sum(is_held and last < today for last in ends),
        )
        for book in list_books()
        if (ends := waiting.get((book.pk, state)))
    ]


def _proposals(actor: Person, today: date) -> list[Waiting]:
    balances = demand_balances()
    return [
        _line("活期余额可转存定期", book, "", 1, 0)
        for book in list_books()
        if balances.get(book.pk, ZERO) >= STEP
        and deposit_proposal(
            actor=actor, book_id=book.pk, today=today, balance=balances[book.pk]
        ).amount
    ]


def _line(label: str, book: Book, state: str, count: int, late: int) -> Waiting:
    where = {"state": state} if state else {}
    query = urlencode({**where, BOOK_IN_ADDRESS: book.kind})
    suffix = "" if book.kind == BookKind.UNEMPLOYMENT else f"（{book.name}）"
    return Waiting(
        label=f"{label}{suffix}",
        url=f"{reverse('funds:investments')}?{query}",
        count=count,
        overdue_count=late,
    )
