"""What may stand in an address: ids, words, months and query parameters of every kind."""

from contextlib import contextmanager, nullcontext
from unittest import mock
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from tests.architecture.matrix_objects import find
from tests.architecture.permission_matrix import MATRIX
from tests.architecture.test_permissions import ARGUMENTS, undrawn
from tests.bad_input.reading import address_texts
from tests.standing import undone
from tests.two_cities import CENTRE, OFFICE

PAGES = sorted(name for name, entry in MATRIX.items() if entry.method == "GET")
MISSING = 987_654_321
DRAWN = 9  # every so many answers the page is drawn whole; else the view is what may break


def raw_address(name, **given):
    """Return an address with these texts, as they are, in the places of its arguments."""
    from django.urls import reverse  # noqa: PLC0415

    entry = MATRIX[name]
    numbers = {a: 424_200 + n for n, a in enumerate(ARGUMENTS[name]) if a not in entry.arguments}
    words = {a: f"word{n}" for n, a in enumerate(entry.arguments)}
    address = reverse(name, kwargs={**numbers, **words})
    for argument, place in {**numbers, **words}.items():
        text = given.get(argument, entry.arguments.get(argument))
        address = address.replace(str(place), str(text))
    return address


def send(desks, name, address):
    """Open or press an address as somebody who may."""
    entry = MATRIX[name]
    browser = desks(min(entry.posts), CENTRE)
    with undone():
        return browser.post(address) if entry.method == "POST" else browser.get(address)


def failed(answer):
    return answer.status_code >= 500


def object_id(city, name):
    entry = MATRIX[name]
    return find(city, entry.of, OFFICE) if entry.of else None


def id_argument(name):
    return next(a for a in ARGUMENTS[name] if a not in MATRIX[name].arguments)


@contextmanager
def asked_names():
    """Record the names of the parameters that a view asks for."""
    names, looked_up = set(), MultiValueDict.__getitem__
    listed = MultiValueDict._getlist

    def recorded(self, key):
        if isinstance(self, QueryDict):
            names.add(key)
        return looked_up(self, key)

    def recorded_list(self, key, *rest, **more):
        if isinstance(self, QueryDict):
            names.add(key)
        return listed(self, key, *rest, **more)

    with (
        mock.patch.object(MultiValueDict, "__getitem__", recorded),
        mock.patch.object(MultiValueDict, "_getlist", recorded_list),
    ):
        yield names


def encoded(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.mark.parametrize("name", sorted(n for n, e in MATRIX.items() if e.of))
def test_what_is_no_id_is_not_found(name, city, desks):
    wrong = {}
    everywhere = name in {"accounts:job", "payouts:plan", "funds:voucher"}
    for row, text in address_texts("id").items():
        if not (everywhere or text.isdigit()):
            continue  # refused by the address itself, whichever page it leads to
        answer = send(desks, name, raw_address(name, **{id_argument(name): text}))
        if answer.status_code != 404:
            wrong[row] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(n for n, e in MATRIX.items() if e.arguments))
def test_a_word_that_the_address_does_not_know_breaks_nothing(name, city, desks):
    wrong, number = {}, object_id(city, name)
    for argument in MATRIX[name].arguments:
        for row, text in address_texts("path").items():
            given = {argument: text} | ({id_argument(name): number} if number else {})
            answer = send(desks, name, raw_address(name, **given))
            if failed(answer):
                wrong[argument, row] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_whatever_its_query_says(name, city, desks):
    entry, wrong = MATRIX[name], {}
    address = raw_address(name, **({id_argument(name): object_id(city, name)} if entry.of else {}))
    with asked_names() as names:
        send(desks, name, address)
    texts = list(address_texts("query").items())
    # Each turn gives every name another text, so that in the end every name had every text.
    for turn in range(len(texts) if names else 0):
        given = {n: texts[(turn + at) % len(texts)] for at, n in enumerate(sorted(names))}
        with nullcontext() if turn % DRAWN == 0 else undrawn():
            answer = ask(desks, name, address, given)
            # What one name leads nowhere with may hide another: then each is asked alone.
            alone = given if answer.status_code == 404 and len(given) > 1 else {}
            answers = [answer, *(ask(desks, name, address, {n: given[n]}) for n in alone)]
        if any(one.status_code not in (200, 302, 404) for one in answers):
            wrong[turn] = {n: row for n, (row, _) in given.items()}
    assert wrong == {}


def ask(desks, name, address, given):
    """Open a page with these query parameters, each with its row and text."""
    query = "&".join(f"{n}={encoded(text)}" for n, (_, text) in given.items())
    return send(desks, name, f"{address}?{query}")


@pytest.mark.parametrize("row", sorted(address_texts("refused-query")))
def test_a_query_that_nobody_typed_is_refused_with_the_remedy(row, city, desks):
    text = address_texts("refused-query")[row]
    for name in ("desk", "payouts:cases", "funds:ledger", "reconciliation:differences"):
        answer = send(desks, name, f"{raw_address(name)}?page=1&q={encoded(text)}")
        assert answer.status_code == 400, name
        assert "第2个查询条件" in answer.content.decode()
        assert "请返回页面" in answer.content.decode()


def test_what_was_sent_from_a_stale_page_is_refused_with_what_to_do_and_repeats_nothing(city):
    typed = {"username": "acc510402", "password": "Three-gates-2026"}
    answer = Client(enforce_csrf_checks=True).post("/login/", typed)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "页面已失效，本次提交没有保存" in page
    assert "刷新该页面" in page
    assert typed["password"] not in page
    assert "CSRF" not in page
