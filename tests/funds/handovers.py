"""Short ways to a handover for tests: drawn up, signed, opened."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.enums import ArchiveKind, BusinessEvent, ClaimKind, SourceKind
from funds.models import Handover, Voucher
from funds.selectors.books import unemployment_book
from funds.services import handover_signing as signing
from funds.services import handovers
from funds.services.handovers import ArchiveEntry, AuditConclusion, BankConfirmation, Claim
from tests.city import NOW
from tests.funds.builders import post

FIRST_DAY = date(2026, 1, 1)
LETTER = Evidence("回函.pdf", "application/pdf", b"%PDF-1.4 letter")
ZERO = Decimal(0)
# What an office hands over by default: account, debit, credit.
PLAIN = (("100301", "100000", "0"), ("3001", "0", "100000"))


def drawn_up(city, office="510402", balances=PLAIN, day=FIRST_DAY, audited=None):
    """Return a complete draft of an office, opening on `day`; banks and claims follow from it."""
    actor, at = city.actor("FACC"), NOW
    handover = handovers.open_handover(
        actor=actor,
        book_id=unemployment_book().pk,
        organisation_id=city.offices[office].pk,
        cutoff_date=day - timedelta(days=1),
        at=at,
    )
    on = {"actor": actor, "handover_id": handover.pk, "at": at}
    fund = ZERO
    for code, *amounts in balances:
        debit, credit = map(Decimal, amounts)
        handovers.add_balance(account_code=code, debit=debit, credit=credit, **on)
        if code.startswith("100") and code != "1005":
            letter = BankConfirmation(code, "建设银行", "51050510400001", debit, LETTER)
            handovers.add_bank(confirmation=letter, **on)
        elif code.startswith(("1101", "2001", "2101")):
            kind = ClaimKind.RECEIVABLE if debit else ClaimKind.PAYABLE
            claim = Claim(kind, code, "东区财政局", debit or credit, "往来凭证1号")
            handovers.add_claim(claim=claim, **on)
        elif code == "3001":
            fund += credit - debit
    for kind in (ArchiveKind.VOUCHERS, ArchiveKind.LEDGERS, ArchiveKind.STATEMENTS):
        handovers.add_archive(entry=ArchiveEntry(kind, 2018, 2025, 12), **on)
    amount = fund if audited is None else Decimal(audited)
    conclusion = AuditConclusion("市审计局", "攀审〔2025〕1号", amount, "账实相符", LETTER)
    handovers.record_audit(conclusion=conclusion, **on)
    return Handover.objects.get(pk=handover.pk)


def submitted(city, office="510402", **more):
    """Return a handover that waits for its transferor."""
    handover = drawn_up(city, office, **more)
    return signing.submit_handover(actor=city.actor("FACC"), handover_id=handover.pk, at=NOW)


def sign(city, handover, post_code, decision=Decision.APPROVE, opinion="核对无误"):
    """Sign the step a handover waits for under a post; the office head signs at the office."""
    office = handover.organisation.code if post_code == "OFFH" else "510400"
    verdict = Verdict(decision, opinion, NOW)
    return signing.sign_handover(
        actor=city.actor(post_code, office), handover_id=handover.pk, verdict=verdict
    )


def handed_over(city, office="510402", **more):
    """Return a complete handover; its opening voucher is a draft."""
    handover = submitted(city, office, **more)
    for post_code in ("OFFH", "FHEAD", "SUPV"):
        handover = sign(city, handover, post_code)
    return handover


def opening_of(handover) -> Voucher:
    """Return the opening voucher of a complete handover."""
    return Voucher.objects.get(
        source_kind=SourceKind.HANDOVER, source_id=handover.pk, event=BusinessEvent.OPENING
    )


def opened(city, amount="100000", office="510400", account="100301", day=FIRST_DAY):
    """Open the books with an amount of an office on an account; return the posted voucher."""
    balances = ((account, amount, "0"), ("3001", "0", amount))
    return post(city, opening_of(handed_over(city, office, balances=balances, day=day)))
