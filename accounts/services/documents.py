"""Files: stored once with their SHA-256, never changed."""

from dataclasses import dataclass
from datetime import datetime

from accounts.duties import Duty
from accounts.models import Document
from accounts.services import audit
from common.actor import Actor, Person
from common.db import insert_row
from common.documents import sha256_hex

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain; charset=utf-8"
CSV = "text/csv; charset=utf-8"
XML = "application/xml"


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file to keep, who may download it (`duty` over `organisation_id`), and its name."""

    organisation_id: int
    duty: Duty
    title: str
    file_name: str
    media_type: str
    content: bytes


def store_document(*, actor: Actor, document: NewDocument, at: datetime) -> Document:
    """Store a file and return its row; the digest is computed here."""
    kept = Document(
        pool_id=actor.pool_id,
        organisation_id=document.organisation_id,
        duty=document.duty,
        title=document.title,
        file_name=document.file_name,
        media_type=document.media_type,
        size=len(document.content),
        sha256=sha256_hex(document.content),
        created_by_id=actor.user_id if isinstance(actor, Person) else None,
        created_at=at,
    )
    kept.content = document.content
    insert_row(kept)
    return kept


def record_download(*, actor: Person, document: Document, at: datetime) -> None:
    """Write into the trail that this person took the file; the caller checked that he may."""
    audit.record(
        actor=actor,
        verb="accounts.document.downloaded",
        subject=document,
        at=at,
        label=document.file_name[:120],
        organisation_id=document.organisation_id,
        after={"sha256": document.sha256},
    )
