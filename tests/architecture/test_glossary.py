"""docs/glossary.toml binds the words on screens to the names in code."""

import importlib
import inspect
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from accounts.duties import Duty

ROOT = Path(__file__).resolve().parent.parent.parent
GLOSSARY = tomllib.loads((ROOT / "docs" / "glossary.toml").read_text(encoding="utf-8"))
APPS = ("accounts", "funds", "payouts", "reconciliation")


def enumerations(app):
    """Return name -> words of the members, of every module of codes of an app."""
    modules = [
        importlib.import_module(f"{app}.{path.stem}") for path in (ROOT / app).glob("*enums.py")
    ]
    return {
        name: {member.name: member.label for member in member_class}
        for module in modules
        for name, member_class in vars(module).items()
        if inspect.isclass(member_class)
        and issubclass(member_class, models.TextChoices)
        and member_class.__module__ == module.__name__
    }


def test_every_model_has_its_word_and_every_word_its_model():
    in_code = {
        (model.__name__, str(model._meta.verbose_name))
        for app in APPS
        for model in apps.get_app_config(app).get_models()
    }
    listed = {
        (term["identifier"], term["zh"]) for term in GLOSSARY["term"] if term["kind"] == "model"
    }
    assert in_code == listed


@pytest.mark.parametrize("app", APPS)
def test_every_state_has_its_word(app):
    assert enumerations(app) == GLOSSARY["states"][app]


def test_every_duty_has_its_word():
    assert {duty.name: duty.label for duty in Duty} == GLOSSARY["duties"]


def screen_files():
    yield from (ROOT / "templates").rglob("*.html")
    for app in (*APPS, "config", "common"):
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def test_no_screen_uses_another_word_for_the_same_thing():
    forbidden = {word: term["zh"] for term in GLOSSARY["term"] for word in term.get("not", ())}
    found = [
        f"{path.relative_to(ROOT)}: {word}，应为 {right}"
        for path in screen_files()
        for word, right in forbidden.items()
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []
