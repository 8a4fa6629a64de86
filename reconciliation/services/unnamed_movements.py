"""Hands what a reconciliation of 收入户 or 支出户 left open to those who answer for it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from common.actor import Actor
from common.periods import add_months, last_day, month_of
from funds.enums import PeriodState
from funds.models import BankAccount, Period
from funds.services.unnamed_movements import (
    NAMED_FLOWS,
    JudgedMovements,
    keep_unnamed_movements,
    takes_from_outside,
)
from reconciliation.calculators import NEAR_DAYS, Matching, Movement, match_movements
from reconciliation.selectors.bank_movements import movements_between


def judge_movements(
    *,
    actor: Actor,
    account: BankAccount,
    matching: Matching,
    since: date,
    until: date,
    at: datetime,
) -> int:
    """Keep an account's movements with the outside that no voucher names; return the new ones.

    Those before `since` were judged with their own month; those after `until` may still be
    booked. Nothing is kept of 财政专户.
    """
    if account.kind not in NAMED_FLOWS:
        return 0
    is_inflow = takes_from_outside(account)

    def judged(movements: Iterable[Movement]) -> list[int]:
        return [m.id for m in movements if m.is_inflow == is_inflow and since <= m.day <= until]

    matched = {
        line_id: [ledger.id for ledger in match.ledger]
        for match in matching.matches
        for line_id in judged(match.bank)
    }
    return keep_unnamed_movements(
        actor=actor,
        account=account,
        judged=JudgedMovements(judged(matching.bank_left), matched),
        at=at,
    )


def judged_until(month: date, today: date) -> date:
    """Return the last day to judge of a month: all of one that has ended, else as each night."""
    return min(last_day(month), today if month < month_of(today) else _for_the_books(today))


def _for_the_books(today: date) -> date:
    """Return the last day whose vouchers should be there: those near it had time to come."""
    return today - timedelta(days=NEAR_DAYS + 1)


def judge_every_account(*, actor: Actor, today: date, at: datetime) -> int:
    """Judge every 收入户 and 支出户 of the pool, but for the last days; return the new findings.

    Judges the open months and matches the one before with them: no month closes before its
    accounts were reconciled, and a night's work does not grow with the years.
    """
    accounts = BankAccount.objects.filter(is_active=True, kind__in=list(NAMED_FLOWS))
    count = 0
    for account in accounts.order_by("id"):
        open_months = Period.objects.filter(book_id=account.book_id, state=PeriodState.OPEN)
        first = open_months.order_by("month").values_list("month", flat=True).first()
        if first is None:
            continue
        ledger, bank = movements_between(
            bank_account=account, since=add_months(first, -1), until=today, as_of=at
        )
        count += judge_movements(
            actor=actor,
            account=account,
            matching=match_movements(ledger, bank),
            since=first,
            until=_for_the_books(today),
            at=at,
        )
    return count
