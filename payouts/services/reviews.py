"""First review, second review, approval: one person each, each signing what he saw."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind, SubjectKind
from accounts.models import Document
from accounts.permissions import require_duty
from accounts.selectors.signatures import list_timeline
from accounts.services import audit, notices, signatures
from accounts.services.documents import PDF, NewDocument, store_document
from accounts.services.notices import Message
from accounts.services.signatures import ContentChanged, OpinionMissing, Verdict
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from payouts.documents.claims import Letter, print_denial, print_determination
from payouts.enums import CaseState
from payouts.models import BenefitCase
from payouts.selectors.case_computation import ClaimIncomplete, second_computation
from payouts.services.case_rows import content_sha256, lock_case, matter_of
from payouts.services.entitlements import open_entitlement
from payouts.workflows import cases as workflow

DENIAL_BASIS = "《中华人民共和国社会保险法》第四十五条；《社会保险经办条例》第二十四条"


class CaseNotWaiting(DomainError):
    code = "CASE_NOT_WAITING"
    message = "本件不在待审核环节，可能已由他人办理，请刷新页面查看"


class ComputationDiffers(DomainError):
    code = "COMPUTATION_DIFFERS"
    message = "双算不一致，请退回受理重新收录"


class ChainIncomplete(DomainError):
    code = "CHAIN_INCOMPLETE"
    message = "本件签署不完整或签署后内容有变化，不能核定"


@transaction.atomic
def review_case(
    *, actor: Person, case_id: int, verdict: Verdict, seen_state: str = ""
) -> BenefitCase:
    """Sign one step of a case and move it to where the decision sends it.

    The last approval computes months and amount a second time and opens the entitlement.
    `seen_state` is where the case waited when the screen was opened, if the screen said.

    Raises:
        CaseNotWaiting: the case waits for no review, or was just handled by somebody else.
        DutyNotHeld: the actor's post does not review at the paying place.
        AlreadySigned, StepAlreadySigned, OwnMatter: separation of duties.
        ContentChanged: the content is not what the screen showed, or not what was signed.
        OpinionMissing: returned or refused without a word.
        ComputationDiffers: the second computation gives other figures.

    Source: 《社会保险经办条例》第三十七条; docs/rules/benefit.md §4.
    """
    case = lock_case(actor, case_id)
    state = case.state
    if seen_state and seen_state != state:
        raise CaseNotWaiting(_handled_meanwhile(case))
    if state not in workflow.DUTY_AT or case.paying_organisation_id is None:
        raise CaseNotWaiting
    require_duty(actor, workflow.DUTY_AT[state], over=case.paying_organisation_id)
    if verdict.decision != Decision.APPROVE and not verdict.opinion.strip():
        raise OpinionMissing
    if content_sha256(case) != case.content_sha256:
        raise ContentChanged
    signatures.sign(
        actor=actor,
        matter=matter_of(case, organisation_id=case.paying_organisation_id),
        step=workflow.STEP_AT[state],
        verdict=verdict,
    )
    case.state = workflow.next_state(state, verdict.decision, depth=case.review_depth)
    case.changed_at = verdict.signed_at
    _finish(actor, case, verdict)
    audit.record(
        actor=actor,
        verb="payouts.case.reviewed",
        subject=case,
        at=verdict.signed_at,
        label=case.number,
        organisation_id=case.paying_organisation_id,
        before={"state": state},
        after={"state": case.state, "decision": verdict.decision.value},
    )
    _notify_next(case, verdict.signed_at)
    return case


def _handled_meanwhile(case: BenefitCase) -> str | None:
    """Return who handled the case since the screen was opened, and when."""
    lines = list_timeline(
        kind=SubjectKind.CASE,
        subject_id=case.pk,
        current_round=case.round,
        current_sha256=case.content_sha256,
    )
    if not lines:
        return None
    last = lines[-1]
    at = timezone.localtime(last.at)
    return (
        f"该业务已由{last.person}（{last.post}）于{at:%m月%d日 %H:%M}办理，请核对页面上的最新内容"
    )


def _finish(actor: Person, case: BenefitCase, verdict: Verdict) -> None:
    """Save the new state, with what a decision brings along."""
    at = verdict.signed_at
    if case.state == CaseState.DETERMINED:
        _compute_again(case)
        content = print_determination(Letter.of(case, at))
        case.decision_document = _store(actor, case, "核定通知书", content, at)
    elif case.state == CaseState.REFUSED:
        letter = replace(Letter.of(case, at), text=verdict.opinion, basis=DENIAL_BASIS)
        case.decision_document = _store(actor, case, "不予批准决定书", print_denial(letter), at)
    with constraint_errors({"case_signed_by_its_chain": ChainIncomplete}):
        case.save(update_fields=["state", "changed_at", "decision_document"])
    if case.state == CaseState.DETERMINED:
        open_entitlement(actor=actor, case=case, at=at)


def _compute_again(case: BenefitCase) -> None:
    """Compute the figures a second time (双算) and refuse if they differ from the signed ones."""
    second = second_computation(case)
    if not second.is_same:
        raise ComputationDiffers(f"{second.text}。请退回受理重新收录")


def _store(actor: Person, case: BenefitCase, title: str, content: bytes, at: datetime) -> Document:
    if case.paying_organisation_id is None:
        raise ClaimIncomplete
    return store_document(
        actor=actor,
        document=NewDocument(
            organisation_id=case.paying_organisation_id,
            duty=Duty.CASE_READ,
            title=f"{title} {case.number}",
            file_name=f"{title}-{case.number}.pdf",
            media_type=PDF,
            content=content,
        ),
        at=at,
    )


def _notify_next(case: BenefitCase, at: datetime) -> None:
    """Tell whoever is next: the next reviewer, or the window the case goes back to."""
    duty, over, kind = Duty.CASE_ACCEPT, case.organisation_id, NoticeKind.RETURNED
    if case.state in workflow.DUTY_AT and case.paying_organisation_id is not None:
        duty, over = workflow.DUTY_AT[case.state], case.paying_organisation_id
        kind = NoticeKind.TASK
    elif case.state != CaseState.RETURNED:
        kind = NoticeKind.SYSTEM
    message = Message(
        kind=kind,
        text=f"{case.number} {case.item.name}：{CaseState(case.state).label}",
        url=reverse("payouts:case", args=[case.pk]),
        key=f"case/{case.pk}/{case.round}/{case.state}",
    )
    notices.notify_duty(pool_id=case.pool_id, duty=duty, over=over, message=message, at=at)
