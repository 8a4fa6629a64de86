"""Who acts, in which pool, under which post. Every service takes an actor first."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user acting under one post grant (当前岗位); every act is logged under it.

    `duties` (duty -> ids of organisations) and `centre_id` (the pool's city centre) are what the
    request's start read for its pages; None outside a request, where selectors ask the database.
    An act always asks it anew.
    """

    pool_id: int
    organisation_id: int
    user_id: int
    grant_id: int
    post: str
    duties: Mapping[str, frozenset[int]] | None = field(default=None, compare=False, repr=False)
    centre_id: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Job:
    """A background job. It may compute and prepare; it can never sign."""

    pool_id: int
    name: str


Actor = Person | Job
