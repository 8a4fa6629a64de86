"""The fourth step (四收录): the claim is recorded, and months and amount are computed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.enums import OrganisationLevel
from accounts.models import Organisation
from accounts.services import audit
from common.actor import Person
from common.errors import DomainError
from payouts.calculators import Line
from payouts.enums import SourceKind, StepKind
from payouts.models import BenefitCase, IntakeStep
from payouts.selectors.case_computation import compute_case
from payouts.selectors.case_sources import source_of_person
from payouts.selectors.computation import Computation
from payouts.selectors.intake_sheet import NOTE_LABEL, known_carried_months
from payouts.services.claimants import AccountEntry, register_account, set_phone
from payouts.services.intake import (
    StepEntry,
    StepOutOfOrder,
    insert_step,
    lock_for_intake,
    read_draft,
    write_draft,
)


class PlaceInvalid(DomainError):
    code = "PLACE_INVALID"
    message = "参保地和发放地须为本统筹区的市级或县区经办机构"


class DatesInvalid(DomainError):
    code = "DATES_INVALID"
    message = "日期先后不正确：失业日期不能晚于失业登记日期和申请日期，且都不能晚于今天"


class EvidenceMissing(DomainError):
    code = "EVIDENCE_MISSING"
    message = "缴费月数或结转月数不是由系统数据得出的，请填写凭证说明"


class ContributionMissing(DomainError):
    code = "CONTRIBUTION_MISSING"
    message = "参保信息查无此人，请凭证据填写累计缴费月数"


class AccountMissing(DomainError):
    code = "ACCOUNT_MISSING"
    message = "请填写收款账户"


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What the fourth step records. Missing parts (None, "") are open or stay as they are.

    `contributed_months` counts only where the enrolment source has no row, and then needs
    `evidence_note`, as do carried months the pool's own records do not show. `is_partial`
    records an incomplete claim that can only end in a supplement list or a refusal.
    """

    insured_organisation_id: int | None = None
    paying_organisation_id: int | None = None
    leaving_reason: str = ""
    unemployed_date: date | None = None
    registered_date: date | None = None
    carried_months: int = 0
    contributed_months: int | None = None
    evidence_note: str = ""
    phone: str = ""
    account: AccountEntry | None = None
    is_partial: bool = False


@transaction.atomic
def record_claim(
    *,
    actor: Person,
    case_id: int,
    record: ClaimRecord,
    entry: StepEntry,
    today: date,
    at: datetime,
) -> str:
    """Record the claim, compute it, and return a warning to show, or nothing.

    May be repeated until the fifth step: the figures are then computed again, the answers
    stay as first recorded.

    Raises:
        CaseNotInIntake, StepOutOfOrder, PointsOpen: not this step's turn.
        PlaceInvalid, DatesInvalid, EvidenceMissing, ContributionMissing, AccountMissing.
        AccountNumberInvalid, HolderDiffers, AccountTaken, BankUnknown, PhoneInvalid.
        ParameterMissing, RuleInvalid: the pool's parameters do not cover the case.
    """
    case = lock_for_intake(actor, case_id)
    recorded = IntakeStep.objects.filter(case=case, round=case.round).count()
    if recorded < 3:
        raise StepOutOfOrder
    before = _figures(case)
    _set_places_and_dates(case, record, today)
    warning = _set_person(actor, case, record, at)
    origin = _set_months(case, record, today)
    case.computation = []
    case.months_granted = case.monthly_amount = case.first_month = None
    if not record.is_partial:
        _compute(case, record, origin)
    case.changed_at = at
    case.save()
    if recorded == 3:
        insert_step(actor=actor, case=case, entry=entry, findings=[], at=at)
    else:
        _drop_draft(case)
    audit.record(
        actor=actor,
        verb="payouts.case.claim_recorded",
        subject=case,
        at=at,
        label=case.number,
        organisation_id=case.organisation_id,
        before=before,
        after=_figures(case),
    )
    return warning


def _set_places_and_dates(case: BenefitCase, record: ClaimRecord, today: date) -> None:
    places = {
        place.pk: place
        for place in Organisation.objects.filter(
            pk__in=[record.insured_organisation_id, record.paying_organisation_id],
            level__in=[OrganisationLevel.CITY, OrganisationLevel.COUNTY],
        )
    }
    wanted = {record.insured_organisation_id, record.paying_organisation_id}
    if not record.is_partial and (None in wanted or wanted - places.keys()):
        raise PlaceInvalid
    days = [record.unemployed_date, record.registered_date]
    if not record.is_partial and None in days:
        raise DatesInvalid("请填写失业日期和失业登记日期")
    known = [day for day in (*days, today) if day is not None]
    left = record.unemployed_date
    if known != sorted(known) or (left is not None and left > case.applied_date):
        raise DatesInvalid
    case.insured_organisation = places.get(record.insured_organisation_id or 0)
    case.paying_organisation = places.get(record.paying_organisation_id or 0)
    case.leaving_reason = record.leaving_reason
    case.unemployed_date, case.registered_date = days


def _set_person(actor: Person, case: BenefitCase, record: ClaimRecord, at: datetime) -> str:
    warning = ""
    if record.phone:
        set_phone(actor=actor, claimant=case.claimant, phone=record.phone)
    if record.account is not None:
        case.payee_account, warning = register_account(
            actor=actor, claimant=case.claimant, entry=record.account, at=at
        )
    if case.payee_account is None and not record.is_partial:
        raise AccountMissing
    return warning


def _set_months(case: BenefitCase, record: ClaimRecord, today: date) -> str:
    """Set contributed and carried months; return where the contributed ones come from."""
    view = source_of_person(
        kind=SourceKind.ENROLMENT, person_key=case.claimant.person_key, today=today
    )
    from_source = view.contributed_months if view.is_found else None
    case.contributed_months = record.contributed_months if from_source is None else from_source
    case.carried_months = record.carried_months
    if record.is_partial:
        return view.origin
    if case.contributed_months is None:
        raise ContributionMissing
    is_own_word = from_source is None or record.carried_months != known_carried_months(case)
    if is_own_word and record.carried_months + (from_source is None) and not record.evidence_note:
        raise EvidenceMissing
    return view.origin if from_source is not None else "受理凭证（参保信息查无此人）"


def _compute(case: BenefitCase, record: ClaimRecord, origin: str) -> None:
    computation = compute_case(case, origin)
    lines = list(computation.lines)
    if record.evidence_note:
        lines.append(Line(NOTE_LABEL, record.evidence_note, "须由审核人核对", "受理凭证"))
    case.computation = [line.as_dict() for line in lines]
    _take_figures(case, computation)


def _take_figures(case: BenefitCase, computation: Computation) -> None:
    case.months_granted = computation.months
    case.monthly_amount = computation.monthly_amount
    case.first_month = computation.first_month
    case.review_depth = computation.depth


def _figures(case: BenefitCase) -> dict[str, object]:
    return {
        "paying_organisation": case.paying_organisation_id,
        "contributed_months": case.contributed_months,
        "carried_months": case.carried_months,
        "months_granted": case.months_granted,
        "monthly_amount": case.monthly_amount,
        "account": case.payee_account_id,
    }


def _drop_draft(case: BenefitCase) -> None:
    draft = read_draft(case)
    if draft.pop(StepKind.RECORD.value, None) is not None:
        write_draft(case, draft)
