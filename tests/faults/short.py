"""The minute's choice of faults that the ordinary test run injects."""

from tests.faults import injections, planted
from tests.faults.points import Point

COMPARE = "payouts.tasks.compare_sources"

CHOSEN = (
    ("compare", injections.KILL_WORKER, Point(f"{COMPARE}.before_commit", 1)),
    ("compare", injections.POSTGRES, Point(f"{COMPARE}.before_commit", 1)),
    ("compare", injections.FLUSH, Point("relay.sent", 1)),
    ("compare", injections.COMMIT_LOST, Point(f"{COMPARE}.before_commit", 1)),
    ("pay", injections.KILL, Point("person.committed", 1)),
    ("pay", injections.KILL_WORKER, Point("sending.claimed", 1)),
    ("pay", injections.KILL, Point("sending.answered", 1)),
    ("pay", injections.KILL_WORKER, Point("payouts.send_batch.committed", 2)),
    ("pay", injections.COMMIT_LOST, Point("payouts.send_batch.before_commit", 2)),
    ("pay", injections.SLEEP, Point("bank.before_request", 1)),
    ("pay", injections.TWICE, None),
)
BUGS = tuple(
    bug
    for bug in planted.PLANTED
    if bug.name in {"read-then-update", "commit after send", "early acknowledgement"}
)
