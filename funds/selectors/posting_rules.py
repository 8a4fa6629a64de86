"""The posting rules as people read them beside the entry grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from funds.posting_rules import BY_HAND, RULES


@dataclass(frozen=True, slots=True)
class EntryRule:
    """One event a person may enter: accounts by prefix, flows as 外部 → 收入户."""

    label: str
    debit: str
    credit: str
    document: str
    flows: Sequence[str]


def list_entry_rules() -> list[EntryRule]:
    """Return the rules of the events that are entered by hand, in the regulation's order."""
    return [
        EntryRule(
            label=event.label,
            debit="、".join(RULES[event].debit),
            credit="、".join(RULES[event].credit),
            document=RULES[event].document,
            flows=[f"{start.label} → {end.label}" for start, end in RULES[event].edges],
        )
        for event in BY_HAND
    ]
