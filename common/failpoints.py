"""Places where a test may stop a process, to prove that what follows a crash is right.

    failpoint("bank.before_request")

Off, and without cost, unless the environment variable FUND_FAIL_POINTS names a folder; the
production settings refuse to start with it. Then each place counts how often it is reached, and
the folder's file `armed` says at which time of which place the process sends itself a signal.
Arming is for once, unless for every time: whoever fires takes the order away.
"""

import json
import os
import signal
from pathlib import Path

VARIABLE = "FUND_FAIL_POINTS"
EVERY_TIME = 0
# What the process does to itself, or to its whole group, by the act named in the order.
SIGNALS = {"kill": signal.SIGKILL, "kill_group": signal.SIGKILL, "stop": signal.SIGSTOP}


def failpoint(name: str) -> None:
    """Reach a place by name; nothing happens unless the environment asks for it."""
    folder = os.environ.get(VARIABLE)
    if folder:
        _reach(Path(folder), name)


def _reach(folder: Path, name: str) -> None:
    """Count the place, and stop here if it is the armed one."""
    times = _count(folder / f"reached.{name}")
    try:
        order = json.loads((folder / "armed").read_text())
        if order["name"] != name or order["time"] not in {times, EVERY_TIME}:
            return
        if order["time"] != EVERY_TIME:
            (folder / "armed").unlink()
    except FileNotFoundError:
        return
    half = folder / f"half.{os.getpid()}"
    half.write_text(json.dumps({**order, "pid": os.getpid()}))
    half.rename(folder / "fired")
    if order["act"] == "kill_group":
        os.killpg(os.getpgrp(), SIGNALS["kill_group"])
    os.kill(os.getpid(), SIGNALS[order["act"]])


def _count(path: Path) -> int:
    """Count one more time in a file and return which it was, whichever process comes."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, b".")
        return os.lseek(handle, 0, os.SEEK_CUR)
    finally:
        os.close(handle)
