"""What a term deposit or bond brings: interest on its way, principal and interest at its end."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from common.actor import Person
from common.errors import DomainError
from common.evidence import Evidence
from funds.enums import (
    EntryKind,
    FlowPlace,
    InterestMode,
    InvestmentKind,
    InvestmentState,
)
from funds.models import FundsEntry, Investment
from funds.selectors.interest_checks import InterestCheck, check_of_coupon, check_of_redemption
from funds.services.entries import register_entry
from funds.services.entry_input import InvestmentPart, NewEntry
from funds.services.investment_states import move
from funds.services.investments import InvestmentInvalid, cost_of, prepared, record


class ReceivedBelowCost(DomainError):
    code = "INVESTMENT_RECEIVED_BELOW_COST"
    message = "收到的本息合计低于账面成本，请先与银行核对"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came into 财政专户: the day, the amount in yuan, the bank's reference and slip."""

    received_date: date
    amount: Decimal
    reference: str
    slip: Evidence | None = None


@transaction.atomic
def redeem_investment(
    *, actor: Person, investment_id: int, receipt: Receipt, at: datetime
) -> FundsEntry:
    """Register principal and interest that came back, before the last day an early redemption.

    The voucher is drafted at once if the interest agrees with the agreed rate; else it waits
    until a second person has explained the difference.

    Raises:
        InvestmentNotWaiting: not held; ReceivedBelowCost; PurchaseNotPosted, NotAsApproved and
        what `register_entry` refuses.
    """
    investment = prepared(actor, investment_id, InvestmentState.HELD)
    _check_day(investment, receipt)
    cost = cost_of(investment)
    if receipt.amount < cost:
        raise ReceivedBelowCost
    is_bond = investment.kind == InvestmentKind.BOND
    check = check_of_redemption(investment, receipt.received_date)
    kind = EntryKind.BOND_REDEEMED if is_bond else EntryKind.DEPOSIT_MATURED
    new = _entry(investment, receipt, check, kind, (cost, receipt.amount - cost))
    entry = register_entry(
        actor=actor, book_id=investment.book_id, new=new, evidence=receipt.slip, at=at
    )
    is_early = receipt.received_date < investment.date_to
    move(investment, InvestmentState.EARLY if is_early else InvestmentState.MATURED)
    record(actor, investment, "funds.investment.redeemed", at, amount=receipt.amount)
    return entry


@transaction.atomic
def receive_interest(
    *, actor: Person, investment_id: int, receipt: Receipt, at: datetime
) -> FundsEntry:
    """Register interest that a bond pays while it is held; checked like a redemption.

    Raises:
        InvestmentNotWaiting: not held; InvestmentInvalid: it pays all interest at its end;
        PurchaseNotPosted and what `register_entry` refuses.
    """
    investment = prepared(actor, investment_id, InvestmentState.HELD)
    _check_day(investment, receipt)
    if investment.interest_mode == InterestMode.AT_END:
        raise InvestmentInvalid("该笔利息到期一次支付，请在收回时登记")
    check = check_of_coupon(investment, receipt.received_date)
    amounts = (receipt.amount, Decimal("0.00"))
    new = _entry(investment, receipt, check, EntryKind.BOND_INTEREST, amounts)
    entry = register_entry(
        actor=actor, book_id=investment.book_id, new=new, evidence=receipt.slip, at=at
    )
    record(actor, investment, "funds.investment.earned", at, amount=receipt.amount)
    return entry


def _check_day(investment: Investment, receipt: Receipt) -> None:
    if receipt.received_date <= investment.date_from:
        raise InvestmentInvalid("收到日期须晚于起息日")


def _entry(
    investment: Investment,
    receipt: Receipt,
    check: InterestCheck,
    kind: EntryKind,
    amounts: tuple[Decimal, Decimal],
) -> NewEntry:
    return NewEntry(
        kind=kind,
        entry_date=receipt.received_date,
        amount=amounts[0],
        second_amount=amounts[1],
        counterparty=investment.institution,
        reference=receipt.reference,
        place=FlowPlace.FISCAL,
        note=f"{investment.number} {investment.issue}".strip(),
        investment=InvestmentPart(
            investment.pk, check.expected, check.tolerance, check.demand_rate
        ),
    )
