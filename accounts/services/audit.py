"""The audit trail: recording, sealing, verifying."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from accounts.models import AuditEvent
from common.actor import Actor, Person
from common.db import run_sql

GENESIS = "0" * 64
CHUNK = 5000  # links read at a time
UNSEALED_LIMIT = 100_000  # events; the sealer runs every few seconds


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
    act = Act(subject, label, before, after)
    record_many(actor=actor, verb=verb, acts=[act], at=at, organisation_id=organisation_id)


@dataclass(frozen=True, slots=True)
class Act:
    """What one of several equal acts was done to; see `record`."""

    subject: Model
    label: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_many(
    *, actor: Actor, verb: str, acts: Sequence[Act], at: Any, organisation_id: int | None = None
) -> None:
    """Write equal acts of one actor into the trail together, an event each; see `record`."""
    person = actor if isinstance(actor, Person) else None
    AuditEvent.objects.bulk_create(
        AuditEvent(
            pool_id=actor.pool_id,
            at=at,
            person_id=person.user_id if person else None,
            post=person.post if person else "",
            job="" if isinstance(actor, Person) else actor.name,
            verb=verb,
            subject_kind=act.subject._meta.label_lower,
            subject_id=act.subject.pk,
            subject_label=act.label,
            organisation_id=organisation_id,
            before=_plain(act.before),
            after=_plain(act.after),
        )
        for act in acts
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
    """What verification found: how many links hold, and the first row that does not.

    `broken_sequence` is None when the row is not in the chain yet.
    """

    sealed_count: int
    unsealed_count: int
    broken_sequence: int | None
    broken_event_id: int | None
    problem: str

    @property
    def holds(self) -> bool:
        """Tell whether nothing was found."""
        return not self.problem

    @property
    def text(self) -> str:
        """Say the result in one sentence, naming the first broken row."""
        if self.holds:
            return (
                f"日志链完整：已核对 {self.sealed_count} 条入链日志、"
                f"{self.unsealed_count} 条待入链日志"
            )
        place = f"链上第 {self.broken_sequence} 条" if self.broken_sequence else "待入链日志"
        event = f"（日志编号 {self.broken_event_id}）" if self.broken_event_id else ""
        return f"日志链断裂：{place}{event}{self.problem}"


def verify_chain() -> ChainCheck:
    """Recompute this pool's whole chain outside the database and name the first broken row.

    Independent of the trigger and the sealer: every digest is computed here, from the stored
    columns. Cut-off links at the very end cannot be seen from the chain itself.
    """
    expected, link = 1, GENESIS
    for sequence, previous, digest, event_id, row_digest, *columns in _chain_rows():
        problem = ""
        if sequence != expected:
            problem = "之前缺少记录"
        elif columns[0] is None:
            problem = "对应的日志已被删除"
        elif event_digest(columns) != row_digest:
            problem = "内容与摘要不符"
        elif previous != link or _digest(link + row_digest) != digest:
            problem = "与前一条的链接不符"
        if problem:
            return ChainCheck(expected - 1, 0, sequence, event_id, problem)
        expected, link = expected + 1, digest
    return _verify_unsealed(expected - 1)


def _verify_unsealed(sealed_count: int) -> ChainCheck:
    rows = run_sql("accounts", "audit_unsealed", {"rows": UNSEALED_LIMIT})
    for event_id, row_digest, *columns in rows:
        if event_digest(columns) != row_digest:
            return ChainCheck(sealed_count, len(rows), None, event_id, "内容与摘要不符")
    return ChainCheck(sealed_count, len(rows), None, None, "")


def _chain_rows() -> Iterator[tuple[Any, ...]]:
    after = 0
    while rows := run_sql("accounts", "audit_chain", {"after": after, "rows": CHUNK}):
        yield from rows
        after = rows[-1][0]


def event_digest(columns: Sequence[Any]) -> str:
    """Return the SHA-256 of one event's columns: the twin of the trigger's digest.

    The last two columns are JSON as the database writes it; the others are put into the same
    form here, as the elements of a JSON array.
    """
    *plain, before, after = columns
    elements = [json.dumps(value, ensure_ascii=False) for value in plain]
    return _digest(f"[{', '.join([*elements, before, after])}]")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
