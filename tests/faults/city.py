"""The city whose month is played: one office's people, from the extracts to the closing."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import Job, OutboxEvent, PostGrant
from accounts.services import audit
from accounts.services.founding import PersonCharter
from common.actor import Person
from common.identifiers import make_identity_number
from config.celery import app
from config.demo import money
from config.demo.bank import configured_bank
from config.demo.calendar import DemoCalendar
from config.demo.charters import DEMO_PASSWORD, PANZHIHUA
from config.demo.founding import fill_work_years, found_demo_city
from config.demo.loading import load_claims
from config.demo.story import Story
from payouts.enums import BatchState
from payouts.models import PaymentBatch

OFFICE = "510402"
RECIPIENTS = 60
ON_ITS_WAY = (BatchState.RELEASED, BatchState.SENDING, BatchState.UNKNOWN, BatchState.SENT)


@dataclass
class City(Story):
    """The demo's story, but background work is left to real workers."""

    def finish_jobs(self, at: datetime) -> None:
        """Leave what was asked for to the workers."""

    def work_off(self) -> None:
        """Do at once, in this process, what was left to the workers."""
        app.loader.import_default_modules()
        with self.look():
            OutboxEvent.objects.update(sent_at=timezone.now())
            waiting = list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", "kind"))
        for job_id, kind in waiting:
            app.tasks[kind](pool_id=self.pool.pk, job_id=job_id)

    @property
    def month(self) -> date:
        """Return the month that is played: the one before this."""
        return self.calendar.history[-1]

    @property
    def office_id(self) -> int:
        """Return the office whose month is played."""
        return self.offices[OFFICE]

    @property
    def second_cashier(self) -> Person:
        """Return the other person who holds the cashier's post."""
        with self.look():
            cashiers = PostGrant.objects.filter(post_id="FCASH")
            grant = cashiers.exclude(user_id=self.person("FCASH").user_id).get()
        return Person(self.pool.pk, grant.organisation_id, grant.user_id, grant.pk, grant.post_id)

    def day(self, number: int) -> date:
        """Return a day of the month."""
        return self.calendar.day_of(self.month, number)

    def at(self, number: int, hour: int) -> datetime:
        """Return an instant of the month."""
        return self.calendar.at(self.day(number), hour)

    def is_settled(self) -> bool:
        """Tell whether no work waits: no job, no message, no batch between us and the bank, and
        no file in the watched folder.
        """
        if any(Path(settings.INBOX_DIR).glob("*/*/extract.csv*")):
            return False
        with self.look():
            waiting = (
                Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]),
                OutboxEvent.objects.filter(sent_at__isnull=True),
                PaymentBatch.objects.filter(is_leaf=True, state__in=ON_ITS_WAY),
            )
            return not any(rows.exists() for rows in waiting)

    def claims(self) -> tuple[tuple[object, ...], ...]:
        """Return who has claimed what how often: a change says that work was taken up, or done."""
        with self.look():
            jobs = Job.objects.order_by("pk").values_list("pk", "epoch", "state")
            batches = PaymentBatch.objects.order_by("pk").values_list("pk", "epoch", "state")
            return (*jobs, *batches)

    def seal_trail(self) -> None:
        """Seal what the audit trail holds so far, so that the chain can be verified."""
        with self.look():
            audit.seal()


def _another_cashier() -> PersonCharter:
    return PersonCharter(
        username="fcash2",
        name="另一出纳",
        office_code=PANZHIHUA.code,
        posts=("FCASH",),
        password=DEMO_PASSWORD,
        identity_number=make_identity_number("510402", date(1980, 1, 1), 888),
    )


def found(now: datetime, seed: int) -> City:
    """Found the city in an empty database, with its people and its opening balance."""
    calendar = DemoCalendar(now, 1)
    fill_work_years(calendar)
    pool = found_demo_city(city=PANZHIHUA, calendar=calendar, seed=seed, more=(_another_cashier(),))
    load_claims(PANZHIHUA, pool, calendar, recipients=RECIPIENTS, seed=seed, say=lambda _text: None)
    city = City(PANZHIHUA, pool, calendar, configured_bank(), RECIPIENTS, seed)
    money.open_the_books(city)
    city.seal_trail()
    return city
