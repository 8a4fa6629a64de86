"""Searching the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import OrganisationLevel
from accounts.models import AuditEvent, AuditSeal, Organisation
from accounts.permissions import require_any, require_visible
from accounts.selectors.offices import Office, known_offices
from accounts.selectors.posts import post_names
from accounts.verbs import FIELDS, JOBS, VERBS
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.text import identifier

OWN_ACTS = 15  # shown on a person's own page
EVENT_FIELDS = (
    *("at", "person_id", "person__name", "person__username", "post", "job", "verb"),
    *("subject_kind", "subject_id", "subject_label", "organisation_id"),
)


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What to look for. `since` and `until` are days in Shanghai, both inclusive."""

    text: str = ""
    verb: str = ""
    subject_kind: str = ""
    organisation: str = ""
    since: date | str | None = None
    until: date | str | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act in the list. For a background job `post` says which."""

    id: int
    at: datetime
    who: str
    post: str
    verb: str
    verb_label: str
    kind_label: str
    subject_id: int
    subject_label: str
    organisation: str

    @property
    def subject(self) -> str:
        """Return of what kind the subject is, and how it was named."""
        return f"{self.kind_label} {self.subject_label}"

    @property
    def sheet(self) -> str:
        """Return what the link to the whole act is called."""
        return "查看"

    @property
    def url(self) -> str:
        """Return the address of the whole act."""
        return address("accounts:audit_event", self.id)


@dataclass(frozen=True, slots=True)
class AuditSheet:
    """One act whole. `changes` holds (name, before, after); `seal` its place in the chain."""

    line: AuditLine
    changes: list[tuple[str, Any, Any]]
    row_sha256: str
    seal: AuditSeal | None


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The newest verification of the chain."""

    at: datetime
    holds: bool
    text: str


def verb_label(verb: str) -> str:
    """Return the Chinese words for a verb; an unknown one stands for itself."""
    return VERBS.get(verb, verb)


def job_label(job: str) -> str:
    """Return the Chinese words for a job by its dotted name; an unknown one stands for itself."""
    return JOBS.get(job.rpartition(".")[2], job)


def kind_label(kind: str) -> str:
    """Return the Chinese name of a kind of subject, `app.model`."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


def find_events(viewer: Viewer, **filters: Any) -> QuerySet[AuditEvent]:
    """Return the acts in reach (the parts of `AuditSearch`; days may be text, 2026-11-21).

    Raises:
        DutyNotHeld: the post does not read the trail.
    """
    search = AuditSearch(**filters)
    events = _in_reach(viewer.actor)
    if search.text:
        events = events.filter(
            Q(person__name__icontains=search.text)
            | Q(person__username__startswith=search.text)
            | Q(subject_label__icontains=search.text)
        )
    if search.verb:
        meant = [code for code, label in VERBS.items() if search.verb in label]
        events = events.filter(Q(verb__startswith=search.verb) | Q(verb__in=meant))
    if search.subject_kind:
        events = events.filter(subject_kind=search.subject_kind)
    if identifier(search.organisation):
        events = events.filter(organisation_id=int(search.organisation))
    if search.since:
        events = events.filter(at__gte=_midnight(_day(search.since)))
    if search.until:
        events = events.filter(at__lt=_midnight(_day(search.until) + timedelta(days=1)))
    return events


def show_events(_viewer: Viewer, events: Sequence[Any]) -> list[AuditLine]:
    """Return the lines of these acts."""
    names, offices = post_names(), known_offices()
    return [_line(event, names, offices) for event in events]


def list_own_acts(*, actor: Person) -> list[AuditLine]:
    """Return the newest acts of this person, under whichever post."""
    events = AuditEvent.objects.filter(person_id=actor.user_id).order_by("-at", "-id")
    names, offices = post_names(), known_offices()
    found = events.values_list("pk", *EVENT_FIELDS, named=True)[:OWN_ACTS]
    return [_line(event, names, offices) for event in found]


EVENTS = Listing(
    code="accounts.selectors.audit.EVENTS",
    title="操作日志",
    duty=Duty.AUDIT_READ.value,
    columns=(
        Column("at", "时间", order="at", is_indexed=True, width=18, is_whole=True),
        Column("who", "人员", order="person__name"),
        Column("post", "岗位"),
        Column("verb", "动作", order="verb", value="verb_label", width=22),
        Column("kind", "对象类别", value="kind_label", place="file"),
        Column("subject", "对象", order="subject_label", place="screen"),
        Column("named", "对象", value="subject_label", place="file", width=30),
        Column("office", "机构", order="organisation__code", value="organisation"),
        Column("sheet", "明细", place="screen", link="url"),
    ),
    query=find_events,
    show=show_events,
    fields=EVENT_FIELDS,
    is_written=True,
)


def _day(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def get_audit_event(*, actor: Person, event_id: int) -> AuditSheet:
    """Return one act with its before and after.

    Raises:
        NotFound: no such act, or of an office out of reach. DutyNotHeld.
    """
    rows = AuditEvent.objects.filter(pk=event_id)
    fields = (*EVENT_FIELDS, "before", "after", "row_sha256")
    event = rows.values_list("pk", *fields, named=True).first()
    if event is None:
        raise NotFound
    over = event.organisation_id or _centre_id()
    require_visible(actor, Duty.AUDIT_READ, over=over)
    names = [*event.before, *(name for name in event.after if name not in event.before)]
    return AuditSheet(
        line=_line(event, post_names(), known_offices()),
        changes=[
            (FIELDS.get(name, name), event.before.get(name), event.after.get(name))
            for name in names
        ],
        row_sha256=event.row_sha256,
        seal=AuditSeal.objects.filter(event_id=event.pk).first(),
    )


def list_subject_kinds() -> list[tuple[str, str]]:
    """Return (kind, name) of everything that can stand in the trail, for a select box."""
    own = ("accounts", "funds", "payouts", "reconciliation", "riskcontrol")
    kinds = [
        (model._meta.label_lower, str(model._meta.verbose_name))
        for model in apps.get_models()
        if model._meta.app_label in own
    ]
    return sorted(kinds, key=lambda kind: kind[1])


def last_check() -> LastCheck | None:
    """Return the newest verification of this pool's chain, if there was one."""
    event = AuditEvent.objects.filter(verb="accounts.audit.verified").order_by("-pk").first()
    if event is None:
        return None
    return LastCheck(event.at, bool(event.after.get("holds")), str(event.after.get("result", "")))


def _in_reach(actor: Person) -> QuerySet[AuditEvent]:
    reach = require_any(actor, Duty.AUDIT_READ)
    scope = Q(organisation_id__in=reach)
    if _centre_id() in reach:
        scope |= Q(organisation__isnull=True)
    return AuditEvent.objects.filter(scope)


def _centre_id() -> int:
    return Organisation.objects.values_list("pk", flat=True).get(level=OrganisationLevel.CITY)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _line(event: Any, names: Mapping[str, str], offices: Mapping[int, Office]) -> AuditLine:
    """Return the line of one act, a tuple of pk and `EVENT_FIELDS`."""
    is_person, office = event.person_id is not None, event.organisation_id
    return AuditLine(
        id=event.pk,
        at=event.at,
        who=f"{event.person__name}（{event.person__username}）" if is_person else "系统",
        post=names.get(event.post, event.post) if is_person else job_label(event.job),
        verb=event.verb,
        verb_label=verb_label(event.verb),
        kind_label=kind_label(event.subject_kind),
        subject_id=event.subject_id,
        subject_label=event.subject_label,
        organisation=offices[office].short_name if office else "",
    )
