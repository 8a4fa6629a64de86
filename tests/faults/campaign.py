"""A campaign: the month once without faults, then each deed again with each fault."""

import contextlib
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.exceptions import ObjectDoesNotExist
from django.db import connections

from common.errors import DomainError
from config.local_servers import DATABASE
from tests.faults import checks, processes
from tests.faults.city import City
from tests.faults.deeds import DEEDS, Deed
from tests.faults.injections import Injection, Scene
from tests.faults.points import Point, Points
from tests.faults.processes import Crew
from tests.faults.servers import Stage

FIRST_TIMES = 3  # of a place that is reached often: these times and the last are stopped at
TAKEN_UP_WITHIN = 60.0  # seconds, at production's pace
LAST_PLACES = 0.3  # seconds in which a settled deed still passes its last places
REFUSED = 3  # how a person's process ends when the system said no
REPORT_AT_MOST = 5  # differences told of one run
TRIES = 3  # at a place that chance decides about, before that it is not met is a finding
TOLD = ("accounts_notice", "accounts_auditevent")
# Places of background rounds, reached all the time whatever is done.
BACKGROUND = (
    "sweep",
    "relay.before_commit",
    "relay.committed",
    "config.load_demo",
    "accounts.seal_audit_trail",
    "accounts.end_expired_grants",
    "payouts.poll_bank",
    "payouts.resolve_batch",
)
# Places that the pace of rounds decides about: another run may not come there, or, of the second
# kind, not so often.
BY_CHANCE = ("relay.sent", "claim.", "payouts.poll_bank", "payouts.resolve_batch", "accounts.seal")
OFTEN_BY_CHANCE = ("payouts.send_batch", "bank.", "payouts.tasks.collect_inbox")


@dataclass
class Baseline:
    """A deed as it went without a fault."""

    deed: Deed
    outcome: checks.Outcome
    points: list[Point]


@dataclass
class Result:
    """What one fault led to."""

    deed: str
    fault: str
    findings: list[str]
    seconds: float
    fired: bool = True

    def __str__(self) -> str:
        mark = "FOUND" if self.findings else "ok   " if self.fired else "skip "
        text = f"{mark} {self.deed:<22} {self.fault:<66} {self.seconds:5.1f} s"
        return "\n".join([text, *(f"        {finding}" for finding in self.findings)])


@dataclass
class Campaign:
    """Everything one call of the harness needs."""

    stage: Stage
    seed: int
    say: Callable[[str], None]
    plant: processes.Plant | None = None
    sql: str = ""
    pace: processes.Pace = processes.QUICK
    baselines: dict[str, Baseline] = field(default_factory=dict)
    city: City = field(init=False)
    asked: int = 0

    def set_pace(self, pace: processes.Pace) -> None:
        """Let claims and waits last as long as the pace says, in the database too."""
        self.pace = pace
        self.stage.end_hanging_after(pace.idle)

    def __post_init__(self) -> None:
        self.set_pace(self.pace)
        self.points = Points(self.stage.base / "points")
        self.log = self.stage.base / "processes.log"
        self.random = random.Random(self.seed)

    # The month without faults --------------------------------------------------------------

    def play(self, until: str = "") -> None:
        """Play the month once, keeping the state before each deed and counting its places."""
        for deed in DEEDS:
            self._keep_state_before(deed)
            with self.crew(**deed.crew) as crew:
                self._baseline(deed, crew)
            if deed.name == until:
                return

    def _keep_state_before(self, deed: Deed) -> None:
        """Keep what a deed begins with: what stands, or what its own preparation makes of it."""
        if deed.prepare is not None:
            self.stage.restore(f"before_{deed.aside_of}")
            with bank_alone(self):
                deed.prepare(self.city)
        self.stage.keep(f"before_{deed.name}")

    def _baseline(self, deed: Deed, crew: Crew) -> None:
        """Do a deed without a fault, and keep what it led to and which places it passed."""
        seconds = self.do(deed, crew)
        if seconds is None:
            raise RuntimeError(f"{deed.name} does not settle even without a fault")
        time.sleep(LAST_PLACES)
        found = checks.findings_of(self.city, self.stage.journal)
        if found:
            raise RuntimeError(f"{deed.name} without a fault: {found}")
        if deed.job and not any(name.startswith(deed.job) for name in self.points.counts()):
            raise RuntimeError(f"{deed.name} does not reach {deed.job}")
        outcome, points = checks.outcome_of(self.city), self._points_of(deed)
        self.baselines[deed.name] = Baseline(deed, outcome, points)
        self.say(f"played {deed.name}: {len(points)} places, {seconds:.1f} s")

    def hurry(self, wanted: set[str]) -> None:
        """Play the month up to the last wanted deed; the others without workers."""
        last = [deed.name for deed in DEEDS if deed.name in wanted][-1]
        for deed in DEEDS:
            if deed.name in wanted:
                self._keep_state_before(deed)
                with self.crew(**deed.crew) as crew:
                    self._baseline(deed, crew)
            else:
                with bank_alone(self):
                    deed.act(self.city)
                    self.city.work_off()
            if deed.name == last:
                return

    def _points_of(self, deed: Deed) -> list[Point]:
        def belongs(name: str) -> bool:
            return name.startswith(deed.also) or not name.startswith(BACKGROUND)

        return [
            Point(name, number)
            for name, count in self.points.counts().items()
            if belongs(name)
            for number in sorted({*range(1, min(count, FIRST_TIMES) + 1), count})
        ]

    def restore(self, deed: str) -> None:
        """Bring back the state before a deed; a planted bug comes into the database too."""
        self.stage.restore(f"before_{deed}")
        connections.close_all()  # ours went with the database that was replaced
        if self.sql:
            with self.stage.admin(DATABASE) as admin:
                admin.execute(self.sql)

    # One deed -------------------------------------------------------------------------------

    def crew(self, **changes: object):
        """Return the processes of one run, all gone at its end."""
        return _crew(self, **changes)

    def do(self, deed: Deed, crew: Crew, scene: Scene | None = None) -> float | None:
        """Have a person do a deed and wait until everything is settled; return the seconds.

        Whatever dies meanwhile is started again; a person whose request died asks again, and
        may be told that it is done. None: it does not settle.
        """
        started = time.monotonic()
        deadline, settled_at = started + self.pace.patience, 0.0
        self.asked = 0
        self._ask(deed, crew)
        while time.monotonic() < deadline:
            crew.restart_the_dead()
            if scene is not None:
                scene.tend()
                self._look_who_takes_up(scene)
            if "person" in crew.running:
                self._tend_person(deed, crew)
            elif self._is_settled():
                settled_at = settled_at or time.monotonic()
                if scene is None:
                    return time.monotonic() - started
                self._look_who_takes_up(scene)  # a quick job is taken up and done between two looks
                if scene.is_over(settled_at):
                    return time.monotonic() - started
            time.sleep(0.02)
        return None

    def _look_who_takes_up(self, scene: Scene) -> None:
        """Note when the work that was struck down is somebody's again, or done."""
        if self.pace is not processes.PRODUCTION or not scene.has_happened or scene.taken_up_at:
            return
        with contextlib.suppress(*processes.DATABASE_AWAY):
            claims = self.city.claims()
            if scene.claims is None:
                scene.claims = claims
            elif claims != scene.claims:
                scene.taken_up_at = time.monotonic()
        time.sleep(0.2)

    def _is_settled(self) -> bool:
        try:
            return self.city.is_settled()
        except processes.DATABASE_AWAY:
            return False

    def _ask(self, deed: Deed, crew: Crew) -> None:
        crew.fork("person", lambda: act_once(deed.act, self.city))

    def _tend_person(self, deed: Deed, crew: Crew) -> None:
        status = processes.await_end(crew.running["person"], 0.02)
        if status is None:
            return
        del crew.running["person"]
        self.asked += 1
        if os.waitstatus_to_exitcode(status) == REFUSED:
            if self.asked == 1:
                raise RuntimeError(f"{deed.name} was refused, see {self.log}")
        elif status != 0:
            self._ask(deed, crew)  # killed, or the answer got lost: the person asks again

    def inject(self, deed: Deed, injection: Injection, point: Point | None) -> Result:
        """Do a deed again from the state before it, with one fault."""
        self.restore(deed.name)
        started = time.monotonic()
        with self.crew(**{**deed.crew, **injection.crew}) as crew:
            scene = Scene(self.stage, self.points, crew, self.random, point, injection)
            injection.prepare(scene)
            settled = self.do(deed, crew, scene)
            findings = injection.finish(scene)
        if settled is None:
            findings.append(f"not settled within {self.pace.patience:.0f} s")
        findings += self._not_as_ordered(scene)
        if point is None and not scene.has_happened:
            findings.append("nothing of the kind was seen")
        findings += checks.findings_of(self.city, self.stage.journal)
        if not injection.may_send_twice:
            findings += checks.sent_again(self.stage.journal)
        if not (injection.changes_outcome or (deed.is_repeatable and self.asked > 1)):
            outcome = checks.outcome_of(self.city)
            ignored = TOLD if injection.tells_people else ()
            differences = self.baselines[deed.name].outcome.differences(outcome, ignored)
            findings += differences[:REPORT_AT_MOST]
        fault = f"{injection.name} at {point}" if point else injection.name
        seconds = time.monotonic() - started
        return Result(deed.name, fault, findings, seconds, fired=scene.has_happened)

    def _not_as_ordered(self, scene: Scene) -> list[str]:
        """Return what the fault should have met and did not: its place, and a successor in time."""
        point = scene.point
        if point is not None and not scene.has_happened:
            late = point.time > 1 and point.name.startswith(OFTEN_BY_CHANCE)
            by_chance = late or point.name.startswith(BY_CHANCE)
            return [] if by_chance else [f"{point} was not reached again"]
        if self.pace is not processes.PRODUCTION or scene.struck_at == 0.0:
            return []
        if scene.taken_up_at == 0.0:
            return ["nobody was seen to take it up"]
        seconds = scene.taken_up_at - scene.struck_at
        self.say(f"      taken up after {seconds:.1f} s")
        late = f"taken up only after {seconds:.1f} s"
        return [late] if seconds > TAKEN_UP_WITHIN else []

    def results(self, chosen: list[tuple[str, Injection, Point | None]]) -> Iterator[Result]:
        """Inject each chosen fault and yield what came of it."""
        for name, injection, point in chosen:
            result = self.strike(self.baselines[name].deed, injection, point)
            self.say(str(result))
            yield result

    def strike(self, deed: Deed, injection: Injection, point: Point | None) -> Result:
        """Inject until the fault meets its place; a place that is never met is a finding.

        How often a background round comes by is chance, so a later time of such a place is
        tried once, and its first time then.
        """
        for _ in range(TRIES):
            result = self.inject(deed, injection, point)
            if point is None or result.fired or result.findings:
                return result
            point = Point(point.name, 1)
        result.findings.append(f"the place was not met in {TRIES} tries")
        return result


def act_once(act: Callable[[City], object], city: City) -> None:
    """Do what a person does, in his own process; its exit code says how the system answered."""
    try:
        act(city)
    except DomainError as refusal:
        sys.stdout.write(f"{refusal.code} {refusal.message}\n")
        sys.exit(REFUSED)
    except ObjectDoesNotExist:  # the person's page shows nothing to do any more
        sys.exit(REFUSED)


class _crew:  # noqa: N801 (reads as the function it stands for)
    """The processes of one run: bank, relay, worker; all killed at the end."""

    def __init__(self, campaign: Campaign, **changes: object) -> None:
        self.is_proxied = bool(changes.pop("is_proxied", False))
        self.campaign, self.changes = campaign, changes

    def __enter__(self) -> Crew:
        campaign = self.campaign
        campaign.stage.flush_redis()
        campaign.points.clear()
        crew = Crew(campaign.points.folder, campaign.log, pace=campaign.pace, plant=campaign.plant)
        for name, value in self.changes.items():
            setattr(crew, name, value)
        self.crew = crew
        start_bank(campaign.stage, crew)
        if self.is_proxied:
            crew.start_proxy(campaign.stage.proxy)
        crew.start_relay()
        crew.start_worker()
        return crew

    def __exit__(self, *_: object) -> None:
        self.crew.dismiss()


@contextmanager
def bank_alone(campaign: Campaign) -> Iterator[None]:
    """Keep the bank running, and nothing else of the processes."""
    campaign.points.clear()
    crew = Crew(campaign.points.folder, campaign.log)
    try:
        start_bank(campaign.stage, crew)
        yield
    finally:
        crew.dismiss()


def start_bank(stage: Stage, crew: Crew) -> None:
    """Start the bank simulator with the campaign's journal."""
    crew.fork("bank", lambda: _bank(stage))
    deadline = time.monotonic() + 10
    from config.demo.bank import configured_bank  # noqa: PLC0415

    while not configured_bank().answers():
        if time.monotonic() > deadline:
            raise TimeoutError("the bank does not answer")
        time.sleep(0.02)


def _bank(stage: Stage) -> None:
    from tools.bank_simulator.__main__ import main  # noqa: PLC0415

    os.environ["BANK_SIMULATOR_TOKEN"] = os.environ["BANK_GATEWAY_TOKEN"]
    sys.argv = [
        *("bank", f"--port={stage.bank_port}", f"--journal={stage.journal}", "--delay=0"),
        f"--folder={stage.base / 'exchange'}",
    ]
    main()
