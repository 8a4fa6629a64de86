"""R7 as its page shows it: what was sent, what came back, what is overdue."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import require_any
from accounts.selectors.offices import known_offices, organisation_choices
from common.actor import Person
from common.errors import NotFound
from common.periods import WorkingDays
from funds.selectors.books import unemployment_book
from payouts.selectors.parameters import days_left, working_days
from reconciliation.enums import RunKind
from reconciliation.models import ReconciliationRun
from reconciliation.selectors.comparisons import BatchCheck, compare_batches_with_returns
from reconciliation.selectors.statements import RunLine, run_line

ANSWER_DAYS = 2  # working days after sending (T+2)


def answer_due(check: BatchCheck, calendar: WorkingDays) -> date:
    """Return the last day on which the bank's answer is in time.

    Source: R05, 回盘时限.
    """
    return calendar.add(timezone.localdate(check.sent_at), ANSWER_DAYS)


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """One file with its office. `days_left`: working days for the answer, None once it came."""

    office: str
    check: BatchCheck
    days_left: int | None

    @property
    def is_overdue(self) -> bool:
        """Tell whether the answer should have come by now."""
        return self.days_left is not None and self.days_left < 0

    @property
    def result(self) -> str:
        """Return the outcome in words."""
        if self.is_overdue:
            return "逾期未回盘"
        if not self.check.is_answered:
            return "待回盘"
        return "一致" if self.check.is_equal else "不一致"

    @property
    def tone(self) -> str:
        """Return the outcome's colour."""
        tones = {"一致": "green", "待回盘": "blue"}
        return tones.get(self.result, "red")


@dataclass(frozen=True, slots=True)
class BatchCheckPage:
    """The month's files of one office, or of all in reach."""

    month: date
    rows: tuple[CheckedBatch, ...]
    runs: tuple[tuple[str, RunLine], ...]
    offices: tuple[tuple[int, str], ...]


def list_batch_checks(
    *, actor: Person, month: date, organisation_id: int | None, today: date
) -> BatchCheckPage:
    """Return every file sent in the month with its answer, overdue ones first.

    Raises:
        NotFound: another office's. DutyNotHeld.
    """
    reach = require_any(actor, Duty.RECONCILIATION_READ)
    if organisation_id is not None and organisation_id not in reach:
        raise NotFound
    chosen = reach if organisation_id is None else {organisation_id}
    named, calendar = known_offices(), working_days()
    rows = []
    for check in compare_batches_with_returns(
        organisation_ids=sorted(chosen), book_id=unemployment_book().pk, month=month
    ):
        left = None
        if not check.is_answered:
            left = days_left(calendar=calendar, today=today, due=answer_due(check, calendar))
        rows.append(CheckedBatch(named[check.organisation_id].short_name, check, left))
    runs = ReconciliationRun.objects.filter(
        kind=RunKind.BATCH_RETURN, month=month, is_current=True, organisation_id__in=chosen
    ).select_related("run_by")
    rows.sort(key=lambda row: named[row.check.organisation_id].code)
    return BatchCheckPage(
        month=month,
        rows=tuple(sorted(rows, key=lambda row: (row.tone != "red", row.check.sent_at))),
        runs=tuple(
            (named[run.organisation_id].short_name, run_line(run))
            for run in runs.order_by("organisation__code")
            if run.organisation_id
        ),
        offices=tuple(organisation_choices(reach)),
    )
