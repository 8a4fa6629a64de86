"""Every post: its first page, and every entry of its menu."""

import pytest
from django.urls import resolve

from config.demo.charters import CITY_POSTS, OFFICE_POSTS, PANZHIHUA, staff_number
from tests.browser.walk.stops import EAST, STOPS
from tests.browser.walk.test_every_page import keyboard
from tests.browser.walk.walker import SIZES

pytestmark = pytest.mark.browser

POSTS = [
    *((post, staff_number(PANZHIHUA, EAST, post)) for post in OFFICE_POSTS),
    *((post, staff_number(PANZHIHUA, PANZHIHUA.code, post)) for post in CITY_POSTS),
]
WALKED = {stop.address for stop in STOPS} | {"desk"}
LEAST_ENTRIES = 3  # what everybody has: desk, messages, own jobs


@pytest.mark.parametrize(("post", "username"), POSTS, ids=[post for post, _ in POSTS])
def test_the_first_page_of_a_post(walker, post, username):
    window = walker.window(username)
    assert window.open("/") == 200
    assert "工作台" in window.page.title()
    walker.album.keep(window, f"desk-{post}", username)
    found = [
        *window.violations(),
        *(f"{size[0]}: {wide}" for size in SIZES for wide in window.at_size(size).ask("wide")),
        *keyboard(window.at_size(SIZES[0])),
        *window.problems,
    ]
    assert found == []


@pytest.mark.parametrize(("post", "username"), POSTS, ids=[post for post, _ in POSTS])
def test_every_entry_of_the_menu_leads_to_a_page_that_is_walked(walker, post, username):
    window = walker.window(username)
    window.open("/")
    entries = window.page.locator("#menu li a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(entries) >= LEAST_ENTRIES
    assert {resolve(entry).view_name for entry in entries} <= WALKED
