"""Signing a handover: prepared, transferred, received, supervised; then the opening voucher."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.permissions import DutyNotHeld, require_duty
from accounts.services import notices, signatures
from common.actor import Job, Person
from common.db import constraint_errors
from common.errors import DomainError
from funds.enums import BusinessEvent, HandoverState, SourceKind
from funds.models import Handover
from funds.selectors.books import city_centre
from funds.services.drafting import DraftLine, VoucherDraft, draft_voucher
from funds.services.handovers import HandoverNotDraft, locked_handover, record
from funds.workflows import HANDOVER_STEPS

DUTY_AT = {
    HandoverState.TRANSFER: Duty.HANDOVER_TRANSFER,
    HandoverState.RECEIVE: Duty.HANDOVER_RECEIVE,
    HandoverState.SUPERVISE: Duty.HANDOVER_SUPERVISE,
}


class HandoverNotWaiting(DomainError):
    code = "HANDOVER_NOT_WAITING"
    message = "移交书已由他人办理，请刷新页面查看最新状态"


class HandoverUnsigned(DomainError):
    code = "HANDOVER_UNSIGNED"
    message = "移交人、接收人、监交人须为三个不同的人并依次签字，现有签署不完整"


class HandoverUnbalanced(DomainError):
    code = "HANDOVER_UNBALANCED"
    message = "移交余额借贷不平衡，请核对各科目余额"


class IncomeNotCarried(DomainError):
    code = "HANDOVER_INCOME_NOT_CARRIED"
    message = "收入、支出类科目须先结转到一般基金结余后再移交"


class BanksUnconfirmed(DomainError):
    code = "HANDOVER_BANKS_UNCONFIRMED"
    message = "存款科目余额与银行确认余额合计不一致，请逐户登记银行询证函回函"


class ClaimsUnlisted(DomainError):
    code = "HANDOVER_CLAIMS_UNLISTED"
    message = "暂付款、暂收款、借入款项余额与债权债务清单合计不一致，请核对清单"


class AuditDisagrees(DomainError):
    code = "HANDOVER_AUDIT_DISAGREES"
    message = "清算审计确认的基金结余与一般基金结余科目的余额不一致"


class AuditMissing(DomainError):
    code = "HANDOVER_AUDIT_MISSING"
    message = "请先登记清算审计结论"


class ArchivesUnlisted(DomainError):
    code = "HANDOVER_ARCHIVES_UNLISTED"
    message = "档案清单至少要列出会计凭证、会计账簿和财务会计报告"


REFUSALS: dict[str, type[DomainError]] = {
    "handover_signed_in_order": HandoverUnsigned,
    "handover_balanced": HandoverUnbalanced,
    "handover_balances_after_closing": IncomeNotCarried,
    "handover_banks_confirmed": BanksUnconfirmed,
    "handover_claims_listed": ClaimsUnlisted,
    "handover_audit_agrees": AuditDisagrees,
    "handover_has_audit_conclusion": AuditMissing,
    "handover_archives_listed": ArchivesUnlisted,
}


@transaction.atomic
def submit_handover(*, actor: Person, handover_id: int, at: datetime) -> Handover:
    """Freeze a draft by the hash of its content, sign PREPARE, and send it to the transferor.

    Raises:
        HandoverNotDraft; and what `REFUSALS` names, when the parts do not agree.
    """
    handover = locked_handover(handover_id)
    require_duty(actor, Duty.HANDOVER_PREPARE, over=city_centre().pk)
    if handover.state != HandoverState.DRAFT:
        raise HandoverNotDraft
    handover.content_sha256 = signatures.content_hash(content_of(handover))
    handover.save(update_fields=["content_sha256"])
    signatures.approve(actor, matter_of(handover), "PREPARE", at)
    _move(handover, HandoverState.TRANSFER)
    record(actor, handover, "funds.handover.submitted", at, sha256=handover.content_sha256)
    _tell_next(handover, at)
    return handover


@transaction.atomic
def sign_handover(*, actor: Person, handover_id: int, verdict: signatures.Verdict) -> Handover:
    """Sign the step a handover waits for: transferor, receiver, supervisor.

    Anything but approval sends it back to be corrected, in a new round. The supervisor's
    signature completes it: nothing changes any more, and the opening voucher E35 is drafted.

    Raises:
        HandoverNotWaiting: no signature is due; DutyNotHeld: not this person's step, or the
            transferor is of another office.
        AlreadySigned: one person signs one step of a round; OpinionMissing.
        PeriodMissing, PeriodClosed: the opening voucher can no longer be dated.
    """
    handover = locked_handover(handover_id)
    state = HandoverState(handover.state)
    if state not in HANDOVER_STEPS:
        raise HandoverNotWaiting
    step, following = HANDOVER_STEPS[state]
    is_transfer = state == HandoverState.TRANSFER
    over = handover.organisation_id if is_transfer else city_centre().pk
    require_duty(actor, DUTY_AT[state], over=over)
    if is_transfer and actor.organisation_id != handover.organisation_id:
        raise DutyNotHeld("移交人须为移交机构的负责人")
    signatures.sign(actor=actor, matter=matter_of(handover), step=step, verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    if not is_approved:
        handover.round += 1
    elif following == HandoverState.COMPLETE:
        handover.completed_at = verdict.signed_at
    _move(handover, following if is_approved else HandoverState.DRAFT)
    record(actor, handover, "funds.handover.signed", verdict.signed_at, state=handover.state)
    if handover.state == HandoverState.COMPLETE:
        _draft_opening(handover, verdict.signed_at)
    else:
        _tell_next(handover, verdict.signed_at)
    return handover


def _move(handover: Handover, state: HandoverState) -> None:
    handover.state = state
    with constraint_errors(REFUSALS):
        handover.save(update_fields=["state", "round", "completed_at"])


def matter_of(handover: Handover) -> signatures.Matter:
    """Return the handover as a matter to sign."""
    return signatures.Matter(
        SubjectKind.HANDOVER,
        handover.pk,
        handover.round,
        handover.content_sha256,
        handover.organisation_id,
    )


def content_of(handover: Handover) -> dict[str, Any]:
    """Return everything the signatures cover: head, audit, and every live line with its file."""
    live = {"is_live": True}
    return {
        "number": handover.number,
        "cutoff": handover.cutoff_date,
        "audit": [
            handover.audit_body,
            handover.audit_reference,
            handover.audit_amount,
            handover.audit_conclusion,
            handover.audit_document and handover.audit_document.sha256,
        ],
        "balances": list(
            handover.balances.filter(**live)
            .order_by("account__code")
            .values_list("account__code", "debit", "credit")
        ),
        "banks": list(
            handover.banks.filter(**live)
            .order_by("id")
            .values_list(
                "account__code", "bank_name", "number_masked", "balance", "document__sha256"
            )
        ),
        "claims": list(
            handover.claims.filter(**live)
            .order_by("id")
            .values_list("kind", "account__code", "counterparty", "amount", "reference")
        ),
        "archives": list(
            handover.archives.filter(**live)
            .order_by("id")
            .values_list("kind", "first_year", "last_year", "volume_count", "note")
        ),
    }


def _draft_opening(handover: Handover, at: datetime) -> None:
    summary = f"{handover.organisation.short_name}基金移交期初余额"
    rows = handover.balances.filter(is_live=True).select_related("account")
    draft = VoucherDraft(
        book_id=handover.book_id,
        voucher_date=handover.cutoff_date + timedelta(days=1),
        event=BusinessEvent.OPENING,
        summary=summary,
        source_kind=SourceKind.HANDOVER,
        source_id=handover.pk,
        attachment_count=1,
        lines=[
            DraftLine(row.account.code, row.debit, row.credit, summary, handover.organisation_id)
            for row in rows.order_by("account__code")
        ],
    )
    draft_voucher(actor=Job(handover.pool_id, "funds.handovers"), draft=draft, at=at)


def _tell_next(handover: Handover, at: datetime) -> None:
    state = HandoverState(handover.state)
    words = "待编制更正" if state == HandoverState.DRAFT else state.label
    is_transfer = state == HandoverState.TRANSFER
    notices.notify_duty(
        pool_id=handover.pool_id,
        duty=DUTY_AT.get(state, Duty.HANDOVER_PREPARE),
        over=handover.organisation_id if is_transfer else city_centre().pk,
        message=notices.Message(
            NoticeKind.RETURNED if state == HandoverState.DRAFT else NoticeKind.TASK,
            f"{handover.organisation.short_name}基金移交书{words}",
            reverse("funds:handover", args=[handover.pk]),
            f"handover:{handover.pk}:{handover.round}:{state}",
        ),
        at=at,
    )
