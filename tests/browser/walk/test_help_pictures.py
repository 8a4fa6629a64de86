"""The help pages say what the pages say: a picture made before a page changed is found here.

`python3 dev.py pictures` makes all of them anew.
"""

import re

import pytest

from config.help.content import list_tasks
from tests.browser.walk.album import LARGEST, STATIC, recorded, wanted_pictures
from tests.browser.walk.stops import STOPS

pytestmark = pytest.mark.browser

BY_NAME = {stop.name: stop for stop in STOPS}
PAGES = sorted({page for page, _ in wanted_pictures().values()})
STEPS = [(task, step) for task in list_tasks() for step in task.steps if step.page]


def test_every_picture_is_there_small_and_wanted():
    files = {f"help/{path.name}" for path in (STATIC / "help").glob("*.webp")}
    assert files == set(wanted_pictures())
    sizes = {file: (STATIC / file).stat().st_size for file in files}
    assert {file: size for file, size in sizes.items() if size > LARGEST} == {}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_still_says_what_its_picture_shows(walker, page):
    assert walker.look_at(BY_NAME[page]).labels == recorded().get(page), (
        f"{page} has changed: make the pictures anew"
    )


@pytest.mark.parametrize(
    ("task", "step"), STEPS, ids=[f"{task.slug}-{step.number}" for task, step in STEPS]
)
def test_the_words_a_step_quotes_stand_on_its_page(walker, task, step):
    text = walker.look_at(BY_NAME[step.page]).text
    quoted = [*re.findall("“([^”]{2,})”", step.do), *([step.mark] if step.mark else [])]
    assert [words for words in quoted if squeezed(words) not in squeezed(text)] == []


def squeezed(text):
    return re.sub(r"\s+", "", text)
