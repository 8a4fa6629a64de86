"""The single place that answers: over whom may this person perform this duty?

Duties are read from the database once at the start of every request for its pages, and again by
every act (`require_duty`), so a revoked grant opens nothing from the next click on, also in
sessions that are already open.
"""

from collections.abc import Collection, Iterable, Mapping

from django.contrib.auth.models import Group
from django.db.models import CharField, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Now, TruncDate

from accounts.duties import Duty
from accounts.enums import GrantState
from accounts.models import DutyHolding, PostGrant
from accounts.models.posts import duty_codename
from common.actor import Actor, Job, Person
from common.errors import Forbidden, NotFound


class DutyNotHeld(Forbidden):
    code = "DUTY_NOT_HELD"
    message = "您当前的岗位没有此项权限，如需办理请切换岗位或联系市级权限管理人员"


def effective_grants(*, user_id: int) -> list[PostGrant]:
    """Return the person's grants in force today (the database's day), in the posts' order."""
    return list(
        _in_force()
        .filter(user_id=user_id)
        .select_related("post", "organisation")
        .order_by("post__position", "organisation__code", "id")
    )


def _in_force() -> QuerySet[PostGrant]:
    return (
        PostGrant.objects.alias(today=TruncDate(Now()))
        .filter(state=GrantState.EFFECTIVE, valid_from__lte=F("today"))
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=F("today")))
    )


def _holdings(actor: Person) -> dict[str, set[int]]:
    """Return duty codename -> organisation ids of the actor's current grant, if in force.

    One statement without a join, so that its plan is good whatever the statistics say; the
    group's name is composed as `models.posts.group_name` does.
    """
    place = _in_force().filter(pk=actor.grant_id, user_id=actor.user_id)
    name = place.annotate(
        group=Concat(Cast("organisation_id", CharField()), Value("/"), "post_id")
    ).values("group")
    group = Group.objects.filter(name=Subquery(name)).values("pk")
    rows = DutyHolding.objects.filter(group_id=Subquery(group)).values_list(
        "permission_id", "content_object_id"
    )
    holdings: dict[str, set[int]] = {}
    for permission_id, organisation_id in rows:
        holdings.setdefault(duty_codename(permission_id), set()).add(organisation_id)
    return holdings


def duties_of(actor: Person) -> Mapping[str, frozenset[int]]:
    """Return every duty of the actor's current post with the organisation ids it reaches."""
    if actor.duties is not None:
        return actor.duties
    return {codename: frozenset(ids) for codename, ids in _holdings(actor).items()}


def reach_of(actor: Person, *duties: Duty) -> frozenset[int]:
    """Return the ids of the organisations over which the person may perform any of `duties`."""
    return _reach(duties_of(actor), duties)


def _reach(held: Mapping[str, Collection[int]], duties: Iterable[Duty]) -> frozenset[int]:
    return frozenset().union(*(held.get(duty.value, ()) for duty in duties))


def require_duty(actor: Actor, *duties: Duty, over: int) -> Person:
    """Refuse unless the person may perform one of `duties` over organisation id `over`.

    Asks the database, whatever the request read at its start: between the two a grant may have
    been revoked. Returns the actor, now known to be a person: a job holds no duty.

    Raises:
        DutyNotHeld: the current post does not allow it.
    """
    if isinstance(actor, Job) or over not in _reach(_holdings(actor), duties):
        raise DutyNotHeld
    return actor


def require_any(actor: Person, *duties: Duty) -> frozenset[int]:
    """Return the reach of `duties`, or refuse if it is empty. For opening a page.

    Raises:
        DutyNotHeld: the current post holds none of them anywhere.
    """
    reach = reach_of(actor, *duties)
    if not reach:
        raise DutyNotHeld
    return reach


def require_visible(actor: Person, *duties: Duty, over: int) -> None:
    """Refuse as if the object did not exist unless the person may read it.

    Raises:
        DutyNotHeld: the post cannot open this kind of page at all (403).
        NotFound: another office's object (404), the same answer as for one that is not there.
    """
    if over not in require_any(actor, *duties):
        raise NotFound
