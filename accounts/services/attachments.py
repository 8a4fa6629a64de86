"""Files kept with a matter: its source documents and evidence (附件)."""

from datetime import datetime

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Attachment
from accounts.services import audit
from accounts.services.documents import NewDocument, store_document
from common.actor import Person
from common.evidence import Evidence
from common.text import half_width


def attach(
    *,
    actor: Person,
    matter: tuple[SubjectKind, int],
    organisation_id: int,
    duty: Duty,
    evidence: Evidence,
    at: datetime,
) -> Attachment:
    """Keep a file with a matter; `duty` over `organisation_id` may download it.

    The caller has checked that the matter still takes files and that the actor may add them.
    """
    kind, subject_id = matter
    name = half_width(evidence.file_name)[-150:]
    document = store_document(
        actor=actor,
        document=NewDocument(
            organisation_id=organisation_id,
            duty=duty,
            title=f"{kind.label}附件：{name}"[:150],
            file_name=name,
            media_type=evidence.media_type,
            content=evidence.content,
        ),
        at=at,
    )
    attachment = Attachment.objects.create(
        pool_id=actor.pool_id,
        subject_kind=kind,
        subject_id=subject_id,
        document=document,
        attached_by_id=actor.user_id,
        attached_at=at,
    )
    audit.record(
        actor=actor,
        verb="accounts.attachment.added",
        subject=attachment,
        at=at,
        label=name[:120],
        organisation_id=organisation_id,
        after={"matter": kind, "id": subject_id, "sha256": document.sha256},
    )
    return attachment
