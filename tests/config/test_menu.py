"""The menu: one table, shown as far as the post reaches, and every entry opens."""

import tomllib

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.duties import DUTIES_OF_POST, Duty
from accounts.selectors.worklist import Waiting
from config.menu import MENU, QUICK_ACTIONS, build_menu
from tests.city import CITY_POSTS, OFFICE_POSTS, found_city

ALL = {duty.value for duty in Duty}
POSTS = (*OFFICE_POSTS, *CITY_POSTS)
LINKS = [item for _, items in MENU for item in items]


def labels(*, duties=ALL, path="/", waiting=()):
    groups = build_menu(duties=duties, path=path, waiting=waiting)
    return {item.label: item for group in groups for item in group.items}


def test_every_entry_leads_somewhere():
    assert [item.url_name for item in (*LINKS, *QUICK_ACTIONS) if not reverse(item.url_name)] == []
    assert len(labels()) == len(LINKS)


def test_a_post_sees_the_entries_of_its_duties_only():
    own = {item.label for item in LINKS if not item.duties}
    assert set(labels(duties=set())) == own
    assert set(labels(duties={Duty.AUDIT_READ.value})) == own | {"操作日志"}


@pytest.mark.parametrize("post", sorted(DUTIES_OF_POST))
def test_a_post_has_no_more_groups_than_fit_the_screen(post):
    duties = {duty.value for duty in DUTIES_OF_POST[post]}
    assert len(build_menu(duties=duties, path="/", waiting=[])) <= 7


def test_the_entry_that_leads_furthest_to_the_page_is_current():
    for path, label in (
        ("/", "工作台"), ("/accounts/grants/7/", "岗位授权"), ("/accounts/audit/", "操作日志"),
    ):  # fmt: skip
        assert [item.label for item in labels(path=path).values() if item.is_current] == [label]


def test_what_waits_is_counted_beside_its_entry():
    url = reverse("accounts:grants")
    waiting = [Waiting("甲", f"{url}?tab=waiting", 2), Waiting("乙", url, 3)]
    assert labels(waiting=waiting)["岗位授权"].count == 5


@pytest.mark.django_db(transaction=True)
def test_each_duty_of_an_entry_opens_its_page():
    city = found_city()
    places = {}
    for item in (*LINKS, *QUICK_ACTIONS):
        for duty in item.duties or (None,):
            post = next(post for post in POSTS if not duty or duty in DUTIES_OF_POST[post])
            places.setdefault(post, set()).add(reverse(item.url_name))
    refused = {}
    for post, urls in places.items():
        with city.tenant():
            user = city.user(post)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for url in urls:
            if (status := client.get(url).status_code) not in (200, 302):
                refused[post, url] = status
    assert refused == {}


def test_the_version_on_the_screens_is_the_projects():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == settings.VERSION
