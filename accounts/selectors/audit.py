"""Searching the audit trail."""

from collections.abc import Mapping
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
from accounts.selectors.paging import Page, page_of
from accounts.selectors.posts import post_names
from accounts.verbs import FIELDS, VERBS
from common.actor import Person
from common.errors import NotFound


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What to look for. `since` and `until` are days in Shanghai, both inclusive."""

    text: str = ""
    verb: str = ""
    subject_kind: str = ""
    organisation: str = ""
    since: date | None = None
    until: date | None = None
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act in the list. For a background job `post` holds the job's name."""

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


def kind_label(kind: str) -> str:
    """Return the Chinese name of a kind of subject, `app.model`."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


def list_audit_events(
    *, actor: Person, search: AuditSearch
) -> tuple[Page[AuditEvent], list[AuditLine]]:
    """Return one page of the acts in reach, newest first.

    Raises:
        DutyNotHeld: the post does not read the trail.
    """
    events = _in_reach(actor)
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
    if search.organisation.isdigit():
        events = events.filter(organisation_id=int(search.organisation))
    if search.since:
        events = events.filter(at__gte=_midnight(search.since))
    if search.until:
        events = events.filter(at__lt=_midnight(search.until + timedelta(days=1)))
    events = events.select_related("person", "organisation")
    page = page_of(events, after=search.after, before=search.before)
    names = post_names()
    return page, [_line(event, names) for event in page.rows]


def get_audit_event(*, actor: Person, event_id: int) -> AuditSheet:
    """Return one act with its before and after.

    Raises:
        NotFound: no such act, or of an office out of reach. DutyNotHeld.
    """
    event = AuditEvent.objects.filter(pk=event_id).select_related("person", "organisation").first()
    if event is None:
        raise NotFound
    over = event.organisation_id or _centre_id()
    require_visible(actor, Duty.AUDIT_READ, over=over)
    names = [*event.before, *(name for name in event.after if name not in event.before)]
    return AuditSheet(
        line=_line(event, post_names()),
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


def _line(event: AuditEvent, names: Mapping[str, str]) -> AuditLine:
    return AuditLine(
        id=event.pk,
        at=event.at,
        who=f"{event.person.name}（{event.person.username}）" if event.person else "系统",
        post=names.get(event.post, event.post) if event.person else event.job,
        verb=event.verb,
        verb_label=verb_label(event.verb),
        kind_label=kind_label(event.subject_kind),
        subject_id=event.subject_id,
        subject_label=event.subject_label,
        organisation=event.organisation.short_name if event.organisation else "",
    )
