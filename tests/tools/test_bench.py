"""The bench at a small N: every step is done, counted and printed. Times are nobody's promise."""

import pytest

from tools.bench.measuring import Cost, Step, require_count
from tools.bench.report import table_of
from tools.bench.running import run_bench

RECIPIENTS = 200
GOALS = {
    "comparison + plan": 2.5,
    "return: parse, match, settle": 1.6,
    "posting": 1.8,
    "reconciliation totals": 2.3,
}


@pytest.mark.django_db(transaction=True)
def test_every_step_is_measured_and_printed_with_its_ratio():
    """`run_bench` itself refuses to return unless each step wrote the rows it should have."""
    said = []
    steps = run_bench(RECIPIENTS, rounds=1, report=said.append)
    assert {step.name: step.goal for step in steps if step.goal} == GOALS
    assert all(step.rows == RECIPIENTS for step in steps)
    assert all(step.ours.cost.wall > 0 and step.raw.cost.wall > 0 for step in steps)
    printed = table_of(steps)
    for step in steps:
        line = next(line for line in printed.splitlines() if f"| {step.name} " in line)
        assert f"| {step.ratio:.2f} " in line
        assert step.verdict in line
    assert said == ["round 1 of 1: 2026-11"]


@pytest.mark.django_db(transaction=True)
def test_a_month_in_several_files_is_measured_as_one():
    """Two hundred payments in files of 120 and 80: nothing is lost between them."""
    steps = run_bench(RECIPIENTS, rounds=1, file_lines=120, report=lambda _: None)
    assert all(len(step.ours.costs) == len(step.raw.costs) for step in steps)
    assert len(steps[1].ours.costs) == 1


def step_of(seconds, memory):
    step = Step("return", 1000, 1.6)
    step.ours.costs.append(Cost(seconds, seconds, memory))
    step.raw.costs.append(Cost(1.0, 1.0, memory))
    return step


def test_memory_and_growth_have_their_verdicts():
    """1.3 s after 0.1 s is 13 times as much, the goal; 64 MB is allowed, 65 is not."""
    good = table_of([step_of(1.3, 64.0)], [step_of(0.1, 9.0)])
    assert "64 of 64, reached" in good
    assert "13.0 of 13, reached" in good
    bad = table_of([step_of(1.4, 65.0)], [step_of(0.1, 9.0)])
    assert "65 of 64, not reached" in bad
    assert "14.0 of 13, not reached" in bad
    assert " of 13" not in table_of([step_of(1.3, 64.0)])


def test_a_missing_row_stops_the_bench():
    with pytest.raises(RuntimeError, match="lines: 199 rows instead of 200"):
        require_count("lines", 199, RECIPIENTS)
