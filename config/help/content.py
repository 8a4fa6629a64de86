"""The help texts: one TOML file per task, and one table of posts, read once.

`tests/browser/walk` makes the pictures the steps name and refuses texts that quote words the
pictured page does not say.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
AREAS = ("待遇业务", "计划与支付", "基金账务", "对账", "机构与监督", "常用操作")
EVERYBODY = "ALL"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `page` is the walked page on its picture, `mark` the words ringed there."""

    number: int
    do: str
    more: str
    page: str
    mark: str
    picture: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What can go wrong: what one sees, and what to do then."""

    sign: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `posts` are post codes, or everybody; `screens` the addresses it is done on."""

    slug: str
    title: str
    area: str
    posts: tuple[str, ...]
    screens: tuple[str, ...]
    purpose: str
    result: str
    before: tuple[str, ...]
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]

    def is_of(self, post: str) -> bool:
        """Tell whether the holder of a post does this."""
        return post in self.posts or EVERYBODY in self.posts


@dataclass(frozen=True, slots=True)
class PostGuide:
    """What the holder of a post does when, and what is left to others."""

    code: str
    daily: tuple[str, ...]
    monthly: tuple[str, ...]
    never: tuple[str, ...]


@cache
def list_tasks() -> tuple[Task, ...]:
    """Return all tasks in the order of the work."""
    files = sorted((FOLDER / "tasks").glob("*.toml"))
    return tuple(_task(path.stem.partition("_")[2], _read(path)) for path in files)


def find_task(slug: str) -> Task | None:
    """Return the task with this name in the address."""
    return next((task for task in list_tasks() if task.slug == slug), None)


@cache
def post_guides() -> dict[str, PostGuide]:
    """Return the guide of every post by its code."""
    return {
        code: PostGuide(
            code,
            tuple(entry.get("daily", ())),
            tuple(entry.get("monthly", ())),
            tuple(entry.get("never", ())),
        )
        for code, entry in _read(FOLDER / "posts.toml").items()
    }


def _task(slug: str, entry: dict[str, Any]) -> Task:
    return Task(
        slug=slug,
        title=entry["title"],
        area=entry["area"],
        posts=tuple(entry["posts"]),
        screens=tuple(entry["screens"]),
        purpose=entry["purpose"],
        result=entry["result"],
        before=tuple(entry["before"]),
        steps=tuple(
            Step(
                number=number,
                do=step["do"],
                more=step.get("more", ""),
                page=step.get("page", ""),
                mark=step.get("mark", ""),
                picture=_picture(step.get("page", ""), step.get("mark", "")),
            )
            for number, step in enumerate(entry["steps"], start=1)
        ),
        problems=tuple(Problem(**problem) for problem in entry["problems"]),
    )


def _picture(page: str, mark: str) -> str:
    """Return the picture of a page below the static files; a ringed word makes it another one."""
    return f"help/{page}{'-marked' if mark else ''}.webp" if page else ""


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
