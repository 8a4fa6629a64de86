"""Jobs and their messages: claimed once, never lost, whatever dies in between."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import AuditEvent, Job, JobStop, Notice, OutboxEvent
from accounts.services import audit_checks, jobs, outbox
from accounts.services.jobs import (
    GIVEN_UP,
    ClaimLost,
    JobEnded,
    JobExists,
    JobNotStoppable,
    JobRequest,
    request_job,
    run_job,
    stop_job,
)
from common.db import violated_constraint
from common.errors import DomainError, NotFound
from config.local_redis import Redis
from tests.city import NOW
from tests.databases import as_superuser

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = settings.BASE_DIR
REFUSAL = "第3行金额不正确"


@pytest.fixture
def broker(tmp_path, monkeypatch):
    """A Redis of our own, which may be emptied; the application's messages go there."""
    server = Redis(tmp_path, careless=True)
    server.start()
    sender = Celery("relay", broker=server.url, set_as_current=False)
    monkeypatch.setattr(outbox, "current_app", sender)
    yield server
    sender.close()
    server.stop()


def ask(city, key="1", at=NOW, task=audit_checks.TASK, *, is_stoppable=False):
    """Ask for a job; the default one verifies the audit chain."""
    with city.tenant():
        return request_job(
            actor=city.actor("LOGA"), at=at,
            request=JobRequest(task, key, "校验", city.offices["510400"].pk, {}, is_stoppable),
        )  # fmt: skip


def refuse(run):
    """Be work that is refused for a reason."""
    with run.step():
        raise DomainError(REFUSAL)


def stop(city, job):
    """Ask as the job's own person that it stop."""
    with city.tenant():
        stop_job(actor=city.actor("LOGA"), job_id=job.pk, at=NOW)


def stop_elsewhere(city, job):
    """Ask on another connection, as a person's request does while a worker is in a step."""

    def work():
        try:
            stop(city, job)
        finally:
            connection.close()

    other = threading.Thread(target=work, daemon=True)
    other.start()
    other.join(timeout=20)
    assert not other.is_alive(), "the request waits for the worker"


@contextmanager
def refused_by(name):
    """Expect the database to refuse, naming its rule."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert violated_constraint(refusal.value) == name


def stored(city, job):
    with city.tenant():
        return Job.objects.get(pk=job.pk)


def queued(broker):
    """How many messages wait in the broker."""
    with broker.client() as client:
        return client.llen("celery")


def claim_in_a_thread(city, job):
    """Try to run the job on a connection of one's own."""
    try:
        return run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: None)
    finally:
        connection.close()


def swept_in_a_thread(at):
    """Sweep on a connection of one's own."""
    try:
        return jobs.sweep_stale_jobs(at=at)
    finally:
        connection.close()


class TestClaim:
    def test_a_message_delivered_twice_does_the_work_once(self, city):
        job, done = ask(city), []
        for _ in range(2):
            run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: done.append(run.epoch))
        assert done == [1]
        assert stored(city, job).state == JobState.DONE

    def test_while_one_works_another_finds_nothing_to_claim(self, city):
        job, inner = ask(city), []

        def work(run):
            inner.append(run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: None))

        run_job(pool_id=city.pool.pk, job_id=job.pk, work=work)
        assert inner == [False]

    def test_who_lost_the_lease_writes_nothing_more(self, city):
        job, seen = ask(city), []

        def slow(run):
            with run.step():
                pass
            with city.tenant():
                Job.objects.filter(pk=job.pk).update(lease_until=NOW - timedelta(hours=1))
            assert run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda again: seen.append(2))
            with pytest.raises(ClaimLost), run.step():
                seen.append("must not be written")
            with run.step():
                seen.append("neither")

        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=slow)
        assert seen == [2]
        assert (stored(city, job).state, stored(city, job).epoch) == (JobState.DONE, 2)

    def test_a_refusal_becomes_the_jobs_reason(self, city):
        job = ask(city)

        assert run_job(pool_id=city.pool.pk, job_id=job.pk, work=refuse)
        assert (stored(city, job).state, stored(city, job).error) == (
            JobState.FAILED, REFUSAL,
        )  # fmt: skip

    def test_a_bug_is_told_plainly_and_crashes(self, city):
        job = ask(city)
        with pytest.raises(ZeroDivisionError):
            run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: 1 / 0)
        assert stored(city, job).state == JobState.FAILED
        assert "系统内部错误" in stored(city, job).error

    def test_a_job_that_no_worker_survives_is_given_up_and_who_asked_is_told(self, city):
        job = ask(city)
        with city.tenant():
            Job.objects.filter(pk=job.pk).update(
                state=JobState.RUNNING, epoch=settings.JOB_ATTEMPTS, lease_until=NOW
            )
        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: None)
        assert (stored(city, job).state, stored(city, job).error) == (JobState.FAILED, GIVEN_UP)
        with city.tenant():
            notice = Notice.objects.get(key=f"job-given-up:{job.pk}")
        assert notice.recipient_id == city.actor("LOGA").user_id
        assert ask(city).pk != job.pk

    def test_a_database_that_goes_away_fails_no_job(self, city):
        job = ask(city)

        def cut_off(run):
            raise OperationalError("server closed the connection")

        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=cut_off)
        assert stored(city, job).state == JobState.RUNNING

    def test_a_full_disk_is_named_as_the_reason(self, city):
        job = ask(city)

        def write(run):
            raise ValueError("cannot write") from OSError(errno.ENOSPC, "no space")

        with pytest.raises(ValueError, match="cannot write"):
            run_job(pool_id=city.pool.pk, job_id=job.pk, work=write)
        assert "磁盘空间不足" in stored(city, job).error

    def test_a_full_disk_of_the_database_ends_the_job_at_once_and_is_named(self, city):
        """It comes as an OperationalError like a lost line, but no second worker has more room."""
        job, tried = ask(city), []

        def write(run):
            tried.append(run.epoch)
            with run.step(), connection.cursor() as cursor:
                cursor.execute(
                    "DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"
                )

        assert run_job(pool_id=city.pool.pk, job_id=job.pk, work=write)
        assert (stored(city, job).state, tried) == (JobState.FAILED, [1])
        assert "磁盘空间不足" in stored(city, job).error
        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=write)
        assert tried == [1]

    def test_a_step_the_database_ended_because_it_hung_fails_no_job(self, city):
        """A worker that froze and woke: its transaction is gone, the job waits for the next."""
        job = ask(city)

        def freeze(run):
            with run.step(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
                time.sleep(0.4)
                cursor.execute("SELECT 1")

        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=freeze)
        assert (stored(city, job).state, stored(city, job).error) == (JobState.RUNNING, "")

    def test_while_a_step_is_open_nobody_else_claims_however_late_it_is(self, city):
        job, inner = ask(city), []

        def work(run):
            with city.tenant():
                Job.objects.filter(pk=job.pk).update(lease_until=NOW)
            with run.step():
                other = threading.Thread(
                    target=lambda: inner.append(claim_in_a_thread(city, job)), daemon=True
                )
                other.start()
                other.join(timeout=20)

        assert run_job(pool_id=city.pool.pk, job_id=job.pk, work=work)
        assert inner == [False]
        assert stored(city, job).epoch == 1

    def test_the_sweeper_leaves_an_open_step_alone_and_sends_when_it_is_gone(self, city):
        """A frozen worker: a message sent while it holds the lock would be lost for a lease."""
        job, sent = ask(city), []
        later = NOW + timedelta(minutes=2)

        def sweep():
            thread = threading.Thread(
                target=lambda: sent.append(swept_in_a_thread(later)), daemon=True
            )
            thread.start()
            thread.join(timeout=20)

        def work(run):
            with city.tenant():
                Job.objects.filter(pk=job.pk).update(lease_until=NOW)
            with run.step():
                sweep()
            with city.tenant():
                Job.objects.filter(pk=job.pk).update(lease_until=NOW)
            sweep()

        run_job(pool_id=city.pool.pk, job_id=job.pk, work=work)
        assert sent == [0, 1]

    def test_what_a_failed_step_wrote_is_undone_and_progress_kept(self, city):
        job = ask(city)

        def half(run):
            run.report(5, 10)
            with run.step():
                Job.objects.filter(pk=job.pk).update(title="half written")
                raise DomainError("停")

        run_job(pool_id=city.pool.pk, job_id=job.pk, work=half)
        row = stored(city, job)
        assert (row.title, row.done, row.total) == ("校验", 5, 10)

    def test_the_same_request_is_one_job_until_it_failed(self, city):
        job = ask(city)
        with pytest.raises(JobExists):
            ask(city)
        run_job(pool_id=city.pool.pk, job_id=job.pk, work=refuse)
        assert ask(city).pk != job.pk


class TestStopping:
    def test_a_job_stops_before_its_next_step_and_what_it_began_is_cleared_away(self, city):
        job, seen = ask(city, is_stoppable=True), []

        def work(run):
            with run.step():
                seen.append("first")
                stop_elsewhere(city, job)  # while the step holds the job's row
            with run.step():
                seen.append("second")

        def undo(run):
            seen.append("undone")

        assert run_job(pool_id=city.pool.pk, job_id=job.pk, work=work, undo=undo)
        assert seen == ["first", "undone"]
        assert (stored(city, job).state, stored(city, job).error) == (JobState.STOPPED, "")
        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=work, undo=undo)
        assert ask(city, is_stoppable=True).pk != job.pk

    def test_a_queued_job_stops_before_it_begins(self, city):
        job, seen = ask(city, is_stoppable=True), []

        def work(run):
            with run.step():
                seen.append("began")

        stop(city, job)
        stop(city, job)  # asked twice is once
        run_job(pool_id=city.pool.pk, job_id=job.pk, work=work)
        assert (stored(city, job).state, seen) == (JobState.STOPPED, [])
        with city.tenant():
            verbs = AuditEvent.objects.filter(subject_id=job.pk, verb="accounts.job.stop_asked")
            assert verbs.count() == 1

    def test_a_worker_that_dies_after_the_request_leaves_the_stop_to_the_next(self, city):
        job = ask(city, is_stoppable=True)

        def cut_off(run):
            stop(city, job)
            raise OperationalError("server closed the connection")

        assert not run_job(pool_id=city.pool.pk, job_id=job.pk, work=cut_off)
        assert stored(city, job).state == JobState.RUNNING
        with city.tenant():
            Job.objects.filter(pk=job.pk).update(lease_until=NOW)
        run_job(pool_id=city.pool.pk, job_id=job.pk, work=lambda run: run.report(1, 2))
        assert stored(city, job).state == JobState.STOPPED

    def test_a_refusal_says_more_than_the_request_to_stop(self, city):
        job = ask(city, is_stoppable=True)

        def work(run):
            stop(city, job)
            raise DomainError(REFUSAL)

        run_job(pool_id=city.pool.pk, job_id=job.pk, work=work)
        assert (stored(city, job).state, stored(city, job).error) == (JobState.FAILED, REFUSAL)

    def test_only_who_asked_for_it_stops_a_job_and_only_one_that_may_be_stopped(self, city):
        own, fixed = ask(city, is_stoppable=True), ask(city, "2")
        with city.tenant(), pytest.raises(NotFound):
            stop_job(actor=city.actor("RISK"), job_id=own.pk, at=NOW)
        with city.tenant(), pytest.raises(JobNotStoppable):
            stop_job(actor=city.actor("LOGA"), job_id=fixed.pk, at=NOW)
        run_job(pool_id=city.pool.pk, job_id=own.pk, work=lambda run: None)
        with city.tenant(), pytest.raises(JobEnded):
            stop_job(actor=city.actor("LOGA"), job_id=own.pk, at=NOW)

    def test_the_database_refuses_the_same_by_itself(self, city):
        own, other = ask(city, is_stoppable=True), city.actor("RISK").user_id
        with city.tenant():
            with refused_by("job_stop_by_who_asked_for_it"):
                JobStop.objects.create(
                    pool_id=city.pool.pk, job=own, asked_by_id=other, asked_at=NOW
                )
            Job.objects.filter(pk=own.pk).update(state=JobState.RUNNING)
            with refused_by("job_stopped_only_on_request"):
                Job.objects.filter(pk=own.pk).update(state=JobState.STOPPED, finished_at=NOW)
            stop_job(actor=city.actor("LOGA"), job_id=own.pk, at=NOW)
            Job.objects.filter(pk=own.pk).update(state=JobState.STOPPED, finished_at=NOW)
            with refused_by("state_transition_known"):
                Job.objects.filter(pk=own.pk).update(state=JobState.RUNNING, finished_at=None)


class TestOutbox:
    def test_a_message_leaves_once_and_only_after_commit(self, city, broker):
        with city.tenant():
            outbox.enqueue(pool_id=city.pool.pk, task="a.b", at=NOW)
            transaction.set_rollback(True)
        assert outbox.relay(at=NOW) == 0
        ask(city)
        assert [outbox.relay(at=NOW), outbox.relay(at=NOW)] == [1, 0]
        assert queued(broker) == 1

    def test_the_command_relays_once(self, city, broker):
        ask(city)
        call_command("relay_outbox", "--once")
        assert queued(broker) == 1

    def test_a_broker_that_is_away_loses_nothing(self, city, broker):
        ask(city)
        broker.stop()
        with pytest.raises(Exception, match=r"(?i)connect|reset|refused"):
            outbox.relay(at=NOW)
        with city.tenant():
            assert OutboxEvent.objects.filter(sent_at__isnull=True).count() == 1

    def test_the_sweeper_sends_again_what_nobody_works_on(self, city, broker):
        job = ask(city)
        outbox.relay(at=NOW)
        assert jobs.sweep_stale_jobs(at=NOW + timedelta(seconds=30)) == 0
        assert jobs.sweep_stale_jobs(at=NOW + timedelta(seconds=61)) == 1
        with city.tenant():
            Job.objects.filter(pk=job.pk).update(
                state=JobState.RUNNING, lease_until=NOW + timedelta(minutes=5)
            )
        assert jobs.sweep_stale_jobs(at=NOW + timedelta(minutes=4)) == 0
        assert jobs.sweep_stale_jobs(at=NOW + timedelta(minutes=6)) == 1

    def test_an_emptied_broker_loses_nothing(self, city, broker):
        job = ask(city)
        outbox.relay(at=NOW)
        broker.flush()
        assert queued(broker) == 0
        later = NOW + timedelta(minutes=2)
        jobs.sweep_stale_jobs(at=later)
        assert outbox.relay(at=later) == 1
        assert queued(broker) == 1
        assert stored(city, job).state == JobState.QUEUED


def start(*arguments, broker, **environment):
    """Start one of our processes against the test's database and broker."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": broker.url, **environment},
        start_new_session=True,
    )


def end(process, number=signal.SIGKILL):
    os.killpg(process.pid, number)
    return process.wait(timeout=30)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@contextmanager
def blocked(table):
    """Hold a table so that whoever reads it waits."""
    with as_superuser(settings.DATABASES["default"]["NAME"]) as admin, admin.transaction():
        admin.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


WORKER = ("-m", "celery", "-A", "config", "worker", "-P", "solo", "-l", "warning")


class TestRealProcesses:
    def test_a_killed_workers_job_is_taken_up_and_done_once(self, city, broker):
        now = timezone.now()
        job = ask(city, at=now)
        with blocked("accounts_auditseal"):  # the work stops where it reads the chain
            outbox.relay(at=now)
            worker = start(*WORKER, broker=broker)
            try:
                wait_for(lambda: stored(city, job).state == JobState.RUNNING)
            finally:
                end(worker)
        assert stored(city, job).state == JobState.RUNNING
        with city.tenant():
            Job.objects.filter(pk=job.pk).update(lease_until=now - timedelta(seconds=1))
        later = now + timedelta(minutes=2)
        assert [jobs.sweep_stale_jobs(at=later) for _ in range(2)] == [1, 0]
        broker.flush()
        outbox.relay(at=later)
        worker = start(*WORKER, broker=broker)
        try:
            wait_for(lambda: stored(city, job).state == JobState.DONE)
        finally:
            end(worker, signal.SIGTERM)
        assert stored(city, job).epoch == 2
        with city.tenant():
            assert AuditEvent.objects.filter(verb="accounts.audit.verified").count() == 1

    def test_the_relay_ends_at_once_when_told_to(self, city, broker):
        relay = start("manage.py", "relay_outbox", broker=broker)
        try:
            ask(city)
            wait_for(lambda: queued(broker) == 1)
        finally:
            code = end(relay, signal.SIGTERM)
        assert code == 0
