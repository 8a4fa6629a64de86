"""The fifth step (五反馈): accepted, to be supplemented, or refused; and what follows later."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind
from accounts.models import Document
from accounts.permissions import require_duty
from accounts.services import audit, notices, signatures
from accounts.services.documents import PDF, NewDocument, store_document
from accounts.services.notices import Message
from accounts.services.signatures import Verdict
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from payouts.documents.claims import Letter, print_receipt, print_refusal, print_supplement
from payouts.enums import CaseState, Feedback
from payouts.models import BenefitCase
from payouts.selectors.case_computation import ClaimIncomplete
from payouts.selectors.case_findings import Level, list_findings, list_record_findings
from payouts.selectors.case_rounds import recorded_facts
from payouts.services.case_rows import content_sha256, lock_case, matter_of
from payouts.services.intake import (
    CaseNotInIntake,
    CaseNotResumable,
    ReasonMissing,
    StepEntry,
    insert_step,
    lock_for_intake,
)
from payouts.workflows import cases as workflow

OPINION_LENGTH = 500


class RedFinding(DomainError):
    code = "RED_FINDING"
    message = "有红色疑点，不能受理"


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """How the fifth step ends. `text` is the list of what is missing, or the refusal's reason;
    `basis` the legal basis of a refusal."""

    kind: Feedback
    text: str = ""
    basis: str = ""


@transaction.atomic
def feed_back(
    *,
    actor: Person,
    case_id: int,
    feedback: FeedbackEntry,
    entry: StepEntry,
    today: date,
    at: datetime,
) -> BenefitCase:
    """Record the fifth step, sign, print what the person takes home, and move the case.

    Raises:
        CaseNotInIntake, StepOutOfOrder, PointsOpen: not this step's turn.
        ClaimIncomplete: accepting needs a computed claim.
        RedFinding: accepting is refused while a red finding stands; names the findings.
        ReasonMissing: a supplement list or a refusal needs its text.
    """
    case = lock_for_intake(actor, case_id)
    facts = recorded_facts(case)
    insert_step(actor=actor, case=case, entry=entry, findings=[], at=at, facts=facts)
    if feedback.kind == Feedback.RECEIPT:
        _require_acceptable(case, today)
    elif not feedback.text:
        raise ReasonMissing
    case.content_sha256 = content_sha256(case)
    case.feedback = feedback.kind
    case.feedback_text = "\n".join(filter(None, (feedback.text, feedback.basis)))
    case.feedback_document = _print(actor, case, feedback, at)
    case.state = {
        Feedback.RECEIPT: CaseState.FIRST_REVIEW,
        Feedback.SUPPLEMENT: CaseState.SUPPLEMENT,
        Feedback.REFUSAL: CaseState.REFUSED,
    }[feedback.kind]
    case.draft_cipher, case.changed_at = "", at
    with constraint_errors({"case_complete_before_review": ClaimIncomplete}):
        case.save()
    _sign(actor, case, feedback, at)
    _audit(actor, case, "payouts.case.fed_back", at, feedback.kind.value)
    if feedback.kind == Feedback.RECEIPT:
        _notify_reviewers(case, at)
    return case


def _require_acceptable(case: BenefitCase, today: date) -> None:
    if case.months_granted is None:
        raise ClaimIncomplete
    findings = [*list_findings(case=case, today=today), *list_record_findings(case=case)]
    red = [f"{f.rule} {f.text}" for f in findings if f.level is Level.RED]
    if red:
        raise RedFinding(f"有红色疑点，不能受理：{'；'.join(red)}。请一次性告知补正，或不予受理")


def _sign(actor: Person, case: BenefitCase, feedback: FeedbackEntry, at: datetime) -> None:
    decision, opinion = {
        Feedback.RECEIPT: (Decision.APPROVE, "五步核查完成，予以受理"),
        Feedback.SUPPLEMENT: (Decision.RETURN, f"一次性告知补正：{feedback.text}"),
        Feedback.REFUSAL: (Decision.REFUSE, f"不予受理：{feedback.text}"),
    }[feedback.kind]
    signatures.sign(
        actor=actor,
        matter=matter_of(case, organisation_id=case.organisation_id),
        step=workflow.ACCEPT,
        verdict=Verdict(decision, opinion[:OPINION_LENGTH], at),
    )


def _print(actor: Person, case: BenefitCase, feedback: FeedbackEntry, at: datetime) -> Document:
    letter = Letter.of(case, at)
    letter = replace(letter, text=feedback.text, basis=feedback.basis)
    title, content = {
        Feedback.RECEIPT: ("受理回执", print_receipt),
        Feedback.SUPPLEMENT: ("一次性告知书", print_supplement),
        Feedback.REFUSAL: ("不予受理告知书", print_refusal),
    }[feedback.kind]
    return store_document(
        actor=actor,
        document=NewDocument(
            organisation_id=case.organisation_id,
            duty=Duty.CASE_READ,
            title=f"{title} {case.number}",
            file_name=f"{title}-{case.number}-{case.round}.pdf",
            media_type=PDF,
            content=content(letter),
        ),
        at=at,
    )


def _notify_reviewers(case: BenefitCase, at: datetime) -> None:
    if case.paying_organisation_id is None:
        raise ClaimIncomplete
    notices.notify_duty(
        pool_id=case.pool_id,
        duty=Duty.CASE_FIRST_REVIEW,
        over=case.paying_organisation_id,
        message=Message(
            kind=NoticeKind.TASK,
            text=f"{case.number} {case.item.name} 待初审，期限{case.due_date}",
            url=reverse("payouts:case", args=[case.pk]),
            key=f"case/{case.pk}/{case.round}/{case.state}",
        ),
        at=at,
    )


@transaction.atomic
def resume_case(*, actor: Person, case_id: int, at: datetime) -> BenefitCase:
    """Take up a case that was to be supplemented or was returned, in a new round.

    The claim's fields stay; the five steps are gone through again, earlier signatures are void.

    Raises:
        CaseNotResumable: the case waits for nothing at this window.
    """
    case = lock_case(actor, case_id)
    require_duty(actor, Duty.CASE_ACCEPT, over=case.organisation_id)
    if case.state not in workflow.RESUMABLE:
        raise CaseNotResumable
    before = case.state
    case.state, case.round = CaseState.DRAFT, case.round + 1
    case.feedback, case.feedback_text, case.feedback_document = "", "", None
    case.draft_cipher, case.changed_at = "", at
    case.save()
    _audit(actor, case, "payouts.case.resumed", at, before)
    return case


@transaction.atomic
def restart_steps(*, actor: Person, case_id: int, at: datetime) -> BenefitCase:
    """Begin the five steps again in a new round, to correct an answer already recorded.

    Raises:
        CaseNotInIntake: the case has left the window.
    """
    case = lock_for_intake(actor, case_id)
    case.round += 1
    case.changed_at = at
    case.save(update_fields=["round", "changed_at"])
    _audit(actor, case, "payouts.case.steps_restarted", at, str(case.round))
    return case


@transaction.atomic
def withdraw_case(*, actor: Person, case_id: int, reason: str, at: datetime) -> BenefitCase:
    """Withdraw a case at the person's wish, while it is at the window.

    Raises:
        CaseNotInIntake: it is under review or decided. ReasonMissing: no reason given.
    """
    case = lock_case(actor, case_id)
    require_duty(actor, Duty.CASE_ACCEPT, over=case.organisation_id)
    if case.state not in workflow.WITH_CLERK:
        raise CaseNotInIntake
    if not reason.strip():
        raise ReasonMissing
    case.state, case.feedback_text = CaseState.WITHDRAWN, f"撤回原因：{reason.strip()}"
    case.draft_cipher, case.changed_at = "", at
    case.save(update_fields=["state", "feedback_text", "draft_cipher", "changed_at"])
    _audit(actor, case, "payouts.case.withdrawn", at, reason.strip())
    return case


def _audit(actor: Person, case: BenefitCase, verb: str, at: datetime, note: str) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=case,
        at=at,
        label=case.number,
        organisation_id=case.organisation_id,
        after={"state": case.state, "round": case.round, "note": note},
    )
