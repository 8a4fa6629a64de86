"""The permitted flows of money, as the database holds them."""

from functools import cache

from funds.enums import BusinessEvent, FlowPlace
from funds.models import FlowEdge

Flow = tuple[FlowPlace, FlowPlace]


@cache
def _edges() -> dict[tuple[str, str, str], int]:
    """Return (event, from, to) -> id; kept in memory: reference data that migrations put in."""
    rows = FlowEdge.objects.values_list("rule_id", "from_place", "to_place", "pk")
    return {(event, start, end): pk for event, start, end, pk in rows}


def edge_id(event: BusinessEvent, flow: Flow) -> int | None:
    """Return the id of the edge along which an event may move money, None if it may not."""
    return _edges().get((event.value, flow[0].value, flow[1].value))


def list_permitted_pairs() -> frozenset[Flow]:
    """Return every (from, to) along which some event may move money."""
    return frozenset((FlowPlace(start), FlowPlace(end)) for _, start, end in _edges())


def list_permitted_events(flow: Flow) -> list[BusinessEvent]:
    """Return the events along whose edges money may flow this way, in the order of their codes."""
    wanted = (flow[0].value, flow[1].value)
    return sorted(BusinessEvent(event) for event, *places in _edges() if (*places,) == wanted)
