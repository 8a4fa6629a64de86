"""Loading the demo: two cities, each founded, played through three months, left with work."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from accounts.models import AuditEvent, Pool
from accounts.services import audit
from common.actor import Job as JobActor
from common.tenancy import tenant_transaction
from config.demo import (
    budgets,
    current,
    flows,
    handovers,
    investments,
    money,
    month,
    policies,
    receipts,
    registers,
    sharing,
    statistics,
    window,
)
from config.demo.bank import DemoBank, bank_for_history
from config.demo.calendar import DemoCalendar
from config.demo.charters import LIANGSHAN, PANZHIHUA, DemoCity
from config.demo.claim_loading import ClaimLoader
from config.demo.files import write_examples
from config.demo.founding import fill_work_years, found_demo_city
from config.demo.story import ACTOR, Story

LOADED = "config.demo.loaded"
SECOND_CITY_PER_MILLE, SMALLEST_CITY = 40, 60  # recipients of the second city

Say = Callable[[str], None]


def is_loaded(city: DemoCity) -> bool | None:
    """Tell whether a city's demo is complete; None if the pool does not exist at all."""
    pool = Pool.objects.filter(code=city.code).first()
    if pool is None:
        return None
    with tenant_transaction(JobActor(pool.pk, ACTOR)):
        return AuditEvent.objects.filter(verb=LOADED).exists()


def load_demo(*, recipients: int, seed: int, now: datetime, say: Say) -> None:
    """Load both cities; the second has a twenty-fifth of the recipients."""
    calendar = DemoCalendar(now)
    fill_work_years(calendar)
    second = max(recipients * SECOND_CITY_PER_MILLE // 1000, SMALLEST_CITY)
    with bank_for_history() as bank:
        try:
            for city, count in ((LIANGSHAN, second), (PANZHIHUA, recipients)):
                load_city(city, calendar, bank, recipients=count, seed=seed, say=say)
        finally:
            bank.reset()


def load_city(
    city: DemoCity, calendar: DemoCalendar, bank: DemoBank, *, recipients: int, seed: int, say: Say
) -> Story:
    """Found one city and play its months; return its story."""
    pool = found_demo_city(city=city, calendar=calendar, seed=seed)
    say(f"{city.name}: {len(city.offices)} offices founded, {recipients:,} recipients follow")
    load_claims(city, pool, calendar, recipients=recipients, seed=seed, say=say)
    statistics.await_statistics()
    story = Story(city, pool, calendar, bank, recipients, seed)
    money.open_the_books(story)
    for past in calendar.history:
        month.play_month(story, past)
        if past != calendar.history[-1]:
            month.close_history_month(story, past)
        say(f"{city.name}: {past:%Y-%m} paid and booked")
    budgets.approve_budget(story)
    leave_work(story)
    write_examples(story)
    with story.look():
        audit.record(actor=JobActor(pool.pk, ACTOR), verb=LOADED, subject=pool, at=calendar.now)
    say(f"{city.name}: done")
    return story


def load_claims(
    city: DemoCity, pool: Pool, calendar: DemoCalendar, *, recipients: int, seed: int, say: Say
) -> None:
    """Write the determined claims, one portion per transaction."""
    done, actor = 0, JobActor(pool.pk, ACTOR)
    with tenant_transaction(actor):
        loader = ClaimLoader(pool.pk, city, calendar, recipients, seed)
    with closing(loader.staged()) as portions:
        for staged in portions:
            with tenant_transaction(actor):
                done += loader.write(staged)
            say(f"{city.name}: {done:,} claims")


def leave_work(story: Story) -> None:
    """Leave something to do for every post."""
    current.leave_last_month(story)
    story.bank.set_day(story.calendar.today)
    current.leave_plans(story)
    current.leave_vouchers(story)
    current.leave_reissues(story)
    current.leave_grants(story)
    policies.leave_policies(story)
    handovers.leave_handovers(story)
    receipts.leave_entries(story)
    registers.leave_registers(story)
    investments.leave_proposal(story)
    budgets.leave_budget(story)
    flows.leave_findings(story)
    sharing.share_the_year(story, story.calendar.history[-2:][0])
    sharing.keep_the_reserve(story)
    for office in story.city.offices:
        window.leave_cases(story, office)
    story.hand_over()
