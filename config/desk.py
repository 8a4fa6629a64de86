"""What the first page of a post is made of, put together from the apps' selectors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.selectors import grants, parameter_changes
from accounts.selectors.worklist import Waiting, WaitingItem
from common.actor import Person
from common.periods import CalendarYearUnknown, WorkingDays
from funds.selectors import oldest_work as funds_oldest
from payouts.selectors import oldest_work as payouts_oldest
from payouts.selectors.parameters import days_left, working_days
from reconciliation.selectors import oldest_work as reconciliation_oldest

SHOWN = 8  # of the oldest work
OLDEST: tuple[Callable[..., list[WaitingItem]], ...] = (
    payouts_oldest.list_oldest_work,
    funds_oldest.list_oldest_work,
    reconciliation_oldest.list_oldest_work,
    grants.list_oldest_grant_work,
    parameter_changes.list_oldest_changes,
)


@dataclass(frozen=True, slots=True)
class OldestRow:
    """One line of the oldest work. `days_left` are working days, negative when late."""

    label: str
    subject: str
    url: str
    since: datetime
    amount: Decimal | None
    due: date | None
    days_left: int | None


def list_tiles(waiting: list[Waiting]) -> list[dict[str, object]]:
    """Return the tiles of waiting work, the late ones first."""
    lines = sorted(
        (line for line in waiting if line.count), key=lambda line: not line.overdue_count
    )
    return [
        {
            "label": line.label,
            "value": line.count,
            "unit": "件",
            "url": line.url,
            "tone": "red" if line.overdue_count else "",
            "note": f"其中超期 {line.overdue_count} 件" if line.overdue_count else "",
        }
        for line in lines
    ]


def list_oldest(*, actor: Person, today: date) -> list[OldestRow]:
    """Return what has waited longest for the post: late things first, then by age."""
    items = [item for ask in OLDEST for item in ask(actor=actor, limit=SHOWN)]
    calendar = working_days()
    rows = [_row(item, calendar, today) for item in items]
    rows.sort(key=lambda row: (not _is_late(row), row.since))
    return rows[:SHOWN]


def _row(item: WaitingItem, calendar: WorkingDays, today: date) -> OldestRow:
    return OldestRow(
        label=item.label,
        subject=item.subject,
        url=item.url,
        since=item.since,
        amount=item.amount,
        due=item.due,
        days_left=_days_left(item.due, calendar, today),
    )


def _days_left(due: date | None, calendar: WorkingDays, today: date) -> int | None:
    """Return the working days left; at least one late on the week-end after the deadline, too."""
    if due is None:
        return None
    try:
        left = days_left(calendar=calendar, today=today, due=due)
    except CalendarYearUnknown:
        return None
    return min(left, -1) if due < today else left


def _is_late(row: OldestRow) -> bool:
    return row.days_left is not None and row.days_left < 0
