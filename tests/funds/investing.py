"""Short ways to term deposits and bonds, for the tests."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.enums import InterestMode, InvestmentKind
from funds.models import Investment
from funds.selectors.books import unemployment_book
from funds.services import investments
from funds.services.entries import live_voucher
from funds.services.investment_receipts import Receipt, receive_interest, redeem_investment
from funds.services.investments import Proposal, Purchase
from tests.city import NOW
from tests.funds.builders import post

SCAN = Evidence("批复.pdf", "application/pdf", b"%PDF-1.7 approved")
# Ten million for half a year at 2.15 %: from 2 May to 2 November 2026, the day of the tests.
DEPOSIT = {
    "kind": InvestmentKind.DEPOSIT,
    "institution": "中国建设银行攀枝花分行",
    "principal": Decimal("10000000.00"),
    "rate": Decimal("2.1500"),
    "date_from": date(2026, 5, 2),
    "term_months": 6,
    "approval_number": "攀财社函〔2026〕5号",
}
# A million of bonds for three years at 2.38 %, interest every half-year, 200 yuan of fees.
BOND = DEPOSIT | {
    "kind": InvestmentKind.BOND,
    "issue": "2026年记账式附息（三期）国债",
    "principal": Decimal("1000000.00"),
    "fees": Decimal("200.00"),
    "rate": Decimal("2.3800"),
    "date_from": date(2026, 4, 20),
    "term_months": 36,
    "interest_mode": InterestMode.HALF_YEARLY,
}


def proposed(city, terms=DEPOSIT, post_code="FACC", **changes):
    """Return a deposit, or what the terms say, that waits for the head of finance."""
    proposal = Proposal(book_id=changes.pop("book_id", None) or unemployment_book().pk,
                        **(terms | changes))  # fmt: skip
    return investments.propose_investment(
        actor=city.actor(post_code), proposal=proposal, scan=SCAN, at=NOW
    )


def decided(city, investment, decision=Decision.APPROVE, opinion="", post_code="FHEAD"):
    """Let the head of finance decide; return the investment."""
    verdict = Verdict(decision, opinion, NOW, investment.content_sha256)
    return investments.decide_investment(
        actor=city.actor(post_code), investment_id=investment.pk, verdict=verdict
    )


def bought(city, terms=DEPOSIT, *, certificate="0001234", reference="", is_posted=True, **changes):
    """Return what was proposed, approved and bought; its voucher is posted."""
    one = decided(city, proposed(city, terms, **changes))
    entry = investments.buy_investment(
        actor=city.actor("FACC"),
        investment_id=one.pk,
        purchase=Purchase(certificate, reference or f"CR{certificate}"),
        at=NOW,
    )
    if is_posted:
        post(city, live_voucher(entry.pk))
    return Investment.objects.get(pk=one.pk)


def redeemed(city, one, amount, day=date(2026, 11, 2), reference="SH01", post_code="FACC"):
    """Register principal and interest that came back; return the entry."""
    return redeem_investment(
        actor=city.actor(post_code),
        investment_id=one.pk,
        receipt=Receipt(day, Decimal(amount), reference),
        at=NOW,
    )


def earned(city, one, amount, day=date(2026, 10, 20), reference="FX01"):
    """Register interest of a bond; return the entry."""
    return receive_interest(
        actor=city.actor("FACC"),
        investment_id=one.pk,
        receipt=Receipt(day, Decimal(amount), reference),
        at=NOW,
    )
