"""A small demo, loaded once for a module of tests and emptied after it, always the same day.

What a demo holds of the running month depends on the day it is loaded (after the 25th no plan
can be handed in), so the clock stands at one Monday while it is loaded and read.
"""

import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests.conftest import _empty_tables

RECIPIENTS = 60
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


@contextmanager
def loaded_demo(tmp_path_factory, blocker, recipients=RECIPIENTS):
    """Load both cities as the app role, with a bank of their own; empty the tables at the end."""
    folder = tmp_path_factory.mktemp("demo")
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
        try:
            call_command("load_demo", recipients=recipients, verbosity=0)
            yield folder
        finally:
            _empty_tables(settings.DATABASES["default"]["NAME"])
