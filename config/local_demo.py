"""The demo: every process of the system on one machine, ended together."""

import io
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from honcho.compat import ProcessManager
from honcho.manager import Manager
from honcho.printer import Printer

from config.local_environment import Environment
from config.local_processes import ignore_signals, kill_descendants, must, python
from config.local_tools import ROOT

READY_SECONDS = 180


def refuse_taken_port(host: str, port: str) -> None:
    """Say at once when the web address cannot be used, before anything is started."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except (OSError, ValueError, OverflowError) as problem:
        sys.exit(
            f"Port {port} on {host} cannot be used ({problem}).\n"
            "Another program, perhaps another demo, is using it. Stop that program or choose "
            "another port:\n  PORT=8080 python3 dev.py demo"
        )


def prepare(environment: Environment, base: Path) -> None:
    """Bring the tables up to date as their owner, then load the demo city as the app.

    The history is paid by the bank itself, whose journal the demo's bank process continues.
    """
    owner = {**environment, "DATABASE_URL": environment["DATABASE_OWNER_URL"]}
    must(python("manage.py", "migrate", "--noinput", "-v", "0"), owner)
    must(python("manage.py", "equip_pools", "-v", "0"), owner)
    must(python("manage.py", "load_demo"), bank_environment(environment, base))


def bank_environment(environment: Environment, base: Path) -> Environment:
    """Tell the bank simulator where it lives; by environment, as a token is no argument."""
    return {
        **environment,
        "BANK_SIMULATOR_PORT": environment["BANK_PORT"],
        "BANK_SIMULATOR_JOURNAL": str(base / "bank.sqlite3"),
        "BANK_SIMULATOR_FOLDER": str(base / "bank"),
        "BANK_SIMULATOR_TOKEN": environment["BANK_GATEWAY_TOKEN"],
    }


def commands(environment: Environment, host: str) -> dict[str, list[str]]:
    """Return the command line of each process."""
    address = f"{host}:{environment['PORT']}"
    return {
        "web": python(
            "-m", "gunicorn", "config.wsgi", "-b", address, "-w", "2", "--threads", "4",
            "--no-control-socket", "--worker-tmp-dir", "/dev/shm",  # noqa: S108
        ),
        "worker": python("-m", "celery", "-A", "config", "worker", "-l", "warning", "-c", "2"),
        "beat": python("-m", "celery", "-A", "config", "beat", "-l", "warning"),
        "relay": python("manage.py", "relay_outbox"),
        "bank": python("-m", "tools.bank_simulator"),
    }  # fmt: skip


def announce(environment: Environment, stopped: threading.Event) -> None:
    """Wait until the site answers, then print its address and who may log in."""
    url = f"http://127.0.0.1:{environment['PORT']}"
    deadline = time.monotonic() + READY_SECONDS
    while not stopped.wait(0.5) and time.monotonic() < deadline:
        if answers(f"{url}/readyz"):
            told(environment, "prepare_demo_bank")
            accounts = told(environment, "list_demo_accounts")
            print(f"\n{accounts}\n\nReady: {url}   (Ctrl-C stops everything)\n", flush=True)
            return
    if not stopped.is_set():
        print(f"\n{url}/readyz does not answer after {READY_SECONDS} s; see above\n", flush=True)


def told(environment: Environment, command: str) -> str:
    """Run a management command and return what it says."""
    ended = subprocess.run(
        python("manage.py", command),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout.rstrip() or ended.stderr.rstrip()


def answers(url: str) -> bool:
    """Tell whether a page answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=3) as reply:  # noqa: S310 (our own address)
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class AskOneAlone(ProcessManager):
    """Asks a process to end, and leaves its children to it, as containers do.

    honcho asks all of them, and Celery's worker then mourns each child with a traceback.
    """

    def terminate(self, pid: int) -> None:
        """Send SIGTERM to the process, unless it ended by itself."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class Supervisor(Manager):
    """honcho's manager, made to end in peace."""

    def __init__(self) -> None:
        # honcho prints in its signal handlers. Standard output would refuse that in the middle of
        # another line, and the demo would end in a traceback; unbuffered output does not mind.
        unbuffered = io.FileIO(sys.stdout.fileno(), "w", closefd=False)
        output = io.TextIOWrapper(unbuffered, sys.stdout.encoding, write_through=True)
        super().__init__(Printer(output))
        self._procmgr = AskOneAlone()


def run_demo(environment: Environment, base: Path) -> int:
    """Prepare the data and run all processes until the first ends or we are told to stop."""
    host = os.environ.get("HOST", "127.0.0.1")
    prepare(environment, base)
    manager = Supervisor()
    for name, command in commands(environment, host).items():
        own = bank_environment(environment, base) if name == "bank" else environment
        # exec: the shell that honcho starts must not stand between it and the process
        manager.add_process(name, "exec " + shlex.join(command), env=own, cwd=str(ROOT))
    stopped = threading.Event()
    herald = threading.Thread(target=announce, args=(environment, stopped), daemon=True)
    herald.start()
    try:
        manager.loop()
    finally:
        ignore_signals()
        stopped.set()
        herald.join(5)
        kill_descendants()  # the servers are nobody's children and are stopped by their owner
    return int(manager.returncode or 0)
