"""Every act on an object that waits for it, sent as everybody: only the listed get past.

What is sent is what a careful person would send, so that nothing but the duty stands in the way.
The acts are the desks of `tests/bad_input`: every form, every window for files, every button.
"""

from contextlib import contextmanager
from copy import copy
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from common.errors import Forbidden
from common.forms import EvidenceField
from tests.architecture.matrix_objects import KINDS, find
from tests.architecture.permission_matrix import EVERYONE, MATRIX
from tests.architecture.test_permissions import MISSING, address, faceless, undrawn
from tests.bad_input.buttons import BUTTONS
from tests.bad_input.desk import Desk
from tests.bad_input.desks import DESKS
from tests.bad_input.test_forms import form_classes
from tests.bad_input.windows import WINDOWS
from tests.standing import Desks, fingerprint, leave_tenant, standing, undone
from tests.two_cities import CENTRE, OFFICE, OTHER_OFFICE, found_two_cities

FILES = tuple(
    Desk(
        "",
        window.address,
        window.post,
        lambda city, _, window=window: {
            **window.typed,
            "file": SimpleUploadedFile("a.csv", window.good(city)),
        },
        window.office,
    )
    for window in WINDOWS
)
ACTS = {
    (desk.address, *desk.words, desk.post): desk
    for desk in (*DESKS, *FILES, *BUTTONS)  # the last of several at one address stays
    if desk.post
}
# What is kept is acted on under the post that keeps its kind: a bill is none of the seal keeper's.
OF_ONE_POST = {"funds:custody_use", "funds:custody_pass", "funds:custody_give_back"}
# Of these addresses only who sits at the desk is let through here.
OF_THE_DESK_ONLY = {
    "accounts:list_export": "each exports what his own duties open: test_list_exports.py",
    "disclosure": "each signs after another: test_disclosures.py",
    "funds:funds_plan": "each signs after another: test_funds_plans.py",
    "funds:funds_plan_reply": "who took part records no letter: test_funds_plans.py",
    "funds:financial_statement": "each signs after another: test_financial_statements.py",
}


def takes_post(name):
    """Tell whether an address answers POST, asked of the view itself."""
    path = address(name, 1)
    view, args, kwargs = resolve(path)
    if hasattr(view, "view_class"):
        return hasattr(view.view_class, "post")
    return "POST" in view(RequestFactory().put(path), *args, **kwargs).headers["Allow"]


def test_the_matrix_says_who_may_send_what_at_every_address_that_takes_a_form():
    taking = {name for name in MATRIX if takes_post(name)}
    said = {name for name, entry in MATRIX.items() if entry.senders}
    assert {"say with sends= who may": taking - said, "takes no form": said - taking} == {
        "say with sends= who may": set(),
        "takes no form": set(),
    }


def test_every_address_that_takes_a_form_has_a_desk():
    tried = {desk.address for desk in ACTS.values()}
    missing = {name for name, entry in MATRIX.items() if entry.senders} - tried
    assert missing == set(), "a desk in tests/bad_input/desks.py, or a button in buttons.py"


# The city ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cities(django_db_setup, django_db_blocker):
    """Return two pools, an object waiting for every act; nothing of this module stays."""
    with standing(django_db_blocker, "two_cities", found_two_cities) as found, undrawn():
        found[0].enter()
        yield found


@pytest.fixture(scope="module")
def desks(cities):
    return Desks(cities[0])


@pytest.fixture(params=sorted(ACTS), ids="-".join)
def trial(request, cities, desks):
    return Trial(ACTS[request.param], cities[0], desks)


class Trial:
    """One act on one object, and what a try at it came to."""

    def __init__(self, desk, city, desks):
        self.desk, self.city, self.desks = desk, city, desks
        self.entry = MATRIX[desk.address]
        city.enter()
        self.object_id = desk.object_id(city)

    @property
    def is_personal(self):
        """Tell whether everybody does this, each with what is his own."""
        return bool(self.entry.of) and self.entry.senders == EVERYONE

    def holder(self):
        """Return who sits at the desk."""
        return self.desk.post, self.desk.office

    def everybody(self):
        """Return every post at the centre, at the act's office and at one other."""
        offices = {CENTRE, self.desk.office, OTHER_OFFICE}
        return [who for who in self.city.actors if who[1] in offices]

    def is_stranger(self, who):
        """Tell whether this person may not do this."""
        if self.is_personal:
            return who != self.holder()
        post, office = self.city.actors[who].post, who[1]
        if self.desk.address in OF_ONE_POST and post != self.desk.post:
            return True
        at_home = not self.entry.of or office in {CENTRE, self.desk.office}
        return not (
            post in self.entry.senders
            and at_home
            and (office == CENTRE or not self.entry.at_city_only)
        )

    def rows(self):
        """Return what stands in every table of the pool."""
        self.city.enter()
        return fingerprint()

    def values(self, object_id):
        """Return what is sent: the desk's healthy values, and a scan wherever one is taken."""
        self.city.enter()
        form = form_classes().get(self.desk.form)
        scans = {
            f"{self.desk.prefix}{name}": SimpleUploadedFile("扫描件.pdf", b"%PDF-1.7 1 0 obj")
            for name, field in (form.base_fields if form else {}).items()
            if isinstance(field, EvidenceField)
        }
        return {**self.desk.healthy(self.city, object_id), **scans}

    def send(self, browser, object_id=None):
        """Send it and return the answer, and whether a refusal for want of a duty was raised."""
        number = object_id or self.object_id
        values, cookies = self.values(number), copy(browser.cookies)
        leave_tenant()
        with refusals() as seen:
            answer = browser.post(self.desk.url(number), values)
        browser.cookies = cookies  # logging out, too, is undone
        return answer, bool(seen)

    def is_refused(self, who, object_id=None):
        """Tell whether a person's try is refused for who he is, and not for what he sent."""
        answer, is_barred = self.send(self.desks(*who), object_id)
        assert not is_led_to_log_in(answer), who
        return answer.status_code in (403, 404) or (answer.status_code in (302, 422) and is_barred)


def is_led_to_log_in(answer):
    return answer.get("Location", "").startswith(f"{reverse('login')}?next=")


@contextmanager
def refusals():
    """Record the refusals for want of a duty, also those that a form or a message swallows."""
    seen = []

    def recorded(self, *words):
        seen.append(self)
        original(self, *words)

    original = Forbidden.__init__
    with mock.patch.object(Forbidden, "__init__", recorded):
        yield seen


# Who gets past -------------------------------------------------------------------------------


def test_an_act_is_refused_to_everybody_who_is_not_listed_and_changes_nothing(trial):
    strangers = [who for who in trial.everybody() if trial.is_stranger(who)]
    for who in strangers:
        trial.desks(*who)  # signed in before, for that is written down
    with undone():
        before = trial.rows()
        admitted = [who for who in strangers if not trial.is_refused(who)]
        after = trial.rows()
    assert (admitted, changed(before, after)) == ([], set())


def changed(before, after):
    """Return the tables whose rows differ."""
    return {table for table, rows in after.items() if rows != before[table]}


def test_an_act_is_open_to_every_listed_post(trial):
    """To who sits at the desk on what waits there, to others on some object of the kind."""
    have_desks = {desk.post for desk in ACTS.values() if desk.address == trial.desk.address}
    if trial.is_personal or trial.desk.address in OF_THE_DESK_ONLY:
        have_desks |= trial.entry.senders
    assert gets_past(trial, trial.holder())
    others = sorted(trial.entry.senders - have_desks)
    assert [post for post in others if not gets_past_somewhere(trial, post)] == []


def gets_past_somewhere(trial, post):
    """Tell whether a post gets past the duty at one of its offices."""
    offices = (CENTRE, trial.desk.office, OTHER_OFFICE)
    places = [(post, office) for office in offices if (post, office) in trial.city.actors]
    return any(gets_past(trial, who) for who in dict.fromkeys(places))


def gets_past(trial, who):
    """Tell whether a person gets past the duty."""
    browser, numbers = trial.desks(*who), [trial.object_id]
    if who != trial.holder() and trial.entry.of:
        trial.city.enter()
        rows = KINDS[trial.entry.of][0].objects.filter(pool=trial.city.pool).order_by("-pk")
        numbers += rows.values_list("pk", flat=True)[:30]
    for number in numbers:
        with undone():
            answer, is_barred = trial.send(browser, number)
        assert not is_led_to_log_in(answer), who
        if answer.status_code in (200, 302, 422) and not is_barred:
            return True
    return False


def test_a_duty_that_a_service_forgets_to_ask_for_is_found(cities, desks):
    def forgetful(actor, *duties, over):
        return actor

    trial = Trial(ACTS["payouts:batch_check", "FCHK"], cities[0], desks)
    with mock.patch("payouts.services.batch_releasing.require_duty", forgetful), undone():
        assert not trial.is_refused(("FCASH", CENTRE))
        assert not trial.is_refused(("BUDG", CENTRE))
    assert trial.is_refused(("BUDG", CENTRE))


def test_signed_out_an_act_leads_to_the_log_in_and_changes_nothing(trial):
    with undone():
        before = trial.rows()
        answer, _ = trial.send(Client())
        after = trial.rows()
    assert is_led_to_log_in(answer)
    assert changed(before, after) == set()


# Others' objects -----------------------------------------------------------------------------


@pytest.fixture(params=sorted(key for key, desk in ACTS.items() if desk.of), ids="-".join)
def trial_of_one(request, cities, desks):
    return Trial(ACTS[request.param], cities[0], desks)


def assert_nothing_is_there(trial, browser, object_id):
    """Assert that an act on this object answers as on one that does not exist, and does nothing."""
    with undone():
        before = trial.rows()
        leave_tenant()
        values = trial.shown
        there, nowhere = (
            faceless(browser.post(trial.desk.url(number), values), number)
            for number in (object_id, MISSING)
        )
        after = trial.rows()
    assert there == nowhere
    assert there[0] == 404
    assert changed(before, after) == set()


def test_an_act_on_another_offices_object_finds_nothing(trial_of_one):
    trial = trial_of_one
    elsewhere = next(o for o in (OTHER_OFFICE, "510402") if o != trial.desk.office)
    who = (trial.desk.post, elsewhere)
    if who not in trial.city.actors or not KINDS[trial.entry.of][1]:
        return  # a post of the city, or an object of the city: there is no other office
    browser = trial.desks(*who)
    trial.shown = trial.values(trial.object_id)
    assert_nothing_is_there(trial, browser, trial.object_id)


def test_an_act_on_another_pools_object_finds_nothing(trial_of_one, cities):
    trial, (_, other) = trial_of_one, cities
    browser = trial.desks(*trial.holder())
    trial.shown = trial.values(trial.object_id)
    other.enter()
    theirs = find(other, trial.entry.of, OFFICE)
    trial.city.enter()
    assert_nothing_is_there(trial, browser, theirs)


def test_an_act_of_another_pools_person_finds_nothing(trial_of_one, cities):
    trial, (_, other) = trial_of_one, cities
    trial.shown = trial.values(trial.object_id)
    browser = Desks(other)(trial.desk.post, CENTRE)
    assert_nothing_is_there(trial, browser, trial.object_id)
