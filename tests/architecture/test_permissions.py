"""Every address against the permission matrix: each post, signed out, other offices and pools.

What is sent to an address, as a form or by a button, is tried in `test_every_act.py`.
"""

import re
from contextlib import contextmanager, nullcontext
from unittest import mock

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.architecture.matrix_objects import KINDS, find
from tests.architecture.permission_matrix import EVERYONE, MACHINES, MATRIX, SIGNED_OUT
from tests.standing import Desks, leave_tenant, standing, undone
from tests.two_cities import CENTRE, OFFICE, OTHER_OFFICE, found_two_cities

MISSING = 987_654_321  # no table has so many rows
WITHOUT_OBJECT = {name: entry for name, entry in MATRIX.items() if not entry.of}
WITH_OBJECT = {name: entry for name, entry in MATRIX.items() if entry.of}
# Pages that lead on instead of showing something.
LEADS_ON = {"payouts:bulk_sheet", "payouts:next_case"}


# What a listed post is answered where the planted object has no letter, or where it leads on.
ANSWERS = {
    "accounts:notice": 302,
    "funds:allotment": 302,
    "payouts:case_document": 404,
    "payouts:intake_result": 302,
}


# The addresses -------------------------------------------------------------------------------


def named_patterns(patterns=None, space=""):
    """Yield (name with its space, names of its arguments) of every address."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", sorted(entry.pattern.converters)
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from named_patterns(entry.url_patterns, inner)


ARGUMENTS = dict(named_patterns())


def address(name, object_id=None):
    """Return an address with this id in the place of its object."""
    entry = MATRIX[name]
    ids = [argument for argument in ARGUMENTS[name] if argument not in entry.arguments]
    return reverse(name, kwargs={**dict.fromkeys(ids, object_id), **entry.arguments})


def test_every_address_is_in_the_matrix_and_every_entry_is_an_address():
    listed = set(MATRIX) | SIGNED_OUT | MACHINES
    assert {"missing": set(ARGUMENTS) - listed, "gone": listed - set(ARGUMENTS)} == {
        "missing": set(),
        "gone": set(),
    }


def test_every_address_has_one_name():
    names = [name for name, _ in named_patterns()]
    assert len(names) == len(set(names))


def test_the_matrix_says_which_addresses_take_an_id_and_of_a_kind_that_is_planted():
    for name, entry in MATRIX.items():
        ids = [argument for argument in ARGUMENTS.get(name, ()) if argument.endswith("_id")]
        assert bool(ids) == bool(entry.of), name
        assert len(ids) <= 1, name
        assert entry.of in {"", *KINDS}, name


# The city ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cities(django_db_setup, django_db_blocker):
    """Return two pools with objects of every kind in each; nothing of this module stays."""
    # The menu and its counts are rendered thousands of times here and tested elsewhere.
    frame = mock.patch("config.shell._frame", return_value={})
    with standing(django_db_blocker, "two_cities", found_two_cities) as found, frame:
        yield found


@pytest.fixture(scope="module")
def browsers(cities):
    """Return a browser per post and office in which its holder is signed in."""
    own, _ = cities
    desks = Desks(own)
    tried = [who for who in own.actors if who[0] in EVERYONE and who[1] in (CENTRE, OFFICE)]
    return {who: desks(*who) for who in tried}


def may_open(entry, post, office):
    return post in entry.posts and (office == CENTRE or not entry.at_city_only)


@contextmanager
def undrawn():
    """Leave templates and their PDFs undrawn: who may open a page is decided before."""
    with (
        mock.patch("django.template.backends.django.Template.render", return_value=""),
        mock.patch("weasyprint.HTML.write_pdf", return_value=b"%PDF-1.7"),
    ):
        yield


def visit(browser, name, object_id=None, **more):
    entry = MATRIX[name]
    send = browser.post if entry.method == "POST" else browser.get
    with undone():
        leave_tenant()
        return send(address(name, object_id), **more)


# Who may open --------------------------------------------------------------------------------


def test_the_matrix_knows_every_post(cities):
    assert {person.post for person in cities[0].actors.values()} == EVERYONE


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_signed_out_every_address_leads_to_the_log_in(name, cities):
    response = visit(Client(), name, MISSING)
    assert response.status_code == 302, name
    assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", sorted(SIGNED_OUT))
def test_log_in_and_health_answer_everybody(name, cities):
    assert Client().get(reverse(name)).status_code in (200, 503)


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_machine_without_its_token_is_refused(name, cities):
    assert Client().post(reverse(name)).status_code == 401


@pytest.mark.parametrize("name", sorted(set(WITHOUT_OBJECT) - {"logout"}))
def test_an_address_opens_for_the_listed_posts_and_for_no_other(name, browsers):
    entry = WITHOUT_OBJECT[name]
    opened = 302 if entry.method == "POST" or name in LEADS_ON else 200
    wrong = {}
    for (post, office), browser in browsers.items():
        if office == CENTRE or (entry.at_city_only and post in entry.posts):
            expected = opened if may_open(entry, post, office) else 403
            # One page of each kind is drawn whole; the others go through all but the drawing.
            drawn = nullcontext() if post == min(entry.posts) else undrawn()
            with drawn:
                status = visit(browser, name).status_code
            if status != expected:
                wrong[post, office] = status
    assert wrong == {}, f"expected {opened} for {sorted(entry.posts)}, else 403"


@pytest.mark.parametrize("name", sorted(WITH_OBJECT))
def test_an_id_that_does_not_exist_is_not_found(name, browsers):
    for post in sorted(WITH_OBJECT[name].posts)[:3]:
        assert visit(browsers[post, CENTRE], name, MISSING).status_code == 404, post


@pytest.mark.parametrize("name", sorted(n for n, e in WITH_OBJECT.items() if e.method == "GET"))
def test_an_object_that_exists_opens_for_no_post_that_is_not_listed(name, cities, browsers):
    own, _ = cities
    entry, wrong = WITH_OBJECT[name], {}
    with own.tenant():
        object_id = find(own, entry.of, OFFICE)
    strangers = [
        (who, browser)
        for who, browser in browsers.items()
        if not may_open(entry, *who) and (who[1] == CENTRE or who[0] in entry.posts)
    ]
    for (post, office), browser in strangers:
        with undrawn():
            status = visit(browser, name, object_id).status_code
        if status not in (403, 404) and not is_own(own, entry.of, object_id, post):
            wrong[post, office] = status
    assert wrong == {}


def is_own(city, kind, object_id, post):
    """Tell whether a grant is this person's own, which he may see."""
    return kind == "grant" and object_id == city.actor(post, OFFICE).grant_id


@pytest.mark.parametrize("name", sorted(n for n, e in WITH_OBJECT.items() if e.method == "GET"))
def test_an_object_of_ones_own_office_opens_for_a_listed_post(name, cities, browsers):
    own, _ = cities
    entry = WITH_OBJECT[name]
    at_office = sorted(post for post in entry.posts if (post, OFFICE) in browsers)
    office = CENTRE if entry.at_city_only or not at_office else OFFICE
    post = at_office[0] if office == OFFICE else min(entry.posts)
    with own.tenant():
        object_id = find(own, entry.of, OFFICE)
    if entry.posts == EVERYONE:
        post = "PLAN"  # the matter is his own: everybody opens what is theirs
    status = visit(browsers[post, office], name, object_id).status_code
    assert status == ANSWERS.get(name, 200), post


# Others' objects -----------------------------------------------------------------------------


# Headers that differ from answer to answer whatever was asked for.
OF_THE_MOMENT = {"Set-Cookie", "Date", "X-Request-ID", "Content-Security-Policy"}


def faceless(response, object_id):
    """Return what comes back, without the id asked for and the one-time token."""
    assert int(response.get("Content-Length", len(response.content))) == len(response.content)
    body = response.content.decode(errors="replace").replace(f"/{object_id}/", "/ID/")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    headers = {
        name: value.replace(f"/{object_id}/", "/ID/")
        for name, value in response.items()
        if name not in {*OF_THE_MOMENT, "Content-Length"}
    }
    return response.status_code, body, headers


def assert_hidden(browser, name, object_id):
    there = faceless(visit(browser, name, object_id), object_id)
    nowhere = faceless(visit(browser, name, MISSING), MISSING)
    assert there == nowhere
    assert there[0] == 404


@pytest.mark.parametrize("name", sorted(WITH_OBJECT))
def test_another_pools_object_looks_like_one_that_does_not_exist(name, cities, browsers):
    _, other = cities
    entry = WITH_OBJECT[name]
    with other.tenant():
        object_id = find(other, entry.of, OFFICE)
    for post in sorted(entry.posts)[:1]:
        assert_hidden(browsers[post, CENTRE], name, object_id)


@pytest.mark.parametrize("name", sorted(n for n, e in WITH_OBJECT.items() if KINDS[e.of][1]))
def test_another_offices_object_looks_like_one_that_does_not_exist(name, cities, browsers):
    own, _ = cities
    entry = WITH_OBJECT[name]
    with own.tenant():
        object_id = find(own, entry.of, OTHER_OFFICE)
    for post in [post for post in sorted(entry.posts) if (post, OFFICE) in browsers][:2]:
        assert_hidden(browsers[post, OFFICE], name, object_id)
