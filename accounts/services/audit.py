"""The audit trail: recording, sealing, verifying."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from accounts.models import AuditEvent
from common.actor import Actor, Person

GENESIS = "0" * 64


def record(
    *,
    actor: Actor,
    verb: str,
    subject: Model,
    at: Any,
    label: str = "",
    organisation_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one act into the trail, in the transaction of the change it reports.

    `verb` is `app.noun.past`; `before` and `after` hold only what changed, never a full
    identity or account number.
    """
    is_person = isinstance(actor, Person)
    AuditEvent.objects.create(
        pool_id=actor.pool_id,
        at=at,
        person_id=actor.user_id if isinstance(actor, Person) else None,
        post=actor.post if isinstance(actor, Person) else "",
        job="" if is_person else actor.name,  # type: ignore[union-attr]
        verb=verb,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=label,
        organisation_id=organisation_id,
        before=_plain(before),
        after=_plain(after),
    )


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        key: value if isinstance(value, bool | int | None) else str(value)
        for key, value in (values or {}).items()
    }


@transaction.atomic
def seal() -> int:
    """Append this pool's new events to its hash chain; return how many were sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_seal_audit()")
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What verification found: how many links hold, and the first that does not."""

    sealed_count: int
    unsealed_count: int
    broken_sequence: int | None
    broken_event_id: int | None
    problem: str


CHAIN = """
SELECT s.sequence, s.previous_sha256, s.sha256, e.id, e.row_sha256,
       concat_ws('|', e.id, e.pool_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
                 rtrim(to_char(e.at, '.US'), '0'),
                 coalesce(e.person_id::text, '-'), e.post, e.job, e.verb, e.subject_kind,
                 e.subject_id, e.subject_label, coalesce(e.organisation_id::text, '-'),
                 e.before::text, e.after::text)
FROM accounts_auditseal AS s LEFT JOIN accounts_auditevent AS e ON e.id = s.event_id
ORDER BY s.sequence
"""


def verify_chain() -> ChainCheck:
    """Recompute this pool's whole chain outside the database and name the first broken row.

    Independent of the sealer: digests are computed here, from the stored columns.
    """
    expected, link = 1, GENESIS
    for sequence, previous, digest, event_id, row_digest, text in _chain_rows():
        problem = ""
        if sequence != expected:
            problem = "链上缺少记录"
        elif event_id is None:
            problem = "日志记录已被删除"
        elif _event_digest(text) != row_digest:
            problem = "日志内容与摘要不符"
        elif previous != link or _digest(link + row_digest) != digest:
            problem = "链接摘要不符"
        if problem:
            return ChainCheck(expected - 1, 0, sequence, event_id, problem)
        expected, link = expected + 1, digest
    return ChainCheck(expected - 1, _count_unsealed(), None, None, "")


def _chain_rows() -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(CHAIN)
        while rows := cursor.fetchmany(5000):
            yield from rows


def _event_digest(text: str) -> str:
    """Return the digest of one event; the trigger writes the instant as `…SS.ffffff+00`."""
    head = text.split("|", 4)
    fraction = head[3] if head[3] != "." else ""
    return _digest("|".join([head[0], head[1], f"{head[2]}{fraction}+00", head[4]]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _count_unsealed() -> int:
    return AuditEvent.objects.filter(auditseal__isnull=True).count()
