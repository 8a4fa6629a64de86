"""What the start of a request reads about its person: posts in force, and the current duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.conf import settings

from accounts.models import User
from accounts.models.posts import duty_codename
from common.actor import Person
from common.db import run_sql


@dataclass(frozen=True, slots=True)
class Workplace:
    """One post in force as the page frame offers it."""

    grant_id: int
    organisation: str
    post: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class WorkingPerson:
    """The actor of a request with his duties, and every post he may switch to.

    `reference_version` is the pool's; None for a person without a post.
    """

    actor: Person
    workplaces: tuple[Workplace, ...]
    reference_version: UUID | None


def load_working_person(*, user: User, chosen_grant_id: int | None) -> WorkingPerson:
    """Return the person under the chosen post, or under the first in force, in one statement.

    A person without any post in force becomes an actor with no post: every duty check fails.
    """
    parameters = {
        "user_id": user.pk,
        "chosen_id": chosen_grant_id,
        "zone": settings.TIME_ZONE,
    }
    actor = Person(user.pool_id, user.organisation_id, user.pk, 0, "", MappingProxyType({}))
    workplaces, version = [], None
    for row in run_sql("accounts", "working_person", parameters):
        grant_id, organisation_id, organisation, code, post, is_current, held, centre_id = row[:-1]
        version = row[-1]
        workplaces.append(Workplace(grant_id, organisation, post, is_current))
        if is_current:
            actor = Person(
                user.pool_id,
                organisation_id,
                user.pk,
                grant_id,
                code,
                _duties(held or {}),
                centre_id,
            )
    return WorkingPerson(actor, tuple(workplaces), version)


def _duties(held: Mapping[str, list[int]]) -> Mapping[str, frozenset[int]]:
    return MappingProxyType(
        {duty_codename(int(permission)): frozenset(ids) for permission, ids in held.items()}
    )
