"""What the imported sources say about one person now, side by side, with the data's age."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.selectors.offices import known_offices
from accounts.selectors.parameters import value_in_force
from common.remembering import remembered
from payouts.enums import EnrolmentStatus, ExtractState, SourceKind
from payouts.models import SourceExtract, SourceExtractRow


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
    extracts = _newest_extracts()
    found = {kind: extracts[kind] for kind in kinds if kind in extracts}
    rows = _rows_of(tuple(e.pk for e in found.values()), tuple(sorted(person_keys)))
    places = _place_names() if rows else {}
    days = int(value_in_force(code="source_days", on=today)) if found else 0
    views = {}
    for kind in kinds:
        extract = found.get(kind)
        known = _known(kind, extract, today, days)
        for key in person_keys:
            views[kind, key] = _view(
                known, rows.get((extract.pk, key)) if extract else None, places
            )
    return views


_Known = tuple[str, str, date | None, date | None, int, bool]


def _known(kind: SourceKind, extract: SourceExtract | None, today: date, days: int) -> _Known:
    """Return what an extract says of itself, stale after `days`; one that never came is stale."""
    if extract is None or extract.data_date is None:
        return kind, kind.label, None, None, 0, True
    age = (today - extract.data_date).days
    return kind, kind.label, extract.data_date, extract.month, age, age > days


def _view(known: _Known, row: SourceExtractRow | None, places: Mapping[str, str]) -> SourceView:
    if row is None:
        return SourceView(*known, is_found=False)
    return SourceView(
        *known,
        is_found=True,
        name=row.name,
        place=places.get(row.place, row.place),
        status=row.status,
        last_month=row.last_month,
        contributed_months=row.contributed_months,
        unit_number=row.unit_number,
        unit_name=row.unit_name,
    )


@remembered
def _newest_extracts() -> dict[str, SourceExtract]:
    """Return the newest applied extract of each kind."""
    found = SourceExtract.objects.filter(state=ExtractState.APPLIED)
    newest = found.order_by("kind", "-data_date", "-id").distinct("kind")
    return {extract.kind: extract for extract in newest}


@remembered
def _rows_of(
    extract_ids: tuple[int, ...], person_keys: tuple[str, ...]
) -> dict[tuple[int, str], SourceExtractRow]:
    rows = SourceExtractRow.objects.filter(extract_id__in=extract_ids, person_key__in=person_keys)
    return {(row.extract_id, row.person_key): row for row in rows}


def _place_names() -> dict[str, str]:
    """Return district code -> short name of the pool's first office there."""
    newest_first = sorted(known_offices().values(), reverse=True)
    return {office.region_code: office.short_name for office in newest_first if office.region_code}


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
