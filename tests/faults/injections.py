"""The faults, each a small plan: what to prepare, what to do while a deed runs, how it ends."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.points import Fired, Point, Points
from tests.faults.processes import SENT_TWICE, Crew
from tests.faults.servers import Stage

GRACE = 1.5  # seconds after everything is settled, in which a last place may be reached


@dataclass
class Scene:
    """A fault in progress: `happen` is called once its point was reached, `tend` ever after."""

    stage: Stage
    points: Points
    crew: Crew
    random: random.Random
    point: Point | None
    injection: "Injection"
    fired: Fired | None = None
    has_happened: bool = False
    sleeps_until: float = 0.0
    woken_at: float = 0.0
    struck_at: float = 0.0
    taken_up_at: float = 0.0
    claims: tuple[tuple[object, ...], ...] | None = None

    def tend(self) -> None:
        """Look whether the point was reached, and let the fault take its course."""
        if self.point is not None and self.fired is None:
            self.fired = self.points.fired()
            if self.fired is not None:
                self.has_happened, self.struck_at = True, time.monotonic()
                self.injection.happen(self)
        elif self.sleeps_until and time.monotonic() > self.sleeps_until:
            self.sleeps_until = 0.0
            self.injection.awake(self)

    def wake(self) -> None:
        """Let the stopped process go on."""
        self.woken_at = time.monotonic()
        if self.fired is not None:
            self.fired.wake()

    def is_over(self, settled_at: float) -> bool:
        """Tell whether nothing more will happen, everything having been settled for a while."""
        if self.sleeps_until:
            return False
        waits = self.point is not None and not self.has_happened
        grace = GRACE if waits or self.injection.lingers else 0
        return time.monotonic() > max(settled_at, self.woken_at) + grace


@dataclass(frozen=True)
class Injection:
    """One kind of fault. `act` is what the process does to itself at the point.

    `crew`: changes of the processes. `lingers`: what was woken may still do harm afterwards.
    `may_send_twice`: a sender stopped before its call sends when it wakes, whoever sent
    meanwhile; the bank then tells the same file by its number. `tells_people`: notices and the
    trail rightly say more than without the fault.
    """

    name: str
    act: str = ""
    crew: Mapping[str, object] = field(default_factory=dict)
    changes_outcome: bool = False
    lingers: bool = False
    may_send_twice: bool = False
    tells_people: bool = False

    def prepare(self, scene: Scene) -> None:
        """Arm the point."""
        if scene.point is None:
            scene.has_happened = True
        elif self.act:
            scene.points.arm(scene.point, self.act)

    def happen(self, scene: Scene) -> None:
        """Do what belongs to the fault once the point was reached."""

    def awake(self, scene: Scene) -> None:
        """End a pause of the fault: what was stopped goes on."""
        scene.wake()

    def finish(self, scene: Scene) -> list[str]:
        """Return what the fault itself found out."""
        return []


@dataclass(frozen=True)
class ServerFault(Injection):
    """While the process stands at the point something happens to a server; then it goes on."""

    act: str = "stop"
    fault: Callable[[Stage], None] = Stage.flush_redis

    def happen(self, scene: Scene) -> None:
        """Hit the server and let the process go on."""
        self.fault(scene.stage)
        scene.wake()


@dataclass(frozen=True)
class Sleep(Injection):
    """The process sleeps while others take its work over, and wakes when that is done."""

    act: str = "stop"
    lingers: bool = True
    may_send_twice: bool = True
    seconds: float = 8.0  # beyond the lease and what the database grants an idle transaction

    def happen(self, scene: Scene) -> None:
        """Leave it asleep for a while."""
        scene.sleeps_until = time.monotonic() + self.seconds


@dataclass(frozen=True)
class CommitAnswerLost(Injection):
    """The process commits, and never learns that it did."""

    act: str = "stop"
    crew: Mapping[str, object] = field(default_factory=lambda: {"is_proxied": True})
    lingers: bool = True

    def happen(self, scene: Scene) -> None:
        """Have the line cut after the COMMIT that the process is about to send."""
        scene.stage.proxy.lose_commit_of(scene.fired.pid)
        scene.wake()

    def finish(self, scene: Scene) -> list[str]:
        """Tell when the process was there and its answer was not lost after all."""
        lost = scene.stage.proxy.was_obeyed
        return [] if lost or not scene.has_happened else ["the answer to COMMIT was not lost"]


@dataclass(frozen=True)
class Twice(Injection):
    """Every task is sent twice and in any order."""

    crew: Mapping[str, object] = field(default_factory=lambda: {"delivers_twice": True})
    lingers: bool = True

    def prepare(self, scene: Scene) -> None:
        """Nothing is to be armed: the relay does it all the time."""

    def finish(self, scene: Scene) -> list[str]:
        """Look whether anything was sent: a deed without background work sends nothing."""
        scene.has_happened = (scene.points.folder / SENT_TWICE).exists()
        return []


KILL = Injection("kill -9 of the process", act="kill")
KILL_WORKER = Injection("kill -9 of all its processes", act="kill_group")
POSTGRES = ServerFault("PostgreSQL killed and restarted", fault=Stage.kill_postgres)
REDIS = ServerFault("Redis killed and restarted", fault=Stage.kill_redis)
FLUSH = ServerFault("Redis flushed", fault=Stage.flush_redis)
SLEEP = Sleep("stopped beyond its lease and woken")
LONG_SLEEP = Sleep("stopped in its step, long", seconds=70.0)  # at production's pace
COMMIT_LOST = CommitAnswerLost("the answer to COMMIT lost")
TWICE = Twice("every task twice and out of order")
EVERYWHERE = (KILL, KILL_WORKER)
SOMEWHERE = (POSTGRES, REDIS, FLUSH, SLEEP)
