"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """One property: its id in the catalogue of properties, its title, its query.

    The query has the columns `subject` (which row) and `detail` (what is wrong).
    """

    id: str
    title: str
    sql: str
