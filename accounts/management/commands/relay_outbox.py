"""Send committed outbox messages to the broker, twice a second, until told to stop."""

import logging
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from accounts.services.outbox import relay

PAUSE = 0.5  # seconds
RETRY_PAUSE = 5.0  # seconds, while database or broker is away
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """`manage.py relay_outbox [--once]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept --once: one round, for tests and by hand."""
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Relay until SIGTERM or SIGINT; a round under way is finished first."""
        if options["once"]:
            self.stdout.write(f"{relay(at=timezone.now())} sent")
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        pause = PAUSE
        while not stopped.wait(pause):
            pause = _round()


def _round() -> float:
    """Relay once; return how long to wait before the next round, in seconds."""
    close_old_connections()
    try:
        relay(at=timezone.now())
    except (BrokerError, OperationalError) as error:
        logger.warning("relay waits: %s", type(error).__name__)
        connection.close()
        return RETRY_PAUSE
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()
    return PAUSE
