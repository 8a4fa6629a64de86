"""Who did what with one object, for its page: the acts of the audit trail in plain words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import AuditEvent
from accounts.selectors.posts import post_names
from accounts.verbs import FIELDS, VERBS

ACTS_SHOWN = 50
SAID = ("opinion", "reason", "text", "explanation", "problem", "note")
AMOUNTS = ("total_amount", "total")
FIGURES = ("rows", "lines", "line_count", "total_amount", "total", "problems", "vouchers")


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One act as `components/timeline.html` shows it. `opinion` is what was said or counted."""

    step: str
    person: str
    post: str
    organisation: str
    opinion: str
    at: datetime


def list_trail(kind: str, subject_id: int) -> list[TrailEntry]:
    """Return the newest acts upon one object (`app.model` and id) in the order they were done.

    The caller has checked that the person may see the object.
    """
    rows = AuditEvent.objects.filter(
        subject_kind=kind, subject_id=subject_id, verb__in=VERBS
    ).select_related("person", "organisation")
    names = post_names()
    return [_entry(event, names) for event in reversed(rows.order_by("-id")[:ACTS_SHOWN])]


def _entry(event: AuditEvent, names: dict[str, str]) -> TrailEntry:
    said = [str(event.after[name]) for name in SAID if event.after.get(name)]
    figures = [
        f"{FIELDS[name]} {_figure(name, event.after[name])}"
        for name in FIGURES
        if event.after.get(name) not in (None, "")
    ]
    return TrailEntry(
        step=VERBS[event.verb],
        person=event.person.name if event.person else "系统",
        post=names.get(event.post, ""),
        organisation=event.organisation.short_name if event.organisation else "",
        opinion="；".join([*said, *figures]),
        at=event.at,
    )


def _figure(name: str, value: object) -> str:
    """Return a figure as screens write it: amounts, which the trail keeps as text, in yuan."""
    return f"¥{Decimal(str(value)):,.2f}" if name in AMOUNTS else f"{value}"
