"""The former offices hand their funds over to the city: one handover each, signed by three."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.actor import Person
from config.demo.charters import DemoOffice
from config.demo.papers import demo_paper
from config.demo.story import Story
from funds.enums import ArchiveKind, BookKind, ClaimKind
from funds.models import Book
from funds.selectors.books import unemployment_book
from funds.services.handover_signing import sign_handover, submit_handover
from funds.services.handovers import (
    ArchiveEntry,
    AuditConclusion,
    BankConfirmation,
    Claim,
    add_archive,
    add_balance,
    add_bank,
    add_claim,
    open_handover,
    record_audit,
)

ZERO = Decimal("0.00")
FISCAL, RECEIVABLE, PAYABLE, FUND = "100301", "110199", "200199", "3001"
LENT, OWED = Decimal("8000.00"), Decimal("12600.00")  # of the last and the first office
FIRST_YEAR = 2018
ARCHIVES = (
    (ArchiveKind.VOUCHERS, 96),
    (ArchiveKind.LEDGERS, 24),
    (ArchiveKind.STATEMENTS, 8),
    (ArchiveKind.CONTRACTS, 2),
)


def hand_over_funds(story: Story, total: Decimal) -> None:
    """Let every office hand over its share of `total` (yuan in 财政专户) before the first month."""
    first = story.calendar.history[0]
    left = total
    for place, office in enumerate(story.city.offices):
        is_last = place == len(story.city.offices) - 1
        share = left if is_last else (total * office.share / 1000).quantize(Decimal(100))
        left -= share
        balances = {FISCAL: share, FUND: -share}
        if place == 0:
            balances |= {PAYABLE: -OWED, FUND: balances[FUND] + OWED}
        elif is_last:
            balances |= {RECEIVABLE: LENT, FUND: balances[FUND] - LENT}
        _hand_over(story, office, balances, story.calendar.at(first, 8))


def _hand_over(
    story: Story, office: DemoOffice, balances: dict[str, Decimal], at: datetime
) -> None:
    with story.act("FACC") as actor:
        book_id = unemployment_book().pk
        handover_id = _draw_up(story, office, book_id, balances, actor, at)
        submit_handover(actor=actor, handover_id=handover_id, at=at)
    for post, place in (("OFFH", office.code), ("FHEAD", ""), ("SUPV", "")):
        with story.act(post, place) as actor:
            verdict = Verdict(Decision.APPROVE, "余额、债权债务和档案核对无误", at)
            sign_handover(actor=actor, handover_id=handover_id, verdict=verdict)


def leave_handovers(story: Story) -> None:
    """Leave two handovers of the landless farmers' fund: one drawn up, one to be signed."""
    at, balances = story.calendar.now, {FISCAL: LENT, FUND: -LENT}
    for place, office in enumerate(story.city.offices[1:3]):
        with story.act("FACC") as actor:
            book_id = Book.objects.get(kind=BookKind.LANDLESS_FARMERS).pk
            handover_id = _draw_up(story, office, book_id, balances, actor, at)
            if place:
                submit_handover(actor=actor, handover_id=handover_id, at=at)


def _draw_up(
    story: Story,
    office: DemoOffice,
    book_id: int,
    balances: dict[str, Decimal],
    actor: Person,
    at: datetime,
) -> int:
    cutoff = story.calendar.history[0] - timedelta(days=1)
    handover = open_handover(
        actor=actor,
        book_id=book_id,
        organisation_id=story.offices[office.code],
        cutoff_date=cutoff,
        at=at,
    )
    for code, net in sorted(balances.items()):
        add_balance(
            actor=actor,
            handover_id=handover.pk,
            account_code=code,
            debit=max(net, ZERO),
            credit=max(-net, ZERO),
            at=at,
        )
    letter = demo_paper("bank-letter", office.code)
    bank = f"中国建设银行{office.short_name}支行"
    number = f"51050{office.code}00001003"
    confirmation = BankConfirmation(FISCAL, bank, number, balances[FISCAL], letter)
    add_bank(actor=actor, handover_id=handover.pk, confirmation=confirmation, at=at)
    for claim in _claims(office, balances):
        add_claim(actor=actor, handover_id=handover.pk, claim=claim, at=at)
    for kind, volumes in ARCHIVES:
        entry = ArchiveEntry(kind, FIRST_YEAR, cutoff.year, volumes)
        add_archive(actor=actor, handover_id=handover.pk, entry=entry, at=at)
    conclusion = AuditConclusion(
        body=f"{story.city.name}审计局",
        reference=f"审社〔{cutoff.year}〕{office.code[-2:]}号",
        amount=-balances[FUND],
        conclusion="截至移交基准日账实相符，债权债务清楚，同意上收市级统筹管理。",
        report=demo_paper("audit-report", office.code),
    )
    record_audit(actor=actor, handover_id=handover.pk, conclusion=conclusion, at=at)
    return handover.pk


def _claims(office: DemoOffice, balances: dict[str, Decimal]) -> list[Claim]:
    claims = []
    if RECEIVABLE in balances:
        words = f"{office.short_name}财政局", "2024年垫付款协议"
        claims.append(Claim(ClaimKind.RECEIVABLE, RECEIVABLE, words[0], LENT, words[1]))
    if PAYABLE in balances:
        words = f"{office.short_name}社会保险服务中心", "2023年代收款确认单"
        claims.append(Claim(ClaimKind.PAYABLE, PAYABLE, words[0], OWED, words[1]))
    return claims
