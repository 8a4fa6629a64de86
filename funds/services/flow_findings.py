"""Movements without a permitted edge: found at import, answered for by special business."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from accounts.services.attachments import attach
from common.actor import Actor, Person
from common.db import constraint_errors, run_sql
from common.errors import DomainError, NotFound
from common.evidence import Evidence
from common.periods import month_of
from funds.enums import (
    BusinessEvent,
    FlowFindingKind,
    FlowFindingState,
    FlowPlace,
    PeriodState,
    SourceKind,
)
from funds.models import BankStatement, FlowFinding, Period, Voucher
from funds.selectors.books import city_centre
from funds.services.drafting import ZERO, DraftLine, VoucherDraft, draft_voucher
from funds.workflows import FINDING_DUTY_AT, FINDING_STEPS

APPLY = "APPLY"
TREASURY = "1005"  # 国库存款
# The other side of a movement between two books, or with the outside without permitted business,
# until the money is back where it belongs.
OWED_TO_US, OWED_BY_US = "110199", "200199"


class FindingNotWaiting(DomainError):
    code = "FLOW_FINDING_NOT_WAITING"
    message = "该资金流向异常已由他人办理，请刷新页面查看最新状态"


class FindingReasonMissing(DomainError):
    code = "FLOW_FINDING_REASON_MISSING"
    message = "请填写办理事由"


class FindingNotApproved(DomainError):
    code = "FLOW_FINDING_NOT_APPROVED"
    message = "特殊业务审批通过后才能填制凭证"


class FindingSignaturesMissing(DomainError):
    code = "FLOW_FINDING_SIGNATURES_MISSING"
    message = "特殊业务须由会计、财务负责人、主要领导三人签署同一内容，并附依据文件"


REFUSALS = {
    "flow_finding_signed_by_three": FindingSignaturesMissing,
    "flow_finding_has_its_document": FindingSignaturesMissing,
}


@dataclass(frozen=True, slots=True)
class Application:
    """Why a movement that is not permitted was made, and the document that shows it."""

    reason: str
    scan: Evidence


def record_findings(actor: Actor, statement: BankStatement, at: datetime) -> int:
    """Keep each movement of a statement that has no permitted edge; return how many there are.

    The caller stands in the transaction that wrote the statement's lines.
    """
    owner_id = actor.user_id if isinstance(actor, Person) else None
    parameters = {"statement_id": statement.pk, "found_at": at, "owner_id": owner_id}
    found = run_sql("funds", "find_flow_findings", parameters)
    if found:
        audit.record(
            actor=actor,
            verb="funds.flow_finding.found",
            subject=statement,
            at=at,
            label=f"{statement.from_date}至{statement.until_date}",
            organisation_id=city_centre().pk,
            after={"count": len(found)},
        )
        kind = statement.bank_account.get_kind_display()
        tell_of_findings(
            pool_id=statement.pool_id,
            text=f"{kind}对账单有{len(found)}笔资金流向异常，请办理特殊业务审批",
            url=reverse("funds:bank_statement", args=[statement.pk]),
            key=f"flow-findings:{statement.pk}",
            at=at,
        )
    return len(found)


def tell_of_findings(*, pool_id: int, text: str, url: str, key: str, at: datetime) -> None:
    """Tell those who answer for findings, and the head of finance, at once; once per key."""
    message = notices.Message(NoticeKind.RISK, text, url, key)
    for duty in (Duty.SPECIAL_APPLY, Duty.SPECIAL_REVIEW):
        notices.notify_duty(
            pool_id=pool_id, duty=duty, over=city_centre().pk, message=message, at=at
        )


@transaction.atomic
def apply_for_approval(
    *, actor: Person, finding_id: int, application: Application, at: datetime
) -> FlowFinding:
    """Ask for a special-business approval of a movement, first or after it was sent back.

    Raises:
        FindingNotWaiting: asked for already, or approved; FindingReasonMissing; DutyNotHeld.
    """
    require_duty(actor, Duty.SPECIAL_APPLY, over=city_centre().pk)
    finding = _locked(finding_id)
    if finding.state not in {FlowFindingState.OPEN, FlowFindingState.RETURNED}:
        raise FindingNotWaiting
    reason = application.reason.strip()
    if not reason:
        raise FindingReasonMissing
    finding.state, finding.round = FlowFindingState.REVIEW, finding.round + 1
    finding.reason, finding.owner_id = reason, actor.user_id
    finding.content_sha256 = _content_of(finding)
    finding.save(update_fields=["state", "round", "reason", "owner", "content_sha256"])
    attach(
        actor=actor,
        matter=(SubjectKind.SPECIAL_BUSINESS, finding.pk),
        organisation_id=city_centre().pk,
        duty=Duty.BOOKS_READ,
        evidence=application.scan,
        at=at,
    )
    signatures.approve(actor, matter_of(finding), APPLY, at)
    _record(actor, finding, "funds.flow_finding.applied", at, reason=reason)
    return finding


@transaction.atomic
def decide_finding(*, actor: Person, finding_id: int, verdict: signatures.Verdict) -> FlowFinding:
    """Sign the step an application waits for; anything but an approval sends it back.

    Raises:
        FindingNotWaiting: nothing waits; AlreadySigned: the actor signed another step;
        OpinionMissing: sent back without an opinion; DutyNotHeld.
    """
    finding = _locked(finding_id)
    waiting = FINDING_STEPS.get(finding.state)
    if waiting is None:
        raise FindingNotWaiting
    require_duty(actor, FINDING_DUTY_AT[finding.state], over=city_centre().pk)
    step, following = waiting
    signatures.sign(actor=actor, matter=matter_of(finding), step=step, verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    finding.state = following if is_approved else FlowFindingState.RETURNED
    with constraint_errors(REFUSALS):
        finding.save(update_fields=["state"])
    verb = "funds.flow_finding.decided"
    _record(actor, finding, verb, verdict.signed_at, decision=verdict.decision, step=step)
    return finding


@transaction.atomic
def draft_special_voucher(*, actor: Person, finding_id: int, at: datetime) -> Voucher:
    """Enter the voucher of an approved movement, dated as the bank booked it while that is open.

    Raises:
        FindingNotApproved; SourceAlreadyBooked: it has a voucher; otherwise as `draft_voucher`.
    """
    finding = _locked(finding_id)
    if finding.state != FlowFindingState.APPROVED:
        raise FindingNotApproved
    line = finding.statement_line
    summary = f"特殊业务：{finding.get_from_place_display()}至{finding.get_to_place_display()} "
    summary = f"{summary}{line.counterparty} {finding.reason}"[:200]
    debit, credit = accounts_of(finding)
    lines = [
        DraftLine(debit, finding.amount, ZERO, summary),
        DraftLine(credit, ZERO, finding.amount, summary),
    ]
    return draft_voucher(
        actor=actor,
        draft=VoucherDraft(
            book_id=finding.book_id,
            voucher_date=_voucher_date(finding, at),
            event=BusinessEvent.SPECIAL_BUSINESS,
            summary=summary,
            source_kind=SourceKind.SPECIAL_BUSINESS,
            source_id=finding.pk,
            attachment_count=1,
            lines=lines,
        ),
        at=at,
    )


def accounts_of(finding: FlowFinding) -> tuple[str, str]:
    """Return the accounts a movement debits and credits: where it came to, where it left."""
    own, leaves = finding.bank_account.ledger_account.code, finding.statement_line.debit > 0
    if finding.kind != FlowFindingKind.NO_EDGE:
        other = OWED_TO_US if leaves else OWED_BY_US
    elif finding.counter_account is not None:
        other = finding.counter_account.ledger_account.code
    else:
        assert FlowPlace.TREASURY in {finding.from_place, finding.to_place}
        other = TREASURY
    return (other, own) if leaves else (own, other)


def _voucher_date(finding: FlowFinding, at: datetime) -> date:
    """Return the bank's day; today where that month is closed already."""
    is_open = Period.objects.filter(
        book_id=finding.book_id, month=month_of(finding.value_date), state=PeriodState.OPEN
    ).exists()
    return finding.value_date if is_open else timezone.localdate(at)


def matter_of(finding: FlowFinding) -> signatures.Matter:
    """Return the newest application as a matter to sign."""
    return signatures.Matter(
        SubjectKind.SPECIAL_BUSINESS,
        finding.pk,
        finding.round,
        finding.content_sha256,
        city_centre().pk,
    )


def _content_of(finding: FlowFinding) -> str:
    return signatures.content_hash(
        {
            "line": finding.statement_line_id,
            "from": finding.from_place,
            "to": finding.to_place,
            "amount": finding.amount,
            "day": finding.value_date,
            "reason": finding.reason,
        }
    )


def _locked(finding_id: int) -> FlowFinding:
    rows = FlowFinding.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related(
        "statement_line", "bank_account__ledger_account", "counter_account__ledger_account"
    )
    finding = rows.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound
    return finding


def _record(actor: Person, finding: FlowFinding, verb: str, at: datetime, **after: object) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=finding,
        at=at,
        label=f"{finding.value_date} {finding.amount:,.2f}元",
        organisation_id=city_centre().pk,
        after=after | {"state": finding.state},
    )
