"""What must hold after every fault: all properties, the bank's journal, and the same outcome."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from accounts.enums import JobState
from accounts.models import Job
from config.invariants import INVARIANTS, violations_of
from payouts.models import PaymentInstruction
from tests.faults.city import City
from tools.bank_simulator.journal import read_journal

# Tables whose number of rows depends on how often something was tried, not on what came of it.
TRIES = {
    "accounts_auditseal",
    "accounts_auditsegment",
    "accounts_outboxevent",
    "django_session",
    "payouts_bankmessage",
}
UNFINISHED = {"X06", "X09"}  # the month's instants are old, so what waits looks forgotten


@dataclass(frozen=True)
class Outcome:
    """What a deed left behind: rows per table, sums per amount, jobs by state."""

    rows: dict[str, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, int] = field(default_factory=dict)

    def differences(self, other: "Outcome", ignored: tuple[str, ...] = ()) -> list[str]:
        """Return how another outcome differs from this one, some tables aside."""
        found = []
        for name in ("rows", "sums", "jobs"):
            mine, theirs = getattr(self, name), getattr(other, name)
            found += [
                f"{key}: {mine.get(key)} without the fault, {theirs.get(key)} with it"
                for key in sorted(mine.keys() | theirs.keys())
                if mine.get(key) != theirs.get(key) and key not in ignored
            ]
        return found


def outcome_of(city: City) -> Outcome:
    """Read the outcome of the pool's rows."""
    with city.look(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name ~ '^(accounts|funds|payouts|reconc)'"
        )
        rows, sums = {}, {}
        for table, column, kind in cursor.fetchall():
            if table in TRIES:
                continue
            if column == "id":
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                rows[table] = cursor.fetchone()[0]
            elif kind == "numeric":
                cursor.execute(f'SELECT coalesce(sum("{column}"), 0) FROM "{table}"')
                sums[f"{table}.{column}"] = str(cursor.fetchone()[0])
            elif column == "state":
                cursor.execute(f'SELECT "state", count(*) FROM "{table}" GROUP BY 1')
                sums |= {f"{table} {state}": str(count) for state, count in cursor.fetchall()}
        return Outcome(rows, sums)


def findings_of(city: City, journal: Path, *, jobs: bool = True) -> list[str]:
    """Return everything that is wrong with the city now, in words.

    `jobs`: whether every job must be done by now.
    """
    city.seal_trail()
    with city.look():
        found = [
            f"{v.invariant.id} {v.subject}: {v.detail}"
            for invariant in INVARIANTS
            if jobs or invariant.id not in UNFINISHED
            for v in violations_of(invariant)
        ]
        found += [
            f"job {job.kind} {job.state}: {job.error}"
            for job in Job.objects.exclude(state__in=[JobState.DONE, JobState.STOPPED])
            if jobs
        ]
        ours = dict(
            PaymentInstruction.objects.exclude(state="WITHDRAWN").values_list(
                "end_to_end_id", "state"
            )
        )
    return found + _against_journal(ours, journal)


def sent_again(journal: Path) -> list[str]:
    """Return the batches that were sent to the bank after it had accepted them."""
    accepted: set[str] = set()
    found = []
    for call in read_journal(journal).calls:
        if (call.method, call.path) != ("POST", "/files"):
            continue
        if call.batch in accepted:
            found.append(f"journal: {call.batch} was sent again after it was accepted")
        if call.outcome.startswith("202"):
            accepted.add(call.batch)
    return found


def _against_journal(ours: dict[str, str], journal: Path) -> list[str]:
    """Compare our instructions with what the bank really paid."""
    record = read_journal(journal)
    found = [f"journal: {line} was paid more than once" for line in record.paid_more_than_once]
    for line, times in record.times_paid.items():
        if line not in ours:
            found.append(f"journal: {line} is no instruction of ours")
        elif times and ours[line] not in {"SUCCESS", "SENT", "UNKNOWN"}:
            found.append(f"journal: {line} was paid, we say {ours[line]}")
    for line, state in ours.items():
        if state == "SUCCESS" and record.times_paid.get(line) != 1:
            found.append(f"journal: {line} is SUCCESS here, paid {record.times_paid.get(line)}×")
    return found
