"""Who acts, in which pool, under which post. Every service takes an actor first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user acting under one post grant (当前岗位); every act is logged under it."""

    pool_id: int
    organisation_id: int
    user_id: int
    grant_id: int
    post: str


@dataclass(frozen=True, slots=True)
class Job:
    """A background job. It may compute and prepare; it can never sign."""

    pool_id: int
    name: str


Actor = Person | Job
