"""What the register's form offers: entries that stand open, and vouchers that come back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from common.text import identifier
from funds.entry_shapes import EntryRule, Origin
from funds.enums import VoucherState
from funds.models import FundsEntry, VoucherLine
from funds.selectors.books import full_name
from funds.selectors.entries import LIVE, ZERO, with_status

ORIGINALS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry that stands open: what it is, and how much of it is left in yuan."""

    id: int
    number: str
    kind_label: str
    entry_date: date
    counterparty: str
    open_amount: Decimal

    @property
    def title(self) -> str:
        """Return the choice's words."""
        return (
            f"{self.number} {self.kind_label} {self.counterparty} "
            f"{self.entry_date} 未清{self.open_amount:,.2f}元"
        )


def list_open_entries(
    *, book_id: int, rule: EntryRule, besides: int | None = None
) -> list[OpenEntry]:
    """Return the posted entries that an entry of this rule may clear, oldest first.

    `besides` is an entry that is being corrected: what it took itself counts as open.
    """
    rows = with_status(FundsEntry.objects.filter(book_id=book_id, kind__in=rule.clears))
    own = FundsEntry.objects.filter(pk=besides, state__in=LIVE).first() if besides else None
    for_own = {own.clears_id: own.amount} if own else {}
    return [
        OpenEntry(
            id=row.pk,
            number=row.number,
            kind_label=row.get_kind_display(),
            entry_date=row.entry_date,
            counterparty=row.counterparty,
            open_amount=row.amount - row.cleared + for_own.get(row.pk, ZERO),
        )
        for row in rows.filter(status="POSTED").order_by("entry_date", "id")
        if row.amount > row.cleared or row.pk in for_own
    ]


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """A posted line that money may come back to: `key` names it, amounts in yuan."""

    key: str
    voucher_date: date
    voucher: str
    summary: str
    account: str
    office: str
    item_code: str
    batch_number: str
    amount: Decimal


def find_originals(*, book_id: int, origin: Origin, text: str) -> list[OriginalLine]:
    """Return posted lines by voucher number, batch number or summary, newest first."""
    words = text.strip()
    if origin == Origin.NONE or not words:
        return []
    wanted = Q(voucher__summary__icontains=words) | Q(batch_number__icontains=words)
    number = identifier(words) if len(words) < 10 else None
    if number:
        wanted |= Q(voucher__number=number)
    rows = _lines(book_id, origin).filter(wanted)
    return [_original(line) for line in rows.order_by("-voucher_id", "position")[:ORIGINALS_SHOWN]]


def get_original(*, book_id: int, origin: Origin, key: str) -> OriginalLine | None:
    """Return the posted line that a key names, None for anything else."""
    voucher, _, position = key.partition("-")
    if identifier(voucher) is None or identifier(position) is None:
        return None
    rows = _lines(book_id, origin).filter(voucher_id=int(voucher), position=int(position))
    line = rows.first()
    return _original(line) if line else None


def _lines(book_id: int, origin: Origin) -> QuerySet[VoucherLine]:
    rows = VoucherLine.objects.filter(
        voucher__book_id=book_id, voucher__state=VoucherState.POSTED
    ).exclude(voucher__reversals__state__in=(VoucherState.DRAFT, VoucherState.POSTED))
    if origin == Origin.PREMIUM:
        rows = rows.filter(account__code__startswith="4001", credit__gt=0)
    else:
        codes = ("5001", "5104", "5105")
        places = Q()
        for code in codes:
            places |= Q(account__code__startswith=code)
        rows = rows.filter(places, debit__gt=0)
    return rows.select_related("voucher", "account__parent", "organisation")


def _original(line: VoucherLine) -> OriginalLine:
    return OriginalLine(
        key=f"{line.voucher_id}-{line.position}",
        voucher_date=line.voucher.voucher_date,
        voucher=f"记字第{line.voucher.number}号",
        summary=line.summary,
        account=f"{line.account.code} {full_name(line.account)}",
        office=line.organisation.short_name if line.organisation else "",
        item_code=line.item_code,
        batch_number=line.batch_number,
        amount=line.debit or line.credit,
    )


def get_row(entry_id: int) -> FundsEntry:
    """Return an entry as it stands, to start its correction from; the caller may read it."""
    return FundsEntry.objects.get(pk=entry_id)
