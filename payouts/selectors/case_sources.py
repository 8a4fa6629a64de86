"""What the imported sources say about one person now, side by side, with the data's age."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.selectors.parameters import value_in_force
from common.db import run_sql
from common.remembering import remembered
from payouts.enums import EnrolmentStatus, SourceKind


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source's newest word on a person.

    `data_date` is None when nothing was ever imported; `is_found` is False when the newest
    extract does not know the person. `age_days` are calendar days since the data's date.
    """

    kind: str
    label: str
    data_date: date | None
    month: date | None
    age_days: int
    is_stale: bool
    is_found: bool
    name: str = ""
    place: str = ""
    status: str = ""
    last_month: date | None = None
    contributed_months: int | None = None
    unit_number: str = ""
    unit_name: str = ""

    @property
    def status_label(self) -> str:
        """Return the enrolment status in words, or nothing where the source has none."""
        return str(EnrolmentStatus(self.status).label) if self.status else ""

    @property
    def unit(self) -> str:
        """Return the unit's name and number, whichever the source gives."""
        return " ".join(filter(None, (self.unit_name, self.unit_number)))

    @property
    def origin(self) -> str:
        """Return the source and the date of its data, as a computation names it."""
        return f"{self.label}（数据日期{self.data_date}）" if self.data_date else self.label


def source_of_person(*, kind: SourceKind, person_key: str, today: date) -> SourceView:
    """Return what the newest applied extract of one kind says about a person."""
    return _views((kind,), [person_key], today)[kind, person_key]


def _views(
    kinds: tuple[SourceKind, ...], person_keys: Collection[str], today: date
) -> dict[tuple[SourceKind, str], SourceView]:
    """Return what the newest applied extract of each kind says, by kind and person."""
    rows = [row for row in _newest_words(tuple(sorted(person_keys))) if row[0] in kinds]
    days = int(value_in_force(code="source_days", on=today)) if rows else 0
    extracts = {kind: (data_date, month) for kind, data_date, month, *_ in rows}
    words = {(kind, key): said for kind, _, _, key, *said in rows}
    views = {}
    for kind in kinds:
        known = _known(kind, *extracts.get(kind, (None, None)), today, days)
        for key in person_keys:
            said = words.get((kind, key))
            views[kind, key] = SourceView(*known, said is not None, *(said or ()))
    return views


_Known = tuple[str, str, date | None, date | None, int, bool]


def _known(
    kind: SourceKind, data_date: date | None, month: date | None, today: date, days: int
) -> _Known:
    """Return what an extract says of itself, stale after `days`; one that never came is stale."""
    if data_date is None:
        return kind, kind.label, None, None, 0, True
    age = (today - data_date).days
    return kind, kind.label, data_date, month, age, age > days


@remembered
def _newest_words(person_keys: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the newest extracts with their rows on these people, as the statement gives them."""
    return run_sql("payouts", "read_sources", {"person_keys": list(person_keys)})


def sources_of_person(*, person_key: str, today: date) -> tuple[SourceView, SourceView]:
    """Return the enrolment and the medical view of a person, in this order."""
    return sources_of_people(person_keys=[person_key], today=today)[person_key]


def sources_of_people(
    *, person_keys: Collection[str], today: date
) -> dict[str, tuple[SourceView, SourceView]]:
    """Return the enrolment and the medical view of each of these people."""
    enrolment, medical = SourceKind.ENROLMENT, SourceKind.MEDICAL
    views = _views((enrolment, medical), person_keys, today)
    return {key: (views[enrolment, key], views[medical, key]) for key in person_keys}
