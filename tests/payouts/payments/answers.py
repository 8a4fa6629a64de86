"""The bank's letter about a batch whose outcome is unknown."""

from datetime import date

from common.evidence import Evidence
from payouts.models import BankAnswer, PaymentBatch
from payouts.services.bank_answers import Letter, record_answer
from tests.city import NOW, City

SCAN = Evidence("答复.pdf", "application/pdf", b"%PDF-1.7 answer")


def letter(*, was_taken: bool = False, receipt: str = "", day: date = date(2026, 11, 2)) -> Letter:
    """Return what the bank wrote: by default that it took nothing."""
    return Letter(was_taken, receipt, "农银攀函〔2026〕7号", day, "与对公柜台核对流水", SCAN)


def recorded(city: City, batch: PaymentBatch, **words: object) -> BankAnswer:
    """Record a letter as the accountant."""
    return record_answer(
        actor=city.actor("FACC"), batch_id=batch.pk, letter=letter(**words), at=NOW
    )
