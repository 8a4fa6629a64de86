"""Every task that is sent exists, and every task is sent by something."""

import inspect
import re
from pathlib import Path

from django.conf import settings

from config.celery import app
from tests.faults.deeds import DEEDS

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "funds", "payouts", "reconciliation", "config")


def named_in_code():
    pattern = re.compile(r"\"((?:accounts|funds|payouts|reconciliation|config)\.tasks\.\w+)\"")
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for folder in APPS:
        for path in (ROOT / folder).rglob("*.py"):
            if "tasks" not in path.parts and path.name != "tasks.py":
                names |= set(pattern.findall(path.read_text(encoding="utf-8")))
    return names


def registered():
    app.loader.import_default_modules()
    return {name for name in app.tasks if ".tasks." in name and name.split(".")[0] in APPS}


def test_every_task_sent_is_registered_and_every_registered_task_is_sent():
    assert named_in_code() == registered()


def test_every_job_is_killed_at_its_places_by_a_deed_of_the_fault_tests():
    """A task that takes a job is some deed's: a new one without a deed fails here."""
    jobs = {
        name
        for name in registered()
        if "job_id" in inspect.signature(app.tasks[name].run).parameters
    }
    assert {deed.job for deed in DEEDS if deed.job} == jobs
