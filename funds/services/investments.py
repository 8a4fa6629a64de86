"""Term deposits and treasury bonds: proposed, approved, bought, earning, taken back (Z06)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers, signatures
from accounts.services.attachments import attach
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.periods import month_code, month_of, months_later
from funds.enums import (
    EntryKind,
    FlowPlace,
    InterestMode,
    InvestmentKind,
    InvestmentState,
)
from funds.investment_interest import ZERO
from funds.models import FundsEntry, Investment, LedgerAccount
from funds.selectors.books import city_centre
from funds.services.entries import register_entry
from funds.services.entry_input import InvestmentPart, NewEntry
from funds.services.investment_states import move

PREPARE, APPROVE = "PREPARE", "APPROVE"
ACCOUNTS = {InvestmentKind.DEPOSIT: "100302", InvestmentKind.BOND: "1201"}
SUBJECTS = {
    InvestmentKind.DEPOSIT: SubjectKind.TERM_DEPOSIT,
    InvestmentKind.BOND: SubjectKind.TREASURY_BOND,
}


class InvestmentInvalid(DomainError):
    code = "INVESTMENT_INVALID"
    message = "定期存款或国债的内容不完整"


class BookTakesNoBond(DomainError):
    code = "BOOK_TAKES_NO_INVESTMENT"
    message = "本账套没有相应的会计科目，不能办理"


class CertificateKnown(DomainError):
    code = "INVESTMENT_CERTIFICATE_KNOWN"
    message = "该机构的同一存单或凭证号已经登记在册，请核对"


class TakenOverTooMuch(DomainError):
    code = "INVESTMENT_TAKEN_OVER_TOO_MUCH"
    message = "移交接收的合计超过移交书期初余额中的定期存款或债券投资"


class InvestmentNotWaiting(DomainError):
    code = "INVESTMENT_NOT_WAITING"
    message = "该笔已由他人办理，请刷新页面查看最新状态"


REFUSALS = {
    "investment_certificate_once": CertificateKnown,
    "investment_taken_over_at_most_the_opening": TakenOverTooMuch,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deposit or bond to hold. `principal` and `fees` in yuan, `rate` in percent a year.

    One that a handover brought (`is_taken_over`) names its certificate at once and is held as
    soon as it is approved.
    """

    book_id: int
    kind: InvestmentKind
    institution: str
    principal: Decimal
    rate: Decimal
    date_from: date
    term_months: int
    approval_number: str
    issue: str = ""
    fees: Decimal = ZERO
    interest_mode: InterestMode = InterestMode.AT_END
    is_taken_over: bool = False
    certificate_number: str = ""
    note: str = ""


@transaction.atomic
def propose_investment(
    *, actor: Person, proposal: Proposal, scan: Evidence, at: datetime
) -> Investment:
    """Register a deposit or bond that waits for the head of finance, with its approval document.

    Raises:
        InvestmentInvalid, BookTakesNoBond, CertificateKnown, DutyNotHeld.
    """
    require_duty(actor, Duty.INVESTMENT_PREPARE, over=city_centre().pk)
    _check(proposal)
    day = timezone.localdate(at)
    series = f"TZ{Pool.objects.get(pk=actor.pool_id).code}{month_code(month_of(day))}"
    number = f"{series}{numbers.next_number(pool_id=actor.pool_id, key=series):04d}"
    with constraint_errors(REFUSALS):
        investment = Investment.objects.create(
            pool_id=actor.pool_id,
            number=number,
            date_to=months_later(proposal.date_from, proposal.term_months),
            content_sha256=signatures.content_hash(asdict(proposal) | {"number": number}),
            proposed_by_id=actor.user_id,
            proposed_at=at,
            **asdict(proposal),
        )
    attach(
        actor=actor,
        matter=(SUBJECTS[proposal.kind], investment.pk),
        organisation_id=city_centre().pk,
        duty=Duty.BOOKS_READ,
        evidence=scan,
        at=at,
    )
    signatures.approve(actor, matter_of(investment), PREPARE, at)
    record(actor, investment, "funds.investment.proposed", at, amount=investment.principal)
    return investment


def _check(proposal: Proposal) -> None:
    is_bond = proposal.kind == InvestmentKind.BOND
    usable = LedgerAccount.objects.filter(
        book_id=proposal.book_id, code=ACCOUNTS[proposal.kind], is_enabled=True
    )
    if not usable.exists():
        raise BookTakesNoBond
    if is_bond != bool(proposal.issue.strip()):
        raise InvestmentInvalid("国债须填写期次，定期存款不填期次")
    if not is_bond and (proposal.fees or proposal.interest_mode != InterestMode.AT_END):
        raise InvestmentInvalid("定期存款没有手续费，利息到期一次支付")
    if proposal.is_taken_over != bool(proposal.certificate_number.strip()):
        raise InvestmentInvalid("移交接收的须填写存单或凭证号；新办理的在存入或认购后登记")
    if not 0 <= proposal.rate <= 100 or proposal.term_months < 1:
        raise InvestmentInvalid("年利率须在0至100之间，期限至少一个月")


@transaction.atomic
def decide_investment(
    *, actor: Person, investment_id: int, verdict: signatures.Verdict
) -> Investment:
    """Sign step APPROVE: money may then be placed; one taken over is held at once.

    Raises:
        InvestmentNotWaiting: decided already; AlreadySigned: the actor proposed it;
        OpinionMissing: refused without an opinion; TakenOverTooMuch.
    """
    require_duty(actor, Duty.INVESTMENT_APPROVE, over=city_centre().pk)
    investment = locked(investment_id)
    if investment.state != InvestmentState.PROPOSED:
        raise InvestmentNotWaiting
    signatures.sign(actor=actor, matter=matter_of(investment), step=APPROVE, verdict=verdict)
    if verdict.decision != Decision.APPROVE:
        investment.state = InvestmentState.REFUSED
    elif investment.is_taken_over:
        investment.state = InvestmentState.HELD
    else:
        investment.state = InvestmentState.APPROVED
    with constraint_errors(REFUSALS):
        investment.save(update_fields=["state"])
    verb, at = "funds.investment.decided", verdict.signed_at
    record(actor, investment, verb, at, state=investment.state, opinion=verdict.opinion)
    return investment


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the bank answered to a purchase: the certificate and the bank's reference."""

    certificate_number: str
    reference: str
    slip: Evidence | None = None


@transaction.atomic
def buy_investment(
    *, actor: Person, investment_id: int, purchase: Purchase, at: datetime
) -> FundsEntry:
    """Register the purchase on the approved day at the approved cost, and draft its voucher.

    Raises:
        InvestmentNotWaiting: not approved, or bought already; CertificateKnown, and what
        `register_entry` refuses.
    """
    investment = prepared(actor, investment_id, InvestmentState.APPROVED)
    is_bond = investment.kind == InvestmentKind.BOND
    new = NewEntry(
        kind=EntryKind.BOND_BOUGHT if is_bond else EntryKind.DEPOSIT_PLACED,
        entry_date=investment.date_from,
        amount=cost_of(investment),
        counterparty=investment.institution,
        reference=purchase.reference,
        place=FlowPlace.FISCAL,
        note=f"{investment.number} {investment.issue}".strip(),
        investment=InvestmentPart(investment.pk),
    )
    entry = register_entry(
        actor=actor, book_id=investment.book_id, new=new, evidence=purchase.slip, at=at
    )
    investment.certificate_number = purchase.certificate_number.strip()
    with constraint_errors(REFUSALS):
        move(investment, InvestmentState.HELD)
    record(actor, investment, "funds.investment.bought", at, reference=purchase.reference)
    return entry


@transaction.atomic
def drop_investment(*, actor: Person, investment_id: int, reason: str, at: datetime) -> Investment:
    """Give up an approved purchase that was not made after all.

    Raises:
        InvestmentNotWaiting: not approved, or bought already; InvestmentInvalid: no reason.
    """
    investment = prepared(actor, investment_id, InvestmentState.APPROVED)
    if not reason.strip():
        raise InvestmentInvalid("请填写撤销原因")
    move(investment, InvestmentState.DROPPED)
    record(actor, investment, "funds.investment.dropped", at, reason=reason.strip())
    return investment


def cost_of(investment: Investment) -> Decimal:
    """Return what the books hold for it: the principal with the fees of its purchase."""
    return investment.principal + investment.fees


def matter_of(investment: Investment) -> signatures.Matter:
    """Return the proposal as a matter to sign."""
    return signatures.Matter(
        SUBJECTS[InvestmentKind(investment.kind)],
        investment.pk,
        investment.round,
        investment.content_sha256,
        city_centre().pk,
    )


def prepared(actor: Person, investment_id: int, state: InvestmentState) -> Investment:
    """Return the row under its lock, if the actor may act on it and it stands in this state.

    Raises:
        DutyNotHeld, NotFound, InvestmentNotWaiting.
    """
    require_duty(actor, Duty.INVESTMENT_PREPARE, over=city_centre().pk)
    investment = locked(investment_id)
    if investment.state != state:
        raise InvestmentNotWaiting
    return investment


def locked(investment_id: int) -> Investment:
    """Return the row under its lock; NotFound if the pool has no such row."""
    rows = Investment.objects.select_for_update(of=("self",), no_key=True)
    investment = rows.filter(pk=investment_id).first()
    if investment is None:
        raise NotFound
    return investment


def record(actor: Person, investment: Investment, verb: str, at: datetime, **after: object) -> None:
    """Write an act on a deposit or bond into the trail."""
    audit.record(
        actor=actor,
        verb=verb,
        subject=investment,
        at=at,
        label=f"{investment.number} {investment.institution}"[:120],
        organisation_id=city_centre().pk,
        after=after,
    )
