"""What may follow a voucher that was wrong: reversal, correction, or drafting it once more.

Source: 会计基础工作规范: in the same year 注销 and 订正, or the difference alone where only the
amount was wrong; a voucher of an earlier year is corrected without reversing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.permissions import require_duty
from common.actor import Person
from common.errors import DomainError
from common.periods import day_text
from funds.enums import BusinessEvent, SourceKind, VoucherState
from funds.models import Voucher
from funds.selectors.books import city_centre
from funds.services.drafting import (
    AlreadyReversed,
    DraftLine,
    PeriodClosed,
    ReasonMissing,
    SourceAlreadyBooked,
    VoucherDraft,
    lines_of,
    locked_voucher,
    write_draft,
)

INVESTED = ("100302", "1201")  # accounts of term deposits and bonds
INVESTING = (
    BusinessEvent.DEPOSIT_PLACED,
    BusinessEvent.DEPOSIT_MATURED,
    BusinessEvent.BOND_BOUGHT,
    BusinessEvent.BOND_REDEEMED,
)


class NotPosted(DomainError):
    code = "VOUCHER_NOT_POSTED"
    message = "只有已过账的凭证才能更正；未过账的凭证请作废后重新填制"


class ReversalNotReversible(DomainError):
    code = "REVERSAL_NOT_REVERSIBLE"
    message = "冲销凭证不能再次冲销，请填制一张新的凭证更正"


class EarlierYear(DomainError):
    code = "VOUCHER_OF_EARLIER_YEAR"
    message = "以前年度的凭证不能红字冲销，请用蓝字凭证更正"


class InvestedByTheRegister(DomainError):
    code = "INVESTED_BY_THE_REGISTER"
    message = "定期存款和债券投资的金额只随登记簿变动：请冲销凭证、撤回登记单后重新办理"


class ReversalNeeded(DomainError):
    code = "REVERSAL_NEEDED"
    message = "除金额外其他内容有误的，请先生成冲销凭证，再填制订正凭证"


class AlreadyCorrected(DomainError):
    code = "VOUCHER_ALREADY_CORRECTED"
    message = "该凭证已经有一张订正凭证，请在办理记录中查看"


class NotVoided(DomainError):
    code = "VOUCHER_NOT_VOIDED"
    message = "只有已作废的凭证才能重新填制"


@transaction.atomic
def reverse_voucher(
    *, actor: Person, voucher_id: int, voucher_date: date, reason: str, at: datetime
) -> Voucher:
    """Draft the reversal of a posted voucher: the same lines with sides exchanged.

    Allowed once per voucher and only in its own year; the reversal is checked and posted like
    any other. The reason stands as the preparer's opinion.

    Raises:
        NotPosted, AlreadyReversed, ReversalNotReversible, EarlierYear: it cannot be reversed.
        ReasonMissing, PeriodMissing, PeriodClosed, DutyNotHeld: what `draft_voucher` refuses.

    Source: 会计基础工作规范 (注销某月某日某号凭证).
    """
    voucher = _posted_voucher(actor, voucher_id, voucher_date, reason)
    if voucher.event == BusinessEvent.REVERSAL:
        raise ReversalNotReversible
    if voucher_date.year > voucher.voucher_date.year:
        raise EarlierYear
    summary = f"注销{_name(voucher)}"
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
        return write_draft(actor, draft, at, opinion=reason.strip(), reverses=voucher.pk)
    except SourceAlreadyBooked as error:
        raise AlreadyReversed from error


@dataclass(frozen=True, slots=True)
class Correction:
    """How a posted voucher ought to read, or by how much it is to be raised or lowered."""

    voucher_date: date
    attachment_count: int
    lines: Sequence[DraftLine]
    reason: str


@transaction.atomic
def correct_voucher(
    *, actor: Person, voucher_id: int, correction: Correction, at: datetime
) -> Voucher:
    """Draft the voucher that says a posted one right; once per voucher.

    After its reversal the lines are the whole voucher anew. Without one, in the same year, they
    are the difference of amounts on the same accounts; where too much was booked, with the sides
    exchanged. A voucher of an earlier year is corrected in this year's books, without reversal.

    Raises:
        NotPosted, ReversalNotReversible, AlreadyCorrected: it cannot be corrected.
        InvestedByTheRegister: it would change what is deposited or held in bonds.
        ReversalNeeded: other accounts, offices or items than it had, and no reversal stands.
        and what `draft_voucher` refuses.

    Source: 会计基础工作规范 (订正某月某日某号凭证).
    """
    voucher = _posted_voucher(actor, voucher_id, correction.voucher_date, correction.reason)
    if voucher.event == BusinessEvent.REVERSAL:
        raise ReversalNotReversible
    if voucher.event in INVESTING and any(
        line.account_code.startswith(INVESTED) for line in correction.lines
    ):
        raise InvestedByTheRegister
    summary = f"订正{_name(voucher)}"
    if correction.voucher_date.year > voucher.voucher_date.year:
        summary = f"更正{_name(voucher)}"
    elif not voucher.reversals.exclude(state=VoucherState.VOIDED).exists():
        _require_same_entries(voucher, correction.lines)
        summary = f"订正{_name(voucher)}差额"
    draft = VoucherDraft(
        book_id=voucher.book_id,
        voucher_date=correction.voucher_date,
        event=BusinessEvent(voucher.event),
        summary=summary,
        source_kind=SourceKind.VOUCHER,
        source_id=voucher.pk,
        attachment_count=correction.attachment_count,
        lines=[replace(line, summary=line.summary or summary) for line in correction.lines],
        corrects_id=voucher.pk,
    )
    try:
        return write_draft(actor, draft, at, opinion=correction.reason.strip())
    except SourceAlreadyBooked as error:
        raise AlreadyCorrected from error


def _posted_voucher(actor: Person, voucher_id: int, day: date, reason: str) -> Voucher:
    """Return the voucher under its lock, if the actor may correct it on that day."""
    voucher = locked_voucher(voucher_id)
    require_duty(actor, Duty.VOUCHER_PREPARE, over=city_centre().pk)
    if not reason.strip():
        raise ReasonMissing
    if voucher.state != VoucherState.POSTED:
        raise NotPosted
    if day < voucher.voucher_date:
        raise PeriodClosed("更正日期不能早于原凭证日期")
    return voucher


def _name(voucher: Voucher) -> str:
    return f"{day_text(voucher.voucher_date)}记字第{voucher.number}号凭证"


def _require_same_entries(voucher: Voucher, lines: Sequence[DraftLine]) -> None:
    had = {_entry(line) for line in lines_of(voucher)}
    if not {_entry(line) for line in lines} <= had:
        raise ReversalNeeded


def _entry(line: DraftLine) -> tuple[str, int | None, str, str]:
    return line.account_code, line.organisation_id, line.item_code, line.batch_number


def _exchanged(line: DraftLine, summary: str) -> DraftLine:
    return replace(line, debit=line.credit, credit=line.debit, summary=summary)


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
        corrects_id=voucher.corrects_id,
    )
    return write_draft(actor, draft, at, reverses=voucher.reverses_id)
