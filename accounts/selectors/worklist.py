"""What waits for a person: the shape every app's worklist selector returns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work that waits for the current post, and where to do it."""

    label: str
    url: str
    count: int
    overdue_count: int = 0
