"""What a demo city keeps in term deposits: one that runs, one that came back, one to approve."""

from datetime import date
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.evidence import Evidence
from config.demo.money import post_all
from config.demo.story import Story
from funds.enums import InvestmentKind, InvestmentState
from funds.models import Investment
from funds.selectors.books import unemployment_book
from funds.selectors.interest_checks import check_of_redemption
from funds.services.investment_receipts import Receipt, redeem_investment
from funds.services.investments import (
    Proposal,
    Purchase,
    buy_investment,
    decide_investment,
    propose_investment,
)

SCAN = Evidence("存款批复.pdf", "application/pdf", b"%PDF-1.4\n% demo\n")
PER_RECIPIENT, STEP = 1500, 10_000  # yuan placed for each recipient, in whole ten thousands
MONTH, YEAR = (1, Decimal("1.1500")), (12, Decimal("1.3500"))  # term in months, percent a year


def invest_month(story: Story, month: date) -> None:
    """Place two deposits in the first month; the shorter one comes back a month later."""
    day = story.calendar.day_of(month, 21)
    at, first = story.calendar.at(day, 16), story.calendar.history[0]
    if month == first:
        for place, terms in enumerate((MONTH, YEAR), start=1):
            investment = propose(story, terms, day)
            approve(story, investment)
            with story.act("FACC") as actor:
                purchase = Purchase(f"CD{day:%Y%m%d}{place:02d}", f"CR{place:02d}-{day:%Y%m%d}")
                buy_investment(actor=actor, investment_id=investment.pk, purchase=purchase, at=at)
    _take_back_due(story, day)
    post_all(story, story.calendar.at(day, 17))


def leave_proposal(story: Story) -> None:
    """Leave a deposit for the head of finance to approve, and what came back for the checker."""
    _take_back_due(story, story.calendar.today)
    propose(story, YEAR, story.calendar.today)


def _take_back_due(story: Story, day: date) -> None:
    """Take back on its last day what has ended by a day, with the interest that was agreed."""
    with story.act("FACC") as actor:
        for due in Investment.objects.filter(state=InvestmentState.HELD, date_to__lte=day):
            income = check_of_redemption(due, due.date_to).expected
            receipt = Receipt(due.date_to, due.principal + income, f"SH01-{due.date_to:%Y%m%d}")
            at = story.calendar.at(due.date_to, 16)
            redeem_investment(actor=actor, investment_id=due.pk, receipt=receipt, at=at)


def propose(story: Story, terms: tuple[int, Decimal], day: date) -> Investment:
    """Let the accountant apply for a deposit of these terms from a day on."""
    months, rate = terms
    placed = max(story.recipients, 100) * PER_RECIPIENT // STEP * STEP
    with story.act("FACC") as actor:
        proposal = Proposal(
            book_id=unemployment_book().pk,
            kind=InvestmentKind.DEPOSIT,
            institution="中国建设银行",
            principal=Decimal(placed),
            rate=rate,
            date_from=day,
            term_months=months,
            approval_number=f"财社函〔{day.year}〕{day.month}号",
            note="结余转存",
        )
        at = story.calendar.at(day, 10)
        return propose_investment(actor=actor, proposal=proposal, scan=SCAN, at=at)


def approve(story: Story, investment: Investment) -> None:
    """Let the head of finance approve a deposit on its first day."""
    with story.act("FHEAD") as actor:
        verdict = Verdict(Decision.APPROVE, "利率符合规定，同意", story.calendar.at(
            investment.date_from, 11
        ))  # fmt: skip
        decide_investment(actor=actor, investment_id=investment.pk, verdict=verdict)
