"""The menu: one table, shown as far as the post reaches, and every entry opens."""

import tomllib

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.duties import DUTIES_OF_POST, Duty
from accounts.selectors.worklist import Waiting
from config.menu import MENU, QUICK_ACTIONS, build_menu, count_by_address
from tests.city import CITY_POSTS, OFFICE_POSTS, SECONDS, found_city

CENTRE, COUNTY = 1, 2
ALL = {duty.value: {CENTRE} for duty in Duty}
POSTS = (*OFFICE_POSTS, *CITY_POSTS)
LINKS = [item for _, items in MENU for item in items]


def labels(*, duties=ALL, path="/", waiting=()):
    counts = count_by_address(waiting)
    groups = build_menu(duties=duties, centre_id=CENTRE, path=path, counts=counts)
    return {item.label: item for group in groups for item in group.items}


def test_every_entry_leads_somewhere():
    assert [item.url_name for item in (*LINKS, *QUICK_ACTIONS) if not reverse(item.url_name)] == []
    assert len(labels()) == len(LINKS)


def test_a_post_sees_the_entries_of_its_duties_only():
    own = {item.label for item in LINKS if not item.duties}
    assert set(labels(duties={})) == own
    assert set(labels(duties={Duty.AUDIT_READ.value: {COUNTY}})) == own | {"操作日志"}


def test_the_citys_books_are_offered_to_those_only_whose_duty_reaches_the_centre():
    def books(office):
        return set(labels(duties={Duty.BOOKS_READ.value: {office}}))

    assert books(CENTRE) - books(COUNTY) == {item.label for item in LINKS if item.at_centre} - {
        "余额调节表",
        "预算",  # has a duty of its own
    }
    reconciliation = {Duty.RECONCILIATION_READ.value: {COUNTY}}
    assert "余额调节表" not in labels(duties=reconciliation)
    assert "月度对账" in labels(duties=reconciliation)


@pytest.mark.parametrize("post", sorted(DUTIES_OF_POST))
def test_a_post_has_no_more_groups_than_fit_the_screen(post):
    duties = {duty.value: {CENTRE} for duty in DUTIES_OF_POST[post]}
    assert len(build_menu(duties=duties, centre_id=CENTRE, path="/", counts={})) <= 7


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
@pytest.mark.parametrize("office", ["510400", "510402"])
def test_every_entry_of_every_posts_menu_opens(office):
    city = found_city()
    people = {post for post, at in city.actors if at == office and post not in SECONDS}
    assert len(people) == len(POSTS if office == "510400" else OFFICE_POSTS)
    refused, opened = {}, set()
    for post in people:
        with city.tenant():
            user = city.user(post, office)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        links = menu_of(client.get(reverse("desk")))
        assert len(links) >= 3, post  # the desk, messages, one's own jobs
        opened |= set(links)
        for link in links:
            if (status := client.get(link).status_code) != 200:
                refused[post, link] = status
    assert refused == {}
    assert len(opened) > 15


def menu_of(page):
    """Return the addresses of the side menu."""
    return [link.url for group in page.context["shell"]["menu"] for link in group.items]


def test_the_version_on_the_screens_is_the_projects():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == settings.VERSION
