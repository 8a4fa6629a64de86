"""People: search, the person page, and the list of those who draw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.models import AuditEvent
from accounts.permissions import reach_of, require_any
from accounts.selectors.posts import post_names
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.text import half_width
from common.workbooks import Kind
from payouts.enums import EntitlementState, SourceKind
from payouts.models import Claimant, Entitlement
from payouts.selectors.case_access import visible_cases
from payouts.selectors.case_sheet import PaymentLine, read_payments
from payouts.selectors.case_sources import SourceView, source_of_person
from payouts.selectors.cases import (
    CASE_FIELDS,
    CaseNaming,
    CaseRow,
    case_row,
    of_identity,
    stored_identity,
)
from payouts.selectors.entitlement_changes import ChangeLine, list_changes_of

SEARCH_LIMIT = 50
REVEALED = "payouts.claimant.revealed"
ENTITLEMENT_TONES = {
    EntitlementState.PAYING: "green",
    EntitlementState.SUSPENDED: "amber",
    EntitlementState.STOPPED: "red",
    EntitlementState.FINISHED: "grey",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person found by a search."""

    id: int
    name: str
    identity_masked: str
    sex: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class EntitlementRow:
    """What one person may draw. Months are whole; `months_left` have not been paid."""

    id: int
    claimant_id: int
    case_id: int
    case_number: str
    name: str
    identity_masked: str
    item: str
    organisation: str
    months_granted: int
    months_planned: int
    months_paid: int
    months_left: int
    monthly_amount: Decimal | None
    first_month: date
    state_label: str
    tone: str
    stop_reason: str

    @property
    def url(self) -> str:
        """Return the address of the person."""
        return address("payouts:person", self.claimant_id)

    @property
    def case_url(self) -> str:
        """Return the address of the case it rests on."""
        return address("payouts:case", self.case_id)


@dataclass(frozen=True, slots=True)
class Look:
    """One time somebody looked at a full number, and why."""

    person: str
    post: str
    what: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """The person page: masked data, claims, months, payments, who looked."""

    id: int
    name: str
    identity_masked: str
    sex_label: str
    birth_date: date
    phone_masked: str
    newest_case_id: int | None
    may_reveal: bool
    enrolment: SourceView
    cases: list[CaseRow]
    entitlements: list[EntitlementRow]
    payments: list[PaymentLine]
    looks: list[Look]
    changes: list[ChangeLine]
    changeable: frozenset[int]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: one case by its number, or people."""

    case_id: int | None
    people: list[PersonRow]


def search(*, actor: Person, text: str) -> Found:
    """Find a case by its number, or people by identity number, last four signs or name prefix.

    Only within the actor's reach. An identity number or a case number must be whole.
    """
    plain = half_width(text).strip()
    cases = visible_cases(actor)
    if not plain or "\0" in plain:
        return Found(None, [])
    case = cases.filter(number=plain.upper()).first()
    if case is not None:
        return Found(case.pk, [])
    condition = Q(name__prefix=plain)
    if len(plain) == 18 or (len(plain) == 4 and plain[:3].isdigit()):
        condition = of_identity(plain, prefix="")
    people = _visible_people(actor).filter(condition).order_by("name", "id")[:SEARCH_LIMIT]
    return Found(
        None,
        [
            PersonRow(p.pk, p.name, p.identity_masked, p.get_sex_display(), p.birth_date)
            for p in people
        ],
    )


def _visible_people(actor: Person) -> QuerySet[Claimant]:
    own = visible_cases(actor).filter(claimant_id=OuterRef("pk"))
    return Claimant.objects.filter(Exists(own))


def get_person(*, actor: Person, claimant_id: int, today: date) -> PersonSheet:
    """Return one person as far as the actor's offices have to do with him.

    Raises:
        NotFound: nobody there, or nobody of these offices.
    """
    claimant = _visible_people(actor).filter(pk=claimant_id).first()
    if claimant is None:
        raise NotFound
    cases = list(
        visible_cases(actor)
        .filter(claimant=claimant)
        .order_by("-id")
        .values_list("pk", *CASE_FIELDS, named=True)[:20]
    )
    naming = CaseNaming()
    return PersonSheet(
        id=claimant.pk,
        name=claimant.name,
        identity_masked=claimant.identity_masked,
        sex_label=claimant.get_sex_display(),
        birth_date=claimant.birth_date,
        phone_masked=claimant.phone_masked,
        newest_case_id=cases[0].pk if cases else None,
        may_reveal=bool(cases) and _is_revealable(actor, cases[0]),
        enrolment=source_of_person(
            kind=SourceKind.ENROLMENT, person_key=claimant.person_key, today=today
        ),
        cases=[case_row(case, None, naming=naming) for case in cases],
        entitlements=_entitlements_of(claimant, naming),
        payments=read_payments(person_key=claimant.person_key, case_id=None, limit=48),
        looks=_looks_at(claimant),
        changes=list_changes_of(claimant_id=claimant.pk),
        changeable=_changeable(actor, claimant),
    )


def _is_revealable(actor: Person, case: Any) -> bool:
    offices = {case.organisation_id, case.paying_organisation_id}
    return bool(offices & reach_of(actor, Duty.SENSITIVE_REVEAL))


def _entitlements_of(claimant: Claimant, naming: CaseNaming) -> list[EntitlementRow]:
    found = Entitlement.objects.filter(claimant=claimant).order_by("-id")
    rows = found.values_list("pk", *_ENTITLEMENT_FIELDS, named=True)
    return [_entitlement_row(row, naming) for row in rows]


def _changeable(actor: Person, claimant: Claimant) -> frozenset[int]:
    """Return the entitlements the actor may apply to stop, suspend or resume."""
    reach = reach_of(actor, Duty.ENTITLEMENT_APPLY)
    if not reach:
        return frozenset()
    open_states = (EntitlementState.PAYING, EntitlementState.SUSPENDED)
    found = Entitlement.objects.filter(
        claimant=claimant, organisation_id__in=reach, state__in=open_states
    )
    return frozenset(found.values_list("pk", flat=True))


def _looks_at(claimant: Claimant) -> list[Look]:
    events = list(
        AuditEvent.objects.filter(
            subject_kind=claimant._meta.label_lower, subject_id=claimant.pk, verb=REVEALED
        )
        .order_by("-id")
        .values_list("person__name", "post", "after", "at")[:50]
    )
    names = post_names() if events else {}
    return [
        Look(
            person=person or "",
            post=names.get(post, ""),
            what=after.get("what", ""),
            reason=after.get("reason", ""),
            at=at,
        )
        for person, post, after, at in events
    ]


@dataclass(frozen=True, slots=True)
class RecipientFilter:
    """What the list of recipients is narrowed to; empty parts narrow nothing."""

    organisation_id: int | None = None
    state: str = ""
    name: str = ""
    identity: str = ""
    identity_key: str = ""

    def stored(self) -> dict[str, Any]:
        """Return the parts as JSON values."""
        return asdict(self) | stored_identity(self.identity)


_ENTITLEMENT_FIELDS = (
    *("claimant_id", "case_id", "claimant_name", "item_id", "organisation_id", "state"),
    *("months_granted", "months_planned", "months_paid", "first_month", "stop_reason"),
    *("claimant__identity_masked", "case__number", "case__monthly_amount"),
)


def find_recipients(viewer: Viewer, **filters: Any) -> QuerySet[Entitlement]:
    """Return the entitlements of the offices within reach (the parts of `RecipientFilter`)."""
    reach = require_any(viewer.actor, Duty.CASE_READ)
    narrow = RecipientFilter(**filters)
    found = Entitlement.objects.filter(organisation_id__in=reach)
    if narrow.organisation_id:
        found = found.filter(organisation_id=narrow.organisation_id)
    if narrow.state:
        found = found.filter(state=narrow.state)
    if narrow.name:
        found = found.filter(claimant__name__prefix=narrow.name)
    if narrow.identity:
        found = found.filter(of_identity(narrow.identity))
    if narrow.identity_key:
        found = found.filter(claimant__person_key=narrow.identity_key)
    return found


def show_recipients(_viewer: Viewer, found: Sequence[Any]) -> list[EntitlementRow]:
    """Return the lines of these entitlements."""
    naming = CaseNaming()
    return [_entitlement_row(entitlement, naming) for entitlement in found]


RECIPIENTS = Listing(
    code="payouts.selectors.claimants.RECIPIENTS",
    title="领取人员",
    duty=Duty.CASE_READ.value,
    columns=(
        Column("name", "姓名", order="claimant_name", link="url", note="identity_masked"),
        Column("identity", "证件号", value="identity_masked", place="file", width=22),
        Column(
            "item",
            "项目",
            order="item__code",
            note="case_number",
            note_link="case_url",
            is_whole=True,
        ),
        Column("office", "发放地", order="organisation__code", value="organisation"),
        Column(
            "amount",
            "月标准",
            Kind.AMOUNT,
            order="case__monthly_amount",
            value="monthly_amount",
            total="case__monthly_amount",
        ),
        Column("first", "首次发放", order="first_month", value="first_month", is_whole=True),
        Column("granted", "核定", Kind.COUNT, order="months_granted", value="months_granted"),
        Column("planned", "已列计划", Kind.COUNT, order="months_planned", value="months_planned"),
        Column("paid", "已发", Kind.COUNT, order="months_paid", value="months_paid"),
        Column("left", "剩余", Kind.COUNT, value="months_left"),
        Column(
            "state", "状态", order="state", value="state_label", tone="tone", note="stop_reason"
        ),
        Column("reason", "停发原因", value="stop_reason", place="file", width=30),
        Column("case", "业务编号", value="case_number", place="file", width=22),
    ),
    query=find_recipients,
    show=show_recipients,
    fields=_ENTITLEMENT_FIELDS,
    is_written=True,
)


def _entitlement_row(entitlement: Any, naming: CaseNaming) -> EntitlementRow:
    state = EntitlementState(entitlement.state)
    return EntitlementRow(
        id=entitlement.pk,
        claimant_id=entitlement.claimant_id,
        case_id=entitlement.case_id,
        case_number=entitlement.case__number,
        name=entitlement.claimant_name,
        identity_masked=entitlement.claimant__identity_masked,
        item=naming.items[entitlement.item_id].name,
        organisation=naming.offices[entitlement.organisation_id].short_name,
        months_granted=entitlement.months_granted,
        months_planned=entitlement.months_planned,
        months_paid=entitlement.months_paid,
        months_left=entitlement.months_granted - entitlement.months_paid,
        monthly_amount=entitlement.case__monthly_amount,
        first_month=entitlement.first_month,
        state_label=str(state.label),
        tone=ENTITLEMENT_TONES[state],
        stop_reason=entitlement.stop_reason,
    )
