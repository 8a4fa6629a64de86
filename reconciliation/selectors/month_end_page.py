"""The page of one month's end: the board, what was asked for, who signed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import duties_of
from accounts.selectors.signatures import TimelineEntry, list_timeline
from common.actor import Person
from common.errors import NotFound
from funds.enums import PeriodRequestState
from funds.models import Period, PeriodRequest
from funds.selectors.access import require_books
from funds.selectors.books import BOOK_IN_ADDRESS
from funds.selectors.periods import list_periods
from funds.selectors.year_end import DECEMBER
from reconciliation.enums import MonthEndCheck, MonthEndState
from reconciliation.selectors.month_end import CheckRow, check_month_end

TONES = {
    MonthEndState.PASSED: "green",
    MonthEndState.FAILED: "red",
    MonthEndState.EXPLAIN: "amber",
    MonthEndState.IDLE: "grey",
}
REQUEST_TONES = {
    PeriodRequestState.WAITING: "amber",
    PeriodRequestState.DONE: "green",
    PeriodRequestState.REFUSED: "red",
}

# Where a check is put right, if not in the books, which everybody reads who sees the board.
DUTY_OF_PLACE = {
    MonthEndCheck.BATCHES: Duty.BATCH_READ,
    MonthEndCheck.EXPENDITURE_BANK: Duty.RECONCILIATION_READ,
    MonthEndCheck.STATEMENTS: Duty.RECONCILIATION_READ,
    MonthEndCheck.DIFFERENCES: Duty.RECONCILIATION_READ,
}


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One check as the page shows it; `url` is empty for a post that may not go there."""

    label: str
    figure: str
    state_label: str
    tone: str
    is_failed: bool
    url: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request about the month; `person` is empty for months closed before requests were."""

    id: int
    kind: str
    kind_label: str
    reason: str
    person: str
    requested_at: datetime
    state: str
    state_label: str
    tone: str
    content_sha256: str

    @property
    def is_waiting(self) -> bool:
        """Tell whether it waits for its second signature."""
        return self.state == PeriodRequestState.WAITING


@dataclass(frozen=True, slots=True)
class MonthEndPage:
    """A month of a book at its end. `obstacle` says why it is not its turn, empty if it is.

    `book_url` leads to the months of the book, whatever book the session works in.
    """

    id: int
    book: str
    book_url: str
    month: date
    is_open: bool
    state_label: str
    closed_at: datetime | None
    obstacle: str
    lines: Sequence[BoardLine]
    needs_explanation: bool
    can_carry_forward: bool
    requests: Sequence[RequestLine]
    timeline: Sequence[TimelineEntry]

    @property
    def failed_count(self) -> int:
        """Return how many checks do not pass."""
        return sum(line.is_failed for line in self.lines)

    @property
    def passed_count(self) -> int:
        """Return how many checks pass or do not apply."""
        return len(self.lines) - self.failed_count

    @property
    def waiting(self) -> RequestLine | None:
        """Return the request that waits for its second signature."""
        return next((one for one in self.requests if one.is_waiting), None)


def get_month_end(*, actor: Person, period_id: int, today: date) -> MonthEndPage:
    """Return a month with its board; NotFound if the pool has no such month.

    Raises:
        NotFound; BooksAtTheCity: the post reads no books.
    """
    require_books(actor)
    period = Period.objects.select_related("book").filter(pk=period_id).first()
    if period is None:
        raise NotFound
    months = list_periods(actor=actor, book_id=period.book_id, today=today)
    row = next(one for one in months if one.id == period.pk)
    checks = check_month_end(period)
    asked = list(
        PeriodRequest.objects.filter(period=period).select_related("requested_by").order_by("id")
    )
    return MonthEndPage(
        id=period.pk,
        book=period.book.name,
        book_url=f"{reverse('funds:periods')}?{BOOK_IN_ADDRESS}={period.book.kind}",
        month=period.month,
        is_open=row.is_open,
        state_label=row.state_label,
        closed_at=row.closed_at,
        obstacle=row.obstacle,
        lines=[_line(one, duties_of(actor)) for one in checks],
        needs_explanation=any(one.state == MonthEndState.EXPLAIN for one in checks),
        can_carry_forward=row.is_open
        and not row.obstacle
        and period.month.month == DECEMBER
        and any(
            one.check == MonthEndCheck.CARRIED_FORWARD and one.state == MonthEndState.FAILED
            for one in checks
        ),
        requests=[_request(one) for one in asked[::-1]],
        timeline=[entry for one in asked for entry in _timeline(one)],
    )


def _line(row: CheckRow, duties: Collection[str]) -> BoardLine:
    needed = DUTY_OF_PLACE.get(row.check, Duty.BOOKS_READ)
    return BoardLine(
        label=row.check.label,
        figure=row.figure,
        state_label=row.state.label,
        tone=TONES[row.state],
        is_failed=row.state == MonthEndState.FAILED,
        url=row.url if needed.value in duties else "",
    )


def _request(row: PeriodRequest) -> RequestLine:
    return RequestLine(
        id=row.pk,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        reason=row.reason,
        person=row.requested_by.name if row.requested_by else "",
        requested_at=row.requested_at,
        state=row.state,
        state_label=row.get_state_display(),
        tone=REQUEST_TONES[PeriodRequestState(row.state)],
        content_sha256=row.content_sha256,
    )


def _timeline(row: PeriodRequest) -> list[TimelineEntry]:
    return list_timeline(
        kind=SubjectKind.PERIOD,
        subject_id=row.pk,
        current_round=row.round,
        current_sha256=row.content_sha256,
    )
