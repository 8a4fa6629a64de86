"""The other side of common.failpoints: arming a place, and learning what was reached."""

import json
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Point:
    """One time at which a place is reached."""

    name: str
    time: int

    def __str__(self) -> str:
        return f"{self.name} #{self.time}"


@dataclass(frozen=True, slots=True)
class Fired:
    """What happened at an armed point: which process stood there."""

    pid: int

    def wake(self) -> None:
        """Let a stopped process go on."""
        os.kill(self.pid, signal.SIGCONT)


class Points:
    """The folder in which processes count places and find their orders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clear(self) -> None:
        """Forget counts and orders."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def arm(self, point: Point, act: str) -> None:
        """Have whoever reaches the point stop there: act is kill, kill_group or stop."""
        half = self.folder / "half.armed"
        half.write_text(json.dumps({"name": point.name, "time": point.time, "act": act}))
        half.rename(self.folder / "armed")

    def fired(self) -> Fired | None:
        """Return what happened at the armed point, if it was reached."""
        try:
            note = json.loads((self.folder / "fired").read_text())
        except FileNotFoundError:
            return None
        return Fired(note["pid"])

    def await_fired(self, seconds: float) -> Fired | None:
        """Wait until the armed point is reached; None if it is not."""
        deadline = time.monotonic() + seconds
        while (fired := self.fired()) is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return fired

    def counts(self) -> dict[str, int]:
        """Return how often each place was reached."""
        return {
            path.name.removeprefix("reached."): path.stat().st_size
            for path in sorted(self.folder.glob("reached.*"))
        }
