"""Grants of posts as screens show them, and those that wait for a signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import GrantState, SubjectKind
from accounts.models import PostGrant, Signature
from accounts.permissions import duties_of, reach_of, require_visible
from accounts.selectors.offices import known_offices
from accounts.selectors.posts import Obstacle, Wish, list_obstacles
from accounts.selectors.signatures import TimelineEntry, content_hash, list_timeline
from accounts.selectors.worklist import Waiting, WaitingItem
from accounts.workflows import STEP_AT
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import count_each
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.text import identifier
from common.workbooks import Kind

READING = (
    Duty.PEOPLE_READ,
    Duty.GRANT_APPLY,
    Duty.GRANT_REVIEW,
    Duty.GRANT_APPROVE,
    Duty.GRANT_REVOKE,
)
TONES = {
    GrantState.REVIEW: "amber",
    GrantState.APPROVAL: "amber",
    GrantState.EFFECTIVE: "green",
    GrantState.REFUSED: "red",
    GrantState.REVOKED: "grey",
    GrantState.EXPIRED: "grey",
}
WAITING_DAYS = 3  # days after which a waiting application counts as overdue


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant in a list."""

    id: int
    person: str
    username: str
    post: str
    organisation: str
    valid_from: date
    valid_until: date | None
    state_label: str
    tone: str
    is_founding: bool

    @property
    def holder(self) -> str:
        """Return whose it is, with the staff number."""
        return f"{self.person}（{self.username}）"

    @property
    def until(self) -> str:
        """Return its last day in words."""
        return f"{self.valid_until:%Y-%m-%d}" if self.valid_until else "长期"

    @property
    def founding(self) -> str:
        """Say that it was given when the pool was founded."""
        return "设立时任命" if self.is_founding else ""

    @property
    def url(self) -> str:
        """Return its address."""
        return address("accounts:grant", self.id)


@dataclass(frozen=True, slots=True)
class GrantSheet:
    """One grant with everything a signer needs to see. `step` is empty when nothing waits.

    `blocked` says why this person may not sign now; `may_revoke` whether he may end it.
    """

    line: GrantLine
    grant: PostGrant
    step: str
    content_sha256: str
    timeline: list[TimelineEntry]
    obstacles: list[Obstacle]
    blocked: str
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class GrantSearch:
    """What to list: a tab (waiting, mine, all), and the filters of the bar."""

    tab: str = "all"
    text: str = ""
    post: str = ""
    organisation: str = ""
    state: str = ""


def grant_matter(grant: PostGrant) -> dict[str, Any]:
    """Return the content that the three signatures on a grant cover."""
    return {
        "user": grant.user_id,
        "post": grant.post_id,
        "organisation": grant.organisation_id,
        "valid_from": grant.valid_from,
        "valid_until": grant.valid_until,
        "reason": grant.reason,
    }


def wish_of(grant: PostGrant) -> Wish:
    """Return what a grant asks for, to look for obstacles."""
    return Wish(
        grant.user_id,
        grant.post_id,
        grant.organisation_id,
        grant.valid_from,
        grant.valid_until,
        grant.pk,
    )


def find_grants(viewer: Viewer, **filters: Any) -> QuerySet[PostGrant]:
    """Return the grants in reach (the parts of `GrantSearch`)."""
    search, actor = GrantSearch(**filters), viewer.actor
    grants = _in_reach(actor)
    if search.tab == "waiting":
        grants = _waiting(actor)
    elif search.tab == "mine":
        grants = grants.filter(applied_by_id=actor.user_id, is_founding=False)
    if search.text:
        grants = grants.filter(
            Q(user__name__icontains=search.text) | Q(user__username__startswith=search.text)
        )
    if search.post:
        grants = grants.filter(post_id=search.post)
    if identifier(search.organisation):
        grants = grants.filter(organisation_id=int(search.organisation))
    if search.state in GrantState.values:
        grants = grants.filter(state=search.state)
    return grants


def show_grants(_viewer: Viewer, grants: Sequence[Any]) -> list[GrantLine]:
    """Return the lines of these grants."""
    offices = known_offices()
    return [
        GrantLine(
            id=grant.pk,
            person=grant.user__name,
            username=grant.user__username,
            post=grant.post__name,
            organisation=offices[grant.organisation_id].short_name,
            valid_from=grant.valid_from,
            valid_until=grant.valid_until,
            state_label=GrantState(grant.state).label,
            tone=TONES[GrantState(grant.state)],
            is_founding=grant.is_founding,
        )
        for grant in grants
    ]


GRANTS = Listing(
    code="accounts.selectors.grants.GRANTS",
    title="岗位授权",
    duty=Duty.PEOPLE_READ.value,
    columns=(
        Column("person", "人员", order="user__name", value="holder", place="screen", link="url"),
        Column("name", "人员", value="person", place="file"),
        Column("username", "工号", place="file"),
        Column("post", "岗位", order="post__position"),
        Column("office", "任职机构", order="organisation__code", value="organisation"),
        Column("since", "起始", Kind.DAY, order="valid_from", value="valid_from"),
        Column("until", "截止", order="valid_until", place="screen", is_whole=True),
        Column("last", "截止", Kind.DAY, value="valid_until", place="file"),
        Column("state", "状态", order="state", value="state_label", tone="tone", note="founding"),
    ),
    query=find_grants,
    show=show_grants,
    fields=(
        *("user__name", "user__username", "post__name", "organisation_id", "valid_from"),
        *("valid_until", "state", "is_founding"),
    ),
    is_written=True,
)


def count_grants(*, actor: Person) -> dict[str, int]:
    """Return the counts of the tabs."""
    mine = Q(applied_by_id=actor.user_id, is_founding=False)
    # What one may sign is over offices in his reach, so all three count among the same grants.
    return count_each(_in_reach(actor), {"waiting": _may_sign(actor), "mine": mine, "all": Q()})


def _grant_line(grant: PostGrant) -> GrantLine:
    return GrantLine(
        id=grant.pk,
        person=grant.user.name,
        username=grant.user.username,
        post=grant.post.name,
        organisation=grant.organisation.short_name,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        state_label=GrantState(grant.state).label,
        tone=TONES[GrantState(grant.state)],
        is_founding=grant.is_founding,
    )


def get_grant_sheet(*, actor: Person, grant_id: int) -> GrantSheet:
    """Return a grant with its timeline, and whether this person may sign it now.

    Raises:
        NotFound: no such grant, or over an office out of reach. DutyNotHeld: no such page.
    """
    grant = (
        PostGrant.objects.filter(pk=grant_id)
        .select_related("user", "post", "organisation", "applied_by", "ended_by")
        .first()
    )
    if grant is None:
        raise NotFound
    if actor.user_id not in (grant.user_id, grant.applied_by_id):
        require_visible(actor, *READING, over=grant.organisation_id)
    digest = content_hash(grant_matter(grant))
    timeline = list_timeline(
        kind=SubjectKind.GRANT, subject_id=grant.pk, current_round=1, current_sha256=digest
    )
    waits = grant.state in STEP_AT
    return GrantSheet(
        line=_grant_line(grant),
        grant=grant,
        step=STEP_AT[grant.state][0] if waits else "",
        content_sha256=digest,
        timeline=timeline,
        obstacles=list_obstacles(wish_of(grant)) if waits else [],
        blocked=_blocked(actor, grant) if waits else "",
        may_revoke=grant.state == GrantState.EFFECTIVE
        and grant.user_id != actor.user_id
        and grant.organisation_id in reach_of(actor, Duty.GRANT_REVOKE),
    )


def list_waiting_grant_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the applications the current post may sign now."""
    if not set(duties_of(actor)) & {duty.value for _, duty in STEP_AT.values()}:
        return []
    waiting = _waiting(actor)
    overdue = sum(
        (today - timezone.localdate(applied)).days > WAITING_DAYS
        for applied in waiting.values_list("applied_at", flat=True)
    )
    url = f"{reverse('accounts:grants')}?tab=waiting"
    return [Waiting("岗位授权待办", url, waiting.count(), overdue)]


def _in_reach(actor: Person) -> QuerySet[PostGrant]:
    return PostGrant.objects.filter(organisation_id__in=reach_of(actor, *READING))


def _waiting(actor: Person) -> QuerySet[PostGrant]:
    return PostGrant.objects.filter(_may_sign(actor))


def _may_sign(actor: Person) -> Q:
    """Return the condition for the actor's signature: his step, his reach, not his own.

    Nor what he has signed before.
    """
    steps = Q()
    for state, (_, duty) in STEP_AT.items():
        steps |= Q(state=state, organisation_id__in=reach_of(actor, duty))
    signed = Signature.objects.filter(
        subject_kind=SubjectKind.GRANT, subject_id=OuterRef("pk"), person_id=actor.user_id
    )
    return Q(steps, ~Exists(signed), ~Q(user_id=actor.user_id))


def list_oldest_grant_work(*, actor: Person, limit: int) -> list[WaitingItem]:
    """Return the applications that have waited longest for the actor's signature."""
    if not reach_of(actor, *(duty for _, duty in STEP_AT.values())):
        return []
    found = _waiting(actor).select_related("user", "post", "organisation")
    return [
        WaitingItem(
            label=f"岗位授权{GrantState(grant.state).label}",
            subject=f"{grant.user.name} · {grant.organisation.short_name} · {grant.post.name}",
            url=address("accounts:grant", grant.pk),
            since=grant.applied_at,
        )
        for grant in found.order_by("applied_at", "id")[:limit]
    ]


def _blocked(actor: Person, grant: PostGrant) -> str:
    _, duty = STEP_AT[grant.state]
    if grant.organisation_id not in reach_of(actor, duty):
        return f"当前环节为“{GrantState(grant.state).label}”，您的当前岗位不办理此环节"
    if grant.user_id == actor.user_id:
        return "本人的岗位授权须由他人办理"
    if Signature.objects.filter(
        subject_kind=SubjectKind.GRANT, subject_id=grant.pk, person_id=actor.user_id
    ).exists():
        return "您已办理过该申请的其他环节，同一人不能办理两个环节"
    return ""
