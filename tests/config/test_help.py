"""Help: a page per task, a one-page guide per post, and texts that quote what the system says."""

import re
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from django.urls import get_resolver

from accounts.models import Post
from config.help.content import AREAS, EVERYBODY, list_tasks, post_guides
from tests.architecture.test_permissions import named_patterns

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "common", "config", "funds", "payouts", "reconciliation")
TASKS = list_tasks()
QUOTED = [
    (task.slug, words)
    for task in TASKS
    for problem in task.problems
    for words in re.findall("“([^”]{5,})”", problem.sign)
]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def clerk(city, client):
    client.force_login(city.user("ACC", "510402"), backend=BACKEND)
    return client


@cache
def source():
    """Return all the words the system can say: its code and its templates."""
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    files += (ROOT / "templates").rglob("*.html")
    return "".join(path.read_text(encoding="utf-8") for path in files).replace('"\n', "")


def test_every_task_is_complete():
    addresses = {name for name, _ in named_patterns(get_resolver().url_patterns)}
    for task in TASKS:
        assert task.area in AREAS, task.slug
        assert len(task.steps) >= 2, task.slug
        assert task.problems, task.slug
        assert set(task.screens) <= addresses, task.slug
        assert set(task.posts) <= {*post_guides(), EVERYBODY}, task.slug


def test_every_post_has_a_guide_and_a_task_or_says_what_it_keeps(db):
    assert set(post_guides()) == set(Post.objects.values_list("code", flat=True))
    for code, guide in post_guides().items():
        assert guide.daily, code
        assert guide.never, code
        assert any(task.is_of(code) for task in TASKS), code


@pytest.mark.parametrize(("slug", "words"), QUOTED)
def test_a_message_quoted_as_a_problem_is_one_the_system_gives(slug, words):
    assert words in source(), slug


def test_the_help_of_a_page_stands_first(clerk):
    page = clerk.get("/help/", {"page": "payouts:intake_new"}).content.decode()
    assert page.index("与刚才页面有关") < page.index("受理岗的任务") < page.index("全部任务")
    assert page.count("受理失业保险金申请") == 3
    plain = clerk.get("/help/").content.decode()
    assert "与刚才页面有关" not in plain


def test_every_page_leads_to_its_help(clerk):
    page = clerk.get("/payouts/intake/").content.decode()
    assert 'href="/help/?page=payouts:intake_new"' in page


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
def test_a_task_page_shows_steps_pictures_and_problems(clerk, task):
    page = clerk.get(f"/help/{task.slug}/").content.decode()
    assert page.count("<img ") - 1 == sum(bool(step.picture) for step in task.steps)
    for text in (task.purpose, task.steps[0].do, task.problems[0].remedy):
        assert text in page


def test_an_unknown_task_or_post_is_not_found(clerk):
    for path in ("/help/nothing/", "/help/posts/NONE/", "/help/posts/NONE/print/"):
        assert clerk.get(path).status_code == 404


def test_help_is_for_people_of_the_house(client):
    assert client.get("/help/").status_code == 302


def test_every_guide_is_one_a4_page_with_the_tasks_of_the_post(clerk):
    for code in post_guides():
        answer = clerk.get(f"/help/posts/{code}/print/")
        document = pypdfium2.PdfDocument(answer.content)
        text = document[0].get_textpage().get_text_range()
        assert len(document) == 1, code
        assert [round(side / 72 * 25.4) for side in document[0].get_size()] == [210, 297]
        squeezed = re.sub(r"\s+", "", text)
        own = [re.sub(r"\s+", "", task.title) for task in TASKS if code in task.posts]
        assert [title for title in own if title not in squeezed] == [], code
