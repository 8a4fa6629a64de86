"""What the documents name exists: files, commands, functions, constraints."""

import importlib
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
APPS = ("accounts", "funds", "payouts", "reconciliation")
TOP = {path.name for path in ROOT.iterdir()}
# Made by a run, not part of the tree.
MADE_LATER = (".venv/", ".local/", "secrets/")
RULE_PAGES = [path for path in PAGES if path.parent.name == "rules"]
# Decisions also name what was refused.
DECISIONS = [path for path in PAGES if path.parent.name == "adr"]
WITHOUT_DECISIONS = {
    "argvalues": [path for path in PAGES if path not in DECISIONS],
    "ids": lambda path: path.relative_to(ROOT).as_posix(),
}
IDS = {"argvalues": PAGES, "ids": lambda path: path.relative_to(ROOT).as_posix()}


def text_of(page):
    return page.read_text(encoding="utf-8")


def quoted(page):
    """Return the page's `code`, without its fenced blocks."""
    plain = re.sub(r"^```.*?^```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", plain)


def commands(page):
    """Return every line of its fenced blocks and every `code`."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text_of(page), flags=re.DOTALL | re.MULTILINE)
    return [*quoted(page), *(line for block in fenced for line in block.splitlines())]


@cache
def source():
    """Return all Python and SQL of the project as one text."""
    folders = (*APPS, "common", "config", "riskcontrol", "tools", "tests", "deploy")
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for suffix in ("*.py", "*.sql")
        for path in sorted((ROOT / folder).rglob(suffix))
        if path != Path(__file__)
    )


def exists(path):
    """Tell whether a path exists; `<app>` stands for any app, `*` and `{a,b}` for themselves."""
    plain = path.split("::")[0].rstrip("/")
    if plain.startswith("<app>"):
        return any(exists(app + plain.removeprefix("<app>")) for app in APPS)
    plain = re.sub(r"<\w+>", "*", plain)
    return any(True for _ in ROOT.glob(plain)) or (ROOT / f"{plain}.py").exists()


def is_path(word):
    first = word.split("/")[0]
    inside = "/" in word and (first in TOP or first == "<app>") and " " not in word
    return inside and not word.startswith(MADE_LATER)


@pytest.mark.parametrize("paper", **IDS)
def test_every_path_named_exists(paper):
    broken = [word for word in quoted(paper) if is_path(word) and not exists(word)]
    assert broken == []


@pytest.mark.parametrize("paper", **IDS)
def test_every_link_leads_somewhere(paper):
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text_of(paper))
    broken = [
        target
        for target in targets
        if not target.startswith(("http://", "https://")) and not (paper.parent / target).exists()
    ]
    assert broken == []


def is_there(dotted):
    """Tell whether a dotted name is a module, or a name inside one."""
    parts = dotted.split(".")
    if (ROOT / "/".join(parts)).with_suffix(".py").exists():
        return True  # settings are not imported here: production's want an environment
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


@pytest.mark.parametrize("paper", **IDS)
def test_every_dotted_name_can_be_imported(paper):
    ours = re.compile(rf"(?:{'|'.join((*APPS, 'common', 'config', 'tools'))})(?:\.\w+)+")
    broken = []
    for word in quoted(paper):
        match = ours.match(word)
        name = match.group().removesuffix(".py") if match else ""
        if name and "…" not in word and not is_there(name) and not is_model(name):
            broken.append(word)
    assert broken == []


def is_model(name):
    """`accounts.Signature` is a model's label."""
    app, _, model = name.partition(".")
    return app in APPS and is_there(f"{app}.models.{model}")


def is_defined(name):
    """Tell whether a name is a function, class, attribute, constraint or table of ours."""
    return re.search(rf"\b{re.escape(name)}\b", source()) is not None


@pytest.mark.parametrize("paper", **WITHOUT_DECISIONS)
def test_every_function_named_is_defined(paper):
    call = re.compile(r"(?:[\w.]+\.)?([a-z_]{3,})\(")
    missing = [
        word
        for word in quoted(paper)
        if (match := call.match(word)) and not is_defined(match.group(1))
    ]
    assert missing == []


@pytest.mark.parametrize("paper", [ROOT / "CONTRIBUTING.md", *RULE_PAGES], ids=lambda p: p.name)
def test_every_identifier_of_the_orientation_and_of_the_rules_is_defined(paper):
    identifier = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
    missing = [w for w in quoted(paper) if identifier.fullmatch(w) and not is_defined(w)]
    assert missing == []


@pytest.mark.parametrize("paper", **IDS)
def test_every_command_named_exists(paper):
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    launcher = (ROOT / "dev.py").read_text("utf-8")
    ours = get_commands()
    for line in commands(paper):
        for name in re.findall(r"^make (\w+)", line):
            assert name in targets, line
        for name in re.findall(r"dev\.py (\w+)", line):
            assert f'"{name}":' in launcher, line
        for name in re.findall(r"(?:manage\.py|dev\.py manage) ([a-z_]+)", line):
            assert name in ours, line


def test_howtos_stay_short_enough_to_be_read():
    lines = {
        page.name: len(text_of(page).splitlines()) for page in PAGES if page.parent.name == "howto"
    }
    assert {name: count for name, count in lines.items() if count > 90} == {}
