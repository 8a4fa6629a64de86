"""Files: stored once with their SHA-256, never changed."""

from dataclasses import dataclass
from datetime import datetime

from accounts.duties import Duty
from accounts.models import Document
from common.actor import Actor, Person
from common.documents import sha256_hex

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain; charset=utf-8"
CSV = "text/csv; charset=utf-8"


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
    return Document.objects.create(
        pool_id=actor.pool_id,
        organisation_id=document.organisation_id,
        duty=document.duty,
        title=document.title,
        file_name=document.file_name,
        media_type=document.media_type,
        size=len(document.content),
        sha256=sha256_hex(document.content),
        content=document.content,
        created_by_id=actor.user_id if isinstance(actor, Person) else None,
        created_at=at,
    )
