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
    columns = (
        "document_id",
        "document__file_name",
        "document__size",
        "document__sha256",
        "attached_by__name",
        "attached_at",
    )
    return [AttachmentRow(*row) for row in rows.order_by("id").values_list(*columns)]
