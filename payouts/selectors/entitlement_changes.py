"""Applications to stop, suspend or resume an entitlement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import reach_of, require_any, require_visible
from accounts.selectors.attachments import AttachmentRow, list_attachments
from accounts.selectors.offices import Office, known_offices
from accounts.selectors.signatures import has_signed
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from payouts.enums import ChangeKind, ChangeReason, ChangeState, EntitlementState
from payouts.models import Entitlement, EntitlementChange
from payouts.selectors.items import Item, known_items
from payouts.selectors.timelines import TimelineRow, list_application_timeline
from payouts.workflows.plans import reasons_at

TONES = {"WAITING": "blue", "APPROVED": "green", "REFUSED": "red"}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One application; `from_month` is None until it is approved."""

    id: int
    claimant_id: int
    organisation_id: int
    organisation: str
    person: str
    identity_masked: str
    item: str
    kind_label: str
    reason_label: str
    happened_on: date
    note: str
    from_month: date | None
    months_left: int
    state: str
    state_label: str
    tone: str
    requested_by: str
    requested_at: datetime

    @property
    def url(self) -> str:
        """Return the address of the application."""
        return address("payouts:change", self.id)


CHANGE_FIELDS = (
    *("organisation_id", "kind", "reason", "happened_on", "note", "from_month", "state"),
    *("entitlement__claimant_id", "entitlement__claimant_name", "entitlement__item_id"),
    *("entitlement__claimant__identity_masked", "entitlement__months_granted"),
    *("entitlement__months_planned", "requested_by__name", "requested_at"),
)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One application with its files and who signed it; `blocked` says why one may not decide."""

    change: ChangeLine
    files: list[AttachmentRow]
    entries: list[TimelineRow]
    may_decide: bool
    blocked: str


@dataclass(frozen=True, slots=True)
class ChangeGround:
    """The entitlement an application is made for, and the reasons it can be made for."""

    entitlement_id: int
    claimant_id: int
    person: str
    identity_masked: str
    item: str
    organisation: str
    state_label: str
    months_granted: int
    months_paid: int
    reasons: list[tuple[str, str]]


def find_changes(viewer: Viewer, *, state: str = "", name: str = "") -> QuerySet[EntitlementChange]:
    """Return the applications of the offices in reach."""
    reach = require_any(viewer.actor, Duty.CASE_READ)
    found = EntitlementChange.objects.filter(organisation_id__in=reach)
    found = found.filter(entitlement__claimant_name__prefix=name) if name else found
    return found.filter(state=state) if state else found


def show_changes(_viewer: Viewer, rows: Sequence[Any]) -> list[ChangeLine]:
    """Return the lines of these applications."""
    offices, items = known_offices(), known_items()
    return [_line(change, offices, items) for change in rows]


CHANGES = Listing(
    code="payouts.selectors.entitlement_changes.CHANGES",
    title="停发恢复",
    duty=Duty.CASE_READ.value,
    columns=(
        Column(
            "person",
            "姓名",
            order="entitlement__claimant_name",
            link="url",
            note="identity_masked",
        ),
        Column("identity", "证件号", value="identity_masked", place="file", width=22),
        Column("office", "发放地", order="organisation__code", value="organisation"),
        Column("kind", "办理事项", order="kind", value="kind_label"),
        Column("reason", "原因", order="reason", value="reason_label", width=30),
        Column("happened", "发生日期", Kind.DAY, order="happened_on", value="happened_on"),
        Column("from", "起始月份", order="from_month", value="from_month", is_whole=True),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column("who", "申请人", order="requested_by__name", value="requested_by"),
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
    fields=CHANGE_FIELDS,
    is_written=True,
)


def get_change(*, actor: Person, change_id: int) -> ChangePage:
    """Return one application; NotFound for another office's."""
    rows = EntitlementChange.objects.filter(pk=change_id)
    change = rows.values_list("pk", *CHANGE_FIELDS, named=True).first()
    if change is None:
        raise NotFound
    require_visible(actor, Duty.CASE_READ, over=change.organisation_id)
    kind = SubjectKind.ENTITLEMENT_CHANGE
    is_waiting = change.state == ChangeState.WAITING
    holds = change.organisation_id in reach_of(actor, Duty.ENTITLEMENT_DECIDE)
    took_part = holds and has_signed(
        kind=kind, subject_id=change.pk, round_number=1, user_id=actor.user_id
    )
    return ChangePage(
        change=_line(change, known_offices(), known_items()),
        files=list_attachments(kind=kind, subject_id=change.pk),
        entries=_entries(change),
        may_decide=is_waiting and holds and not took_part,
        blocked="您提出了该申请，须由他人核准" if is_waiting and took_part else "",
    )


def list_changes_of(*, claimant_id: int) -> list[ChangeLine]:
    """Return a person's applications, the newest first; the caller may read the person."""
    rows = EntitlementChange.objects.filter(entitlement__claimant_id=claimant_id)
    found = rows.order_by("-id").values_list("pk", *CHANGE_FIELDS, named=True)[:20]
    offices, items = known_offices(), known_items()
    return [_line(change, offices, items) for change in found]


def get_change_ground(*, actor: Person, entitlement_id: int) -> ChangeGround:
    """Return what an application is made for.

    Raises:
        NotFound: another office's entitlement, or one that has ended.
    """
    found = (
        Entitlement.objects.select_related("claimant", "item", "organisation")
        .filter(pk=entitlement_id)
        .first()
    )
    if found is None:
        raise NotFound
    require_visible(actor, Duty.ENTITLEMENT_APPLY, over=found.organisation_id)
    reasons = reasons_at(found.state)
    if not reasons:
        raise NotFound
    return ChangeGround(
        entitlement_id=found.pk,
        claimant_id=found.claimant_id,
        person=found.claimant_name,
        identity_masked=found.claimant.identity_masked,
        item=found.item.name,
        organisation=found.organisation.short_name,
        state_label=str(EntitlementState(found.state).label),
        months_granted=found.months_granted,
        months_paid=found.months_paid,
        reasons=[(reason.value, str(reason.label)) for reason in reasons],
    )


def _entries(change: Any) -> list[TimelineRow]:
    to_come = ["DECIDE"] if change.state == ChangeState.WAITING else []
    return list_application_timeline(
        kind=SubjectKind.ENTITLEMENT_CHANGE, subject_id=change.pk, to_come=to_come
    )


def _line(change: Any, offices: Mapping[int, Office], items: Mapping[int, Item]) -> ChangeLine:
    """Return the line of one application, a tuple of pk and `CHANGE_FIELDS`."""
    return ChangeLine(
        id=change.pk,
        claimant_id=change.entitlement__claimant_id,
        organisation_id=change.organisation_id,
        organisation=offices[change.organisation_id].short_name,
        person=change.entitlement__claimant_name,
        identity_masked=change.entitlement__claimant__identity_masked,
        item=items[change.entitlement__item_id].name,
        kind_label=str(ChangeKind(change.kind).label),
        reason_label=str(ChangeReason(change.reason).label),
        happened_on=change.happened_on,
        note=change.note,
        from_month=change.from_month,
        months_left=change.entitlement__months_granted - change.entitlement__months_planned,
        state=change.state,
        state_label=str(ChangeState(change.state).label),
        tone=TONES[change.state],
        requested_by=change.requested_by__name,
        requested_at=change.requested_at,
    )
