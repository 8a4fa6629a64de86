"""Reading of the catalogue: rows of data, their escapes undone."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "catalogue"


def unescaped(text: str) -> str:
    r"""Return a cell's text: JSON escapes undone (also \u0000, \ud800), {x*50} repeated."""
    plain = json.loads('"' + text.replace('"', '\\"') + '"')
    if plain.startswith("{") and plain.endswith("}") and "*" in plain:
        repeated, _, times = plain[1:-1].rpartition("*")
        return repeated * int(times)
    return plain


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of one file of the catalogue; lines that begin with # are remarks."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@dataclass(frozen=True)
class Text:
    """What is typed into a field of a kind, and what must become of it."""

    id: str
    kind: str
    text: str
    outcome: str  # refused: `says` is part of the message; accepted: `says` is the value
    says: str


def typed_texts() -> list[Text]:
    """Return every row of texts.csv."""
    return [
        Text(r["id"], r["kind"], unescaped(r["text"]), r["outcome"], unescaped(r["says"]))
        for r in rows_of("texts")
    ]


def kinds_of_fields() -> dict[tuple[str, str], str]:
    """Return the kind of every field: (form, field) to kind."""
    return {(r["form"], r["field"]): r["kind"] for r in rows_of("fields")}


def address_texts(place: str) -> dict[str, str]:
    """Return what may stand at a place of an address: `id`, `path` or `query`."""
    return {r["id"]: unescaped(r["text"]) for r in rows_of("addresses") if r["place"] == place}
