"""A person's own page: posts and log-ins."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.sessions.models import Session

from accounts.enums import GrantState
from accounts.models import PostGrant, SignedInSession
from accounts.permissions import effective_grants
from common.actor import Person

SESSION_LIMIT = 20


@dataclass(frozen=True, slots=True)
class MyPost:
    """One grant of the person, in force, coming or ended."""

    grant_id: int
    post: str
    organisation: str
    valid_from: date
    valid_until: date | None
    state_label: str
    is_in_force: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class MySession:
    """One log-in; `is_open` while it would still be accepted."""

    id: int
    address: str
    device: str
    started_at: datetime
    ended_at: datetime | None
    is_open: bool
    is_this_one: bool


def list_my_posts(*, actor: Person) -> list[MyPost]:
    """Return the person's grants, those in force first."""
    in_force = {grant.pk for grant in effective_grants(user_id=actor.user_id)}
    grants = PostGrant.objects.filter(user_id=actor.user_id).select_related("post", "organisation")
    rows = [
        MyPost(
            grant_id=grant.pk,
            post=grant.post.name,
            organisation=grant.organisation.name,
            valid_from=grant.valid_from,
            valid_until=grant.valid_until,
            state_label=GrantState(grant.state).label,
            is_in_force=grant.pk in in_force,
            is_current=grant.pk == actor.grant_id,
        )
        for grant in grants.order_by("-id")
    ]
    return sorted(rows, key=lambda row: not row.is_in_force)


def list_my_sessions(*, actor: Person, session_key: str, now: datetime) -> list[MySession]:
    """Return the person's newest log-ins; `session_key` is the one that asks."""
    rows = list(
        SignedInSession.objects.filter(user_id=actor.user_id).order_by("-pk")[:SESSION_LIMIT]
    )
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=now
        ).values_list("session_key", flat=True)
    )
    return [
        MySession(
            id=row.pk,
            address=row.address or "",
            device=row.device,
            started_at=row.started_at,
            ended_at=row.ended_at,
            is_open=row.ended_at is None and row.session_key in alive,
            is_this_one=row.session_key == session_key,
        )
        for row in rows
    ]
