"""What the imported sources say about one person now, side by side, with the data's age."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import Organisation
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
    return source_of_people(kind=kind, person_keys=[person_key], today=today)[person_key]


def source_of_people(
    *, kind: SourceKind, person_keys: Collection[str], today: date
) -> dict[str, SourceView]:
    """Return what the newest applied extract of one kind says about each of these people."""
    extract = _newest_extract(kind)
    if extract is None or extract.data_date is None:
        never = SourceView(kind, kind.label, None, None, 0, is_stale=True, is_found=False)
        return dict.fromkeys(person_keys, never)
    age = (today - extract.data_date).days
    is_stale = age > int(value_in_force(code="source_days", on=today))
    known = (kind, kind.label, extract.data_date, extract.month, age, is_stale)
    rows = _rows_of(extract.pk, tuple(sorted(person_keys)))
    places = _place_names() if rows else {}
    return {
        key: _view(known, rows[key], places) if key in rows else SourceView(*known, is_found=False)
        for key in person_keys
    }


def _view(
    known: tuple[str, str, date, date | None, int, bool],
    row: SourceExtractRow,
    places: Mapping[str, str],
) -> SourceView:
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
def _newest_extract(kind: SourceKind) -> SourceExtract | None:
    found = SourceExtract.objects.filter(kind=kind, state=ExtractState.APPLIED)
    return found.order_by("-data_date", "-id").first()


@remembered
def _rows_of(extract_id: int, person_keys: tuple[str, ...]) -> dict[str, SourceExtractRow]:
    rows = SourceExtractRow.objects.filter(extract_id=extract_id, person_key__in=person_keys)
    return {row.person_key: row for row in rows}


@remembered
def _place_names() -> dict[str, str]:
    """Return district code -> short name of the pool's first office there."""
    offices = Organisation.objects.exclude(region_code="").order_by("-id")
    return dict(offices.values_list("region_code", "short_name"))


def sources_of_person(*, person_key: str, today: date) -> tuple[SourceView, SourceView]:
    """Return the enrolment and the medical view of a person, in this order."""
    return sources_of_people(person_keys=[person_key], today=today)[person_key]


def sources_of_people(
    *, person_keys: Collection[str], today: date
) -> dict[str, tuple[SourceView, SourceView]]:
    """Return the enrolment and the medical view of each of these people."""
    enrolment = source_of_people(kind=SourceKind.ENROLMENT, person_keys=person_keys, today=today)
    medical = source_of_people(kind=SourceKind.MEDICAL, person_keys=person_keys, today=today)
    return {key: (enrolment[key], medical[key]) for key in person_keys}
