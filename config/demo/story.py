"""Who acts in a demo city, when, and the background work between two acts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from accounts.enums import JobState
from accounts.models import Job, Notice, Organisation, OutboxEvent, Pool, PostGrant
from accounts.services.jobs import JobRun, run_job
from common.actor import Job as JobActor
from common.actor import Person
from common.tenancy import tenant_transaction
from config.demo.bank import DemoBank
from config.demo.calendar import DemoCalendar
from config.demo.charters import SECONDS, DemoCity
from funds.services import tax_lists
from payouts.models import BenefitItem
from payouts.services import applications, comparisons, plan_building, sources
from reconciliation.services import exports

ACTOR = "config.load_demo"
# What the worker would do, with the instant of the story instead of the clock's.
WORK: Mapping[str, Callable[..., None]] = {
    "funds.tasks.import_tax_list": tax_lists.import_in_job,
    "payouts.tasks.import_extract": sources.import_extract,
    "payouts.tasks.compare_sources": comparisons.compare_sources,
    "payouts.tasks.build_plan": plan_building.build_plan_lines,
    "payouts.tasks.make_application_form": applications.make_application_form,
    "reconciliation.tasks.make_statement_documents": exports.make_statement_documents,
    "reconciliation.tasks.make_adjustment_print": exports.make_adjustment_print,
}
# Half a second each: left to the worker, unless the story is told to print.
PRINTS = frozenset(kind for kind in WORK if ".make_" in kind)


class DemoJobFailed(Exception):
    """A job of the demo's history did not end well; the history cannot go on."""


@dataclass
class Story:
    """One demo city while it is loaded. `is_printing`: papers are made at once, as jobs are."""

    city: DemoCity
    pool: Pool
    calendar: DemoCalendar
    bank: DemoBank
    recipients: int
    seed: int
    is_printing: bool = False
    item_id: int = 0
    offices: dict[str, int] = field(default_factory=dict)
    staff: dict[tuple[str, str], Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with tenant_transaction(JobActor(self.pool.pk, ACTOR)):
            self.item_id = BenefitItem.objects.get(code="B01").pk
            self.offices = dict(Organisation.objects.values_list("code", "pk"))
            for grant in PostGrant.objects.select_related("organisation", "user"):
                name = grant.user.username.removesuffix(self.city.suffix).upper()
                post = name if name in SECONDS else grant.post_id
                self.staff[post, grant.organisation.code] = Person(
                    self.pool.pk, grant.organisation_id, grant.user_id, grant.pk, grant.post_id
                )

    def person(self, post: str, office: str = "") -> Person:
        """Return who holds the post at the office; a city post is at the centre."""
        return self.staff[post, office or self.city.code]

    @contextmanager
    def act(self, post: str, office: str = "") -> Iterator[Person]:
        """Open the transaction in which one person does one thing."""
        actor = self.person(post, office)
        with tenant_transaction(actor):
            yield actor

    @contextmanager
    def look(self) -> Iterator[None]:
        """Open a transaction for reading."""
        with tenant_transaction(JobActor(self.pool.pk, ACTOR)):
            yield

    def finish_jobs(self, at: datetime) -> None:
        """Do the background work asked for so far, as of `at`, and mark its messages sent."""
        kinds = set(WORK) - (frozenset() if self.is_printing else PRINTS)
        with self.look():
            OutboxEvent.objects.filter(sent_at__isnull=True, task__in=kinds).update(sent_at=at)
            queued = Job.objects.filter(state=JobState.QUEUED, kind__in=kinds).order_by("id")
            waiting = list(queued.values_list("pk", "kind"))
        for job_id, kind in waiting:
            run_job(pool_id=self.pool.pk, job_id=job_id, work=_work(kind, at))
        with self.look():
            for job in Job.objects.filter(pk__in=[pk for pk, _ in waiting]):
                if job.state != JobState.DONE:
                    raise DemoJobFailed(f"{job.kind} {job.title}: {job.error}")
            Job.objects.filter(pk__in=[pk for pk, _ in waiting]).update(finished_at=at)

    def hand_over(self) -> None:
        """Leave what is not printed yet to the worker, as asked for now; old messages are read."""
        now = self.calendar.now
        with self.look():
            Job.objects.filter(state=JobState.QUEUED).update(created_at=now)
            OutboxEvent.objects.filter(sent_at__isnull=True).update(created_at=now)
            old = Notice.objects.filter(created_at__lt=self.calendar.at(self.calendar.month, 0))
            old.update(read_at=F("created_at"))


def _work(kind: str, at: datetime) -> Callable[[JobRun], None]:
    def work(run: JobRun) -> Any:
        return WORK[kind](run, at=at)

    return work
