"""The health check of processes without a port."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from accounts.management.commands import relay_outbox

ROOT = Path(__file__).resolve().parent.parent.parent


def healthy(seconds, stem):
    command = [sys.executable, str(ROOT / "deploy" / "heartbeat.py"), str(seconds), str(stem)]
    return subprocess.run(command, check=False).returncode == 0


def test_a_file_that_was_written_lately_is_a_sign_of_life(tmp_path):
    written = tmp_path / "beat-schedule.db"
    assert not healthy(60, tmp_path / "beat-schedule")
    written.touch()
    assert healthy(60, tmp_path / "beat-schedule")
    os.utime(written, (time.time() - 120,) * 2)
    assert not healthy(60, tmp_path / "beat-schedule")


@pytest.mark.django_db(transaction=True)
def test_the_relay_touches_its_file_at_every_round(tmp_path, settings):
    settings.HEARTBEAT_FILE = str(tmp_path / "relay")
    assert relay_outbox._round() == relay_outbox.PAUSE
    assert healthy(60, settings.HEARTBEAT_FILE)
