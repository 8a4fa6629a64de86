"""Re-issue of failed payments (退票重发): its own review by three people, and a line back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from common.actor import Person
from common.db import constraint_errors
from common.encryption import Purpose, encrypt, lookup_key
from common.errors import DomainError, NotFound
from common.identifiers import mask_account, parse_account_number
from payouts.enums import AccountKind, InstructionState, ReissueState
from payouts.models import Entitlement, PayeeAccount, PaymentInstruction, ReissueRequest


class NotFailed(DomainError):
    code = "INSTRUCTION_NOT_FAILED"
    message = "只有银行回盘确认支付失败的款项才能申请重发"


class ReissueExists(DomainError):
    code = "REISSUE_EXISTS"
    message = "该笔失败款项已有重发申请，请在重发列表中查看"


class ReissueNotWaiting(DomainError):
    code = "REISSUE_NOT_WAITING"
    message = "重发申请已由他人办理，请刷新页面查看最新状态"


class ReasonMissing(DomainError):
    code = "REISSUE_REASON_MISSING"
    message = "请写明失败原因如何核实、账户是否更正"


class SignaturesIncomplete(DomainError):
    code = "REISSUE_SIGNATURES_INCOMPLETE"
    message = "重发须由申请、复核、审批三个不同的人办理，现有签署不完整"


@dataclass(frozen=True, slots=True)
class CorrectedAccount:
    """Another account of the same person; the holder's name is the claimant's."""

    kind: AccountKind
    number: str
    bank_name: str
    bank_number: str = ""


@transaction.atomic
def apply_reissue(
    *,
    actor: Person,
    instruction_id: int,
    reason: str,
    at: datetime,
    corrected: CorrectedAccount | None = None,
) -> ReissueRequest:
    """Ask to send a failed payment again, to a corrected account or, with reason, the same.

    Raises:
        NotFailed: no definite failure is on record; ReissueExists: asked for already;
        AccountNumberInvalid: the corrected account; ReasonMissing: no reason given.
    """
    failed = _locked_instruction(instruction_id)
    require_duty(actor, Duty.REISSUE_APPLY, over=failed.batch.organisation_id)
    if failed.state != InstructionState.FAILED:
        raise NotFailed
    if not reason.strip():
        raise ReasonMissing
    account = _account(failed, corrected, at) if corrected else failed.payee_account
    with constraint_errors({"reissue_one_live_per_failure": ReissueExists}):
        request = ReissueRequest.objects.create(
            pool_id=actor.pool_id,
            plan_line_id=failed.plan_line_id,
            failed_instruction=failed,
            payee_account=account,
            reason=reason.strip(),
            content_sha256=_content_hash(failed, account, reason.strip()),
            requested_by_id=actor.user_id,
            requested_at=at,
        )
    signatures.approve(actor, _matter(request), "APPLY", at)
    _record(actor, request, "payouts.reissue.applied", at, {"account": account.number_masked})
    _tell_next(request, Duty.REISSUE_REVIEW, "待复核", at)
    return request


def _locked_instruction(instruction_id: int) -> PaymentInstruction:
    instruction = (
        PaymentInstruction.objects.select_for_update(of=("self",), no_key=True)
        .select_related("batch", "plan_line__claimant", "payee_account")
        .filter(pk=instruction_id)
        .first()
    )
    if instruction is None:
        raise NotFound
    return instruction


def _content_hash(failed: PaymentInstruction, account: PayeeAccount, reason: str) -> str:
    """Return what the three people sign: which payment, to which account, why."""
    content = {
        "failed": failed.end_to_end_id,
        "account": account.number_key,
        "holder": account.holder_name,
        "bank_number": account.bank_number,
        "amount": f"{failed.amount:.2f}",
        "reason": reason,
    }
    return signatures.content_hash(content)


def _account(failed: PaymentInstruction, corrected: CorrectedAccount, at: datetime) -> PayeeAccount:
    """Return the claimant's account with this number, registered now if it is new."""
    number = parse_account_number(corrected.number, corrected.kind)
    claimant = failed.plan_line.claimant
    key = lookup_key(number, purpose=Purpose.ACCOUNT)
    account, _ = PayeeAccount.objects.get_or_create(
        pool_id=failed.pool_id,
        claimant=claimant,
        number_key=key,
        defaults={
            "kind": corrected.kind,
            "number_cipher": encrypt(number, pool_id=failed.pool_id, purpose=Purpose.ACCOUNT),
            "number_masked": mask_account(number),
            "bank_name": corrected.bank_name.strip(),
            "bank_number": corrected.bank_number.strip(),
            "holder_name": claimant.name,
            "created_at": at,
        },
    )
    return account


@transaction.atomic
def review_reissue(
    *,
    actor: Person,
    reissue_id: int,
    decision: Decision,
    opinion: str,
    at: datetime,
    seen_sha256: str = "",
) -> ReissueRequest:
    """Sign step REVIEW: on to approval, or refused with a reason.

    Raises:
        ReissueNotWaiting: not waiting for review; AlreadySigned: the actor applied for it.
    """
    request = _locked(reissue_id, ReissueState.REVIEW)
    require_duty(actor, Duty.REISSUE_REVIEW, over=_office_of(request))
    verdict = signatures.Verdict(decision, opinion.strip(), at, seen_sha256)
    signatures.sign(actor=actor, matter=_matter(request), step="REVIEW", verdict=verdict)
    request.state = ReissueState.APPROVAL if decision == Decision.APPROVE else ReissueState.REFUSED
    request.save(update_fields=["state"])
    _record(actor, request, "payouts.reissue.reviewed", at, {"state": request.state})
    if request.state == ReissueState.APPROVAL:
        _tell_next(request, Duty.REISSUE_APPROVE, "待审批", at)
    else:
        _tell_applicant(request, at)
    return request


@transaction.atomic
def approve_reissue(
    *,
    actor: Person,
    reissue_id: int,
    decision: Decision,
    opinion: str,
    at: datetime,
    seen_sha256: str = "",
) -> ReissueRequest:
    """Sign step APPROVE: it may enter a batch, or is refused with a reason.

    A corrected account becomes the one later months are planned with.

    Raises:
        ReissueNotWaiting: not waiting for approval; AlreadySigned: the actor applied or reviewed.
    """
    request = _locked(reissue_id, ReissueState.APPROVAL)
    require_duty(actor, Duty.REISSUE_APPROVE, over=_office_of(request))
    verdict = signatures.Verdict(decision, opinion.strip(), at, seen_sha256)
    signatures.sign(actor=actor, matter=_matter(request), step="APPROVE", verdict=verdict)
    is_approved = decision == Decision.APPROVE
    request.state = ReissueState.APPROVED if is_approved else ReissueState.REFUSED
    with constraint_errors({"reissue_signed_by_its_chain": SignaturesIncomplete}):
        request.save(update_fields=["state"])
    _record(actor, request, "payouts.reissue.approved", at, {"state": request.state})
    if is_approved:
        _adopt_account(request)
        _tell_next(request, Duty.BATCH_PREPARE, "待编制重发批次", at)
    else:
        _tell_applicant(request, at)
    return request


def _adopt_account(request: ReissueRequest) -> None:
    """Plan later months with the corrected account, unless it was changed again meanwhile."""
    failed_account_id = request.failed_instruction.payee_account_id
    if request.payee_account_id != failed_account_id:
        Entitlement.objects.filter(
            pk=request.plan_line.entitlement_id, payee_account_id=failed_account_id
        ).update(payee_account_id=request.payee_account_id)


def _locked(reissue_id: int, state: ReissueState) -> ReissueRequest:
    request = (
        ReissueRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan_line__plan", "failed_instruction", "payee_account")
        .filter(pk=reissue_id)
        .first()
    )
    if request is None:
        raise NotFound
    if request.state != state:
        raise ReissueNotWaiting
    return request


def _office_of(request: ReissueRequest) -> int:
    return request.plan_line.plan.organisation_id


def _matter(request: ReissueRequest) -> signatures.Matter:
    return signatures.Matter(
        SubjectKind.REISSUE,
        request.pk,
        request.round,
        request.content_sha256,
        _office_of(request),
    )


def _record(
    actor: Person, request: ReissueRequest, verb: str, at: datetime, after: dict[str, object]
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=request,
        at=at,
        label=request.failed_instruction.end_to_end_id,
        organisation_id=_office_of(request),
        after=after,
    )


def _message(request: ReissueRequest, kind: NoticeKind, words: str) -> notices.Message:
    return notices.Message(
        kind,
        f"退票重发{request.failed_instruction.end_to_end_id}{words}",
        reverse("payouts:reissue", args=[request.pk]),
        f"reissue:{request.pk}:{request.state}",
    )


def _tell_next(request: ReissueRequest, duty: Duty, words: str, at: datetime) -> None:
    notices.notify_duty(
        pool_id=request.pool_id,
        duty=duty,
        over=_office_of(request),
        message=_message(request, NoticeKind.TASK, words),
        at=at,
    )


def _tell_applicant(request: ReissueRequest, at: datetime) -> None:
    notices.notify_people(
        pool_id=request.pool_id,
        user_ids=[request.requested_by_id],
        message=_message(request, NoticeKind.RETURNED, "未获批准，请核实后重新申请"),
        at=at,
    )
