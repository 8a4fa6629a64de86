"""Short ways to receipts and payments for the tests of funds."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.enums import EntryKind, FlowPlace
from funds.models import FundsEntry
from funds.selectors.books import unemployment_book
from funds.services import entries
from funds.services.entry_input import NewEntry
from tests.city import NOW
from tests.funds.builders import DAY, credit, debit, post, posted

SCAN = Evidence("批复.pdf", "application/pdf", b"%PDF-1.7 approved")
K, P = EntryKind, FlowPlace


def new(kind: EntryKind, amount: str = "1000.00", **changes) -> NewEntry:
    """Return what a clerk registers, with the first place and account its kind admits."""
    rule = entries.RULES[kind]
    values = {
        "kind": kind,
        "entry_date": DAY,
        "amount": Decimal(amount),
        "counterparty": "测试单位",
        "reference": f"{kind}-{amount}",
        "place": rule.places[0] if rule.places else None,
        "account_code": rule.chosen[0] if rule.chosen else "",
        "approval_number": "财社函〔2026〕1号" if rule.is_write_off else "",
    }
    return NewEntry(**(values | changes))


def register(city, kind: EntryKind, amount: str = "1000.00", **changes) -> FundsEntry:
    """Return an entry registered by the accountant."""
    evidence = SCAN if entries.RULES[kind].is_write_off else None
    return entries.register_entry(
        actor=city.actor("FACC"),
        book_id=unemployment_book().pk,
        new=new(kind, amount, **changes),
        at=NOW,
        evidence=evidence,
    )


def booked(city, kind: EntryKind, amount: str = "1000.00", **changes) -> FundsEntry:
    """Return an entry whose voucher is posted."""
    entry = register(city, kind, amount, **changes)
    post(city, entries.live_voucher(entry.pk))
    return entry


def decide(city, entry: FundsEntry, decision=Decision.APPROVE, opinion="", post_code="FHEAD"):
    """Let the head of finance decide on a write-off."""
    verdict = Verdict(decision, opinion, NOW, entry.content_sha256)
    return entries.decide_entry(actor=city.actor(post_code), entry_id=entry.pk, verdict=verdict)


def paid(city, amount: str = "5000.00", *, day: date = DAY, account: str = "500101"):
    """Return the posted voucher of benefits paid to one office; its first line is the expense."""
    where = {"organisation_id": city.offices["510402"].pk, "item_code": "B01"}
    return posted(
        city,
        debit(account, amount, batch_number="ZF001", **where),
        credit("1004", amount),
        day=day,
        summary="待遇支付",
    )


def lines(entry: FundsEntry) -> list[tuple[str, str, str]]:
    """Return the lines of the entry's voucher: account, debit, credit."""
    voucher = entries.live_voucher(entry.pk)
    rows = voucher.lines.select_related("account").order_by("position")
    return [(row.account.code, f"{row.debit:.2f}", f"{row.credit:.2f}") for row in rows]
