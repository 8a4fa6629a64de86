"""Log-ins of people: recorded when they begin, ended by themselves or by a revoked grant."""

from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import PostGrant, SignedInSession, User
from accounts.permissions import effective_grants
from accounts.services import audit
from common.actor import Actor, Person
from common.errors import DomainError, NotFound

GRANT_KEY = "grant_id"
DEVICE_LENGTH = 200


class GrantNotYours(DomainError):
    code = "GRANT_NOT_YOURS"
    message = "该岗位不在您的有效岗位之内，请从列表中选择"


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address: as our own proxy names it, else the connection's."""
    header = settings.CLIENT_ADDRESS_HEADER
    address = request.META.get(header) if header else request.META.get("REMOTE_ADDR")
    return address or None


def _session(key: str) -> SessionBase:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session: SessionBase = store(session_key=key)
    return session


@transaction.atomic
def record_log_in(*, user: User, request: HttpRequest, at: datetime) -> SignedInSession:
    """Write down a log-in, and put the person under the first post in force.

    Runs in the person's pool; called once, right after authentication.
    """
    grants = effective_grants(user_id=user.pk)
    first = grants[0] if grants else None
    if first is not None:
        request.session[GRANT_KEY] = first.pk
    if not request.session.session_key:
        request.session.save()
    session = SignedInSession.objects.create(
        pool_id=user.pool_id,
        user=user,
        session_key=request.session.session_key or "",
        address=client_address(request),
        device=request.headers.get("User-Agent", "")[:DEVICE_LENGTH],
        started_at=at,
    )
    actor = Person(
        user.pool_id,
        first.organisation_id if first else user.organisation_id,
        user.pk,
        first.pk if first else 0,
        first.post_id if first else "",
    )
    audit.record(
        actor=actor,
        verb="accounts.session.started",
        subject=session,
        at=at,
        label=user.username,
        organisation_id=user.organisation_id,
        after={"address": session.address, "device": session.device},
    )
    return session


@transaction.atomic
def record_log_out(*, actor: Person, session_key: str, at: datetime) -> None:
    """Write down that the person ended this session; the caller flushes it."""
    _end(actor, _open_sessions(actor.user_id).filter(session_key=session_key), at, "本人退出")


@transaction.atomic
def record_time_out(*, actor: Actor, session_key: str, at: datetime) -> None:
    """Write down that a session ended because nothing was done in it for too long."""
    sessions = SignedInSession.objects.filter(session_key=session_key, ended_at__isnull=True)
    _end(actor, sessions, at, "长时间未操作")


@transaction.atomic
def end_session(*, actor: Person, session_id: int, at: datetime) -> None:
    """End one of the person's own sessions, wherever it is open.

    Raises:
        NotFound: no such open session of this person.
    """
    if not _end(actor, _open_sessions(actor.user_id).filter(pk=session_id), at, "本人结束"):
        raise NotFound


@transaction.atomic
def move_session(*, actor: Person, old_key: str, new_key: str, at: datetime) -> None:
    """Follow a session whose key rotated after a new password, and end all others."""
    _open_sessions(actor.user_id).filter(session_key=old_key).update(session_key=new_key)
    others = _open_sessions(actor.user_id).exclude(session_key=new_key)
    _end(actor, others, at, "本人修改密码")


def end_sessions_of_grant(*, actor: Actor, grant: PostGrant, at: datetime, reason: str) -> int:
    """End the open sessions in which the person works under this grant; return how many."""
    working = [
        session.pk
        for session in _open_sessions(grant.user_id)
        if _session(session.session_key).load().get(GRANT_KEY, grant.pk) == grant.pk
    ]
    return _end(actor, SignedInSession.objects.filter(pk__in=working), at, reason)


def choose_grant(*, actor: Person, grant_id: int, at: datetime) -> PostGrant:
    """Return the grant under which the person will act from the next click on.

    Raises:
        GrantNotYours: not one of the person's grants in force.
    """
    mine = {grant.pk: grant for grant in effective_grants(user_id=actor.user_id)}
    if grant_id not in mine:
        raise GrantNotYours
    grant = mine[grant_id]
    audit.record(
        actor=actor,
        verb="accounts.post.switched",
        subject=grant,
        at=at,
        label=str(grant.post),
        organisation_id=grant.organisation_id,
        before={"post": actor.post},
        after={"post": grant.post_id},
    )
    return grant


def _open_sessions(user_id: int) -> QuerySet[SignedInSession]:
    return SignedInSession.objects.filter(user_id=user_id, ended_at__isnull=True)


def _end(actor: Actor, sessions: QuerySet[SignedInSession], at: datetime, reason: str) -> int:
    """Delete the sessions' data, so that the next click asks for a log-in, and mark them."""
    ended = list(sessions.select_related("user"))
    for session in ended:
        _session(session.session_key).delete()
        session.ended_at = at
        session.save(update_fields=["ended_at"])
        audit.record(
            actor=actor,
            verb="accounts.session.ended",
            subject=session,
            at=at,
            label=session.user.username,
            organisation_id=session.user.organisation_id,
            after={"reason": reason},
        )
    return len(ended)
