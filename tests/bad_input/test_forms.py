"""Every row of texts.csv in every field of every form, sent as the post that fills it in."""

import importlib
import inspect
import pkgutil
from contextlib import contextmanager
from functools import cache
from unittest import mock
from urllib.parse import quote

import pytest
from django.forms import BaseForm, HiddenInput
from django.test import Client
from django.utils.html import escape

from tests.bad_input.desks import DESKS
from tests.bad_input.reading import kinds_of_fields, typed_texts
from tests.standing import check_deferred, fingerprint, undone

APPS = ("accounts", "funds", "payouts", "reconciliation")
KINDS = kinds_of_fields()
TEXTS = typed_texts()
NOT_TYPED = {"filter", "file", "evidence", "tick"}
FIGURES = {"amount", "balance", "rate", "count", "months"}
UNSEEN = {"nul", "lone-surrogate", "right-to-left"}
NUMBERS = UNSEEN | {"exponent", "underscore", "nan", "negative", "twenty-five-digits", "full-width"}
# Debit or credit, never both: of two good amounts the second is refused.
EITHER_OR = {("funds.forms.VoucherLineForm", "credit")}
# Files have their own desks in test_files.py.
ELSEWHERE = {
    "payouts.forms.payments.ReturnUploadForm",
    "payouts.forms.plans.SourceUploadForm",
    "funds.forms.UploadForm",
    "funds.forms.StatementUploadForm",
}
# Filled in as part of the forms that build on them.
BUILT_ON = {"accounts.forms.GroundsForm", "funds.forms.budgets._LineForm"}
# Of these kinds the page shows what was typed; a select or a password cannot.
SHOWN_AGAIN = {text.kind for text in TEXTS} - {"choice", "digest", "login"}


@cache
def form_classes():
    """Return every form class of the apps by its dotted name."""
    found = {}
    for app in APPS:
        package = importlib.import_module(f"{app}.forms")
        parts = [x.name for x in pkgutil.iter_modules(getattr(package, "__path__", []))]
        for name in (package.__name__, *(f"{app}.forms.{part}" for part in parts)):
            for form in vars(importlib.import_module(name)).values():
                if inspect.isclass(form) and issubclass(form, BaseForm) and form.__module__ == name:
                    found[f"{name}.{form.__name__}"] = form
    return found


def kind_of(form, field):
    """Return the kind of a field; a form may say one kind for all whose names begin alike."""
    for name in (field, "*", f"{field[0]}*"):
        if (form, name) in KINDS:
            return KINDS[form, name]
    return ""


def test_every_form_and_every_field_has_a_kind_and_a_desk():
    forms = form_classes()
    missing = [
        f"{name}.{field}"
        for name, form in forms.items()
        if not name.endswith(("Filter", "FilterForm"))
        for field in (form.base_fields or ["q1"])
        if not any(kind_of(base, field) for base in (name, *_bases(form)))
    ]
    assert missing == [], "say in fields.csv of which kind these are"
    gone = [f"{form}.{field}" for form, field in KINDS if not _exists(forms, form, field)]
    assert gone == []
    posted = {form for (form, _), kind in KINDS.items() if kind != "filter"}
    tried = {desk.form for desk in DESKS} | ELSEWHERE | BUILT_ON
    assert posted - tried == set(), "give them a desk"


def test_every_kind_is_tried():
    assert set(KINDS.values()) - NOT_TYPED == {text.kind for text in TEXTS}


def test_every_kind_meets_what_every_field_must_meet():
    """The inputs that the house promises to meet everywhere, whoever adds a kind of field."""
    tried = {kind: {text.id for text in TEXTS if text.kind == kind} for kind in set(KINDS.values())}
    unmet = {
        kind: ids
        for kind in tried.keys() - NOT_TYPED - {"login"}  # Django's own fields
        if (ids := (NUMBERS if kind in FIGURES else UNSEEN) - tried[kind])
    }
    assert unmet == {}


def _bases(form):
    return [f"{base.__module__}.{base.__name__}" for base in form.__mro__]


def _exists(forms, form, field):
    return form in forms and (field.endswith("*") or field in forms[form].base_fields)


@contextmanager
def cleaned_forms():
    """Record every form that a request cleans."""
    seen, clean = [], BaseForm.full_clean

    def recorded(self):
        seen.append(self)
        clean(self)
        self.taken = dict(getattr(self, "cleaned_data", {}))  # before a service has its say

    with mock.patch.object(BaseForm, "full_clean", recorded):
        yield seen


def body_of(values):
    """Return what a browser would send, lone surrogates and all."""
    return "&".join(
        f"{quote(name)}={quote(str(one).encode('utf-8', 'surrogatepass'), safe='')}"
        for name, value in values.items()
        for one in (value if isinstance(value, list) else [value])
    )


def received(text):
    """Return a text as it arrives: what is no UTF-8 is replaced."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Trial:
    """One desk, and what happened when a form was sent from it."""

    def __init__(self, desk, city, desks):
        self.desk, self.city = desk, city
        city.enter()
        self.object_id = desk.object_id(city)
        self.healthy = desk.healthy(city, self.object_id)
        self.browser = desks(desk.post, desk.office) if desk.post else Client()
        self.before = fingerprint()  # every request begins here: what one does is undone

    def send(self, typed):
        """Send the healthy values with some typed otherwise; return the answer and the form."""
        values = self.healthy | {f"{self.desk.prefix}{name}": t for name, t in typed.items()}
        with cleaned_forms() as seen, undone():
            answer = self.browser.post(
                self.desk.url(self.object_id),
                body_of(values),
                content_type="application/x-www-form-urlencoded",
            )
            is_changed = fingerprint() != self.before
            if is_changed:
                check_deferred()
        forms = [form for form in seen if _is(form, self.desk)]
        return answer, forms[0] if forms else None, is_changed

    def fields(self):
        """Return the fields that are typed into, with their kinds, as the live form has them."""
        _, form, _ = self.send({})
        assert form is not None, f"{self.desk.address} does not clean {self.desk.form}"
        kinds = {name: kind_of(self.desk.form, name) for name in form.fields}
        assert all(kinds.values()), kinds
        return {name: kind for name, kind in kinds.items() if kind not in NOT_TYPED}


def _is(form, desk):
    name = f"{type(form).__module__}.{type(form).__qualname__}"
    is_row = not desk.prefix or f"{form.prefix}-" == desk.prefix
    return name == desk.form and is_row and form.is_bound


def rotations(fields, outcome):
    """Yield what to type so that every row of the outcome stands once in every field of its kind.

    Several fields are tried in one request, each with another row: every field must say its own.
    """
    rows = {
        name: [text for text in TEXTS if text.kind == kind and text.outcome == outcome]
        for name, kind in fields.items()
    }
    # What is picked decides how the rest is read, so it is tried by itself.
    picked = {name for name, kind in fields.items() if kind in {"choice", "digest"}}
    for names in (picked, set(fields) - picked):
        for turn in range(max((len(rows[name]) for name in names), default=0)):
            yield {name: rows[name][turn] for name in names if turn < len(rows[name])}


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.name)
def test_bad_text_is_refused_beside_its_field_and_nothing_is_applied(desk, city, desks):
    trial = Trial(desk, city, desks)
    for typed in rotations(trial.fields(), "refused"):
        answer, form, is_changed = trial.send({name: row.text for name, row in typed.items()})
        rows = {name: row.id for name, row in typed.items()}
        assert answer.status_code == (422 if desk.shows else 302), rows
        assert not is_changed, rows
        page = answer.content.decode()
        for name, row in typed.items():
            said = " ".join(form.errors.get(name, []))
            assert said, f"{name} takes {row.id}: {form.cleaned_data.get(name)!r}"
            assert row.says in said, (name, row.id, said)
            if desk.shows and desk.is_open:
                assert all(escape(error) in page for error in form.errors[name]), (name, row.id)
                assert form.fields[name].label, f"{name} has no name in Chinese"
            if (
                desk.shows
                and desk.is_open
                and row.kind in SHOWN_AGAIN
                and not is_hidden(form, name)
            ):
                assert escape(received(row.text)) in page, f"{name} forgets {row.id}"


def is_hidden(form, name):
    return isinstance(form.fields[name].widget, HiddenInput)


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.name)
def test_odd_but_good_text_is_taken_in_canonical_form(desk, city, desks):
    trial = Trial(desk, city, desks)
    for typed in rotations(trial.fields(), "accepted"):
        answer, form, is_changed = trial.send({name: row.text for name, row in typed.items()})
        assert answer.status_code in (200, 302, 422), answer.status_code
        assert not (is_changed and answer.status_code == 422), "half applied"
        for name, row in typed.items():
            if (desk.form, name) in EITHER_OR and name in form.errors:
                continue  # the other of the two was taken
            taken = str(form.taken.get(name))
            assert taken == row.says, (name, row.id, form.errors.get(name))


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.name)
def test_what_is_missing_is_asked_for_beside_its_field(desk, city, desks):
    trial = Trial(desk, city, desks)
    typed = dict.fromkeys(trial.fields(), "\u3000")
    answer, form, is_changed = trial.send(typed)
    asked = [n for n in typed if form.fields[n].required and kind_of(desk.form, n) != "login"]
    assert answer.status_code in (200, 302, 422)
    assert not (is_changed and asked)
    for name in asked:
        assert form.errors.get(name), name
