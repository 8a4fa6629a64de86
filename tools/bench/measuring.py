"""What a piece of work costs: time of the clock, CPU of both processes, memory of this one."""

import ctypes
import gc
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.db import connection

SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, and the most memory in megabytes above what the process held before.

    `cpu` is of this process and its database backend together, None where the backend runs on
    another machine or cannot be read; `memory` is of this process, None where it cannot be read.
    """

    wall: float = 0.0
    cpu: float | None = 0.0
    memory: float | None = None

    def __add__(self, other: "Cost") -> "Cost":
        known = self.cpu is not None and other.cpu is not None
        cpu = (self.cpu or 0.0) + (other.cpu or 0.0) if known else None
        memory = max((m for m in (self.memory, other.memory) if m is not None), default=None)
        return Cost(self.wall + other.wall, cpu, memory)

    @property
    def seconds(self) -> float:
        """Return the CPU time where it is known, else the wall time."""
        return self.wall if self.cpu is None else self.cpu


@dataclass(slots=True)
class Tally:
    """What was measured, round after round."""

    costs: list[Cost] = field(default_factory=list)

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Add the cost of the block."""
        pid = _backend()
        held = _forget_peak()
        wall, cpu = time.perf_counter(), _cpu_seconds(pid)
        yield
        wall, after = time.perf_counter() - wall, _cpu_seconds(pid)
        spent = None if cpu is None or after is None else after - cpu
        peak = _megabytes("VmHWM")
        memory = None if held is None or peak is None else peak - held
        self.costs.append(Cost(wall, spent, memory))

    @property
    def cost(self) -> Cost:
        """Return the sum of all rounds; of the memory, the most."""
        return sum(self.costs, Cost())

    @property
    def typical(self) -> float:
        """Return the median of the rounds' seconds."""
        return median(cost.seconds for cost in self.costs)


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
        """Return the median round's ours over raw, of CPU time where it is known."""
        return median(
            ours.seconds / raw.seconds
            for ours, raw in zip(self.ours.costs, self.raw.costs, strict=True)
        )

    @property
    def wall_ratio(self) -> float:
        """Return the median round's ours over raw in wall time."""
        return median(
            ours.wall / raw.wall for ours, raw in zip(self.ours.costs, self.raw.costs, strict=True)
        )

    @property
    def verdict(self) -> str:
        """Say whether the goal is reached."""
        if self.goal is None:
            return "for information"
        return "reached" if self.ratio <= self.goal else "not reached"


def require_count(what: str, found: int, expected: int) -> None:
    """Refuse to print a figure for work that was not done.

    Raises:
        RuntimeError: fewer or more rows than there should be.
    """
    if found != expected:
        raise RuntimeError(f"{what}: {found} rows instead of {expected}")


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_seconds(backend: int) -> float | None:
    """Return the CPU seconds of this process and the backend so far, by the scheduler's clock."""
    try:
        name = Path(f"/proc/{backend}/comm").read_text(encoding="utf-8")
        spent = Path(f"/proc/{backend}/schedstat").read_text(encoding="utf-8")
    except OSError:
        return None
    if not name.startswith("postgres"):
        return None
    return time.process_time() + int(spent.split()[0]) / 1e9


def _forget_peak() -> float | None:
    """Give freed memory back, start the peak anew; return what the process holds, megabytes."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        (SELF / "clear_refs").write_text("5", encoding="utf-8")
    except (OSError, AttributeError):
        return None
    return _megabytes("VmRSS")


def _megabytes(name: str) -> float | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", (SELF / "status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found.group(1)) / 1024 if found else None
