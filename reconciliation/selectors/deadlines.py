"""By when a month's statement must be signed."""

from datetime import date

from accounts.selectors.parameters import ParameterMissing, value_in_force
from common.periods import CalendarYearUnknown, last_day
from payouts.selectors.parameters import days_left, working_days


def statement_deadline(month: date) -> date:
    """Return the last day for signing a month's statement: a working day of the next month.

    Raises:
        ParameterMissing: `reconciliation_days` is not set for the end of the month.
        CalendarYearUnknown: the next month lies in a year without a calendar.
    """
    days = int(value_in_force(code="reconciliation_days", on=last_day(month)))
    return working_days().add(last_day(month), days)


def days_to_sign(month: date, *, today: date) -> int | None:
    """Return the working days left to sign a month's statement, negative when late.

    None where the calendar or the parameter is missing: the screen then shows no deadline.
    """
    try:
        return days_left(calendar=working_days(), today=today, due=statement_deadline(month))
    except (CalendarYearUnknown, ParameterMissing):
        return None
