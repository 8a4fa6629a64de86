"""The table of posts, and which of them one person may not hold together."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.enums import (
    GrantState,
    Incompatibility,
    OrganisationLevel,
    PostFamily,
    PostLayer,
)
from accounts.models import IncompatiblePosts, Organisation, Post, PostGrant, User
from common.remembering import remembered


@dataclass(frozen=True, slots=True)
class PostLine:
    """One row of the table of posts."""

    code: str
    name: str
    layer_label: str
    family_label: str
    levels: str
    requires_established: bool
    acts: str
    source: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """How two posts go together: `mark` is X, C, or empty where no rule speaks."""

    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One post against all others."""

    code: str
    name: str
    cells: list[MatrixCell]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule with its source, and every pair of posts it keeps apart."""

    kind: str
    kind_label: str
    source: str
    pairs: list[str]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a person cannot hold a post as asked; `code` is the database's constraint name."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to hold which post where, from when to when (inclusive; None: open)."""

    user_id: int
    post_code: str
    organisation_id: int
    valid_from: date
    valid_until: date | None
    grant_id: int = 0


LEVEL_FIELDS = {
    OrganisationLevel.CITY: "at_city",
    OrganisationLevel.COUNTY: "at_county",
    OrganisationLevel.TOWN: "at_town",
}
MARKS = {Incompatibility.NEVER_BOTH: "X", Incompatibility.NEVER_ON_ONE_MATTER: "C"}


@remembered
def _posts() -> list[Post]:
    return list(Post.objects.order_by("position"))


@remembered
def _pairs() -> list[IncompatiblePosts]:
    return list(IncompatiblePosts.objects.all())


def list_posts() -> list[PostLine]:
    """Return all posts in their order."""
    return [
        PostLine(
            code=post.code,
            name=post.name,
            layer_label=PostLayer(post.layer).label,
            family_label=PostFamily(post.family).label,
            levels="、".join(
                OrganisationLevel(level).label
                for level, field in LEVEL_FIELDS.items()
                if getattr(post, field)
            ),
            requires_established=post.requires_established,
            acts=post.acts,
            source=post.source,
        )
        for post in _posts()
    ]


def post_choices() -> list[tuple[str, str]]:
    """Return (code, name) of all posts for a select box."""
    return [
        (code, f"{name}（{code}）")
        for code, name in Post.objects.order_by("position").values_list("code", "name")
    ]


def post_names() -> dict[str, str]:
    """Return code -> name of all posts."""
    return dict(Post.objects.values_list("code", "name"))


def list_rules() -> list[RuleLine]:
    """Return the rules on incompatible posts with their pairs, the absolute ones first."""
    posts = {post.code: post for post in _posts()}
    ordered = sorted(
        _pairs(),
        key=lambda pair: (
            pair.kind != Incompatibility.NEVER_BOTH,
            posts[pair.first_id].position,
            posts[pair.second_id].position,
        ),
    )
    rules: dict[tuple[str, str], list[str]] = {}
    for pair in ordered:
        texts = rules.setdefault((pair.kind, pair.source), [])
        texts.append(f"{posts[pair.first_id].name} × {posts[pair.second_id].name}")
    return [
        RuleLine(kind, Incompatibility(kind).label, source, texts)
        for (kind, source), texts in rules.items()
    ]


def post_matrix() -> list[MatrixRow]:
    """Return every post against every post, with rule and source of each meeting."""
    posts = _posts()
    rules: dict[tuple[str, str], IncompatiblePosts] = {}
    for pair in _pairs():
        rules[pair.first_id, pair.second_id] = rules[pair.second_id, pair.first_id] = pair
    return [
        MatrixRow(row.code, row.name, [_cell(rules.get((row.code, other.code))) for other in posts])
        for row in posts
    ]


def _cell(pair: IncompatiblePosts | None) -> MatrixCell:
    if pair is None:
        return MatrixCell("", "")
    kind = Incompatibility(pair.kind)
    return MatrixCell(MARKS[kind], f"{kind.label}：{pair.source}")


def list_obstacles(wish: Wish) -> list[Obstacle]:
    """Return what stands against a grant, as the database would refuse it; empty if nothing.

    Source: docs/rules/posts.md; 池人社秘〔2019〕158号第3、5项.
    """
    post = Post.objects.get(pk=wish.post_code)
    place = Organisation.objects.get(pk=wish.organisation_id)
    person = User.objects.get(pk=wish.user_id)
    obstacles = []
    if not getattr(post, LEVEL_FIELDS[OrganisationLevel(place.level)]):
        level = OrganisationLevel(place.level).label
        text = f"{post.name}不能设在{level}机构（{place.short_name}）。依据：{post.source}"
        obstacles.append(Obstacle("grant_post_fits_level", text))
    if post.requires_established and not person.is_established:
        text = (
            f"{post.name}须由在编人员担任，{person.name}不是在编人员。"
            "依据：池人社秘〔2019〕158号 第5项"
        )
        obstacles.append(Obstacle("grant_established_staff_only", text))
    return obstacles + _clashes(wish, post, person)


def _clashes(wish: Wish, post: Post, person: User) -> list[Obstacle]:
    """Name every post in force in the same time that may never be held with this one."""
    pairs = IncompatiblePosts.objects.filter(kind=Incompatibility.NEVER_BOTH).filter(
        Q(first=post) | Q(second=post)
    )
    sources = {
        pair.second_id if pair.first_id == post.code else pair.first_id: pair.source
        for pair in pairs
    }
    held = PostGrant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=wish.valid_from),
        user=person,
        state=GrantState.EFFECTIVE,
        post_id__in=sources,
    ).exclude(pk=wish.grant_id)
    if wish.valid_until is not None:
        held = held.filter(valid_from__lte=wish.valid_until)
    return [
        Obstacle(
            "grant_incompatible_posts",
            f"{person.name}现任{grant.post.name}（{grant.organisation.short_name}），"
            f"与{post.name}不得兼任。依据：{sources[grant.post_id]}",
        )
        for grant in held.select_related("post", "organisation").order_by("post__position", "id")
    ]
