"""The health check of the relay, which has no port and takes no orders."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from accounts.management.commands import relay_outbox

ROOT = Path(__file__).resolve().parent.parent.parent


def healthy(seconds, path):
    command = [sys.executable, str(ROOT / "deploy" / "heartbeat.py"), str(seconds), str(path)]
    return subprocess.run(command, check=False).returncode == 0


def test_a_file_that_was_touched_lately_is_a_sign_of_life(tmp_path):
    touched = tmp_path / "relay"
    assert not healthy(60, touched)
    touched.touch()
    assert healthy(60, touched)
    os.utime(touched, (time.time() - 120,) * 2)
    assert not healthy(60, touched)


@pytest.mark.django_db(transaction=True)
def test_the_relay_touches_its_file_at_every_round(tmp_path, settings):
    settings.HEARTBEAT_FILE = str(tmp_path / "relay")
    assert relay_outbox._round() == relay_outbox.PAUSE
    assert healthy(60, settings.HEARTBEAT_FILE)
