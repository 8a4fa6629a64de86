"""Who did what with one object, for its page: the acts of the audit trail in plain words."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.verbs import FIELDS, VERBS
from common.db import run_sql

ACTS_SHOWN = 50
SAID = ("opinion", "reason", "text", "explanation", "problem", "note")
AMOUNTS = ("total_amount", "total")
FIGURES = ("rows", "lines", "line_count", "total_amount", "total", "problems", "vouchers")


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One act as `components/timeline.html` shows it. `opinion` is what was said or counted."""

    step: str
    person: str
    post: str
    organisation: str
    opinion: str
    at: datetime


def list_trail(kind: str, subject_id: int) -> list[TrailEntry]:
    """Return the newest acts upon one object (`app.model` and id) in the order they were done.

    The caller has checked that the person may see the object.
    """
    wanted = {
        "subject_kind": kind,
        "subject_id": subject_id,
        "verbs": list(VERBS),
        "shown": ACTS_SHOWN,
    }
    return [_entry(*row) for row in run_sql("accounts", "read_trail", wanted)]


def _entry(
    verb: str,
    person: str | None,
    post: str | None,
    organisation: str | None,
    changed_to: str,
    at: datetime,
) -> TrailEntry:
    after = json.loads(changed_to)
    said = [str(after[name]) for name in SAID if after.get(name)]
    figures = [
        f"{FIELDS[name]} {_figure(name, after[name])}"
        for name in FIGURES
        if after.get(name) not in (None, "")
    ]
    return TrailEntry(
        step=VERBS[verb],
        person=person or "系统",
        post=post or "",
        organisation=organisation or "",
        opinion="；".join([*said, *figures]),
        at=at,
    )


def _figure(name: str, value: object) -> str:
    """Return a figure as screens write it: amounts, which the trail keeps as text, in yuan."""
    return f"¥{Decimal(str(value)):,.2f}" if name in AMOUNTS else f"{value}"
