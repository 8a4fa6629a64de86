"""What an invariant is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Found = tuple[object, object]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One property: its id in the catalogue of properties, its title, its query.

    The query has the columns `subject` (which row) and `detail` (what is wrong). A property that
    the database cannot ask about has `look` instead, which yields the same pairs.
    """

    id: str
    title: str
    sql: str = ""
    look: Callable[[], Iterable[Found]] | None = None
