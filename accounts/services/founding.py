"""Founding a pool: its offices, its posts' duties, and its first people, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction

from accounts.duties import DUTIES_OF_POST
from accounts.enums import GrantState, Onboarding, OrganisationLevel, PostFamily
from accounts.models import DutyHolding, Organisation, Pool, Post, PostGrant, User
from accounts.models.posts import duty_id, group_name
from common.db import run_sql
from common.encryption import Purpose, lookup_key
from common.tenancy import SET_TENANT


@dataclass(frozen=True, slots=True)
class OfficeCharter:
    """One office to set up; the first of a pool is its city centre."""

    code: str
    region_code: str
    name: str
    short_name: str
    level: OrganisationLevel
    onboarding: Onboarding = Onboarding.LIVE


@dataclass(frozen=True, slots=True)
class PersonCharter:
    """One person and the posts he holds at his office from the founding day on."""

    username: str
    name: str
    office_code: str
    posts: tuple[str, ...]
    password: str
    is_established: bool = True
    identity_number: str = ""


@dataclass(frozen=True, slots=True)
class PoolCharter:
    """A pool to found. The first office is the city centre, parent of the others."""

    code: str
    name: str
    offices: tuple[OfficeCharter, ...]
    people: tuple[PersonCharter, ...]
    founded_on: date


def found_pool(*, charter: PoolCharter, now: datetime) -> Pool:
    """Create a pool with its offices and first people, and enter its tenant context.

    Call inside the founding transaction: only there may first grants come into force without
    a signing chain. The caller goes on to open books and install the catalogue in it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a pool is founded inside one transaction")
    pool = Pool.objects.create(code=charter.code, name=charter.name)
    with connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [str(pool.pk), ""])
    offices = _create_offices(pool, charter.offices)
    equip_organisations(offices.values())
    _install_people(pool, charter, offices, now)
    return pool


def _create_offices(pool: Pool, charters: tuple[OfficeCharter, ...]) -> dict[str, Organisation]:
    first, *others = charters
    centre = _office(pool, None, first)
    centre.save()
    offices = Organisation.objects.bulk_create(_office(pool, centre, other) for other in others)
    return {office.code: office for office in (centre, *offices)}


def _office(pool: Pool, parent: Organisation | None, charter: OfficeCharter) -> Organisation:
    return Organisation(
        pool=pool,
        parent=parent,
        code=charter.code,
        region_code=charter.region_code,
        name=charter.name,
        short_name=charter.short_name,
        level=charter.level,
        onboarding=charter.onboarding,
    )


@transaction.atomic
def equip_organisations(organisations: Iterable[Organisation]) -> None:
    """Give every post that may exist at these offices its group and its duties.

    An operating business post and an office head reach their own office only; every other post
    of the city centre reaches the whole pool, newly added offices included.
    """
    everywhere = list(Organisation.objects.order_by("id"))
    posts = list(Post.objects.order_by("position"))
    places = [
        (post, organisation, group_name(organisation.pk, post.code))
        for organisation in organisations
        for post in posts
        if _may_exist(post, organisation)
    ]
    if not places:
        return
    Group.objects.bulk_create((Group(name=group) for *_, group in places), ignore_conflicts=True)
    duties = [
        (group, duty_id(duty.value))
        for post, _, group in places
        for duty in DUTIES_OF_POST[post.code]
    ]
    reach = [
        (group, over.pk)
        for post, organisation, group in places
        for over in (everywhere if _reaches_all(post, organisation) else [organisation])
    ]
    parameters = {
        "pool_id": places[0][1].pool_id,
        "duty_groups": [group for group, _ in duties],
        "duty_ids": [permission_id for _, permission_id in duties],
        "reach_groups": [group for group, _ in reach],
        "reach_ids": [organisation_id for _, organisation_id in reach],
    }
    run_sql("accounts", "equip_posts", parameters)


def withdraw_former_duties() -> int:
    """Take from the pool's posts the duties this release no longer gives them; return how many.

    Only the tables' owner may: the application deletes nothing.
    """
    withdrawn = 0
    for code, duties in DUTIES_OF_POST.items():
        former = DutyHolding.objects.filter(group__name__endswith=f"/{code}").exclude(
            permission__codename__in=[duty.value for duty in duties]
        )
        withdrawn += former.delete()[0]
    return withdrawn


def _may_exist(post: Post, organisation: Organisation) -> bool:
    return {
        OrganisationLevel.CITY: post.at_city,
        OrganisationLevel.COUNTY: post.at_county,
        OrganisationLevel.TOWN: post.at_town,
    }[OrganisationLevel(organisation.level)]


def _reaches_all(post: Post, organisation: Organisation) -> bool:
    own_office_only = post.family == PostFamily.BUSINESS or post.code == "OFFH"
    return organisation.level == OrganisationLevel.CITY and not own_office_only


def _install_people(
    pool: Pool, charter: PoolCharter, offices: dict[str, Organisation], now: datetime
) -> None:
    passwords = {person.password for person in charter.people}
    hashes = {password: make_password(password) for password in passwords}
    users = User.objects.bulk_create(
        User(
            pool=pool,
            organisation=offices[person.office_code],
            username=person.username,
            name=person.name,
            password=hashes[person.password],
            is_established=person.is_established,
            person_key=lookup_key(person.identity_number, purpose=Purpose.IDENTITY)
            if person.identity_number
            else "",
        )
        for person in charter.people
    )
    PostGrant.objects.bulk_create(
        PostGrant(
            pool=pool,
            user=user,
            post_id=post,
            organisation=offices[person.office_code],
            valid_from=charter.founded_on,
            reason="统筹区设立时任命",
            state=GrantState.EFFECTIVE,
            is_founding=True,
            applied_by=user,
            applied_at=now,
        )
        for person, user in zip(charter.people, users, strict=True)
        for post in person.posts
    )
