"""The demo's months and instants, all derived from the day it is loaded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.periods import add_months, month_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
HISTORY = 3  # months of history before the current one


@dataclass(frozen=True, slots=True)
class DemoCalendar:
    """What "now" is for the demo; `months` of history lie before the current one."""

    now: datetime
    months: int = HISTORY

    @property
    def today(self) -> date:
        """Return the day the demo is loaded, in Shanghai."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def month(self) -> date:
        """Return the current month."""
        return month_of(self.today)

    @property
    def history(self) -> tuple[date, ...]:
        """Return the closed months, oldest first."""
        return tuple(add_months(self.month, n) for n in range(-self.months, 0))

    @property
    def founded_on(self) -> date:
        """Return the day the pool was founded: early enough for every act of its history."""
        return add_months(self.month, -HISTORY - 2)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return an instant of a day in Shanghai; never later than now."""
        return min(datetime.combine(day, time(hour, minute), SHANGHAI), self.now)

    def day_of(self, month: date, day: int) -> date:
        """Return a day of a month, never later than today."""
        return min(month + timedelta(days=day - 1), self.today)
