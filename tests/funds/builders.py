"""Short ways to vouchers for the tests of funds."""

from datetime import date
from decimal import Decimal

from funds.enums import BusinessEvent, SourceKind
from funds.models import Period
from funds.selectors.books import unemployment_book
from funds.services import periods, vouchers
from funds.services.vouchers import DraftLine, VoucherDraft
from tests.city import NOW

DAY = date(2026, 11, 2)
ZERO = Decimal(0)


def yuan(text: str) -> Decimal:
    """Return an amount given as text."""
    return Decimal(text).quantize(Decimal("0.01"))


def debit(code: str, amount: str, **dimensions) -> DraftLine:
    """Return a debit line."""
    return DraftLine(code, yuan(amount), ZERO, "测试", **dimensions)


def credit(code: str, amount: str, **dimensions) -> DraftLine:
    """Return a credit line."""
    return DraftLine(code, ZERO, yuan(amount), "测试", **dimensions)


def voucher_draft(*lines: DraftLine, day: date = DAY, book_id: int | None = None, **changes):
    """Return a draft of these lines, else of 76,000.00 yuan of premiums (textbook entry)."""
    values = {
        "book_id": book_id or unemployment_book().pk,
        "voucher_date": day,
        "event": BusinessEvent.MANUAL,
        "summary": "税务征收失业保险费",
        "source_kind": SourceKind.NONE,
        "source_id": None,
        "attachment_count": 1,
        "lines": lines or (debit("1005", "76000"), credit("400101", "76000")),
    }
    return VoucherDraft(**(values | changes))


def drafted(city, *lines: DraftLine, **changes):
    """Return a voucher drafted by the accountant."""
    draft = voucher_draft(*lines, **changes)
    return vouchers.draft_voucher(actor=city.actor("FACC"), draft=draft, at=NOW)


def checked(city, *lines: DraftLine, **changes):
    """Return a voucher checked by the checker."""
    voucher = drafted(city, *lines, **changes)
    return vouchers.check_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, at=NOW)


def posted(city, *lines: DraftLine, **changes):
    """Return a voucher posted by the head of finance."""
    return post(city, drafted(city, *lines, **changes))


def post(city, voucher, at=NOW):
    """Take a drafted voucher through every signature to POSTED; return it."""
    vouchers.check_voucher(actor=city.actor("FCHK"), voucher_id=voucher.pk, at=at)
    return vouchers.post_voucher(actor=city.actor("FHEAD"), voucher_id=voucher.pk, at=at)


def close_until(city, month: date) -> None:
    """Close every month of the book up to this one."""
    book = unemployment_book()
    for period in Period.objects.filter(book=book, month__lte=month).order_by("month"):
        periods.close_period(actor=city.actor("FHEAD"), period_id=period.pk, at=NOW)
