"""What the imported sources say about one person now, side by side, with the data's age."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Organisation
from accounts.selectors.parameters import value_in_force
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
    extract = (
        SourceExtract.objects.filter(kind=kind, state=ExtractState.APPLIED)
        .order_by("-data_date", "-id")
        .first()
    )
    if extract is None or extract.data_date is None:
        return SourceView(kind, kind.label, None, None, 0, is_stale=True, is_found=False)
    age = (today - extract.data_date).days
    row = SourceExtractRow.objects.filter(extract=extract, person_key=person_key).first()
    is_stale = age > int(value_in_force(code="source_days", on=today))
    known = (kind, kind.label, extract.data_date, extract.month, age, is_stale)
    if row is None:
        return SourceView(*known, is_found=False)
    return SourceView(
        *known,
        is_found=True,
        name=row.name,
        place=_place_name(row.place),
        status=row.status,
        last_month=row.last_month,
        contributed_months=row.contributed_months,
        unit_number=row.unit_number,
        unit_name=row.unit_name,
    )


def _place_name(place: str) -> str:
    """Return the office's short name for a district code of this pool, else the text itself."""
    office = Organisation.objects.filter(region_code=place).order_by("id").first()
    return office.short_name if office else place


def sources_of_person(*, person_key: str, today: date) -> tuple[SourceView, SourceView]:
    """Return the enrolment and the medical view of a person, in this order."""
    enrolment = source_of_person(kind=SourceKind.ENROLMENT, person_key=person_key, today=today)
    medical = source_of_person(kind=SourceKind.MEDICAL, person_key=person_key, today=today)
    return enrolment, medical
