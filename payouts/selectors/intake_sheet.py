"""The intake wizard's state: which step is next, its questions, and what is known already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.enums import OrganisationLevel
from accounts.models import Organisation
from common.db import run_sql
from payouts.enums import EntitlementState, SourceKind, StepKind
from payouts.models import BenefitCase, Entitlement
from payouts.selectors.case_sheet import StepRecord
from payouts.selectors.case_sources import SourceView, source_of_person
from payouts.selectors.computation import REFUSAL_LABEL
from payouts.workflows import cases as workflow

NOTE_LABEL = "凭证说明"
STEP_WORDS = {
    StepKind.ASK: ("一问", "询问失业原因、就业状况和求职意愿"),
    StepKind.LOOK: ("二看", "查看证件和材料"),
    StepKind.CHECK: ("三查", "核对参保、医保和本系统数据"),
    StepKind.RECORD: ("四收录", "收录申领信息并核定月数和标准"),
    StepKind.FEED_BACK: ("五反馈", "告知结果，打印文书"),
}


@dataclass(frozen=True, slots=True)
class StepCard:
    """One step in the wizard: state done, current or todo; recorded by whom and when."""

    step: StepKind
    label: str
    purpose: str
    state: str
    note: str = ""

    @property
    def slug(self) -> str:
        """Return the step as it stands in an address."""
        return self.step.value.lower()


@dataclass(frozen=True, slots=True)
class Question:
    """One point to answer, with the answer given at an earlier round, if any."""

    id: int
    text: str
    is_mandatory: bool
    basis: str
    answer: str = ""
    note: str = ""


def list_step_cards(records: Sequence[StepRecord]) -> list[StepCard]:
    """Return the five cards of the current round in order, given its recorded steps."""
    recorded = {record.step: record.person for record in records}
    current = current_step(records)
    cards = []
    for step, (label, purpose) in STEP_WORDS.items():
        state = "done" if step in recorded else "current" if step == current else "todo"
        cards.append(StepCard(step, label, purpose, state, recorded.get(step, "")))
    return cards


def current_step(records: Sequence[StepRecord]) -> StepKind | None:
    """Return the step to do next, or None once all five are recorded."""
    return workflow.next_step(len(records))


def list_questions(case: BenefitCase, step: StepKind) -> list[Question]:
    """Return a step's points in order, prefilled with the latest earlier answers."""
    parameters = {"check_list_id": case.check_list_id, "step": step, "case_id": case.pk}
    return [Question(*row) for row in run_sql("payouts", "read_questions", parameters)]


@dataclass(frozen=True, slots=True)
class RecordGround:
    """What the fourth step starts from: the places to choose, and what the sources know."""

    places: list[tuple[int, str]]
    place_codes: dict[str, str]
    enrolment: SourceView
    carried_months: int
    account_masked: str
    phone_masked: str
    initial: dict[str, Any]

    @property
    def needs_months(self) -> bool:
        """Tell whether contributed months must be typed from evidence."""
        return not self.enrolment.is_found or self.enrolment.contributed_months is None


def record_ground(case: BenefitCase, today: date) -> RecordGround:
    """Return choices and first values of the fourth step's form."""
    places = list(
        Organisation.objects.filter(level__in=[OrganisationLevel.CITY, OrganisationLevel.COUNTY])
        .order_by("code")
        .values_list("pk", "short_name", "region_code")
    )
    enrolment = source_of_person(
        kind=SourceKind.ENROLMENT, person_key=case.claimant.person_key, today=today
    )
    carried = known_carried_months(case)
    insured = next((pk for pk, *names in places if enrolment.place in names), None)
    account = case.payee_account
    initial = {
        "insured_organisation": case.insured_organisation_id or insured,
        "paying_organisation": case.paying_organisation_id or case.organisation_id,
        "leaving_reason": case.leaving_reason,
        "unemployed_date": case.unemployed_date,
        "registered_date": case.registered_date,
        "carried_months": case.carried_months or carried,
        "contributed_months": case.contributed_months,
        "holder_name": case.claimant.name,
        "evidence_note": evidence_note(case),
    }
    return RecordGround(
        places=[(pk, name) for pk, name, _ in places],
        place_codes={str(pk): region_code for pk, _, region_code in places},
        enrolment=enrolment,
        carried_months=carried,
        account_masked=f"{account.bank_name} {account.number_masked}" if account else "",
        phone_masked=case.claimant.phone_masked,
        initial=initial,
    )


def evidence_note(case: BenefitCase) -> str:
    """Return the note on evidence recorded with the claim, or nothing."""
    lines = (line for line in case.computation if line["label"] == NOTE_LABEL)
    return next((line["arithmetic"] for line in lines), "")


def known_carried_months(case: BenefitCase) -> int:
    """Return the unused months of the person's last entitlement in this pool, if it was stopped.

    An earlier one counts no more: its unused months were carried into the last.
    """
    last = (
        Entitlement.objects.filter(person_key=case.claimant.person_key, item_id=case.item_id)
        .order_by("-id")
        .first()
    )
    if last is None or last.state != EntitlementState.STOPPED:
        return 0
    return last.months_granted - last.months_planned


def refusal_of(case: BenefitCase) -> tuple[str, str]:
    """Return why the recorded claim is not eligible and the legal basis, or two empty texts."""
    for line in case.computation:
        if line["label"] == REFUSAL_LABEL:
            return line["arithmetic"], line["source"]
    return "", ""
