"""What waits for a person: the shape every app's worklist selector returns."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work that waits for the current post, and where to do it."""

    label: str
    url: str
    count: int
    overdue_count: int = 0


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One thing that waits for the current post: what it is, since when, and until when.

    `amount` is yuan; `due` is None where no deadline is set for this kind of work.
    """

    label: str
    subject: str
    url: str
    since: datetime
    due: date | None = None
    amount: Decimal | None = None
