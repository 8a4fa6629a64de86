"""The extracts of a city too large for one file, written straight from its entitlements."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from accounts.duties import Duty
from accounts.services import documents
from common.encryption import Purpose, lookup_key
from common.identifiers import mask_identity
from common.periods import add_months, month_of
from config.demo.claims import DemoClaim, applicant_of
from config.demo.sources import APPLICANTS, OTHER_UNIT, PAYER_UNIT, data_day
from config.demo.statements import run
from config.demo.story import Story
from payouts.enums import EnrolmentStatus, ExtractState, ReturnVia, SourceKind
from payouts.models import Entitlement, SourceExtract, SourceExtractRow


def add_extract_directly(story: Story, kind: SourceKind, month: date, at: datetime) -> None:
    """Write one month's extract with its rows; the document holds the declaration line only."""
    day = data_day(story.calendar, month)
    applicants = list(_applicants(story)) if month == story.calendar.month else []
    with story.act("DATA") as actor:
        count = Entitlement.objects.filter(first_month__lte=month).count() + len(applicants)
        content = f"#{kind.lower()},{day},{count}\n".encode()
        document = documents.store_document(
            actor=actor,
            document=documents.NewDocument(
                organisation_id=actor.organisation_id,
                duty=Duty.SOURCE_IMPORT,
                title=f"{kind.label}（声明行）",
                file_name=f"{kind.lower()}-{month:%Y%m}.csv",
                media_type=documents.CSV,
                content=content,
            ),
            at=at,
        )
        extract = SourceExtract.objects.create(
            pool_id=story.pool.pk,
            kind=kind,
            document=document,
            sha256=document.sha256,
            via=ReturnVia.UPLOAD,
            data_date=day,
            month=month if kind == SourceKind.MEDICAL else None,
            row_count=count,
            state=ExtractState.APPLIED,
            received_at=at,
            applied_at=at,
        )
        run(
            "add_extract_rows",
            pool_id=story.pool.pk,
            extract_id=extract.pk,
            month=month,
            is_enrolment=kind == SourceKind.ENROLMENT,
            payer_unit=PAYER_UNIT,
            other_unit=OTHER_UNIT,
        )
        SourceExtractRow.objects.bulk_create(_rows(extract, kind, applicants))


def _applicants(story: Story) -> Iterator[DemoClaim]:
    """Yield who comes to the windows this month: known to the sources, not yet to us."""
    for office in story.city.offices:
        for place in range(APPLICANTS):
            yield applicant_of(
                story.city, office, place, story.recipients, story.seed, story.calendar
            )


def _rows(
    extract: SourceExtract, kind: SourceKind, applicants: list[DemoClaim]
) -> Iterator[SourceExtractRow]:
    """Yield the applicants' rows, behind those of the recipients."""
    is_enrolment = kind == SourceKind.ENROLMENT
    first = extract.row_count - len(applicants) + 1
    for line, claim in enumerate(applicants, start=first):
        yield SourceExtractRow(
            pool_id=extract.pool_id,
            extract=extract,
            line_number=line,
            person_key=lookup_key(claim.person.identity, purpose=Purpose.IDENTITY),
            identity_masked=mask_identity(claim.person.identity),
            name=claim.person.name,
            place=claim.office.short_name if is_enrolment else "",
            status=EnrolmentStatus.STOPPED if is_enrolment else "",
            last_month=add_months(month_of(claim.applied_date), -1) if is_enrolment else None,
            contributed_months=claim.contributed_months if is_enrolment else None,
            unit_number="" if is_enrolment else PAYER_UNIT,
            amount=None if is_enrolment else Decimal("339.68"),
        )
