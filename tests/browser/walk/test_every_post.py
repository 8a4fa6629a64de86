"""Every post: its first page, every entry of its menu, and every page as this post sees it.

Most pages look alike to all who may read them. A page is opened for every post, and walked in the
browser where it shows something that no walked page of its address showed: another form, another
button, another table.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import resolve

from accounts.models import User
from config.demo.charters import CITY_POSTS, OFFICE_POSTS, PANZHIHUA, staff_number
from tests.architecture.permission_matrix import MATRIX
from tests.browser.walk.stops import EAST, STOPS
from tests.browser.walk.test_every_page import keyboard
from tests.browser.walk.walker import BACKEND, SIZES

pytestmark = pytest.mark.browser

POSTS = [
    *((post, staff_number(PANZHIHUA, EAST, post)) for post in OFFICE_POSTS),
    *((post, staff_number(PANZHIHUA, PANZHIHUA.code, post)) for post in CITY_POSTS),
]
WALKED = {stop.address for stop in STOPS} | {"desk"}
LEAST_ENTRIES = 3  # what everybody has: desk, messages, own jobs


# What a page consists of, for him who looks, presses and types.
PART = re.compile(
    r"<(a|button|details|fieldset|form|input|output|select|table|textarea|th|ul)\b([^>]*)"
)
KIND = re.compile(r'\b(class|name|type|scope)="([^"]*)"')


def outline(html):
    """Return the kinds of parts of a page's main part; numbers in names count as one kind."""
    main = re.sub(r"[0-9]+", "0", html[html.index("<main") : html.index("</main>")])
    return frozenset((tag, *KIND.findall(rest)) for tag, rest in PART.findall(main))


@dataclass
class Outlines:
    """The outlines of the pages that are walked, by address, and browsers that draw nothing."""

    clients: dict = field(default_factory=dict)
    walked: dict = field(default_factory=lambda: defaultdict(list))

    def draw(self, username, path):
        """Return the outline of a page as a user gets it, None if he gets none."""
        if username not in self.clients:
            self.clients[username] = Client()
            user = User.objects.get(username=username)
            self.clients[username].force_login(user, backend=BACKEND)
        answer = self.clients[username].get(path)
        return outline(answer.content.decode()) if answer.status_code == 200 else None

    def is_new(self, address, drawn):
        """Tell whether a page shows what no walked page of its address showed."""
        return not any(drawn <= known for known in self.walked[address])


OTHERS = [stop for stop in STOPS if stop.user and not stop.fill and not stop.press]


@pytest.fixture(scope="package")
def paths(walker):
    with walker.story.look():
        return {stop.name: stop.path() for stop in OTHERS}


@pytest.fixture(scope="package")
def outlines(walker, paths):
    """The outlines of what `test_every_page.py` walks."""
    outlines = Outlines()
    for stop in OTHERS:
        outlines.walked[stop.address].append(outlines.draw(stop.user, paths[stop.name]))
    return outlines


@pytest.mark.parametrize(("post", "username"), POSTS, ids=[post for post, _ in POSTS])
def test_every_page_as_the_post_sees_it(walker, outlines, paths, post, username):
    window, found = walker.window(username), {}
    for stop in OTHERS:
        if post not in MATRIX[stop.address].posts or stop.user == username:
            continue
        drawn = outlines.draw(username, paths[stop.name])
        if drawn is None or not outlines.is_new(stop.address, drawn):
            continue
        outlines.walked[stop.address].append(drawn)
        assert window.open(paths[stop.name]) == 200, stop.name
        found[stop.name] = looked_through(window)
    assert {name: faults for name, faults in found.items() if faults} == {}


def looked_through(window):
    """Return what is wrong with the page at both sizes, under axe and for the keyboard."""
    return [
        *window.violations(),
        *(f"{size[0]}: {wide}" for size in SIZES for wide in window.at_size(size).ask("wide")),
        *keyboard(window.at_size(SIZES[0])),
        *window.problems,
    ]


@pytest.mark.parametrize(("post", "username"), POSTS, ids=[post for post, _ in POSTS])
def test_the_first_page_of_a_post(walker, post, username):
    window = walker.window(username)
    assert window.open("/") == 200
    assert "工作台" in window.page.title()
    walker.album.keep(window, f"desk-{post}", username)
    assert looked_through(window) == []


@pytest.mark.parametrize(("post", "username"), POSTS, ids=[post for post, _ in POSTS])
def test_every_entry_of_the_menu_leads_to_a_page_that_is_walked(walker, post, username):
    window = walker.window(username)
    window.open("/")
    entries = window.page.locator("#menu li a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(entries) >= LEAST_ENTRIES
    assert {resolve(entry).view_name for entry in entries} <= WALKED
