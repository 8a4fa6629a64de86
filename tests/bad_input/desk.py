"""What a desk is: a form at an address, who sits there, and what a careful person posts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.architecture.matrix_objects import KINDS, find
from tests.bad_input.ground import Ground
from tests.city import City

OFFICE = "510402"
Healthy = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """One form at one address. `healthy` is what a careful person would post there.

    Args:
        form: the class as in fields.csv.
        address: its name; `of` is the kind of object whose id it takes, `words` its other parts.
        post, office: who sits there; nobody is signed in where `post` is empty.
        prefix: stands before the names of a form that is one row of several.
        is_open: whether the object waits for this form, so that its page shows it.
        shows: whether the page shows the form again; a mere button answers with a message.
    """

    form: str
    address: str
    post: str
    healthy: Callable[[City, int], Healthy]
    office: str = "510400"
    of: str = ""
    words: tuple[str, ...] = ()
    prefix: str = ""
    shows: bool = True
    is_open: bool = True

    def url(self, object_id: int) -> str:
        """Return where the form is sent."""
        return reverse(self.address, args=[*([object_id] if self.of else []), *self.words])

    def object_id(self, city: Ground) -> int:
        """Return the id of the object the form is about, 0 where it is about none."""
        if self.of in city.waiting:
            return city.waiting[self.of]
        return find(city, self.of, OFFICE) if self.of else 0

    @property
    def name(self) -> str:
        """Return what the test is called."""
        form = self.form.rpartition(".")[2] or self.post
        return f"{form}-{self.address}{''.join(self.words)}"


def always(**values: Any) -> Callable[[City, int], Healthy]:
    """Return the same healthy values for every city."""
    return lambda city, object_id: values


def seen(kind: str, **more: Any) -> Callable[[City, int], Healthy]:
    """Return an opinion formed on what the page shows now."""

    def healthy(_: City, object_id: int) -> Healthy:
        shown = KINDS[kind][0].objects.get(pk=object_id)
        return {"seen": getattr(shown, "content_sha256", ""), "opinion": "同意", **more}

    return healthy
