"""Differences as lists and pages show them: how old, how urgent, and who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.models import AuditEvent
from accounts.permissions import require_any, require_visible
from common.actor import Person
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import WorkingDays, add_months, month_of
from common.workbooks import Kind
from funds.selectors.books import city_centre
from payouts.selectors.parameters import days_left, working_days
from reconciliation.enums import DifferenceKind, DifferenceState, RunKind
from reconciliation.models import Difference
from reconciliation.selectors.age_groups import of_age

STATE_TONES = {
    DifferenceState.OPEN: "red",
    DifferenceState.EXPLAINED: "amber",
    DifferenceState.CLOSED: "green",
}


@dataclass(frozen=True, slots=True)
class Age:
    """How old a difference is: a word and a tone, never the colour alone."""

    days: int
    text: str
    tone: str


def age_of(difference: Difference, *, today: date) -> Age:
    """Return a difference's age. A timing item grows yellow, orange, red by full months.

    Others are red once their due date has passed.

    Source: 差异处理时限, docs/rules/reconciliation.md.
    """
    days = (today - difference.since_date).days
    if difference.kind != DifferenceKind.TIMING:
        is_late = today > difference.due_date and difference.state != DifferenceState.CLOSED
        return Age(days, f"{days}天" + ("，超期" if is_late else ""), "red" if is_late else "grey")
    for months, tone in ((3, "red"), (2, "orange"), (1, "amber")):
        if _later(difference.since_date, months) < today:
            return Age(days, f"{days}天，超过{months}个月", tone)
    return Age(days, f"{days}天", "grey")


def _later(day: date, months: int) -> date:
    """Return the day `months` after; the last day of a shorter month."""
    month = add_months(month_of(day), months)
    last = (add_months(month, 1) - month).days
    return month.replace(day=min(day.day, last))


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One difference in the list. Yuan; `gap` is left less right."""

    id: int
    run_kind_label: str
    office: str
    month: date
    kind: str
    kind_label: str
    subject: str
    left_amount: Decimal
    right_amount: Decimal
    gap: Decimal
    owner: str
    due_date: date
    days_left: int | None
    age: Age
    state: str
    state_label: str
    tone: str


@dataclass(frozen=True, slots=True)
class DifferenceFilters:
    """What the list was asked for; empty means all."""

    month: date | str | None = None
    organisation_id: int | None = None
    kind: str = ""
    state: str = ""
    run_kind: str = ""
    search: str = ""
    only_mine: bool = False
    age: str = ""


def find_differences(viewer: Viewer, **filters: Any) -> QuerySet[Difference]:
    """Return the differences in reach (the parts of `DifferenceFilters`).

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    return _filtered(viewer.actor, DifferenceFilters(**filters), today=viewer.today)


def show_differences(viewer: Viewer, rows: Sequence[Difference]) -> list[DifferenceLine]:
    """Return the lines of these differences."""
    calendar = working_days()
    return [line_of(row, today=viewer.today, calendar=calendar) for row in rows]


DIFFERENCES = Listing(
    code="reconciliation.selectors.differences.DIFFERENCES",
    title="差异台账",
    duty=Duty.RECONCILIATION_READ.value,
    columns=(
        Column("kind", "类型", order="kind", value="kind_label", width=20),
        Column("subject", "差异对象", order="subject", width=30),
        Column("office", "机构", order="run__organisation__code"),
        Column("month", "月份", order="run__month"),
        Column("left", "甲方金额", Kind.AMOUNT, order="left_amount", value="left_amount"),
        Column("right", "乙方金额", Kind.AMOUNT, order="right_amount", value="right_amount"),
        Column("gap", "差额", Kind.AMOUNT),
        Column("owner", "责任人", order="owner__name"),
        Column("age", "已存在", order="since_date", value="age.text", width=20),
        Column("due", "处理期限", Kind.DAY, order="due_date", value="due_date"),
        Column("days", "剩余工作日", Kind.COUNT, value="days_left", place="file"),
        Column("state", "状态", order="state", value="state_label"),
    ),
    query=find_differences,
    show=show_differences,
)


def _filtered(actor: Person, filters: DifferenceFilters, *, today: date) -> QuerySet[Difference]:
    rows = differences_in_reach(actor).filter(of_age(filters.age, today=today))
    if filters.only_mine:
        rows = rows.filter(owner_id=actor.user_id)
    exact = {
        "run__month": filters.month,
        "run__organisation_id": filters.organisation_id,
        "kind": filters.kind,
        "state": filters.state,
        "run__kind": filters.run_kind,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows.filter(subject__icontains=filters.search) if filters.search else rows


def differences_in_reach(actor: Person) -> QuerySet[Difference]:
    """Return the differences the person may read: by office, the bank's with the city's."""
    reach = require_any(actor, Duty.RECONCILIATION_READ)
    own = Q(run__organisation_id__in=reach)
    if city_centre().pk in reach:
        own |= Q(run__organisation_id__isnull=True)
    return Difference.objects.filter(own).select_related("run__organisation", "owner")


def count_states(*, actor: Person, filters: DifferenceFilters, today: date) -> dict[str, int]:
    """Return how many of the filtered differences are in each state (at most 10,000 counted)."""
    states = _filtered(actor, filters, today=today).values_list("state", flat=True)[:10_000]
    counts = dict.fromkeys(DifferenceState.values, 0)
    for state in states:
        counts[state] += 1
    return counts


def line_of(row: Difference, *, today: date, calendar: WorkingDays) -> DifferenceLine:
    """Return a difference as the list shows it."""
    is_closed = row.state == DifferenceState.CLOSED
    return DifferenceLine(
        id=row.pk,
        run_kind_label=RunKind(row.run.kind).label,
        office=row.run.organisation.short_name if row.run.organisation else "市本级（支出户）",
        month=row.run.month,
        kind=row.kind,
        kind_label=DifferenceKind(row.kind).label,
        subject=row.subject,
        left_amount=row.left_amount,
        right_amount=row.right_amount,
        gap=row.left_amount - row.right_amount,
        owner=row.owner.name if row.owner else "",
        due_date=row.due_date,
        days_left=None
        if is_closed
        else days_left(calendar=calendar, today=today, due=row.due_date),
        age=age_of(row, today=today),
        state=row.state,
        state_label=DifferenceState(row.state).label,
        tone=STATE_TONES[DifferenceState(row.state)],
    )


@dataclass(frozen=True, slots=True)
class DifferenceEvent:
    """One act on a difference, from the audit trail."""

    at: datetime
    person: str
    post: str
    act: str
    text: str


ACTS = {
    "reconciliation.difference.explained": "查明原因",
    "reconciliation.difference.returned": "退回重查",
    "reconciliation.difference.closed": "销号",
}


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """One difference with its history. `is_current`: its run is the newest of its month."""

    line: DifferenceLine
    organisation_id: int
    run_id: int
    run_kind: str
    is_current: bool
    since_date: date
    key: str
    explanation: str
    explained_by: str
    explained_by_id: int | None
    explained_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    events: tuple[DifferenceEvent, ...]


def get_difference(*, actor: Person, difference_id: int, today: date) -> DifferencePage:
    """Return one difference the person may read.

    Raises:
        NotFound: no such difference, or another office's. DutyNotHeld.
    """
    row = (
        Difference.objects.select_related("run__organisation", "owner", "explained_by", "closed_by")
        .filter(pk=difference_id)
        .first()
    )
    if row is None:
        raise NotFound
    over = row.run.organisation_id or city_centre().pk
    require_visible(actor, Duty.RECONCILIATION_READ, over=over)
    return DifferencePage(
        line=line_of(row, today=today, calendar=working_days()),
        organisation_id=over,
        run_id=row.run_id,
        run_kind=row.run.kind,
        is_current=row.run.is_current,
        since_date=row.since_date,
        key=row.key,
        explanation=row.explanation,
        explained_by=row.explained_by.name if row.explained_by else "",
        explained_by_id=row.explained_by_id,
        explained_at=row.explained_at,
        closed_by=row.closed_by.name if row.closed_by else "",
        closed_at=row.closed_at,
        events=tuple(_events(row)),
    )


def _events(row: Difference) -> list[DifferenceEvent]:
    events = AuditEvent.objects.filter(
        subject_kind=Difference._meta.label_lower, subject_id=row.pk, verb__in=ACTS
    ).select_related("person")
    return [
        DifferenceEvent(
            event.at,
            event.person.name if event.person else "系统",
            event.post,
            ACTS[event.verb],
            str(event.after.get("explanation") or event.after.get("reason") or ""),
        )
        for event in events.order_by("id")
    ]
