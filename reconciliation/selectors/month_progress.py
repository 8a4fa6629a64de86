"""The board of a month: how far each office has come, from comparison to signed statement."""

from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import duties_of, require_any
from accounts.selectors.parameters import ParameterMissing
from common.actor import Person
from common.db import run_sql
from common.periods import CalendarYearUnknown, add_months
from payouts.selectors.plan_calendar import deadline_of
from reconciliation.selectors.deadlines import statement_deadline

# Step -> its words, and the stage of the monthly calendar (P32) that ends it.
STEPS: tuple[tuple[str, str, str], ...] = (
    ("compared", "三源比对", "PLAN"),
    ("approved", "计划签批", "PLAN"),
    ("received", "接收申请表", "PAY"),
    ("funded", "用款拨付", "PAY"),
    ("paid", "发放支付", "PAY"),
    ("returned", "银行回盘", "RETURN"),
    ("booked", "记账过账", "RETURN"),
    ("signed", "对账签字", "SIGN"),
)
NO_ITEM = ""  # the pool's own calendar


@dataclass(frozen=True, slots=True)
class StepCell:
    """One step of one office: `done` of `total` plans, and where they are listed.

    `state` is DONE, PART, NONE, LATE (should be done by now) or IDLE (nothing to do). `url`
    is empty for a post that may not open the list.
    """

    label: str
    done: int
    total: int
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class OfficeProgress:
    """One office's row of the board."""

    office: str
    cells: tuple[StepCell, ...]


@dataclass(frozen=True, slots=True)
class MonthProgress:
    """The board of one benefit month. `due` is the last day of each step, None if unknown."""

    month: date
    steps: tuple[tuple[str, date | None], ...]
    rows: tuple[OfficeProgress, ...]

    @property
    def finished_count(self) -> int:
        """Return how many offices have signed for the month."""
        return sum(row.cells[-1].state == "DONE" for row in self.rows)

    @property
    def late_count(self) -> int:
        """Return how many offices are late with any step."""
        return sum(any(cell.state == "LATE" for cell in row.cells) for row in self.rows)


def get_month_progress(*, actor: Person, month: date, today: date) -> MonthProgress:
    """Return how far each office in reach has come with the benefits of `month`.

    Two statements and the calendar, however many persons the month pays.

    Raises:
        DutyNotHeld: the post reads no reconciliation anywhere.
    """
    reach = sorted(require_any(actor, Duty.RECONCILIATION_READ))
    parameters = {
        "organisation_ids": reach,
        "month": month,
        "last_month": add_months(month, -1),
    }
    counted = run_sql("reconciliation", "sum_month_progress", parameters)
    names = dict(Organisation.objects.filter(pk__in=reach).values_list("pk", "short_name"))
    due = {step: _deadline(stage, month) for step, _, stage in STEPS}
    late = {step for step, day in due.items() if day is not None and day < today}
    rows = tuple(
        OfficeProgress(names[office_id], _cells(office_id, counts, month, late))
        for office_id, *counts in counted
    )
    if Duty.SOURCE_READ.value not in duties_of(actor):
        rows = tuple(_without_comparisons(row) for row in rows)
    return MonthProgress(month, tuple((label, due[step]) for step, label, _ in STEPS), rows)


def _without_comparisons(row: OfficeProgress) -> OfficeProgress:
    """Return the row for a post that may not open comparisons: the figure without its link."""
    compared, *others = row.cells
    return replace(row, cells=(replace(compared, url=""), *others))


def _deadline(stage: str, month: date) -> date | None:
    try:
        if stage == "SIGN":
            return statement_deadline(month)
        return deadline_of(stage=stage, month=month, item_code=NO_ITEM)
    except (CalendarYearUnknown, ParameterMissing):
        return None


def _cells(office_id: int, counts: list[int], month: date, late: set[str]) -> tuple[StepCell, ...]:
    """Return an office's cells; an office without plans is expected to pay if it did last month."""
    earlier, compared, runs, plans, *done, signed, statements = counts
    is_expected = bool(earlier or plans or runs)
    finished = dict(
        zip(("approved", "received", "funded", "paid", "returned", "booked"), done, strict=True)
    )
    begun = {"compared": runs, "approved": plans, "signed": statements}
    cells = []
    for step, label, _ in STEPS:
        match step:
            case "compared":
                figures = compared, max(runs, plans)
            case "signed":
                figures = signed, max(statements, int(bool(plans)))
            case _:
                figures = finished[step], plans
        is_begun = figures[0] > 0 or begun.get(step, 0) > 0
        state = _state(*figures, is_begun=is_begun, is_expected=is_expected, is_late=step in late)
        cells.append(StepCell(label, *figures, state, _url(step, office_id, month)))
    return tuple(cells)


def _state(done: int, total: int, *, is_begun: bool, is_expected: bool, is_late: bool) -> str:
    if total and done >= total:
        return "DONE"
    if is_late and is_expected:
        return "LATE"
    if not is_expected:
        return "IDLE"
    return "PART" if is_begun else "NONE"


def _url(step: str, office_id: int, month: date) -> str:
    office = f"organisation={office_id}"
    match step:
        case "compared":
            return f"{reverse('payouts:comparisons')}?{office}&month={month:%Y%m}"
        case "approved" | "received" | "funded":
            return f"{reverse('payouts:plans')}?tab=all&{office}&month={month:%Y%m}"
        case "paid" | "returned":
            return f"{reverse('payouts:batches')}?tab=all&{office}&month={month:%Y%m}"
    return f"{reverse('reconciliation:month')}?month={month:%Y-%m}"
