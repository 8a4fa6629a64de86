"""People and organisations as screens list them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now, TruncDate

from accounts.duties import Duty
from accounts.enums import GrantState, Onboarding, OrganisationLevel
from accounts.models import Organisation, Pool, PostGrant, User
from accounts.permissions import reach_of, require_any
from accounts.selectors.offices import Office, known_offices
from common.actor import Person
from common.columns import Column
from common.lists import Listing, Viewer
from common.text import identifier

ONBOARDING_TONES = {
    Onboarding.NOT_ONLINE: "grey",
    Onboarding.PILOT: "cyan",
    Onboarding.TESTING: "amber",
    Onboarding.LIVE: "green",
}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One member of staff with the posts in force today."""

    id: int
    username: str
    name: str
    organisation: str
    is_established: bool
    is_active: bool
    is_locked_out: bool
    last_login: datetime | None
    posts: list[tuple[int, str]]

    @property
    def post_names(self) -> list[str]:
        """Return the posts in words."""
        return [text for _, text in self.posts]

    @property
    def state_label(self) -> str:
        """Say whether the person can sign in."""
        if not self.is_active:
            return "停用"
        return "登录锁定" if self.is_locked_out else "正常"


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """The filters of the list of people."""

    text: str = ""
    organisation: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One office with its onboarding state and how many people it has."""

    id: int
    code: str
    name: str
    level_label: str
    parent: str
    onboarding_label: str
    tone: str
    may_submit_plans: bool
    people_count: int


def find_pool(*, code: str) -> Pool | None:
    """Return the pool of an administrative code, or None; for callers that bring no person."""
    return Pool.objects.filter(code=code).first()


def person_choices() -> list[tuple[int, str]]:
    """Return (id, "staff number name office") of everybody active, for a searchable field."""
    people = User.objects.filter(is_active=True).select_related("organisation")
    return [
        (person.pk, f"{person.username} {person.name}（{person.organisation.short_name}）")
        for person in people.order_by("username")
    ]


def find_people(viewer: Viewer, **filters: Any) -> QuerySet[User]:
    """Return the staff of the offices in reach (the parts of `PeopleSearch`)."""
    search, reach = PeopleSearch(**filters), require_any(viewer.actor, Duty.PEOPLE_READ)
    people: Any = User.objects.filter(organisation_id__in=reach)
    if search.text:
        people = people.filter(Q(name__icontains=search.text) | Q(username__startswith=search.text))
    if identifier(search.organisation):
        people = people.filter(organisation_id=int(search.organisation))
    if search.post:
        holders = _grants_in_force().filter(post_id=search.post).values("user_id")
        people = people.filter(pk__in=holders)
    found: QuerySet[User] = people
    return found


def show_people(viewer: Viewer, people: Sequence[Any]) -> list[PersonLine]:
    """Return the lines of these people."""
    offices = known_offices()
    locked = _locked_out({person.username for person in people}, viewer.now)
    posts = _posts_in_force([person.pk for person in people], offices)
    return [
        PersonLine(
            id=person.pk,
            username=person.username,
            name=person.name,
            organisation=offices[person.organisation_id].short_name,
            is_established=person.is_established,
            is_active=person.is_active,
            is_locked_out=person.username in locked,
            last_login=person.last_login,
            posts=posts.get(person.pk, []),
        )
        for person in people
    ]


def _grants_in_force() -> QuerySet[PostGrant]:
    in_force = PostGrant.objects.alias(today=TruncDate(Now()))
    in_force = in_force.filter(state=GrantState.EFFECTIVE, valid_from__lte=F("today"))
    return in_force.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=F("today")))


def _posts_in_force(
    user_ids: Sequence[int], offices: Mapping[int, Office]
) -> dict[int, list[tuple[int, str]]]:
    """Return the grants of these people, and each with its post and office in words."""
    grants = _grants_in_force().filter(user_id__in=user_ids).order_by("post__position", "id")
    found: dict[int, list[tuple[int, str]]] = {}
    for grant_id, user_id, post, office_id in grants.values_list(
        "pk", "user_id", "post__name", "organisation_id"
    ):
        words = f"{post}（{offices[office_id].short_name}）"
        found.setdefault(user_id, []).append((grant_id, words))
    return found


PEOPLE = Listing(
    code="accounts.selectors.directory.PEOPLE",
    title="人员",
    duty=Duty.PEOPLE_READ.value,
    columns=(
        Column("number", "工号", order="username", value="username"),
        Column("name", "姓名", order="name"),
        Column("office", "所属机构", order="organisation__code", value="organisation"),
        Column("established", "在编", order="is_established", value="is_established", width=8),
        Column("posts", "现任岗位", value="post_names", width=40),
        Column("login", "上次登录", order="last_login", value="last_login", width=18),
        Column("state", "状态", order="is_active", value="state_label"),
    ),
    query=find_people,
    show=show_people,
    fields=(
        "username",
        "name",
        "organisation_id",
        "is_established",
        "is_active",
        "last_login",
    ),
)


def _locked_out(usernames: set[str], now: datetime) -> set[str]:
    return set(
        AccessAttempt.objects.filter(
            username__in=usernames,
            failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
            attempt_time__gt=now - timedelta(hours=settings.AXES_COOLOFF_TIME),
        ).values_list("username", flat=True)
    )


def list_organisations(*, actor: Person) -> list[OrganisationLine]:
    """Return the pool's offices as far as the post reaches, by code."""
    require_any(actor, Duty.PEOPLE_READ)
    offices = (
        Organisation.objects.filter(pk__in=reach_of(actor, Duty.PEOPLE_READ))
        .select_related("parent")
        .annotate(people_count=Count("user", filter=Q(user__is_active=True)))
        .order_by("code")
    )
    return [
        OrganisationLine(
            id=office.pk,
            code=office.code,
            name=office.name,
            level_label=OrganisationLevel(office.level).label,
            parent=office.parent.short_name if office.parent else "",
            onboarding_label=Onboarding(office.onboarding).label,
            tone=ONBOARDING_TONES[Onboarding(office.onboarding)],
            may_submit_plans=office.onboarding in (Onboarding.PILOT, Onboarding.LIVE),
            people_count=office.people_count,
        )
        for office in offices
    ]
