"""The files kept with a matter, as its page lists them."""

from dataclasses import dataclass
from datetime import datetime

from accounts.enums import SubjectKind
from accounts.models import Attachment


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """One file; `document_id` is what `accounts:document` takes. `size` in bytes."""

    document_id: int
    file_name: str
    size: int
    sha256: str
    person: str
    at: datetime


def list_attachments(*, kind: SubjectKind, subject_id: int) -> list[AttachmentRow]:
    """Return the files of a matter, oldest first; the caller may read the matter."""
    rows = Attachment.objects.filter(subject_kind=kind, subject_id=subject_id)
    return [
        AttachmentRow(
            document_id=row.document_id,
            file_name=row.document.file_name,
            size=row.document.size,
            sha256=row.document.sha256,
            person=row.attached_by.name,
            at=row.attached_at,
        )
        for row in rows.select_related("document", "attached_by")
        .defer("document__content_cipher")
        .order_by("id")
    ]
