"""Funds-use plans for tests: asked for, signed by all, answered, allotted, and ended before."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from funds.models import FundsUsePlan
from funds.selectors.balances import account_balance
from funds.selectors.books import unemployment_book
from funds.selectors.funds_demand import expected_amount
from funds.services import funds_plans, plan_closings
from funds.services.allotments import record_allotment
from funds.services.funds_plan_signing import BureauReply, record_reply, sign_funds_plan
from funds.services.funds_plans import FundsNeed
from funds.services.plan_closings import ClosingLetter
from tests.city import NOW, TODAY

MONTH = date(2026, 11, 1)
LETTER = Evidence("批复.pdf", "application/pdf", b"%PDF-1.7 letter")
RECORDERS = ("FCHK", "FACC2")  # of the HR bureau's letter, of the finance bureau's
ZERO = Decimal("0.00")


def need(city, source, amount="5592.00", office="510402", item="B01"):
    """Return a need of one disbursement plan."""
    return FundsNeed(city.offices[office].pk, item, source, f"P{source}", 3, Decimal(amount))


def ask(city, *needs, post="FACC", promised="0.00", month=MONTH, at=NOW):
    """Ask for the money of these needs."""
    return funds_plans.request_funds(
        actor=city.actor(post), book_id=unemployment_book().pk, month=month, needs=needs,
        promised=Decimal(promised), at=at,
    )  # fmt: skip


def ask_in_full(city, *needs, month=MONTH, at=NOW, post="FACC"):
    """Ask for needs as if 支出户 had nothing left for them, whatever it holds."""
    book_id = unemployment_book().pk
    there = account_balance(book_id=book_id, account_code="1004", until=None)
    promised = there + expected_amount(book_id=book_id)
    return ask(city, *needs, post=post, promised=promised, month=month, at=at)


def request(city, *sources, post="FACC"):
    """Ask for 5,592.00 for each of these plans."""
    return ask(city, *(need(city, source) for source in sources or (1, 2)), post=post)


def sign(city, plan, decision=Decision.APPROVE, opinion="", post="FHEAD", at=NOW):
    """Sign as the head of finance, or as another post."""
    seen = FundsUsePlan.objects.get(pk=plan.pk).content_sha256
    verdict = Verdict(decision, opinion, at, seen)
    return sign_funds_plan(actor=city.actor(post), plan_id=plan.pk, verdict=verdict)


def answer(city, plan, post="FCHK", decision=Decision.APPROVE, opinion="", amount=None, at=NOW,
           **changes):  # fmt: skip
    """Record the letter the plan waits for."""
    values = {
        "decision": decision, "opinion": opinion, "document_number": "攀财社〔2026〕18号",
        "decided_date": TODAY, "scan": LETTER,
        "amount": None if amount is None else Decimal(amount),
    }  # fmt: skip
    reply = BureauReply(**(values | changes))
    return record_reply(actor=city.actor(post), plan_id=plan.pk, reply=reply, at=at)


def signed_by_us(city, plan, at=NOW):
    """Have the head of finance and the principal head sign."""
    sign(city, plan, at=at)
    return sign(city, plan, post="HEAD", at=at)


def approve(city, plan, amount=None, opinion="", at=NOW):
    """Take a plan through all signatures and letters; the bureau approves `amount` of it."""
    signed_by_us(city, plan, at=at)
    changes = {"at": at, "decided_date": at.date()}
    answer(city, plan, RECORDERS[0], **changes)
    return answer(city, plan, RECORDERS[1], opinion=opinion, amount=amount, **changes)


def allot(city, plan, amount="11184.00", reference="财拨字001", day=TODAY, at=NOW):
    """Record an allotment."""
    return record_allotment(
        actor=city.actor("FACC"), plan_id=plan.pk, amount=Decimal(amount),
        allotted_date=day, reference=reference, at=at,
    )  # fmt: skip


def ask_to_end(city, plan, post="FACC", held=(), at=NOW, **changes):
    """Apply to end a plan's allotment; `held` are disbursement plans in batches."""
    values = {
        "reason": "年度预算调减，余款不再拨付", "document_number": "攀财社函〔2026〕31号",
        "letter_date": at.date(), "scan": LETTER,
    }  # fmt: skip
    letter = ClosingLetter(**(values | changes))
    return plan_closings.apply_for_closing(
        actor=city.actor(post), plan_id=plan.pk, letter=letter, held=held, at=at
    )


def decide_end(city, closing, decision=Decision.APPROVE, opinion="", post="FHEAD", held=(), at=NOW,
               seen=None):  # fmt: skip
    """Decide an application to end a plan's allotment."""
    verdict = Verdict(decision, opinion, at, closing.content_sha256 if seen is None else seen)
    return plan_closings.decide_closing(
        actor=city.actor(post), closing_id=closing.pk, held=held, verdict=verdict
    )
