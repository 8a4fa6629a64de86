"""Posts and incompatible pairs in the database are those of docs/rules/posts.md."""

import re
from pathlib import Path

import pytest

from accounts.models import IncompatiblePosts, Post

pytestmark = pytest.mark.django_db
RULES = Path(__file__).resolve().parents[2] / "docs" / "rules" / "posts.md"


def table_rows(section):
    text = RULES.read_text(encoding="utf-8").split("## ")[section]
    lines = [line for line in text.splitlines() if re.match(r"\| [A-Z]", line)]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def test_posts_are_as_the_rules_list_them():
    in_database = {
        (post.code, post.name, "是" if post.requires_established else "否", post.source)
        for post in Post.objects.all()
    }
    assert in_database == {(row[0], row[1], row[5], row[7]) for row in table_rows(1)}


@pytest.mark.parametrize(("section", "kind"), [(2, "NEVER_BOTH"), (3, "NEVER_ON_ONE_MATTER")])
def test_incompatible_pairs_are_as_the_rules_list_them(section, kind):
    in_database = set(
        IncompatiblePosts.objects.filter(kind=kind).values_list("first_id", "second_id", "source")
    )
    assert in_database == set(table_rows(section))


@pytest.mark.parametrize(
    "pair",
    [
        ("ACC", "FACC"),  # business and finance
        ("PLAN", "SYS"),  # business and information
        ("FCHK", "DATA"),  # finance and information
        ("RISK", "FHEAD"),  # supervision and finance
        ("FACC", "FCASH"),  # accountant and cashier
        ("BUDG", "FHEAD"),  # who budgets and who pays
        ("BUDG", "FACC"),
        ("BILL", "SEAL"),  # bills and seals
        ("LOGA", "SYS"),  # the three administrators
    ],
)
def test_the_pairs_every_regulation_names_are_never_both(pair):
    first, second = sorted(pair)
    assert IncompatiblePosts.objects.filter(
        first_id=first, second_id=second, kind="NEVER_BOTH"
    ).exists()


def test_high_risk_posts_need_established_staff():
    needing = set(Post.objects.filter(requires_established=True).values_list("code", flat=True))
    assert needing == {"PLAN", "REV2", "FACC", "FCASH"}
