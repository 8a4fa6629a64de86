"""Opening, closing and yearly review of bank accounts: asked for by one, signed by another."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.models import Attachment
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from accounts.services.attachments import attach
from common.actor import Person
from common.db import constraint_errors
from common.encryption import Purpose, encrypt, lookup_key
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.identifiers import mask_account
from funds.enums import AccountOwner, BankAccountKind, BankAccountState
from funds.models import BankAccount, BankAccountReview, Book, LedgerAccount
from funds.selectors.balances import account_balance
from funds.selectors.books import city_centre
from funds.services.charts import LEDGER_CODES


class AccountAlreadyOpen(DomainError):
    code = "BANK_ACCOUNT_ALREADY_OPEN"
    message = "本账套已有在用或正在办理的同性质账户，禁止多头开户；确需更换时先办理销户"


class AccountNumberKnown(DomainError):
    code = "BANK_ACCOUNT_NUMBER_KNOWN"
    message = "该账号已经登记过，请核对账号"


class BookTakesNoAccount(DomainError):
    code = "BOOK_TAKES_NO_ACCOUNT"
    message = "本账套没有该性质账户对应的会计科目"


class AccountNotWaiting(DomainError):
    code = "BANK_ACCOUNT_NOT_WAITING"
    message = "该账户的申请已由他人办理，请刷新页面查看最新状态"


class AccountDayInvalid(DomainError):
    code = "BANK_ACCOUNT_DAY_INVALID"
    message = "开户日期、销户日期不能晚于今天，销户日期不能早于开户日期"


class AccountNotEmpty(DomainError):
    code = "BANK_ACCOUNT_NOT_EMPTY"
    message = "账面余额不为零，请先把余额划转完毕并过账"


class AccountInVouchers(DomainError):
    code = "BANK_ACCOUNT_IN_VOUCHERS"
    message = "还有涉及该账户、没有过账的凭证，请先办结"


class StatementNotEmpty(DomainError):
    code = "BANK_ACCOUNT_STATEMENT_NOT_EMPTY"
    message = "最近一份银行对账单的期末余额不为零（或还没有对账单），请先导入余额为零的对账单"


class AccountInBatches(DomainError):
    code = "BANK_ACCOUNT_IN_BATCHES"
    message = "还有从该账户支付、没有办结的支付批次，请先办结或撤回"


class ReviewKnown(DomainError):
    code = "BANK_REVIEW_KNOWN"
    message = "该账户本年度已经核查过"


class ReviewDayInvalid(DomainError):
    code = "BANK_REVIEW_DAY_INVALID"
    message = "确认日期须在核查年度之内，且不能晚于今天"


class ReviewUnexplained(DomainError):
    code = "BANK_REVIEW_UNEXPLAINED"
    message = "银行确认余额与账面余额不符，或账户不再需要时，请填写说明"


REFUSALS = {
    "bank_account_one_active_per_kind": AccountAlreadyOpen,
    "bank_account_number_once": AccountNumberKnown,
    "bank_account_closes_at_zero": AccountNotEmpty,
    "bank_account_without_unfinished_vouchers": AccountInVouchers,
    "bank_account_statement_at_zero": StatementNotEmpty,
    "bank_account_without_open_batches": AccountInBatches,
    "bank_review_once_a_year": ReviewKnown,
    "bank_review_of_its_year": ReviewDayInvalid,
    "bank_review_difference_explained": ReviewUnexplained,
}
OPEN, CLOSE, APPROVE = "OPEN", "CLOSE", "APPROVE"


@dataclass(frozen=True, slots=True)
class Opening:
    """An account to open; the owner follows from its kind (P37: never a county)."""

    book_id: int
    kind: BankAccountKind
    bank_name: str
    number: str
    opened_date: date
    approval: str
    scan: Evidence


@dataclass(frozen=True, slots=True)
class Closing:
    """The day an account was closed at the bank and the document that approved it."""

    closed_date: date
    approval: str
    scan: Evidence


@dataclass(frozen=True, slots=True)
class Review:
    """What the bank confirmed of an account in a year; `bank_balance` in yuan."""

    year: int
    balance_date: date
    bank_balance: Decimal
    is_needed: bool
    note: str
    confirmation: Evidence


@transaction.atomic
def request_opening(*, actor: Person, opening: Opening, at: datetime) -> BankAccount:
    """Register an account that waits for the head of finance, with the scan of its approval.

    Raises:
        AccountAlreadyOpen: the book has a live account of the kind (Z05);
        AccountNumberKnown, BookTakesNoAccount, AccountDayInvalid.
    """
    centre = city_centre()
    require_duty(actor, Duty.BANK_ACCOUNT_APPLY, over=centre.pk)
    if opening.opened_date > timezone.localdate(at):
        raise AccountDayInvalid
    ledger = LedgerAccount.objects.filter(
        book_id=opening.book_id, code=LEDGER_CODES[opening.kind], is_enabled=True
    ).first()
    if ledger is None:
        raise BookTakesNoAccount
    is_fiscal = opening.kind == BankAccountKind.FISCAL
    with constraint_errors(REFUSALS):
        account = BankAccount.objects.create(
            pool_id=actor.pool_id,
            book=Book.objects.get(pk=opening.book_id),
            kind=opening.kind,
            owner=AccountOwner.FINANCE_BUREAU if is_fiscal else AccountOwner.CITY_CENTRE,
            organisation=centre,
            bank_name=opening.bank_name,
            number_cipher=encrypt(opening.number, pool_id=actor.pool_id, purpose=Purpose.ACCOUNT),
            number_key=lookup_key(opening.number, purpose=Purpose.ACCOUNT),
            number_masked=mask_account(opening.number),
            ledger_account=ledger,
            opened_date=opening.opened_date,
            opening_approval=opening.approval,
            content_sha256=_content_of_opening(opening),
        )
    _keep_scan(actor, account, opening.scan, at)
    signatures.approve(actor, matter_of(account), OPEN, at)
    _record(actor, account, "funds.bank_account.opening_requested", at, reference=opening.approval)
    return account


def _content_of_opening(opening: Opening) -> str:
    return signatures.content_hash(
        {
            "book": opening.book_id,
            "kind": opening.kind,
            "bank": opening.bank_name,
            "number": lookup_key(opening.number, purpose=Purpose.ACCOUNT),
            "opened": opening.opened_date,
            "approval": opening.approval,
        }
    )


@transaction.atomic
def request_closing(
    *, actor: Person, account_id: int, closing: Closing, at: datetime
) -> BankAccount:
    """Ask to close an account in use: nothing on it, nothing on its way, nothing at the bank.

    Raises:
        AccountNotWaiting: not in use, or its closing was asked for already;
        AccountDayInvalid, AccountNotEmpty, AccountInVouchers, StatementNotEmpty, AccountInBatches.
    """
    require_duty(actor, Duty.BANK_ACCOUNT_APPLY, over=city_centre().pk)
    account = _locked(account_id)
    if account.state != BankAccountState.ACTIVE:
        raise AccountNotWaiting
    if not account.opened_date <= closing.closed_date <= timezone.localdate(at):
        raise AccountDayInvalid
    account.state, account.round = BankAccountState.CLOSING, account.round + 1
    account.closed_date, account.closing_approval = closing.closed_date, closing.approval
    account.content_sha256 = signatures.content_hash(
        {"account": account.pk, "closed": closing.closed_date, "approval": closing.approval}
    )
    _save(account)
    _keep_scan(actor, account, closing.scan, at)
    signatures.approve(actor, matter_of(account), CLOSE, at)
    _record(actor, account, "funds.bank_account.closing_requested", at, reference=closing.approval)
    return account


@transaction.atomic
def decide_request(*, actor: Person, account_id: int, verdict: signatures.Verdict) -> BankAccount:
    """Sign a request to open or close; a refused closing leaves the account in use.

    Raises:
        AccountNotWaiting: decided already; AlreadySigned: the actor asked for it himself;
        OpinionMissing: a refusal without opinion; at closing also what `request_closing` raises.
    """
    require_duty(actor, Duty.BANK_ACCOUNT_APPROVE, over=city_centre().pk)
    account = _locked(account_id)
    if account.state not in {BankAccountState.OPENING, BankAccountState.CLOSING}:
        raise AccountNotWaiting
    signatures.sign(actor=actor, matter=matter_of(account), step=APPROVE, verdict=verdict)
    is_opening = account.state == BankAccountState.OPENING
    if verdict.decision == Decision.APPROVE:
        account.state = BankAccountState.ACTIVE if is_opening else BankAccountState.CLOSED
    else:
        account.state = BankAccountState.REFUSED if is_opening else BankAccountState.ACTIVE
        account.closed_date, account.closing_approval = None, ""
    _save(account)
    verb = "funds.bank_account.decided"
    _record(actor, account, verb, verdict.signed_at, state=account.state, opinion=verdict.opinion)
    return account


def matter_of(account: BankAccount) -> signatures.Matter:
    """Return the account's newest request as a matter to sign."""
    return signatures.Matter(
        SubjectKind.BANK_ACCOUNT,
        account.pk,
        account.round,
        account.content_sha256,
        account.organisation_id,
    )


@transaction.atomic
def confirm_review(
    *, actor: Person, account_id: int, review: Review, at: datetime
) -> BankAccountReview:
    """Record the yearly review of an account with the bank's confirmation, once a year.

    Raises:
        AccountNotWaiting: the account is not in use, or was not yet in that year;
        ReviewKnown, ReviewDayInvalid, ReviewUnexplained.
    """
    require_duty(actor, Duty.BANK_ACCOUNT_APPLY, over=city_centre().pk)
    account = _locked(account_id)
    if not account.is_active:
        raise AccountNotWaiting("只有在用的账户需要年审")
    if account.opened_date.year > review.year:
        raise AccountNotWaiting("该账户在核查年度还没有开户，不需要年审")
    if review.balance_date > timezone.localdate(at) or review.balance_date.year != review.year:
        raise ReviewDayInvalid
    attachment = _keep_scan(actor, account, review.confirmation, at)
    with constraint_errors(REFUSALS):
        confirmed = BankAccountReview.objects.create(
            pool_id=actor.pool_id,
            bank_account=account,
            year=review.year,
            balance_date=review.balance_date,
            bank_balance=review.bank_balance,
            book_balance=account_balance(
                book_id=account.book_id,
                account_code=account.ledger_account.code,
                until=review.balance_date,
            ),
            is_needed=review.is_needed,
            note=review.note,
            confirmation_id=attachment.document_id,
            confirmed_by_id=actor.user_id,
            confirmed_at=at,
        )
    verb = "funds.bank_account.reviewed"
    _record(actor, account, verb, at, total=review.bank_balance, note=review.note)
    return confirmed


def _locked(account_id: int) -> BankAccount:
    rows = BankAccount.objects.select_for_update(of=("self",), no_key=True)
    account = rows.select_related("ledger_account").filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account


def _save(account: BankAccount) -> None:
    fields = ["state", "round", "content_sha256", "closed_date", "closing_approval"]
    with constraint_errors(REFUSALS):
        account.save(update_fields=fields)


def _keep_scan(actor: Person, account: BankAccount, scan: Evidence, at: datetime) -> Attachment:
    return attach(
        actor=actor,
        matter=(SubjectKind.BANK_ACCOUNT, account.pk),
        organisation_id=account.organisation_id,
        duty=Duty.BOOKS_READ,
        evidence=scan,
        at=at,
    )


def _record(actor: Person, account: BankAccount, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=account,
        at=at,
        label=f"{account.get_kind_display()} {account.number_masked}",
        organisation_id=account.organisation_id,
        after=after,
    )
