"""The monthly calendar of an item (P32), late unlocks, and months still to be signed (P49)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import TruncMonth

from accounts.selectors.parameters import ParameterMissing, value_in_force
from common.periods import CalendarYearUnknown, WorkingDays, last_day
from funds.enums import PeriodState
from funds.models import Period
from payouts.enums import ReturnState, UnlockState
from payouts.models import BankReturn, MonthSignOff, PlanUnlock
from payouts.selectors.parameters import days_left, working_days

STAGES = (
    ("ACCEPT", "业务受理"),
    ("REVIEW", "业务审核"),
    ("PLAN", "计划提交"),
    ("PAY", "发放支付"),
    ("RETURN", "银行回盘"),
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of one stage of a month.

    `days` are working days left, negative when late, None while nobody has entered the year.
    """

    stage: str
    label: str
    day: date
    days: int | None


def deadline_of(*, stage: str, month: date, item_code: str) -> date:
    """Return the last day of a stage for a benefit month.

    The item's own calendar (parameter `deadlines.<item>`) goes before the pool's. A day the
    month does not have becomes its last.
    """
    return _day(month, _calendar(month, item_code)[stage])


def list_deadlines(*, month: date, item_code: str, today: date) -> list[Deadline]:
    """Return the month's stages in order, with the working days left on `today`."""
    calendar, days = working_days(), _calendar(month, item_code)
    return [
        Deadline(stage, label, day, _days_left(calendar, today, day))
        for stage, label in STAGES
        for day in [_day(month, days[stage])]
    ]


def _days_left(calendar: WorkingDays, today: date, due: date) -> int | None:
    try:
        left = days_left(calendar=calendar, today=today, due=due)
    except CalendarYearUnknown:
        return None
    return min(left, -1) if due < today else left  # late on the week-end after it, too


def _calendar(month: date, item_code: str) -> dict[str, int]:
    try:
        days = value_in_force(code=f"deadlines.{item_code}", on=month)
    except ParameterMissing:
        days = value_in_force(code="deadlines", on=month)
    return {stage: int(day) for stage, day in days.items()}


def _day(month: date, day: int) -> date:
    return month.replace(day=min(day, last_day(month).day))


def is_unlocked(*, organisation_id: int, item_id: int, month: date) -> bool:
    """Tell whether a late plan of this office, item and month has been permitted."""
    return PlanUnlock.objects.filter(
        organisation_id=organisation_id, item_id=item_id, month=month, state=UnlockState.GRANTED
    ).exists()


def list_unsigned_months(*, organisation_id: int, before: date) -> list[date]:
    """Return the months before `before` in which the office was paid and has not signed for.

    A signature speaks of what was paid until then: a later return of the month needs another,
    until the month is closed.
    """
    signed = dict(
        MonthSignOff.objects.filter(organisation_id=organisation_id, is_live=True).values_list(
            "month", "signed_at"
        )
    )
    closed = Period.objects.filter(
        book_id=OuterRef("batch__book_id"),
        month=OuterRef("month"),
        state=PeriodState.CLOSED,
    )
    paid = (
        BankReturn.objects.filter(
            batch__organisation_id=organisation_id,
            state=ReturnState.APPLIED,
            success_count__gt=0,
            bank_date__lt=before,
        )
        .annotate(month=TruncMonth("bank_date"))
        .annotate(is_closed=Exists(closed))
        .values("month", "is_closed")
        .annotate(last=Max("received_at"))
        .order_by("month")
        .values_list("month", "last", "is_closed")
    )
    return [
        month
        for month, last, is_closed in paid
        if month not in signed or (signed[month] < last and not is_closed)
    ]
