"""What nobody works on any more is somebody's again within 60 seconds, by the settings in force.

`python3 dev.py faults --pace production` measures it; here the sums are kept from drifting.
"""

import re
from pathlib import Path

from django.conf import settings

from accounts.management.commands.relay_outbox import PAUSE
from config.celery import app
from payouts.services import inbox
from tests.faults.processes import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent.parent
MINUTE = 60


def every(task):
    """Return the seconds between two rounds of a background task."""
    [seconds] = [
        float(entry["schedule"])
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == task
    ]
    return seconds


def idle_limit():
    """Return the seconds after which production's database ends a transaction that hangs."""
    roles = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
    [seconds] = re.findall(r"idle_in_transaction_session_timeout = '(\d+)s'", roles)
    return float(seconds)


def test_a_job_whose_worker_died_between_two_steps():
    assert settings.JOB_LEASE + every("accounts.tasks.sweep_stale_work") + PAUSE < MINUTE


def test_a_job_whose_worker_froze_in_a_step_and_holds_its_lock():
    limit = max(settings.JOB_LEASE, idle_limit())
    assert limit + every("accounts.tasks.sweep_stale_work") + PAUSE < MINUTE


def test_a_batch_whose_sender_died():
    lease = 2 * settings.BANK_GATEWAY_TIMEOUT
    assert lease + every("payouts.tasks.poll_bank") < MINUTE


def test_a_file_in_the_inbox_whose_worker_died():
    assert inbox.CLAIM_LIFE + every("payouts.tasks.collect_inbox") < MINUTE


def test_the_fault_tests_know_productions_pace():
    assert PRODUCTION.lease == settings.JOB_LEASE
    assert PRODUCTION.idle == idle_limit()
    assert PRODUCTION.claim == inbox.CLAIM_LIFE
    assert PRODUCTION.sweep == every("accounts.tasks.sweep_stale_work")
    assert PRODUCTION.poll == every("payouts.tasks.poll_bank")
    assert PRODUCTION.collect == every("payouts.tasks.collect_inbox")
    assert PRODUCTION.bank >= settings.BANK_GATEWAY_TIMEOUT
