"""Requests to hand in late plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import require_any, require_visible
from accounts.selectors.offices import Office, known_offices
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from payouts.enums import UnlockState
from payouts.models import PlanUnlock
from payouts.selectors.items import Item, known_items
from payouts.selectors.timelines import TimelineRow, list_application_timeline

TONES = {"WAITING": "blue", "GRANTED": "green", "REFUSED": "red"}
DUTIES = (Duty.PLAN_PREPARE, Duty.PLAN_UNLOCK)


@dataclass(frozen=True, slots=True)
class UnlockLine:
    """One request."""

    id: int
    organisation_id: int
    organisation: str
    item: str
    month: date
    reason: str
    state: str
    state_label: str
    tone: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime

    @property
    def url(self) -> str:
        """Return the address of the request."""
        return address("payouts:unlock", self.id)


UNLOCK_FIELDS = (
    *("organisation_id", "item_id", "month", "reason", "state", "requested_by_id"),
    *("requested_by__name", "requested_at"),
)


def find_unlocks(
    viewer: Viewer,
    *,
    organisation_id: int | None = None,
    month: date | str | None = None,
    state: str = "",
) -> QuerySet[PlanUnlock]:
    """Return the requests of the offices in reach."""
    wanted = {"organisation_id": organisation_id, "month": month, "state": state}
    rows = PlanUnlock.objects.filter(organisation_id__in=require_any(viewer.actor, *DUTIES))
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def show_unlocks(_viewer: Viewer, rows: Sequence[Any]) -> list[UnlockLine]:
    """Return the lines of these requests."""
    offices, items = known_offices(), known_items()
    return [_line(unlock, offices, items) for unlock in rows]


UNLOCKS = Listing(
    code="payouts.selectors.unlocks.UNLOCKS",
    title="逾期解锁",
    duty=Duty.PLAN_READ.value,
    columns=(
        Column("month", "待遇月份", order="month", link="url", is_whole=True),
        Column("office", "经办机构", order="organisation__code", value="organisation"),
        Column("item", "业务项目", order="item__code"),
        Column("reason", "逾期原因", width=40),
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
    query=find_unlocks,
    show=show_unlocks,
    fields=UNLOCK_FIELDS,
    is_written=True,
)


def get_unlock(*, actor: Person, unlock_id: int) -> tuple[UnlockLine, list[TimelineRow]]:
    """Return one request and who signed it; NotFound for another office's."""
    rows = PlanUnlock.objects.filter(pk=unlock_id)
    unlock = rows.values_list("pk", *UNLOCK_FIELDS, named=True).first()
    if unlock is None:
        raise NotFound
    require_visible(actor, *DUTIES, over=unlock.organisation_id)
    to_come = ["UNLOCK"] if unlock.state == UnlockState.WAITING else []
    entries = list_application_timeline(
        kind=SubjectKind.PLAN_UNLOCK, subject_id=unlock.pk, to_come=to_come
    )
    return _line(unlock, known_offices(), known_items()), entries


def _line(unlock: Any, offices: Mapping[int, Office], items: Mapping[int, Item]) -> UnlockLine:
    """Return the line of one request, a tuple of pk and `UNLOCK_FIELDS`."""
    return UnlockLine(
        id=unlock.pk,
        organisation_id=unlock.organisation_id,
        organisation=offices[unlock.organisation_id].short_name,
        item=items[unlock.item_id].name,
        month=unlock.month,
        reason=unlock.reason,
        state=unlock.state,
        state_label=UnlockState(unlock.state).label,
        tone=TONES[unlock.state],
        requested_by_id=unlock.requested_by_id,
        requested_by=unlock.requested_by__name,
        requested_at=unlock.requested_at,
    )
