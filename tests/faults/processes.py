"""The system's processes, forked from a process that has everything imported: quick to replace.

Each runs what its command line would run: the Celery worker (prefork, with beat inside), the
relay, the bank simulator; and a person's request, which is one service call in a process that
may be killed like the web server's.
"""

import contextlib
import importlib
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from common.failpoints import VARIABLE
from tests.faults.proxy import NAME, Proxy

DATABASE_AWAY = (OperationalError, InterfaceError)
Work = Callable[[], object]
Plant = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long claims hold, and between two rounds of each background task.

    `idle`: after which the database ends a transaction that hangs. `patience`: within which a
    deed must be settled whatever happens.
    """

    lease: float
    sweep: float
    poll: float
    seal: float
    collect: float
    retry: float
    bank: float
    claim: float
    idle: float
    patience: float


# A campaign takes minutes at the one, and what the other promises is measured at it.
QUICK = Pace(
    lease=1.5,
    sweep=0.5,
    poll=0.5,
    seal=2.0,
    collect=0.5,
    retry=0.3,
    bank=1.0,
    claim=1.5,
    idle=6.0,
    patience=30.0,
)
PRODUCTION = Pace(
    lease=35.0,
    sweep=10.0,
    poll=10.0,
    seal=10.0,
    collect=15.0,
    retry=5.0,
    bank=20.0,
    claim=40.0,
    idle=40.0,
    patience=150.0,
)
SENT_TWICE = "sent.twice"  # the mark a relay leaves that sent something twice
ROWS_AT_A_TIME = 25  # of an export: the city's list takes several steps


# What the processes would import one after another, each for itself.
IMPORTED = (
    *("celery.bin.celery", "celery.bin.worker", "celery.apps.worker", "celery.worker.worker"),
    *("celery.worker.consumer", "celery.concurrency.prefork", "celery.beat", "celery.apps.beat"),
    *("celery.fixups.django", "kombu.transport.redis", "kombu.transport.virtual", "sqlite3"),
    *("django.core.management.commands.shell", "config.urls", "common.documents", "weasyprint"),
)


def import_everything() -> None:
    """Import what the processes need, so that a fork begins with its work at once."""
    from config.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()
    app.finalize()
    for name in IMPORTED:
        importlib.import_module(name)


class Crew:
    """The processes of one run; all die with `dismiss`."""

    def __init__(
        self, folder: Path, log: Path, *, pace: Pace = QUICK, plant: Plant | None = None
    ) -> None:
        self.folder = folder
        self.log = log
        self.pace = pace
        self.plant = plant
        self.running: dict[str, int] = {}
        self.serial = 0
        self.database_host = ""
        self.delivers_twice = False
        self.polls = True

    def fork(self, name: str, work: Work) -> int:
        """Start a process of our own group that does `work`; return its id."""
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._be_child(work)
        self.running[name] = pid
        return pid

    def _be_child(self, work: Work) -> None:
        """Do the work and end; never return into the parent's code."""
        code = 1
        try:
            os.setsid()
            with self.log.open("ab") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            os.environ[VARIABLE] = str(self.folder)
            if self.database_host:
                settings.DATABASES["default"]["HOST"] = self.database_host
                connections["default"].settings_dict["HOST"] = self.database_host
            self._set_pace()
            if self.plant:
                self.plant()
            work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _set_pace(self) -> None:
        """Let claims and waits last as long as the pace says."""
        from accounts.services import list_exports  # noqa: PLC0415 (Django must be set up)
        from payouts.services import inbox  # noqa: PLC0415

        settings.JOB_LEASE, settings.BANK_GATEWAY_TIMEOUT = self.pace.lease, self.pace.bank
        inbox.CLAIM_LIFE, inbox.SETTLED = self.pace.claim, 0.1
        list_exports.CHUNK = ROWS_AT_A_TIME

    def start_worker(self) -> None:
        """Start a prefork worker with beat inside."""
        self.serial += 1
        schedule = self.folder / f"beat-{self.serial}"
        name, pace, polls = f"worker{self.serial}", self.pace, self.polls
        self.fork("worker", lambda: _work(name, schedule, pace, polls=polls))

    def start_proxy(self, proxy: Proxy) -> None:
        """Start the line that may be cut; what is forked from now on uses it."""
        proxy.clear()
        self.fork("proxy", proxy.serve)
        deadline = time.monotonic() + 10
        while not (proxy.folder / NAME).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.database_host = str(proxy.folder)

    def start_relay(self) -> None:
        """Start the relay."""
        retry, mark = self.pace.retry, self.folder / SENT_TWICE
        twice = self.delivers_twice
        self.fork("relay", lambda: _relay_twice(retry, mark) if twice else _relay(retry))

    def restart_the_dead(self) -> list[str]:
        """Start again what has died, as a supervisor would; return their names."""
        dead = []
        for name, pid in list(self.running.items()):
            if name not in {"worker", "relay"} or os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
            del self.running[name]
            end_group(pid)
            dead.append(name)
            {"worker": self.start_worker, "relay": self.start_relay}[name]()
        return dead

    def dismiss(self, *names: str) -> None:
        """Kill the named processes, or all, with everything they started."""
        for name in names or tuple(self.running):
            pid = self.running.pop(name, 0)
            if pid:
                end_group(pid)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def end_group(pid: int) -> None:
    """Kill a process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def await_end(pid: int, seconds: float) -> int | None:
    """Wait for a child; return its status, or None if it still runs."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.01)
    return None


def _work(name: str, schedule: Path, pace: Pace, *, polls: bool) -> None:
    from config.celery import app  # noqa: PLC0415 (read when a worker starts, as in its process)

    timetable = {
        "accounts.tasks.sweep_stale_work": pace.sweep,
        "accounts.tasks.seal_audit_trail": pace.seal,
        "payouts.tasks.collect_inbox": pace.collect,
    }
    if polls:
        timetable["payouts.tasks.poll_bank"] = pace.poll
    app.conf.beat_schedule = {
        task: {"task": task, "schedule": seconds} for task, seconds in timetable.items()
    }
    app.conf.worker_hijack_root_logger = False
    app.conf.beat_max_loop_interval = 0.2
    app.worker_main(
        [
            *("worker", "--pool=prefork", "--concurrency=2", "--beat", f"--schedule={schedule}"),
            *("--loglevel=warning", f"--hostname={name}@%h"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]
    )


def _relay_twice(retry: float, mark: Path) -> None:
    """Relay like the relay, but everything twice and in any order."""
    from accounts.services import outbox  # noqa: PLC0415

    sender, dice = outbox.current_app, random.Random(os.getpid())
    late: list[tuple[float, str, dict[str, object]]] = []

    def send_task(task: str, kwargs: dict[str, object]) -> None:
        for _ in range(2):
            late.append((time.monotonic() + dice.uniform(0.0, 1.2), task, kwargs))

    class Twice:
        """Stands where the Celery application stands."""

    Twice.send_task = staticmethod(send_task)
    outbox.current_app = Twice
    while True:
        with contextlib.suppress(*DATABASE_AWAY):
            outbox.relay(at=timezone.now())
        dice.shuffle(late)
        for entry in [entry for entry in late if entry[0] < time.monotonic()]:
            late.remove(entry)
            sender.send_task(entry[1], kwargs=entry[2])
            mark.touch()
        time.sleep(min(retry, 0.05))


def _relay(retry: float) -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.management.commands import relay_outbox  # noqa: PLC0415

    relay_outbox.PAUSE, relay_outbox.RETRY_PAUSE = min(retry, 0.1), retry
    call_command("relay_outbox")
