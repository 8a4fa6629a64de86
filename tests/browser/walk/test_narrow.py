"""On a narrow screen, or at 400 % zoom, a page flows anew; only wide tables scroll."""

import pytest

from tests.browser.walk.stops import STOPS

pytestmark = pytest.mark.browser

NARROW = ("cases", "case-first-review", "intake-record", "plan-office", "statement-signing")
WIDTHS = ((360, 740), (320, 640))  # a telephone; 1280 pixels at 400 %


@pytest.mark.parametrize("name", NARROW)
def test_nothing_is_wider_than_the_screen(walker, name):
    window = walker.go_to(next(stop for stop in STOPS if stop.name == name))
    for size in WIDTHS:
        assert window.at_size(size).ask("wide") == [], size
        assert window.violations() == [], size
