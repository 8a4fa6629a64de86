"""The extracts of a city too large for one file, written straight from its entitlements."""

from datetime import date, datetime

from accounts.duties import Duty
from accounts.services import documents
from config.demo.sources import OTHER_UNIT, PAYER_UNIT, data_day
from config.demo.statements import run
from config.demo.story import Story
from payouts.enums import ExtractState, ReturnVia, SourceKind
from payouts.models import Entitlement, SourceExtract


def add_extract_directly(story: Story, kind: SourceKind, month: date, at: datetime) -> None:
    """Write one month's extract with its rows; the document holds the declaration line only."""
    day = data_day(story.calendar, month)
    with story.act("DATA") as actor:
        count = Entitlement.objects.filter(first_month__lte=month).count()
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
