"""Taking a claim in: opening, drafts, the recorded steps, taking up again, withdrawing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.duties import Duty
from accounts.models import Organisation, User
from accounts.permissions import require_duty
from accounts.selectors.parameters import value_in_force
from accounts.services import audit
from accounts.services.numbers import next_number
from accounts.services.signatures import OwnMatter
from common.actor import Person
from common.db import constraint_errors
from common.encryption import Purpose, decrypt, encrypt
from common.errors import DomainError
from common.identifiers import mask_identity, parse_identity_number, parse_person_name
from common.periods import month_code
from payouts.enums import CaseState, Channel, EntitlementState, ServiceMode, StepKind
from payouts.models import (
    BenefitCase,
    BenefitItem,
    CheckList,
    CheckQuestion,
    Claimant,
    Entitlement,
    IntakeStep,
)
from payouts.selectors.case_findings import list_findings
from payouts.selectors.parameters import review_depth, working_days
from payouts.services.case_rows import lock_case
from payouts.services.claimants import (
    NeedsConfirmation,
    PersonEntry,
    find_or_create_claimant,
)
from payouts.workflows import cases as workflow


class ItemNotOffered(DomainError):
    code = "ITEM_NOT_OFFERED"
    message = "该业务项目尚未开办，请选择已开办的项目"


class CheckListMissing(DomainError):
    code = "CHECK_LIST_MISSING"
    message = "该项目没有有效的审核要点，请先由市级维护"


class AppliedInFuture(DomainError):
    code = "APPLIED_IN_FUTURE"
    message = "申请日期不能晚于今天"


class CaseAlreadyOpen(DomainError):
    code = "CASE_ALREADY_OPEN"
    message = "该申领人本项目已有在办案件，不能重复受理"


class AgentInvalid(DomainError):
    code = "AGENT_INVALID"
    message = "代办人不能是申领人本人"


class CaseNotInIntake(DomainError):
    code = "CASE_NOT_IN_INTAKE"
    message = "本件已不在受理环节，请刷新页面查看"


class StepOutOfOrder(DomainError):
    code = "STEP_OUT_OF_ORDER"
    message = "五步须依次办理，请先完成前一步"


class StepAlreadyRecorded(DomainError):
    code = "STEP_ALREADY_RECORDED"
    message = "该步骤已经记录，请刷新页面查看"


class PointsOpen(DomainError):
    code = "POINTS_OPEN"
    message = "还有必答要点没有答复，答复后才能进入下一步"


class CaseNotResumable(DomainError):
    code = "CASE_NOT_RESUMABLE"
    message = "只有待补正或被退回的案件可以重新办理"


class ReasonMissing(DomainError):
    code = "REASON_MISSING"
    message = "请填写原因"


STEP_REFUSALS: Mapping[str, type[DomainError]] = {
    "intake_step_only_in_draft": CaseNotInIntake,
    "intake_steps_in_order": StepOutOfOrder,
    "intake_mandatory_points_answered": PointsOpen,
    "intake_step_once_per_round": StepAlreadyRecorded,
}


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim as handed in. The agent's three fields are empty when the person came himself."""

    item_id: int
    person: PersonEntry
    channel: Channel
    service_mode: ServiceMode
    applied_date: date
    agent_name: str = ""
    agent_identity_number: str = ""
    agent_relation: str = ""
    is_special_group: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One step's answers: question id (text) to {"answer": code, "note": text}."""

    step: StepKind
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@transaction.atomic
def open_case(*, actor: Person, claim: NewClaim, today: date, at: datetime) -> BenefitCase:
    """Open a draft case at the actor's office, with its number and deadline.

    Raises:
        ItemNotOffered, CheckListMissing, AppliedInFuture, CaseAlreadyOpen, AgentInvalid.
        CalendarYearUnknown: the deadline reaches a year without a working calendar.
        NeedsConfirmation: the person is known under another name, or draws already.
        OwnMatter: the clerk himself claims.
    """
    require_duty(actor, Duty.CASE_ACCEPT, over=actor.organisation_id)
    if claim.applied_date > today:
        raise AppliedInFuture
    item = BenefitItem.objects.filter(pk=claim.item_id, is_offered=True).first()
    if item is None:
        raise ItemNotOffered
    claimant = find_or_create_claimant(
        actor=actor, entry=claim.person, is_confirmed=claim.is_confirmed, at=at, today=today
    )
    _require_another_matter(actor, claimant)
    _require_no_open_case(claimant, item)
    if not claim.is_confirmed:
        _warn_about_entitlement(claimant, item)
    with constraint_errors({"case_one_open_per_person_and_item": CaseAlreadyOpen}):
        case = _create_case(actor, claim, item, claimant, at)
    audit.record(
        actor=actor,
        verb="payouts.case.opened",
        subject=case,
        at=at,
        label=case.number,
        organisation_id=case.organisation_id,
        after={"item": item.code, "channel": case.channel, "person": claimant.identity_masked},
    )
    return case


def _create_case(
    actor: Person, claim: NewClaim, item: BenefitItem, claimant: Claimant, at: datetime
) -> BenefitCase:
    days = int(value_in_force(code="decision_days", on=claim.applied_date))
    return BenefitCase.objects.create(
        pool_id=actor.pool_id,
        number=_case_number(actor, item, claim.applied_date),
        item=item,
        claimant=claimant,
        check_list=_check_list_in_force(item, claim.applied_date),
        organisation_id=actor.organisation_id,
        channel=claim.channel,
        service_mode=claim.service_mode,
        is_special_group=claim.is_special_group,
        **_agent_fields(actor, claim),
        applied_date=claim.applied_date,
        review_depth=review_depth(item=item, on=claim.applied_date),
        entered_by_id=actor.user_id,
        entered_at=at,
        due_date=working_days().add(claim.applied_date, days),
        changed_at=at,
    )


def _case_number(actor: Person, item: BenefitItem, applied_date: date) -> str:
    region = Organisation.objects.get(pk=actor.organisation_id).region_code
    series = f"{region}-{month_code(applied_date)}-{item.code}"
    return f"{series}-{next_number(pool_id=actor.pool_id, key=f'case/{series}'):06d}"


def _check_list_in_force(item: BenefitItem, on: date) -> CheckList:
    found = (
        CheckList.objects.filter(item=item, valid_from__lte=on)
        .order_by("-valid_from", "-version")
        .first()
    )
    if found is None:
        raise CheckListMissing
    return found


def _agent_fields(actor: Person, claim: NewClaim) -> dict[str, str]:
    if claim.service_mode == ServiceMode.IN_PERSON:
        return {}
    today = claim.applied_date
    number = parse_identity_number(claim.agent_identity_number, today).number
    if number == parse_identity_number(claim.person.identity_number, today).number:
        raise AgentInvalid
    return {
        "agent_name": parse_person_name(claim.agent_name),
        "agent_identity_cipher": encrypt(number, pool_id=actor.pool_id, purpose=Purpose.IDENTITY),
        "agent_identity_masked": mask_identity(number),
        "agent_relation": claim.agent_relation,
    }


def _require_another_matter(actor: Person, claimant: Claimant) -> None:
    if User.objects.filter(pk=actor.user_id, person_key=claimant.person_key).exists():
        raise OwnMatter


def _require_no_open_case(claimant: Claimant, item: BenefitItem) -> None:
    """Refuse a second open case of a person and item, naming the first."""
    case = (
        BenefitCase.objects.filter(claimant=claimant, item=item)
        .exclude(state__in=workflow.FINISHED)
        .select_related("organisation")
        .first()
    )
    if case is not None:
        raise CaseAlreadyOpen(
            f"该申领人本项目已有在办案件{case.number}（{case.organisation.short_name}，"
            f"{CaseState(case.state).label}），不能重复受理"
        )


def _warn_about_entitlement(claimant: Claimant, item: BenefitItem) -> None:
    drawing = (
        Entitlement.objects.filter(person_key=claimant.person_key, item=item)
        .filter(state__in=[EntitlementState.PAYING, EntitlementState.SUSPENDED])
        .select_related("organisation")
        .first()
    )
    if drawing is not None:
        raise NeedsConfirmation(
            f"该申领人正在{drawing.organisation.short_name}领取本项待遇"
            f"（核定{drawing.months_granted}个月，已发{drawing.months_paid}个月），"
            "三查将判为重复领取。确需登记的，勾选确认后继续"
        )


@transaction.atomic
def save_draft(
    *, actor: Person, case_id: int, step: StepKind, values: Mapping[str, Any]
) -> BenefitCase:
    """Keep what has been typed at one step, encrypted; nothing is decided or checked.

    Raises:
        CaseNotInIntake: the case has moved on.
    """
    case = lock_for_intake(actor, case_id)
    draft = read_draft(case)
    draft[step.value] = dict(values)
    write_draft(case, draft)
    return case


def read_draft(case: BenefitCase) -> dict[str, Any]:
    """Return the unsubmitted input of a case by step; empty if there is none."""
    if not case.draft_cipher:
        return {}
    plain = decrypt(case.draft_cipher, pool_id=case.pool_id, purpose=Purpose.DRAFT)
    draft: dict[str, Any] = json.loads(plain)
    return draft


def write_draft(case: BenefitCase, draft: Mapping[str, Any]) -> None:
    """Store the unsubmitted input of a case; an empty one leaves nothing behind."""
    text = json.dumps(draft, ensure_ascii=False) if draft else ""
    case.draft_cipher = encrypt(text, pool_id=case.pool_id, purpose=Purpose.DRAFT) if text else ""
    case.save(update_fields=["draft_cipher"])


def lock_for_intake(actor: Person, case_id: int) -> BenefitCase:
    """Lock a case that the actor's window is taking in.

    Raises:
        CaseNotInIntake: it is no longer, or not yet again, being taken in.
        DutyNotHeld: the post does not take claims in at the case's office.
    """
    case = lock_case(actor, case_id)
    require_duty(actor, Duty.CASE_ACCEPT, over=case.organisation_id)
    if case.state != CaseState.DRAFT:
        raise CaseNotInIntake
    _require_another_matter(actor, case.claimant)
    return case


@transaction.atomic
def record_step(
    *, actor: Person, case_id: int, entry: StepEntry, today: date, at: datetime
) -> IntakeStep:
    """Record one of the first three steps; the third keeps what the sources say now.

    Raises:
        CaseNotInIntake, StepOutOfOrder, StepAlreadyRecorded, PointsOpen.
    """
    case = lock_for_intake(actor, case_id)
    findings = []
    if entry.step == StepKind.CHECK:
        findings = [finding.as_dict() for finding in list_findings(case=case, today=today)]
    return insert_step(actor=actor, case=case, entry=entry, findings=findings, at=at)


def insert_step(
    *,
    actor: Person,
    case: BenefitCase,
    entry: StepEntry,
    findings: list[dict[str, str]],
    at: datetime,
    facts: Mapping[str, Any] | None = None,
) -> IntakeStep:
    """Insert a step's answers, drop its draft, and audit; the case is locked by the caller."""
    questions = CheckQuestion.objects.filter(check_list_id=case.check_list_id, step=entry.step)
    known = {str(pk) for pk in questions.values_list("pk", flat=True)}
    with constraint_errors(STEP_REFUSALS):
        step = IntakeStep.objects.create(
            pool_id=actor.pool_id,
            case=case,
            round=case.round,
            step=entry.step,
            position=workflow.STEPS.index(entry.step) + 1,
            answers={k: dict(v) for k, v in entry.answers.items() if k in known},
            findings=findings,
            facts=facts,
            recorded_by_id=actor.user_id,
            recorded_at=at,
        )
    draft = read_draft(case)
    if draft.pop(entry.step.value, None) is not None:
        write_draft(case, draft)
    audit.record(
        actor=actor,
        verb="payouts.case.step_recorded",
        subject=case,
        at=at,
        label=case.number,
        organisation_id=case.organisation_id,
        after={"step": entry.step.value, "round": case.round},
    )
    return step
