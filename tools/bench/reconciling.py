"""Step 4: what the bank paid against what the books hold, by item and batch (R1)."""

from django.db import connection

from common.tenancy import tenant_transaction
from funds.selectors.books import unemployment_book
from payouts.models import PaymentBatch
from reconciliation.selectors.comparisons import compare_business_with_ledger
from tools.bench.ground import Ground
from tools.bench.measuring import Step, require_count

BARE_JOIN = "SELECT count(*) FROM bare.payment AS p FULL JOIN bare.booking AS b USING (id)"


def fill_bare_ledgers(ground: Ground, batches: list[PaymentBatch], paid: int) -> None:
    """Copy both sides of a month into bare tables: a payment and its booking share an id."""
    ids, numbers = [batch.pk for batch in batches], [batch.number for batch in batches]
    columns = "id, item_code, batch_number, amount"
    with tenant_transaction(ground.people["PLAN"]), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO bare.payment ({columns})"  # noqa: S608
            " SELECT row_number() OVER (ORDER BY i.id), 'B01', b.number, i.amount"
            " FROM payouts_paymentinstruction AS i"
            " JOIN payouts_paymentbatch AS b ON b.id = i.batch_id"
            " WHERE i.batch_id = ANY (%s) AND i.state = 'SUCCESS'",
            [ids],
        )
        require_count("bare payments", cursor.rowcount, paid)
        cursor.execute(
            f"INSERT INTO bare.booking ({columns})"  # noqa: S608
            " SELECT row_number() OVER (ORDER BY id), item_code, batch_number, debit"
            " FROM funds_voucherline WHERE batch_number = ANY (%s) AND debit > 0"
            " AND voucher_id IN (SELECT id FROM funds_voucher WHERE state = 'POSTED')",
            [numbers],
        )
        require_count("bare bookings", cursor.rowcount, paid)


def reconcile_month(ground: Ground, batches: list[PaymentBatch], paid: int, step: Step) -> None:
    """Measure the month's totals of both sides against a bare FULL JOIN of the same rows."""
    with tenant_transaction(ground.people["PLAN"]):
        book = unemployment_book()
    with step.ours.measure(), tenant_transaction(ground.people["PLAN"]):
        pairs = compare_business_with_ledger(
            organisation_id=ground.office_id, book_id=book.pk, month=batches[0].month
        )
    require_count("batches reconciled", len(pairs), len(batches))
    require_count("payments in R1", sum(pair.business_count for pair in pairs), paid)
    require_count("bookings in R1", sum(pair.ledger_count for pair in pairs), paid)
    for pair in pairs:
        if pair.kind or pair.business_amount != pair.ledger_amount:
            raise RuntimeError(f"R1 found a difference where there is none: {pair}")
    with step.raw.measure(), tenant_transaction(ground.people["PLAN"]):
        _join_bare(paid)


def _join_bare(paid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_JOIN)
        require_count("bare full join", cursor.fetchone()[0], paid)
