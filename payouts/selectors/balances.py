"""What may still be paid from 支出户: the ledger's balance less what is on its way."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Sum
from django.utils import timezone

from accounts.selectors.parameters import value_in_force
from funds.enums import SourceKind, VoucherState
from funds.models import BankAccount, Voucher
from funds.selectors.balances import account_balance
from payouts.enums import ReturnState
from payouts.models import BankReturn, PaymentBatch
from payouts.workflows.payments import IN_FLIGHT

ZERO = Decimal("0.00")
GROSS = "GROSS"


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """Yuan: posted balance, what was released but is not yet posted, and what is left."""

    balance: Decimal
    committed: Decimal

    @property
    def available(self) -> Decimal:
        """Return what may still be released."""
        return self.balance - self.committed


def money_of_account(account: BankAccount, *, at: datetime) -> AccountMoney:
    """Return the money of an account as posted and as promised to the bank.

    A released batch counts whole until its return; then what the bank debited counts until its
    voucher is posted. Read in the order money moves on, the balance last: what moves between two
    reads is then counted twice, never left out.
    """
    committed = committed_of_account(account, at=at)
    ledger = account.ledger_account
    balance = account_balance(book_id=ledger.book_id, account_code=ledger.code, until=None)
    return AccountMoney(balance, committed)


def committed_of_account(account: BankAccount, *, at: datetime) -> Decimal:
    """Return what was released from an account and is not booked yet; see `money_of_account`."""
    on_its_way = PaymentBatch.objects.filter(
        bank_account=account, is_leaf=True, state__in=IN_FLIGHT
    ).aggregate(total=Sum("total_amount"))["total"]
    posted = Voucher.objects.filter(
        source_kind=SourceKind.BANK_RETURN, source_id=OuterRef("pk"), state=VoucherState.POSTED
    )
    debit = F("success_total") + F("fail_total") if is_debited_gross(at=at) else F("success_total")
    unposted = (
        BankReturn.objects.filter(batch__bank_account=account, state=ReturnState.APPLIED)
        .exclude(Exists(posted))
        .aggregate(total=Sum(debit))["total"]
    )
    return (on_its_way or ZERO) + (unposted or ZERO)


def is_debited_gross(*, at: datetime) -> bool:
    """Tell whether the bank debits the whole file and credits failures back (E10)."""
    return str(value_in_force(code="bank_debit_mode", on=timezone.localdate(at))) == GROSS
