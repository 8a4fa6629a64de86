"""Step 3: N voucher lines written and posted with every check."""

import hashlib
from dataclasses import dataclass, field

from django.db import connection

from common.db import run_sql
from common.tenancy import tenant_transaction
from funds.enums import BusinessEvent, FlowPlace, SourceKind, VoucherState
from funds.models import LedgerAccount, Period, Voucher, VoucherLine
from funds.selectors.edges import edge_id
from funds.services.posting import sign_vouchers
from payouts.models import PaymentBatch
from tools.bench.ground import APP, NOW, Ground
from tools.bench.measuring import Step, Tally, require_count

VOUCHERS = 200
SIGNERS = {
    VoucherState.DRAFT: "FCHK",
    VoucherState.CASHIER: "FCASH",
    VoucherState.APPROVAL: "FHEAD",
}
COLUMNS = (
    "pool_id, voucher_id, position, account_id, debit, credit, summary, organisation_id,"
    " item_code, batch_number, entry_count"
)


@dataclass(slots=True)
class BookingSteps:
    """The whole step, and its two halves for information."""

    whole: Step
    writing: Tally = field(default_factory=Tally)
    posting: Tally = field(default_factory=Tally)


def book_batches(
    ground: Ground,
    batches: list[PaymentBatch],
    paid: int,
    steps: BookingSteps,
    vouchers: int = VOUCHERS,
) -> None:
    """Measure writing and posting one line per payment against bare inserts of the same rows."""
    ids = _draft_heads(ground, batches[0], min(vouchers, max(1, paid // 10)))
    lines = paid + len(ids)
    _stage(ground, batches, ids)
    actor = ground.people["FACC"]
    with steps.writing.measure(), tenant_transaction(actor), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO funds_voucherline ({COLUMNS}) SELECT {COLUMNS} FROM bench_line"  # noqa: S608
        )
        require_count("voucher lines", cursor.rowcount, lines)
    for state, post in SIGNERS.items():
        signer = ground.people[post]
        with tenant_transaction(signer):
            signed = sign_vouchers(actor=signer, voucher_ids=ids, state=state, at=NOW)
        require_count("vouchers signed", len(signed.done), len(ids))
    with steps.posting.measure(), tenant_transaction(actor):
        posted = sign_vouchers(actor=actor, voucher_ids=ids, state=VoucherState.BOOKING, at=NOW)
    require_count("vouchers posted", len(posted.done), len(ids))
    steps.whole.ours.costs.append(steps.writing.costs[-1] + steps.posting.costs[-1])
    with steps.whole.raw.measure(), tenant_transaction(actor):
        _insert_bare(ids, lines)
    with tenant_transaction(actor):
        found = VoucherLine.objects.filter(voucher_id__in=ids, voucher__state="POSTED").count()
    require_count("lines posted", found, lines)


def _draft_heads(ground: Ground, batch: PaymentBatch, count: int) -> list[int]:
    with tenant_transaction(ground.people["FACC"]):
        period = Period.objects.get(book_id=batch.book_id, month=batch.month)
        vouchers = Voucher.objects.bulk_create(
            Voucher(
                pool_id=ground.pool_id,
                book_id=period.book_id,
                period=period,
                voucher_date=batch.month.replace(day=10),
                event=BusinessEvent.BENEFIT_PAID,
                summary=f"批次{batch.number}第{place}张",
                source_kind=SourceKind.BANK_RETURN,
                source_id=batch.pk * 10_000 + place,
                attachment_count=1,
                edge_id=edge_id(
                    BusinessEvent.BENEFIT_PAID, (FlowPlace.EXPENDITURE, FlowPlace.OUTSIDE)
                ),
                is_cash=True,
                content_sha256=hashlib.sha256(f"{batch.pk}-{place}".encode()).hexdigest(),
                prepared_at=NOW,
            )
            for place in range(count)
        )
    return [voucher.pk for voucher in vouchers]


def _stage(ground: Ground, batches: list[PaymentBatch], ids: list[int]) -> None:
    with tenant_transaction(ground.people["FACC"]):
        accounts = {
            account.code: account.pk
            for account in LedgerAccount.objects.filter(book_id=batches[0].book_id)
        }
        parameters = {
            "batch_ids": [batch.pk for batch in batches],
            "voucher_ids": ids,
            "debit_id": accounts["500101"],
            "credit_id": accounts["1004"],
        }
        run_sql(APP, "stage_booking_lines", parameters)


def _insert_bare(ids: list[int], lines: int) -> None:
    """Insert the same heads and lines; the key counts on from the months before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare.voucher SELECT * FROM funds_voucher WHERE id = ANY (%s)", [ids]
        )
        require_count("bare vouchers", cursor.rowcount, len(ids))
        cursor.execute(
            f"INSERT INTO bare.voucher_line (id, {COLUMNS})"  # noqa: S608
            f" SELECT nextval(pg_get_serial_sequence('funds_voucherline', 'id')), {COLUMNS}"
            " FROM bench_line"
        )
        require_count("bare voucher lines", cursor.rowcount, lines)
