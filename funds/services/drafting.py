"""Drafting of vouchers: by hand or from a source document, as the rule of their event says."""

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
from common.periods import month_of, month_text
from funds import posting_rules
from funds.enums import BusinessEvent, PeriodState, SourceKind
from funds.models import LedgerAccount, Period, Voucher, VoucherLine
from funds.posting_rules import Posting
from funds.selectors.books import city_centre
from funds.services.policy_gates import require_policy_gate, spends_behind_gate
from funds.services.voucher_rules import Entry, SpecialApprovalMissing, permitted_edge

ZERO = Decimal("0.00")
# Need no paper of their own: corrections, and the closing of accounts (会计基础工作规范).
WITHOUT_PAPER = (BusinessEvent.REVERSAL, BusinessEvent.OPENING, BusinessEvent.PERIOD_CLOSE)


class PeriodMissing(DomainError):
    code = "PERIOD_MISSING"
    message = "凭证日期所在月份还没有会计期间，请核对日期；新年度的会计期间由系统管理员启用"


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


class AlreadyReversed(DomainError):
    code = "VOUCHER_ALREADY_REVERSED"
    message = "该凭证已经有一张冲销凭证，不能重复冲销"


class OpeningStays(DomainError):
    code = "OPENING_STAYS"
    message = "期初凭证由三方签字的移交书生成，不能冲销或订正"


class VoucherAnswered(DomainError):
    code = "VOUCHER_ANSWERED"
    message = "已有收支登记单清理或退回该凭证的款项，不能冲销；请先撤回这些登记单"


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

    `source_id` is the row the voucher comes from, None with `SourceKind.NONE`. `corrects_id` is
    the posted voucher it says right; it may then stand with the sides of its rule exchanged.
    """

    book_id: int
    voucher_date: date
    event: BusinessEvent
    summary: str
    source_kind: SourceKind
    source_id: int | None
    attachment_count: int
    lines: Sequence[DraftLine]
    corrects_id: int | None = None


@transaction.atomic
def draft_voucher(*, actor: Actor, draft: VoucherDraft, at: datetime) -> Voucher:
    """Write a draft voucher with its lines; return it.

    A job's voucher has no preparer. A person needs VOUCHER_PREPARE at the city centre and signs
    step PREPARE, so that somebody else must check and a third post it.

    Raises:
        PeriodMissing, PeriodClosed: the date lies in no open period of the book.
        SourceAlreadyBooked: the source has a live voucher of this event.
        VoucherUnbalanced, LinesInvalid, AccountUnusable, AttachmentMissing: the lines.
        PolicyGateClosed: a person's voucher spends on subsidies that last year does not allow.
    """
    return write_draft(actor, draft, at)


def write_draft(
    actor: Actor, draft: VoucherDraft, at: datetime, opinion: str = "", reverses: int | None = None
) -> Voucher:
    """Write a draft, also a reversal (`reverses`: id of its original); see `draft_voucher`.

    `opinion` becomes the preparer's. The caller stands in a transaction.
    """
    centre = city_centre()
    person = None
    if isinstance(actor, Person):
        person = require_duty(actor, Duty.VOUCHER_PREPARE, over=centre.pk)
    _check_lines(draft)
    if person is not None and draft.corrects_id is None:
        _check_gate(draft)
    accounts = _usable_accounts(draft)
    edge_id = permitted_edge(entry_of(draft))
    voucher = _insert(actor, draft, at, _Ties(edge_id, reverses))
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


def _check_gate(draft: VoucherDraft) -> None:
    """Refuse early what the posting gate would refuse; what the bank paid already is drafted."""
    postings = [Posting(line.account_code, line.debit, line.credit) for line in draft.lines]
    if spends_behind_gate(draft.event, postings):
        require_policy_gate(book_id=draft.book_id, on=draft.voucher_date)


@dataclass(frozen=True, slots=True)
class _Ties:
    """What a voucher row names besides its draft: its flow edge, the voucher it reverses."""

    edge_id: int | None
    reverses_id: int | None


def _insert(actor: Actor, draft: VoucherDraft, at: datetime, ties: _Ties) -> Voucher:
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
        "voucher_has_special_approval": SpecialApprovalMissing,
        "opening_voucher_stays": OpeningStays,
        "voucher_answered_not_reversed": VoucherAnswered,
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
            reverses_id=ties.reverses_id,
            corrects_id=draft.corrects_id,
            edge_id=ties.edge_id,
            is_cash=posting_rules.is_cash(draft.event, entry_of(draft).postings),
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


def content_of_voucher(voucher: Voucher) -> str:
    """Return the digest of a voucher as its rows stand now, to compare with what was signed."""
    return content_of(
        VoucherDraft(
            book_id=voucher.book_id,
            voucher_date=voucher.voucher_date,
            event=BusinessEvent(voucher.event),
            summary=voucher.summary,
            source_kind=SourceKind(voucher.source_kind),
            source_id=voucher.source_id,
            attachment_count=voucher.attachment_count,
            lines=lines_of(voucher),
            corrects_id=voucher.corrects_id,
        )
    )


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
    if draft.attachment_count < 1 and draft.event not in WITHOUT_PAPER:
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


def entry_of(draft: VoucherDraft) -> Entry:
    """Return what the posting rules judge of a draft."""
    return Entry(
        event=draft.event,
        source_kind=draft.source_kind,
        is_correction=draft.corrects_id is not None,
        postings=[Posting(line.account_code, line.debit, line.credit) for line in draft.lines],
    )


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
