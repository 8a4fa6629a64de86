"""Starting child processes so that no way of ending the launcher leaves one behind."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from config.local_environment import Environment
from config.local_tools import ROOT

GRACE = 15  # seconds a child may take to clean up
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Turn the first ending signal into SystemExit, so that every `finally` runs once.

    Later ones are ignored: an impatient second Ctrl-C would leave servers behind.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        sys.exit(128 + number)

    for number in ENDINGS:
        signal.signal(number, leave)


def ignore_signals() -> None:
    """Let nothing disturb the cleaning up."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def python(*arguments: str) -> list[str]:
    """Return a command line for our own interpreter."""
    return [sys.executable, *arguments]


def tool(name: str, *arguments: str) -> list[str]:
    """Return a command line for a program of the virtual environment."""
    return [str(Path(sys.executable).parent / name), *arguments]


def start(command: list[str], environment: Environment, **more: Any) -> subprocess.Popen[str]:
    """Start a child in a process group of its own."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        text=True,
        **more,
    )


def end(child: subprocess.Popen[str]) -> None:
    """End a child and all it started: politely first, so that test runners clean up."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def parents() -> dict[int, int]:
    """Return the parent of every process on this machine."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # "number (name) state parent …"; the name may hold spaces and brackets
            found[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    return found


def kill_descendants() -> None:
    """Kill every process that we started, directly or not, and that still runs."""
    parent_of = parents()
    family = {os.getpid()}
    while grown := {child for child, parent in parent_of.items() if parent in family} - family:
        family |= grown
    for number in family - {os.getpid()}:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(number, signal.SIGKILL)


def run(command: list[str], environment: Environment) -> int:
    """Run a child to its end and return its exit code; end it if we are ended ourselves."""
    child = start(command, environment)
    try:
        return child.wait()
    finally:
        end(child)


def run_here(command: list[str], environment: Environment) -> int:
    """Run a child that may talk to a person: a shell, a prompt.

    At a terminal it stays in our process group, where Ctrl-C reaches it and it may read.
    """
    if not sys.stdin.isatty():
        return run(command, environment)
    child = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def must(command: list[str], environment: Environment) -> None:
    """Run a child and stop everything when it fails."""
    code = run(command, environment)
    if code:
        sys.exit(f"failed ({code}): {' '.join(command)}")
