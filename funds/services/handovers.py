"""Handover of a former office's fund (基金移交): what is handed over, while it is drawn up.

Signing, and the opening voucher that follows, stand in `handover_signing`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models, transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import OrganisationLevel
from accounts.models import Document, Organisation, Pool
from accounts.permissions import require_duty
from accounts.services import audit, numbers
from accounts.services.documents import NewDocument, store_document
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.identifiers import mask_account
from common.periods import day_text, month_of, month_text
from common.text import half_width
from funds.enums import ArchiveKind, ClaimKind, HandoverState, PeriodState
from funds.models import (
    Handover,
    HandoverArchive,
    HandoverBalance,
    HandoverBank,
    HandoverClaim,
    LedgerAccount,
    Period,
)
from funds.selectors.books import city_centre
from funds.services.drafting import AccountUnusable, PeriodClosed, PeriodMissing

ZERO = Decimal("0.00")
PARTS: dict[str, type[models.Model]] = {
    "balance": HandoverBalance,
    "bank": HandoverBank,
    "claim": HandoverClaim,
    "archive": HandoverArchive,
}


class HandoverExists(DomainError):
    code = "HANDOVER_EXISTS"
    message = "该机构在本账套已有基金移交书，一个机构只移交一次"


class HandoverNotDraft(DomainError):
    code = "HANDOVER_NOT_DRAFT"
    message = "移交书已送签，内容不能再修改；如需更正请由签字人退回"


class AccountTwice(DomainError):
    code = "HANDOVER_ACCOUNT_TWICE"
    message = "该科目已登记余额，请先删除原来的一行"


class CutoffInvalid(DomainError):
    code = "HANDOVER_CUTOFF_INVALID"
    message = "移交基准日不能晚于今天"


@transaction.atomic
def open_handover(
    *, actor: Person, book_id: int, organisation_id: int, cutoff_date: date, at: datetime
) -> Handover:
    """Begin the handover of one former office to a book; return the draft.

    Raises:
        HandoverExists: the office has one in this book.
        CutoffInvalid, PeriodMissing, PeriodClosed: no opening voucher could be dated after it.
    """
    require_duty(actor, Duty.HANDOVER_PREPARE, over=city_centre().pk)
    office = Organisation.objects.filter(pk=organisation_id).first()
    if office is None or office.level == OrganisationLevel.TOWN:
        raise NotFound
    _check_cutoff(book_id, cutoff_date, at)
    series = f"YJ{Pool.objects.get(pk=actor.pool_id).code}{cutoff_date.year}"
    number = numbers.next_number(pool_id=actor.pool_id, key=series)
    with constraint_errors({"handover_once_per_office": HandoverExists}):
        handover = Handover.objects.create(
            pool_id=actor.pool_id,
            book_id=book_id,
            organisation=office,
            number=f"{series}{number:02d}",
            cutoff_date=cutoff_date,
            created_at=at,
        )
    record(actor, handover, "funds.handover.opened", at, day=day_text(cutoff_date))
    return handover


def _check_cutoff(book_id: int, cutoff_date: date, at: datetime) -> None:
    if cutoff_date > timezone.localdate(at):
        raise CutoffInvalid
    month = month_of(cutoff_date + timedelta(days=1))
    period = Period.objects.filter(book_id=book_id, month=month).first()
    if period is None:
        raise PeriodMissing(
            f"{month_text(month)}还没有会计期间，期初凭证无法登记，请核对移交基准日"
        )
    if period.state != PeriodState.OPEN:
        raise PeriodClosed(f"{month_text(month)}已结账，请核对移交基准日")


@transaction.atomic
def add_balance(
    *,
    actor: Person,
    handover_id: int,
    account_code: str,
    debit: Decimal,
    credit: Decimal,
    at: datetime,
) -> HandoverBalance:
    """Add the balance of one account, on exactly one side, in yuan.

    Raises:
        HandoverNotDraft, AccountUnusable; AccountTwice: it has a line already.
    """
    handover = _draft(actor, handover_id)
    with constraint_errors({"handover_account_once": AccountTwice}):
        row = HandoverBalance.objects.create(
            pool_id=actor.pool_id,
            handover=handover,
            account=_account(handover, account_code),
            debit=debit,
            credit=credit,
        )
    _added(actor, handover, at, account=account_code, amount=debit or credit)
    return row


@dataclass(frozen=True, slots=True)
class BankConfirmation:
    """A former bank account, what the bank confirms it held (yuan), and the bank's letter."""

    account_code: str
    bank_name: str
    number: str
    balance: Decimal
    letter: Evidence


@transaction.atomic
def add_bank(
    *, actor: Person, handover_id: int, confirmation: BankConfirmation, at: datetime
) -> HandoverBank:
    """Add a bank's confirmation with its letter.

    Raises:
        HandoverNotDraft, AccountUnusable.
    """
    handover = _draft(actor, handover_id)
    row = HandoverBank.objects.create(
        pool_id=actor.pool_id,
        handover=handover,
        account=_account(handover, confirmation.account_code),
        bank_name=confirmation.bank_name,
        number_masked=mask_account(half_width(confirmation.number)),
        balance=confirmation.balance,
        document=_keep(actor, handover, "银行询证函回函", confirmation.letter, at),
    )
    _added(actor, handover, at, account=confirmation.account_code, amount=row.balance)
    return row


@dataclass(frozen=True, slots=True)
class Claim:
    """A receivable or payable: its account, counterparty, amount in yuan, supporting document."""

    kind: ClaimKind
    account_code: str
    counterparty: str
    amount: Decimal
    reference: str


@transaction.atomic
def add_claim(*, actor: Person, handover_id: int, claim: Claim, at: datetime) -> HandoverClaim:
    """Add a receivable or a payable.

    Raises:
        HandoverNotDraft, AccountUnusable.
    """
    handover = _draft(actor, handover_id)
    row = HandoverClaim.objects.create(
        pool_id=actor.pool_id,
        handover=handover,
        kind=claim.kind,
        account=_account(handover, claim.account_code),
        counterparty=claim.counterparty,
        amount=claim.amount,
        reference=claim.reference,
    )
    _added(actor, handover, at, account=claim.account_code, amount=claim.amount)
    return row


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """Archives of one kind and some years."""

    kind: ArchiveKind
    first_year: int
    last_year: int
    volume_count: int
    note: str = ""


class YearsTurned(DomainError):
    code = "HANDOVER_YEARS_TURNED"
    message = "截止年度不能早于起始年度，卷数须大于0"


@transaction.atomic
def add_archive(
    *, actor: Person, handover_id: int, entry: ArchiveEntry, at: datetime
) -> HandoverArchive:
    """Add a line of the archives list.

    Raises:
        HandoverNotDraft, YearsTurned.
    """
    handover = _draft(actor, handover_id)
    with constraint_errors({"handover_archive_has_years_and_volumes": YearsTurned}):
        row = HandoverArchive.objects.create(
            pool_id=actor.pool_id,
            handover=handover,
            kind=entry.kind,
            first_year=entry.first_year,
            last_year=entry.last_year,
            volume_count=entry.volume_count,
            note=entry.note,
        )
    _added(actor, handover, at, kind=entry.kind.label, lines=entry.volume_count)
    return row


@dataclass(frozen=True, slots=True)
class AuditConclusion:
    """What the clearing found (J09). `amount` is the fund balance it confirms, in yuan."""

    body: str
    reference: str
    amount: Decimal
    conclusion: str
    report: Evidence | None


class ReportMissing(DomainError):
    code = "HANDOVER_REPORT_MISSING"
    message = "请上传审计报告"


@transaction.atomic
def record_audit(
    *, actor: Person, handover_id: int, conclusion: AuditConclusion, at: datetime
) -> Handover:
    """Record the audit's conclusion; the report may stay when only words change.

    Raises:
        HandoverNotDraft; ReportMissing: no report so far and none given.
    """
    handover = _draft(actor, handover_id)
    if conclusion.report is not None:
        handover.audit_document = _keep(actor, handover, "清算审计报告", conclusion.report, at)
    elif handover.audit_document_id is None:
        raise ReportMissing
    handover.audit_body = conclusion.body
    handover.audit_reference = conclusion.reference
    handover.audit_amount = conclusion.amount
    handover.audit_conclusion = conclusion.conclusion
    fields = ["audit_body", "audit_reference", "audit_amount", "audit_conclusion"]
    handover.save(update_fields=[*fields, "audit_document"])
    _added(actor, handover, at, reference=conclusion.reference, amount=conclusion.amount)
    return handover


@transaction.atomic
def remove_part(
    *, actor: Person, handover_id: int, part: str, row_id: int, at: datetime
) -> Handover:
    """Take a line out of a draft; it stays in the table as no longer live.

    Raises:
        HandoverNotDraft; NotFound: no such line.
    """
    handover = _draft(actor, handover_id)
    if part not in PARTS:
        raise NotFound
    rows = PARTS[part]._default_manager.filter(pk=row_id, handover_id=handover.pk, is_live=True)
    if not rows.update(is_live=False):
        raise NotFound
    record(actor, handover, "funds.handover.line_removed", at, kind=part)
    return handover


def locked_handover(handover_id: int) -> Handover:
    """Return the handover under its row lock; NotFound if there is none."""
    rows = Handover.objects.select_for_update(of=("self",), no_key=True)
    handover = rows.select_related("organisation").filter(pk=handover_id).first()
    if handover is None:
        raise NotFound
    return handover


def _draft(actor: Person, handover_id: int) -> Handover:
    handover = locked_handover(handover_id)
    require_duty(actor, Duty.HANDOVER_PREPARE, over=city_centre().pk)
    if handover.state != HandoverState.DRAFT:
        raise HandoverNotDraft
    return handover


def _account(handover: Handover, code: str) -> LedgerAccount:
    account = LedgerAccount.objects.filter(
        book_id=handover.book_id, code=code, is_leaf=True, is_enabled=True
    ).first()
    if account is None:
        raise AccountUnusable(f"科目{code}不存在、不是末级科目或已停用")
    return account


def _keep(
    actor: Person, handover: Handover, title: str, evidence: Evidence, at: datetime
) -> Document:
    """Keep a file for those who read the office's reconciliation: both sides of the handover."""
    name = half_width(evidence.file_name)[-150:]
    document = NewDocument(
        organisation_id=handover.organisation_id,
        duty=Duty.RECONCILIATION_READ,
        title=f"{handover.number} {title}",
        file_name=name,
        media_type=evidence.media_type,
        content=evidence.content,
    )
    return store_document(actor=actor, document=document, at=at)


def _added(actor: Person, handover: Handover, at: datetime, **after: object) -> None:
    record(actor, handover, "funds.handover.line_added", at, **after)


def record(actor: Person, handover: Handover, verb: str, at: datetime, **after: object) -> None:
    """Write an act on a handover into the trail."""
    audit.record(
        actor=actor,
        verb=verb,
        subject=handover,
        at=at,
        label=f"{handover.organisation.short_name}基金移交书",
        organisation_id=handover.organisation_id,
        after=after,
    )
