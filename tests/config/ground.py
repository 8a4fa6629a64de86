"""A small demo, loaded once a run, standing for a module of tests, always on the same day.

What a demo holds of the running month depends on the day it is loaded (after the 25th no plan
can be handed in), so the clock stands at one Monday while it is loaded and read.
"""

import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings

from tests import databases

RECIPIENTS = 60
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


@contextmanager
def loaded_demo(tmp_path_factory, blocker):
    """Have both cities as the app role loads them, with a bank of their own; emptied at the end."""
    folder = databases.kept_folder(tmp_path_factory, "demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bank = f"http://127.0.0.1:{probe.getsockname()[1]}"
    changed = override_settings(BANK_GATEWAY_URL=bank, INBOX_DIR=str(folder / "inbox"))
    with (
        pytest.MonkeyPatch.context() as patch,
        changed,
        blocker.unblock(),
        time_machine.travel(NOW, tick=True),
    ):
        patch.setitem(os.environ, "BANK_SIMULATOR_JOURNAL", str(folder / "journal.sqlite3"))
        with databases.standing_as("demo", _load):
            yield folder


def _load():
    call_command("load_demo", recipients=RECIPIENTS, verbosity=0)
