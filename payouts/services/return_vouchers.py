"""The voucher of a return file: benefits paid, by office and item.

A failed payment was never booked as expenditure: debited by success it was not debited at all,
debited gross it stands in 110101 until the bank credits it back (E10B). Its re-issue therefore
is expenditure when it succeeds, E14, and never a second E09.

Source: 财会〔2017〕28号; posting rules E09 (the bank debits successes), E10 (gross), E14.
"""

from datetime import datetime
from decimal import Decimal

from common.actor import Job
from funds.enums import BusinessEvent, SourceKind
from funds.services.vouchers import DraftLine, VoucherDraft, draft_voucher
from payouts.enums import BatchKind
from payouts.models import BankReturn, PaymentBatch
from payouts.selectors.balances import is_debited_gross

IN_TRANSIT = "110101"  # 代发在途
ZERO = Decimal("0.00")


def draft_return_voucher(*, bank_return: BankReturn, batch: PaymentBatch, at: datetime) -> None:
    """Draft the voucher of an applied return, dated as the bank booked it.

    Nothing is drafted where the bank moved nothing: no success, debited by success.
    """
    is_gross = is_debited_gross(at=at)
    if not bank_return.success_count and not is_gross:
        return
    if bank_return.bank_date is None:
        raise ValueError("an applied return has a bank date")
    draft_voucher(
        actor=Job(batch.pool_id, "payouts.receive_return"),
        draft=VoucherDraft(
            book_id=batch.book_id,
            voucher_date=bank_return.bank_date,
            event=_event(batch, is_gross=is_gross),
            summary=f"{_item_text(batch)}{_act(batch)} 批次{batch.number}",
            source_kind=SourceKind.BANK_RETURN,
            source_id=bank_return.pk,
            attachment_count=1,
            lines=_lines(bank_return, batch, is_gross=is_gross),
        ),
        at=at,
    )


def _event(batch: PaymentBatch, *, is_gross: bool) -> BusinessEvent:
    if batch.kind == BatchKind.REISSUE:
        return BusinessEvent.REISSUE
    return BusinessEvent.BENEFIT_PAID_GROSS if is_gross else BusinessEvent.BENEFIT_PAID


def _act(batch: PaymentBatch) -> str:
    return "退票重发" if batch.kind == BatchKind.REISSUE else "支付"


def _lines(
    bank_return: BankReturn, batch: PaymentBatch, *, is_gross: bool
) -> tuple[DraftLine, ...]:
    """Return debits to the item's account and what is in transit, credit to 支出户."""
    paid = bank_return.success_total
    failed = bank_return.fail_total if is_gross else ZERO
    failures = bank_return.fail_count if is_gross else 0
    bank_code = batch.bank_account.ledger_account.code
    sides = (
        (batch.item.ledger_code, paid, ZERO, bank_return.success_count),
        (IN_TRANSIT, failed, ZERO, failures),
        (bank_code, ZERO, paid + failed, bank_return.success_count + failures),
    )
    return tuple(
        DraftLine(
            account_code=code,
            debit=debit,
            credit=credit,
            summary=f"{_item_text(batch)}{count}笔",
            organisation_id=batch.organisation_id,
            item_code=batch.item.code,
            batch_number=batch.number,
            entry_count=count,
        )
        for code, debit, credit, count in sides
        if debit or credit
    )


def _item_text(batch: PaymentBatch) -> str:
    return f"{batch.organisation.short_name}{batch.month:%Y%m}{batch.item.name}"
