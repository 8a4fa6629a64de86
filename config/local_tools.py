"""Small tools of the local servers: files of wheels, ports, locks, processes."""

import fcntl
import importlib.util
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent


def stop_with(message: str) -> NoReturn:
    """End the program with a message instead of a traceback."""
    sys.exit(f"local servers: {message}")


def wheel_folder(package: str, *parts: str) -> Path:
    """Return a folder inside an installed wheel without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        stop_with(f"{package} is not installed; start through `python3 dev.py`")
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)


def free_port() -> int:
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lock_file(path: Path) -> Iterator[int]:
    """Yield a file to lock; reading suffices for that, so root's file serves a user as well."""
    handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock while starting or stopping servers."""
    with lock_file(path) as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def command_line(number: int) -> list[bytes]:
    """Return the words a process was started with; none if it ended or waits to be reaped."""
    try:
        return [word for word in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0") if word]
    except OSError:
        return []
