"""Months of a book: what stands in them and what keeps them from closing."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, Subquery

from common.actor import Person
from common.periods import last_day, month_of
from funds.enums import PeriodRequestKind, PeriodRequestState, PeriodState, VoucherState
from funds.models import Period, PeriodRequest
from funds.selectors.access import require_books


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One month. `obstacle` says what keeps it from being closed, empty if nothing does.

    `asked_label` says what was asked for and waits for its second signature.
    """

    id: int
    month: date
    state: str
    state_label: str
    draft_count: int
    signing_count: int
    posted_count: int
    closed_at: datetime | None
    obstacle: str
    asked_label: str

    @property
    def is_open(self) -> bool:
        """Whether the month still takes vouchers."""
        return self.state == PeriodState.OPEN


def list_periods(*, actor: Person, book_id: int, today: date) -> list[PeriodRow]:
    """Return the book's months, newest first."""
    require_books(actor)
    asked = PeriodRequest.objects.filter(period=OuterRef("pk"), state=PeriodRequestState.WAITING)
    periods = Period.objects.filter(book_id=book_id).annotate(
        asked=Subquery(asked.values("kind")[:1]),
        drafts=_count(VoucherState.DRAFT),
        signing=_count(VoucherState.CASHIER, VoucherState.APPROVAL, VoucherState.BOOKING),
        posted=_count(VoucherState.POSTED),
    )
    rows, is_first_open = [], True
    for period in periods.order_by("month"):
        rows.append(_row(period, today, is_first_open=is_first_open))
        is_first_open = is_first_open and period.state == PeriodState.CLOSED
    return rows[::-1]


def _count(*states: VoucherState) -> Count:
    return Count("voucher", filter=Q(voucher__state__in=states))


def _row(period: Period, today: date, *, is_first_open: bool) -> PeriodRow:
    drafts, signing = period.drafts, period.signing  # type: ignore[attr-defined]
    asked = period.asked  # type: ignore[attr-defined]
    obstacle = ""
    if not is_first_open:
        obstacle = "须先结清更早的月份"
    elif last_day(period.month) > today:
        obstacle = "该月份尚未结束"
    elif drafts or signing:
        obstacle = f"还有{drafts + signing}张凭证没有过账"
    return PeriodRow(
        id=period.pk,
        month=period.month,
        state=period.state,
        state_label=period.get_state_display(),
        draft_count=drafts,
        signing_count=signing,
        posted_count=period.posted,  # type: ignore[attr-defined]
        closed_at=period.closed_at,
        obstacle="" if period.state == PeriodState.CLOSED else obstacle,
        asked_label=f"待{PeriodRequestKind(asked).label}" if asked else "",
    )


def months_before(*, book_id: int, today: date) -> list[date]:
    """Return the months of a book that have ended, newest first."""
    months = Period.objects.filter(book_id=book_id, month__lt=month_of(today)).order_by("-month")
    return list(months.values_list("month", flat=True))
