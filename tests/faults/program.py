"""What the command does once Django is set up: choose faults by the seed, inject, judge."""

import argparse
import sys
import time
from collections.abc import Iterator

from django.utils import timezone

from tests.faults import city as cities
from tests.faults import injections, planted, processes, scenarios, short
from tests.faults.campaign import Campaign, Result, bank_alone
from tests.faults.deeds import DEEDS
from tests.faults.points import Point
from tests.faults.processes import import_everything
from tests.faults.servers import Stage

RACES_EACH = 5


def run(stage: Stage, options: argparse.Namespace, started: float) -> int:
    """Play, inject, print; return 1 if anything was found."""
    say(f"faults with seed {options.seed} ({time.monotonic() - started:.0f} s to start)")
    import_everything()
    campaign = Campaign(stage, options.seed, say)
    found_city(campaign)
    say(f"the city is founded ({time.monotonic() - started:.0f} s)")
    if options.short or options.prove:
        return run_short(campaign, options, started)
    campaign.play(_last_of(options.only))
    if options.pace == "production":
        campaign.set_pace(processes.PRODUCTION)
        return judge(list(campaign.results(list(one_of_each_job(campaign)))), options.seed, started)
    chosen = [] if options.stories else list(choose(campaign, options))
    say(f"{len(chosen)} faults at places follow ({time.monotonic() - started:.0f} s so far)")
    results = list(campaign.results(chosen))
    results += tell_stories(campaign, options)
    code = judge(results, options.seed, started)
    if options.only or options.stories:
        return code
    return prove_itself(campaign, planted.PLANTED) or code


def _last_of(names: list[str]) -> str:
    """Return the deed up to which the month must be played for these, or nothing for all."""
    chosen = [deed for deed in DEEDS if deed.name in names]
    return chosen[-1].name if chosen else ""


def prove_itself(campaign: Campaign, bugs: tuple[planted.Planted, ...]) -> int:
    """Plant bugs and see them found; 1 if one of them is not."""
    missed = planted.prove(campaign, bugs)
    say(f"{len(bugs) - len(missed)} of {len(bugs)} planted bugs found")
    return 1 if missed else 0


def one_of_each_job(campaign: Campaign):
    """Yield one kill in the midst of each kind of job, of the sending, and a worker that freezes.

    At production's pace: what nobody works on any more must be taken up within a minute.
    """
    seen = set()
    for name, baseline in campaign.baselines.items():
        job = baseline.deed.job
        if job and job not in seen:
            seen.add(job)
            yield name, injections.KILL_WORKER, Point("claim.committed", 1)
    if "pay" in campaign.baselines:
        yield "pay", injections.KILL_WORKER, Point("sending.claimed", 1)
    if "drop_file" in campaign.baselines:
        place = Point("payouts.tasks.collect_inbox.before_commit", 1)
        yield "drop_file", injections.KILL_WORKER, place
    if "compare" in campaign.baselines:
        place = Point("payouts.tasks.compare_sources.before_commit", 1)
        yield "compare", injections.LONG_SLEEP, place


def run_short(campaign: Campaign, options: argparse.Namespace, started: float) -> int:
    """Inject a minute's choice of the faults; or plant bugs and see them found."""
    chosen = short.CHOSEN if options.short else ()
    bugs = short.BUGS if options.short else planted.PLANTED
    campaign.hurry({name for name, _, _ in chosen} | {bug.deed for bug in bugs})
    say(f"{len(chosen)} faults, {len(bugs)} bugs follow ({time.monotonic() - started:.0f} s)")
    code = judge(list(campaign.results(list(chosen))), options.seed, started)
    return prove_itself(campaign, bugs) or code


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def found_city(campaign: Campaign) -> None:
    """Found the city, with the bank open for it."""
    with bank_alone(campaign):
        campaign.city = cities.found(timezone.now(), campaign.seed)


def choose(campaign: Campaign, options: argparse.Namespace):
    """Yield each deed with each kill, and every other fault at one place by the seed."""
    for name, baseline in campaign.baselines.items():
        if options.only and name not in options.only:
            continue
        for number, point in enumerate(baseline.points):
            kills = injections.EVERYWHERE
            yield name, kills[(number + campaign.seed) % len(kills)], point
        for injection in injections.SOMEWHERE:
            if baseline.points:
                yield name, injection, campaign.random.choice(baseline.points)
        commits = [point for point in baseline.points if point.name.endswith("before_commit")]
        if commits:
            yield name, injections.COMMIT_LOST, campaign.random.choice(commits)
        if any(point.name == "relay.sent" for point in baseline.points):
            yield name, injections.TWICE, None


def tell_stories(campaign: Campaign, options: argparse.Namespace) -> list[Result]:
    """Run the faults that are stories of their own, of the deeds chosen."""
    results = []
    for name in campaign.baselines:
        if not options.only or name in options.only:
            for found in _stories_of(campaign, name):
                say(str(found))
                results.append(found)
    return results


def _stories_of(campaign: Campaign, name: str) -> Iterator[Result]:
    """Yield what comes of each story of one deed."""
    if name == "pay":
        for trouble in scenarios.BANK_TROUBLES:
            yield campaign.inject(campaign.baselines["pay"].deed, trouble, None)
        yield from scenarios.bad_return_files(campaign)
    if name == "compare":
        yield scenarios.deadly_job(campaign)
    if name == "export_detail":
        yield scenarios.full_disk(campaign, name)
    for race in scenarios.RACES:
        if race.after == name:
            yield scenarios.run_alone(campaign, race)
            for _ in range(RACES_EACH):
                yield scenarios.run_race(campaign, race)


def judge(results: list[Result], seed: int, started: float) -> int:
    """Print the sum; return 1 if anything was found."""
    bad = [result for result in results if result.findings]
    reached = [result for result in results if result.fired]
    for result in results:
        if not result.fired:
            say(str(result))
    say(
        f"{len(results)} faults, {len(reached)} of them struck, {len(bad)} with findings, "
        f"seed {seed}, {time.monotonic() - started:.0f} s"
    )
    for result in bad:
        say(str(result))
    return 1 if bad else 0
