"""Applications for policy values and onboarding states, as screens show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import (
    Onboarding,
    OrganisationLevel,
    ParameterChangeState,
    SubjectKind,
)
from accounts.models import Organisation, ParameterChange, Signature
from accounts.models.changes import ONBOARDING
from accounts.permissions import reach_of, require_any
from accounts.selectors.parameter_texts import parameter_label, parameter_text
from accounts.selectors.parameters import DatedValue, ParameterMissing, parameter_in_force
from accounts.selectors.signatures import content_hash, has_signed
from accounts.selectors.worklist import Waiting, WaitingItem
from accounts.workflows import next_onboarding
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer

TONES = {"WAITING": "amber", "APPROVED": "green", "REFUSED": "red"}
WHOLE_POOL = "全统筹区"
WAITING_DAYS = 3  # days after which a waiting application counts as overdue


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One application; `before` is what holds at its place now, empty where nothing does."""

    id: int
    label: str
    place: str
    value: str
    valid_from: date | None
    valid_until: date | None
    source: str
    state: str
    state_label: str
    tone: str
    requested_by: str
    requested_at: datetime

    @property
    def since(self) -> str:
        """Return its first day in words."""
        return f"{self.valid_from:%Y-%m-%d}" if self.valid_from else "核准之时"

    @property
    def url(self) -> str:
        """Return its address."""
        return address("parameter_change", self.id)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One application with what it changes and its papers.

    `before` is the value in force today. `blocked` says why this person may not decide.
    """

    line: ChangeLine
    before: str
    reason: str
    risk: str
    papers: list[tuple[str, int, str]]
    content_sha256: str
    may_decide: bool
    blocked: str


def change_matter(change: ParameterChange) -> dict[str, Any]:
    """Return the content that the two signatures on an application cover."""
    return {
        "code": change.code,
        "region_code": change.region_code,
        "organisation": change.organisation_id,
        "value": change.value,
        "valid_from": change.valid_from,
        "valid_until": change.valid_until,
        "source": change.source,
        "reason": change.reason,
        "risk": change.risk,
        "source_document": change.source_document.sha256,
        "risk_document": change.risk_document.sha256,
    }


def change_label(change: ParameterChange) -> str:
    """Return an application in words: what, where, the value asked for."""
    office = f"{change.organisation.short_name}" if change.organisation else ""
    return f"{office}{parameter_label(change.code)}改为{parameter_text(change.code, change.value)}"


def region_choices() -> list[tuple[str, str]]:
    """Return the places a district's own value can be set for; the whole pool is empty."""
    districts = Organisation.objects.filter(level=OrganisationLevel.COUNTY).order_by("code")
    named = list(districts.values_list("region_code", "short_name"))
    return [("", WHOLE_POOL), *dict(named).items()]


def find_changes(viewer: Viewer, *, state: str = "") -> QuerySet[ParameterChange]:
    """Return the applications of the pool."""
    require_any(viewer.actor, Duty.PARAMETER_READ)
    found = ParameterChange.objects.select_related("organisation", "requested_by")
    return found.filter(state=state) if state else found


def show_changes(_viewer: Viewer, rows: Sequence[ParameterChange]) -> list[ChangeLine]:
    """Return the lines of these applications."""
    regions = dict(region_choices())
    return [_line(change, regions) for change in rows]


CHANGES = Listing(
    code="accounts.selectors.parameter_changes.CHANGES",
    title="参数变更",
    duty=Duty.PARAMETER_READ.value,
    columns=(
        Column("label", "参数", width=24, link="url"),
        Column("place", "适用范围", is_whole=True),
        Column("value", "申请取值", width=40),
        Column("valid_from", "生效日期", order="valid_from", value="since", is_whole=True),
        Column("source", "依据", width=30),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column("who", "申请人", value="requested_by", is_whole=True),
        Column(
            "requested",
            "申请时间",
            order="requested_at",
            value="requested_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_changes,
    show=show_changes,
    is_written=True,
)


def get_change(*, actor: Person, change_id: int, today: date) -> ChangePage:
    """Return one application with all a signer needs to see."""
    require_any(actor, Duty.PARAMETER_READ)
    change = _rows().filter(pk=change_id).first()
    if change is None:
        raise NotFound
    digest = content_hash(change_matter(change))
    is_waiting = change.state == ParameterChangeState.WAITING
    holds = bool(reach_of(actor, Duty.PARAMETER_APPROVE))
    took_part = has_signed(
        kind=SubjectKind.PARAMETER, subject_id=change.pk, round_number=1, user_id=actor.user_id
    )
    blocked = ""
    if is_waiting and took_part:
        blocked = "您提出了该申请，须由他人核准"
    elif is_waiting and not holds:
        blocked = "待核准：由市级分管领导办理"
    return ChangePage(
        line=_line(change, dict(region_choices())),
        before=value_text_in_force(
            code=change.code, region_code=change.region_code, office=change.organisation, on=today
        ),
        reason=change.reason,
        risk=change.risk,
        papers=[
            (title, document.pk, document.file_name)
            for title, document in (
                ("依据文件", change.source_document),
                ("风险评估报告", change.risk_document),
            )
        ],
        content_sha256=digest,
        may_decide=is_waiting and holds and not took_part,
        blocked=blocked,
    )


def value_text_in_force(
    *, code: str, region_code: str = "", office: Organisation | None = None, on: date
) -> str:
    """Return in words what holds on a day; empty where nothing does."""
    if office is not None:
        return str(Onboarding(office.onboarding).label)
    found = _in_force(code, region_code, on)
    return parameter_text(code, found.value) if found else ""


def value_in_force_or_none(*, code: str, on: date) -> Any:
    """Return what holds on a day for the whole pool, or None."""
    found = _in_force(code, "", on)
    return found.value if found else None


def _in_force(code: str, region_code: str, on: date) -> DatedValue | None:
    try:
        return parameter_in_force(code=code, on=on, region_code=region_code)
    except ParameterMissing:
        return None


@dataclass(frozen=True, slots=True)
class OnboardingGround:
    """The office an onboarding state is asked for, and the states it can be given."""

    organisation_id: int
    name: str
    state_label: str
    states: list[tuple[str, str]]


def get_onboarding_ground(*, actor: Person, organisation_id: int) -> OnboardingGround:
    """Return what an application is made for; NotFound for an office out of reach."""
    reach = require_any(actor, Duty.PARAMETER_APPLY)
    office = Organisation.objects.filter(pk=organisation_id, pk__in=reach).first()
    if office is None:
        raise NotFound
    return OnboardingGround(
        organisation_id=office.pk,
        name=office.name,
        state_label=str(Onboarding(office.onboarding).label),
        states=[(state.value, str(state.label)) for state in next_onboarding(office.onboarding)],
    )


def list_waiting_changes(*, actor: Person, today: date) -> list[Waiting]:
    """Return the applications the current post may approve now."""
    if not reach_of(actor, Duty.PARAMETER_APPROVE):
        return []
    waiting = _waiting(actor)
    overdue = sum(
        (today - timezone.localdate(asked)).days > WAITING_DAYS
        for asked in waiting.values_list("requested_at", flat=True)
    )
    url = f"{reverse('parameter_changes')}?state={ParameterChangeState.WAITING}"
    return [Waiting("待核准参数变更", url, waiting.count(), overdue)]


def list_oldest_changes(*, actor: Person, limit: int) -> list[WaitingItem]:
    """Return the applications that have waited longest for the actor's signature."""
    if not reach_of(actor, Duty.PARAMETER_APPROVE):
        return []
    return [
        WaitingItem(
            label="参数变更待核准",
            subject=change_label(change),
            url=address("parameter_change", change.pk),
            since=change.requested_at,
        )
        for change in _waiting(actor).order_by("requested_at", "id")[:limit]
    ]


def _waiting(actor: Person) -> QuerySet[ParameterChange]:
    signed = Signature.objects.filter(
        subject_kind=SubjectKind.PARAMETER, subject_id=OuterRef("pk"), person_id=actor.user_id
    )
    return _rows().filter(state=ParameterChangeState.WAITING).exclude(Exists(signed))


def _rows() -> QuerySet[ParameterChange]:
    return ParameterChange.objects.select_related(
        "organisation", "requested_by", "source_document", "risk_document"
    ).defer("source_document__content_cipher", "risk_document__content_cipher")


def _line(change: ParameterChange, regions: dict[str, str]) -> ChangeLine:
    is_office = change.code == ONBOARDING and change.organisation is not None
    place = change.organisation.short_name if change.organisation else ""
    return ChangeLine(
        id=change.pk,
        label=parameter_label(change.code),
        place=place if is_office else regions.get(change.region_code, change.region_code),
        value=parameter_text(change.code, change.value),
        valid_from=change.valid_from,
        valid_until=change.valid_until,
        source=change.source,
        state=change.state,
        state_label=str(ParameterChangeState(change.state).label),
        tone=TONES[change.state],
        requested_by=change.requested_by.name,
        requested_at=change.requested_at,
    )
