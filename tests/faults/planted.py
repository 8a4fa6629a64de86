"""Bugs put into the running system, never into its code: the harness must find each of them.

A plant changes what the forked processes run, or, as superuser, what the scratch database
enforces. Each comes with the fault that brings it to light.
"""

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tests.faults import injections, scenarios
from tests.faults.campaign import Campaign, Result
from tests.faults.points import Point

Probe = Callable[[Campaign], list[Result]]


@dataclass(frozen=True)
class Planted:
    """A bug: what it changes, and the faults that must find it, in which deed."""

    name: str
    deed: str
    probe: Probe
    plant: Callable[[], None] = field(default=lambda: None)
    sql: str = ""


def _at(deed: str, injection: injections.Injection, *points: Point | None) -> Probe:
    return lambda campaign: [
        campaign.inject(campaign.baselines[deed].deed, injection, point) for point in points
    ]


def _race(name: str, times: int = 6) -> Probe:
    race = next(race for race in scenarios.RACES if race.name == name)
    return lambda campaign: [scenarios.run_race(campaign, race) for _ in range(times)]


def _read_then_update() -> None:
    """A number is read, and written a moment later, without a lock."""
    from accounts.models import NumberSeries  # noqa: PLC0415
    from accounts.services import numbers  # noqa: PLC0415

    def take_numbers(*, pool_id: int, key: str, count: int) -> int:
        series = {"pool_id": pool_id, "key": key}
        row = NumberSeries.objects.filter(**series).first()
        last = row.last_number if row else 0
        time.sleep(0.6)
        NumberSeries.objects.update_or_create(**series, defaults={"last_number": last + count})
        return last + 1

    numbers.take_numbers = take_numbers


def _commit_after_send() -> None:
    """The bank is called first, and that it was is written only afterwards."""
    from payouts.services import polling, sending  # noqa: PLC0415

    claim = sending._claim

    def send_batch(*, pool_id: int, batch_id: int, clock=timezone.now) -> bool:
        actor = sending.Job(pool_id, sending.ACTOR)
        with sending.tenant_transaction(actor):
            found = claim(actor, batch_id, (sending.BatchState.RELEASED,), clock())
            transaction.set_rollback(True)
        if found is None:
            return False
        outcome = sending._call(found)
        sending.failpoint("sending.answered")
        with sending.tenant_transaction(actor):
            again = claim(actor, batch_id, (sending.BatchState.RELEASED,), clock())
            return again is not None and sending._write_outcome(actor, again, outcome, clock())

    sending.send_batch = polling.send_batch = send_batch


def _early_acknowledgement() -> None:
    """A job is marked done when a worker takes it, not when its work is."""
    from accounts.enums import JobState  # noqa: PLC0415
    from accounts.models import Job  # noqa: PLC0415
    from accounts.services import jobs  # noqa: PLC0415

    claim = jobs._claim

    def acknowledged(pool_id: int, job_id: int):
        run = claim(pool_id, job_id)
        if run is not None:
            with jobs.tenant_transaction(run.actor):
                Job.objects.filter(pk=job_id).update(
                    state=JobState.DONE, finished_at=timezone.now()
                )
        return run

    @contextmanager
    def step(self, *, heeds_stop=True):
        with jobs.tenant_transaction(self.actor):
            yield

    jobs._claim, jobs.JobRun.step = acknowledged, step


def _no_fence() -> None:
    """A worker that was overtaken writes all the same."""
    from accounts.services import jobs  # noqa: PLC0415

    @contextmanager
    def step(self, *, heeds_stop=True):
        with jobs.tenant_transaction(self.actor):
            yield

    jobs.JobRun.step = step


def _no_sweeper() -> None:
    """Nobody takes up what a dead worker left."""
    from accounts.services import jobs  # noqa: PLC0415

    jobs.sweep_stale_jobs = lambda *, at: 0


def _unknown_sent_again() -> None:
    """What has an unknown outcome is sent again without asking the bank."""
    from payouts.services import polling, sending  # noqa: PLC0415

    def resolve_batch(*, pool_id: int, batch_id: int, clock=timezone.now) -> bool:
        actor = sending.Job(pool_id, "payouts.resolve_batch")
        with sending.tenant_transaction(actor):
            sending.PaymentBatch.objects.filter(pk=batch_id).update(lease_until=None)
            states = (sending.BatchState.UNKNOWN, sending.BatchState.SENDING)
            claim = sending._claim(actor, batch_id, states, clock())
        return claim is not None and sending._send(actor, claim, clock)

    sending.resolve_batch = polling.resolve_batch = resolve_batch


def _two_transactions() -> None:
    """The voucher of a return is drafted in a transaction after the one that settles."""
    from common.actor import Job  # noqa: PLC0415
    from common.tenancy import tenant_transaction  # noqa: PLC0415
    from payouts.services import returns  # noqa: PLC0415

    draft = returns.draft_return_voucher

    def later(*, bank_return, batch, at) -> None:
        def work() -> None:
            with tenant_transaction(Job(batch.pool_id, "planted")):
                draft(bank_return=bank_return, batch=batch, at=at)

        transaction.on_commit(work)

    returns.draft_return_voucher = later


def _closing_unchecked() -> None:
    """A voucher is drafted without asking, after locking it, whether its month is open."""
    from funds.services import drafting  # noqa: PLC0415

    period = drafting.Period

    class Open:
        """Says of every month that it is open."""

        @staticmethod
        def exists() -> bool:
            return True

    class Rows:
        """Stands where the periods' manager stands."""

        @staticmethod
        def filter(**asked: object):
            return Open if "state" in asked else period.objects.filter(**asked)

    drafting.Period = type("Period", (), {"objects": Rows})


def _retries_for_ever() -> None:
    """A job that kills its worker is tried again without end."""
    settings.JOB_ATTEMPTS = 1_000_000


NO_UNIQUE_KEY = "DROP INDEX plan_one_live_per_office_item_month"
NO_POLICY = (
    "DO $$ DECLARE p text; BEGIN FOR p IN SELECT polname FROM pg_policy"
    " WHERE polrelid = 'payouts_bankreturn'::regclass LOOP"
    " EXECUTE format('DROP POLICY %I ON payouts_bankreturn', p); END LOOP; END $$;"
    " ALTER TABLE payouts_bankreturn DISABLE ROW LEVEL SECURITY"
)
EXPORT = "reconciliation.tasks.export_statement_detail"
COMPARE = "payouts.tasks.compare_sources"

PLANTED: tuple[Planted, ...] = (
    Planted("read-then-update", "compare", _race("two cases taken in"), _read_then_update),
    Planted(
        "commit after send",
        "pay",
        _at("pay", injections.KILL, Point("sending.answered", 1)),
        _commit_after_send,
    ),
    Planted("missing unique key", "build_plan", _race("two build the plan"), sql=NO_UNIQUE_KEY),
    Planted(
        "early acknowledgement",
        "compare",
        _at("compare", injections.KILL, Point(f"{COMPARE}.before_commit", 2)),
        _early_acknowledgement,
    ),
    Planted(
        "policy removed from a table",
        "receive_form",
        _at("receive_form", injections.KILL, Point("person.committed", 1)),
        sql=NO_POLICY,
    ),
    Planted(
        "no fence against an overtaken worker",
        "export_detail",
        _at("export_detail", injections.SLEEP, Point("claim.committed", 1)),
        _no_fence,
    ),
    Planted(
        "no sweeper",
        "compare",
        _at("compare", injections.KILL, Point("claim.committed", 1)),
        _no_sweeper,
    ),
    Planted(
        "unknown sent again without asking",
        "pay",
        lambda campaign: [
            campaign.inject(campaign.baselines["pay"].deed, scenarios.BANK_TROUBLES[0], None)
        ],
        _unknown_sent_again,
    ),
    Planted(
        "return and voucher in two transactions",
        "pay",
        _at("pay", injections.KILL, Point("planted.before_commit", 1)),
        _two_transactions,
    ),
    Planted(
        "voucher drafted into a closed month",
        "close_month",
        _race("close against draft", 12),
        _closing_unchecked,
    ),
    Planted(
        "a deadly job tried for ever",
        "compare",
        lambda campaign: [scenarios.deadly_job(campaign)],
        _retries_for_ever,
    ),
)


def prove(campaign: Campaign, chosen: tuple[Planted, ...] = PLANTED) -> list[str]:
    """Plant each bug, look for it, and return the names of those that were not found."""
    missed = []
    for bug in chosen:
        campaign.plant, campaign.sql = bug.plant, bug.sql
        try:
            results = bug.probe(campaign)
        finally:
            campaign.plant, campaign.sql = None, ""
        found = [finding for result in results for finding in result.findings]
        campaign.say(f"{'found ' if found else 'MISSED'} {bug.name:<42} {(found or ['-'])[0]}")
        if not found:
            missed.append(bug.name)
    return missed
