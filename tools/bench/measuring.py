"""What a piece of work costs: wall time, and CPU time of this process and its database backend."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds. `cpu` is None where the backend runs on another machine or cannot be read."""

    wall: float = 0.0
    cpu: float | None = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        known = self.cpu is not None and other.cpu is not None
        cpu = (self.cpu or 0.0) + (other.cpu or 0.0) if known else None
        return Cost(self.wall + other.wall, cpu)

    @property
    def seconds(self) -> float:
        """Return the CPU time where it is known, else the wall time."""
        return self.wall if self.cpu is None else self.cpu


@dataclass(slots=True)
class Tally:
    """The sum of what was measured, round after round."""

    cost: Cost = field(default_factory=Cost)

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Add the cost of the block."""
        pid = _backend()
        wall, cpu = time.perf_counter(), _cpu_seconds(pid)
        yield
        wall, after = time.perf_counter() - wall, _cpu_seconds(pid)
        spent = None if cpu is None or after is None else after - cpu
        self.cost += Cost(wall, spent)


@dataclass(slots=True)
class Step:
    """One line of the table: our cost against raw SQL's. `goal` None: for information only."""

    name: str
    rows: int
    goal: float | None
    ours: Tally = field(default_factory=Tally)
    raw: Tally = field(default_factory=Tally)

    @property
    def ratio(self) -> float:
        """Return ours over raw, of CPU time where both are known, else of wall time."""
        known = self.ours.cost.cpu is not None and self.raw.cost.cpu is not None
        if known:
            return self.ours.cost.seconds / max(self.raw.cost.seconds, 1 / TICKS)
        return self.wall_ratio

    @property
    def wall_ratio(self) -> float:
        """Return ours over raw in wall time."""
        return self.ours.cost.wall / self.raw.cost.wall

    @property
    def verdict(self) -> str:
        """Say whether the goal is reached."""
        if self.goal is None:
            return "for information"
        return "reached" if self.ratio <= self.goal else "not reached"


def require_count(what: str, found: int, expected: int) -> None:
    """Refuse to print a figure for work that was not done.

    Raises:
        RuntimeError: other rows were written or read than there should be.
    """
    if found != expected:
        raise RuntimeError(f"{what}: {found} rows instead of {expected}")


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # their CPU would not be seen
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_seconds(backend: int) -> float | None:
    try:
        text = Path(f"/proc/{backend}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    command, _, rest = text.partition("(")[2].rpartition(")")
    if not command.startswith("postgres"):
        return None
    user, system = rest.split()[11:13]
    return time.process_time() + (int(user) + int(system)) / TICKS
