"""Drafting of vouchers: by hand, from a source document, or as a reversal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Actor, Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.money import AMOUNT_CAP, round_yuan
from common.periods import day_text, month_of, month_text
from funds.enums import BusinessEvent, PeriodState, SourceKind, VoucherState
from funds.models import LedgerAccount, Period, Voucher, VoucherLine
from funds.selectors.books import city_centre

ZERO = Decimal("0.00")
CORRECTIONS = (BusinessEvent.REVERSAL, BusinessEvent.OPENING)  # need no source document


class PeriodMissing(DomainError):
    code = "PERIOD_MISSING"
    message = "凭证日期所在月份还没有会计期间，请核对日期或由财务负责人启用期间"


class PeriodClosed(DomainError):
    code = "PERIOD_CLOSED"
    message = "凭证日期所在月份已结账，不能再登记凭证，请使用未结账月份的日期"


class SourceAlreadyBooked(DomainError):
    code = "SOURCE_ALREADY_BOOKED"
    message = "该来源单据已经生成过凭证，同一单据只能有一张有效凭证，请在凭证列表中查看"


class VoucherUnbalanced(DomainError):
    code = "VOUCHER_UNBALANCED"
    message = "借贷不平衡，请核对分录金额"


class LinesInvalid(DomainError):
    code = "LINES_INVALID"
    message = "凭证至少要有两条分录"


class AccountUnusable(DomainError):
    code = "ACCOUNT_UNUSABLE"
    message = "会计科目不存在、不是末级科目或已停用"


class AttachmentMissing(DomainError):
    code = "ATTACHMENT_MISSING"
    message = "除结账和更正错误外，记账凭证必须附有原始凭证，请填写附件张数"


class NotPosted(DomainError):
    code = "VOUCHER_NOT_POSTED"
    message = "只有已过账的凭证才能冲销；未过账的凭证请作废后重新填制"


class AlreadyReversed(DomainError):
    code = "VOUCHER_ALREADY_REVERSED"
    message = "该凭证已经有一张冲销凭证，不能重复冲销"


class ReversalNotReversible(DomainError):
    code = "REVERSAL_NOT_REVERSIBLE"
    message = "冲销凭证不能再次冲销，请填制一张新的凭证更正"


class NotVoided(DomainError):
    code = "VOUCHER_NOT_VOIDED"
    message = "只有已作废的凭证才能重新填制"


class ReasonMissing(DomainError):
    code = "REASON_MISSING"
    message = "请填写原因"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line to draft. Exactly one of `debit` and `credit` is above zero, in yuan.

    `organisation_id`, `item_code` and `batch_number` are its dimensions; `entry_count` is how
    many business entries it stands for.
    """

    account_code: str
    debit: Decimal
    credit: Decimal
    summary: str
    organisation_id: int | None = None
    item_code: str = ""
    batch_number: str = ""
    entry_count: int = 1


@dataclass(frozen=True, slots=True)
class VoucherDraft:
    """A voucher to draft; the period follows from `voucher_date`.

    `source_id` is the row the voucher comes from, None with `SourceKind.NONE`.
    """

    book_id: int
    voucher_date: date
    event: BusinessEvent
    summary: str
    source_kind: SourceKind
    source_id: int | None
    attachment_count: int
    lines: Sequence[DraftLine]


@transaction.atomic
def draft_voucher(*, actor: Actor, draft: VoucherDraft, at: datetime) -> Voucher:
    """Write a draft voucher with its lines; return it.

    A job's voucher has no preparer. A person needs VOUCHER_PREPARE at the city centre and signs
    step PREPARE, so that somebody else must check and a third post it.

    Raises:
        PeriodMissing, PeriodClosed: the date lies in no open period of the book.
        SourceAlreadyBooked: the source has a live voucher of this event.
        VoucherUnbalanced, LinesInvalid, AccountUnusable, AttachmentMissing: the lines.
    """
    return _draft(actor, draft, at)


def _draft(
    actor: Actor, draft: VoucherDraft, at: datetime, opinion: str = "", reverses: int | None = None
) -> Voucher:
    centre = city_centre()
    person = None
    if isinstance(actor, Person):
        person = require_duty(actor, Duty.VOUCHER_PREPARE, over=centre.pk)
    _check_lines(draft)
    accounts = _usable_accounts(draft)
    voucher = _insert(actor, draft, at, reverses)
    _insert_lines(voucher, draft.lines, accounts)
    if person is not None:
        signatures.approve(person, matter_of(voucher, centre), "PREPARE", at, opinion)
    audit.record(
        actor=actor,
        verb="funds.voucher.drafted",
        subject=voucher,
        at=at,
        label=draft.summary[:120],
        organisation_id=centre.pk,
        after={"event": draft.event, "amount": _total(draft), "reason": opinion},
    )
    return voucher


def _insert(actor: Actor, draft: VoucherDraft, at: datetime, reverses: int | None) -> Voucher:
    """Insert the voucher's row, then see that its period is still open.

    In this order: the insert's key lock waits for a closing in progress, and a closing waits
    for it, so a draft never slips into a period that is being closed.
    """
    month = month_of(draft.voucher_date)
    period = Period.objects.filter(book_id=draft.book_id, month=month).first()
    if period is None:
        raise PeriodMissing(f"{month_text(month)}还没有会计期间，请核对凭证日期")
    refusals = {
        "voucher_one_live_per_source": SourceAlreadyBooked,
        "voucher_reversed_once": AlreadyReversed,
    }
    with constraint_errors(refusals):
        voucher = Voucher.objects.create(
            pool_id=actor.pool_id,
            book_id=draft.book_id,
            period=period,
            voucher_date=draft.voucher_date,
            event=draft.event,
            summary=draft.summary,
            source_kind=draft.source_kind,
            source_id=draft.source_id,
            attachment_count=draft.attachment_count,
            reverses_id=reverses,
            content_sha256=content_of(draft),
            prepared_by_id=actor.user_id if isinstance(actor, Person) else None,
            prepared_at=at,
        )
    if not Period.objects.filter(pk=period.pk, state=PeriodState.OPEN).exists():
        raise PeriodClosed(f"{month_text(month)}已结账，请使用未结账月份的日期")
    return voucher


def content_of(draft: VoucherDraft) -> str:
    """Return the SHA-256 that the voucher's signatures cover: head and every line."""
    return signatures.content_hash(asdict(draft))


def matter_of(voucher: Voucher, centre: Organisation) -> signatures.Matter:
    """Return the voucher as a matter to sign."""
    return signatures.Matter(
        SubjectKind.VOUCHER, voucher.pk, voucher.round, voucher.content_sha256, centre.pk
    )


def _check_lines(draft: VoucherDraft) -> None:
    if len(draft.lines) < 2:
        raise LinesInvalid
    if not draft.summary.strip():
        raise LinesInvalid("请填写凭证摘要")
    for position, line in enumerate(draft.lines, start=1):
        _check_line(position, line)
    debits = sum((line.debit for line in draft.lines), ZERO)
    credits = sum((line.credit for line in draft.lines), ZERO)
    if debits != credits:
        raise VoucherUnbalanced(
            f"借方合计{debits:,.2f}元，贷方合计{credits:,.2f}元，相差{abs(debits - credits):,.2f}元"
        )
    if draft.attachment_count < 1 and draft.event not in CORRECTIONS:
        raise AttachmentMissing


def _check_line(position: int, line: DraftLine) -> None:
    for amount in (line.debit, line.credit):
        is_amount = amount.is_finite() and 0 <= amount <= AMOUNT_CAP
        if not is_amount or amount != round_yuan(amount):
            raise LinesInvalid(f"第{position}条分录的金额不正确")
    if (line.debit > 0) == (line.credit > 0):
        raise LinesInvalid(f"第{position}条分录须在借方和贷方中恰好填写一个金额")


def _usable_accounts(draft: VoucherDraft) -> dict[str, LedgerAccount]:
    codes = {line.account_code for line in draft.lines}
    accounts = {
        account.code: account
        for account in LedgerAccount.objects.filter(
            book_id=draft.book_id, code__in=codes, is_leaf=True, is_enabled=True
        )
    }
    missing = sorted(codes - set(accounts))
    if missing:
        raise AccountUnusable(f"科目{'、'.join(missing)}不存在、不是末级科目或已停用")
    return accounts


def _insert_lines(
    voucher: Voucher, lines: Sequence[DraftLine], accounts: dict[str, LedgerAccount]
) -> None:
    VoucherLine.objects.bulk_create(
        [
            VoucherLine(
                pool_id=voucher.pool_id,
                voucher=voucher,
                position=position,
                account=accounts[line.account_code],
                debit=line.debit,
                credit=line.credit,
                summary=line.summary or voucher.summary,
                organisation_id=line.organisation_id,
                item_code=line.item_code,
                batch_number=line.batch_number,
                entry_count=line.entry_count,
            )
            for position, line in enumerate(lines, start=1)
        ],
        batch_size=5000,
    )


def _total(draft: VoucherDraft) -> Decimal:
    return sum((line.debit for line in draft.lines), ZERO)


@transaction.atomic
def reverse_voucher(
    *, actor: Person, voucher_id: int, voucher_date: date, reason: str, at: datetime
) -> Voucher:
    """Draft the reversal of a posted voucher: the same lines with sides exchanged.

    Allowed once per voucher; the reversal is checked and posted like any other. The reason
    stands as the preparer's opinion.

    Raises:
        NotPosted, AlreadyReversed, ReversalNotReversible: the voucher cannot be reversed.
        ReasonMissing, PeriodMissing, PeriodClosed, DutyNotHeld: what `draft_voucher` refuses.

    Source: 会计基础工作规范 (注销某月某日某号凭证).
    """
    voucher = locked_voucher(voucher_id)
    require_duty(actor, Duty.VOUCHER_PREPARE, over=city_centre().pk)
    if not reason.strip():
        raise ReasonMissing
    if voucher.state != VoucherState.POSTED:
        raise NotPosted
    if voucher.event == BusinessEvent.REVERSAL:
        raise ReversalNotReversible
    if voucher_date < voucher.voucher_date:
        raise PeriodClosed("冲销日期不能早于原凭证日期")
    summary = f"注销{day_text(voucher.voucher_date)}记字第{voucher.number}号凭证"
    draft = VoucherDraft(
        book_id=voucher.book_id,
        voucher_date=voucher_date,
        event=BusinessEvent.REVERSAL,
        summary=summary,
        source_kind=SourceKind.VOUCHER,
        source_id=voucher.pk,
        attachment_count=0,
        lines=[_exchanged(line, summary) for line in lines_of(voucher)],
    )
    try:
        return _draft(actor, draft, at, opinion=reason.strip(), reverses=voucher.pk)
    except SourceAlreadyBooked as error:
        raise AlreadyReversed from error


def _exchanged(line: DraftLine, summary: str) -> DraftLine:
    return DraftLine(
        line.account_code,
        line.credit,
        line.debit,
        summary,
        line.organisation_id,
        line.item_code,
        line.batch_number,
        line.entry_count,
    )


@transaction.atomic
def redraft_voucher(
    *, actor: Person, voucher_id: int, voucher_date: date, attachment_count: int, at: datetime
) -> Voucher:
    """Draft a voided voucher once more, with the same lines and source, another date if need be.

    Raises:
        NotVoided: the voucher still lives; SourceAlreadyBooked: it was drafted again already.
    """
    voucher = locked_voucher(voucher_id)
    if voucher.state != VoucherState.VOIDED:
        raise NotVoided
    draft = VoucherDraft(
        book_id=voucher.book_id,
        voucher_date=voucher_date,
        event=BusinessEvent(voucher.event),
        summary=voucher.summary,
        source_kind=SourceKind(voucher.source_kind),
        source_id=voucher.source_id,
        attachment_count=attachment_count,
        lines=lines_of(voucher),
    )
    return _draft(actor, draft, at, reverses=voucher.reverses_id)


def locked_voucher(voucher_id: int) -> Voucher:
    """Return the voucher under its row lock; NotFound if the pool has no such voucher."""
    rows = Voucher.objects.select_for_update(of=("self",), no_key=True)
    voucher = rows.filter(pk=voucher_id).first()
    if voucher is None:
        raise NotFound
    return voucher


def lines_of(voucher: Voucher) -> list[DraftLine]:
    """Return a voucher's lines in their order, as they were drafted."""
    rows = voucher.lines.select_related("account").order_by("position")
    return [
        DraftLine(
            row.account.code,
            row.debit,
            row.credit,
            row.summary,
            row.organisation_id,
            row.item_code,
            row.batch_number,
            row.entry_count,
        )
        for row in rows
    ]
