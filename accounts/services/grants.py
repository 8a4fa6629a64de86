"""Grants of posts: applied for, reviewed by internal control, approved by the head; ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import workflows
from accounts.duties import Duty
from accounts.enums import Decision, GrantState, NoticeKind, SubjectKind
from accounts.models import Organisation, Post, PostGrant, User
from accounts.permissions import require_duty
from accounts.selectors.grants import grant_matter, wish_of
from accounts.selectors.posts import Wish, list_obstacles
from accounts.services import audit, sessions, signatures
from accounts.services.notices import Message, notify_duty, notify_people
from accounts.services.signatures import Matter, OwnMatter, Verdict
from common.actor import Actor, Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound


class GrantImpossible(DomainError):
    code = "GRANT_IMPOSSIBLE"
    message = "该人员不能担任该岗位，请核对不相容岗位表"


class PostsIncompatible(GrantImpossible):
    code = "GRANT_INCOMPATIBLE_POSTS"
    message = "与该人员现任岗位不得兼任，请核对不相容岗位表"


class EstablishedStaffOnly(GrantImpossible):
    code = "GRANT_ESTABLISHED_STAFF_ONLY"
    message = "该岗位须由在编人员担任"


class PostNotAtThisLevel(GrantImpossible):
    code = "GRANT_POST_FITS_LEVEL"
    message = "该岗位不能设在这一级机构"


class GrantExists(DomainError):
    code = "GRANT_EXISTS"
    message = "该人员在同一机构的同一岗位已有在办或有效的授权，无须重复申请"


class GrantNotWaiting(DomainError):
    code = "GRANT_NOT_WAITING"
    message = "该申请不在您办理的环节，可能已由他人处理，请刷新页面查看"


class GrantNotInForce(DomainError):
    code = "GRANT_NOT_IN_FORCE"
    message = "该授权没有生效或已经结束，无须撤销"


class PersonNotActive(DomainError):
    code = "PERSON_NOT_ACTIVE"
    message = "该人员不存在或已停用，请重新选择"


class GrantChangedAfterSigning(DomainError):
    code = "GRANT_CHANGED_AFTER_SIGNING"
    message = "申请内容在签署之后有变化，前面的签署已失效，请不予通过后重新申请"


REFUSALS: dict[str, type[DomainError]] = {
    "grant_incompatible_posts": PostsIncompatible,
    "grant_established_staff_only": EstablishedStaffOnly,
    "grant_post_fits_level": PostNotAtThisLevel,
    "grant_signed_by_three": GrantChangedAfterSigning,
}


@dataclass(frozen=True, slots=True)
class GrantApplication:
    """Who is to hold which post at which office, inclusive days, and why."""

    user_id: int
    post_code: str
    organisation_id: int
    valid_from: date
    valid_until: date | None
    reason: str


@transaction.atomic
def apply_for_grant(*, actor: Person, application: GrantApplication, at: datetime) -> PostGrant:
    """Enter an application: the first of three signatures; internal control reviews it next.

    Raises:
        DutyNotHeld: the post may not apply for this office.
        OwnMatter: nobody applies for himself.
        PersonNotActive, GrantExists, PostsIncompatible, EstablishedStaffOnly, PostNotAtThisLevel.

    Source: 人社厅发〔2021〕64号；社会保险经办岗位权限管理实施细则第十六条.
    """
    _check_application(actor, application)
    grant = PostGrant.objects.create(
        pool_id=actor.pool_id,
        user_id=application.user_id,
        post_id=application.post_code,
        organisation_id=application.organisation_id,
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        reason=application.reason,
        applied_by_id=actor.user_id,
        applied_at=at,
    )
    signatures.approve(actor, _matter(grant), "APPLY", at, application.reason)
    _record(actor, "accounts.grant.applied", grant, at, before=None)
    _ask(grant, Duty.GRANT_REVIEW, "待内控审核", at)
    return grant


def _check_application(actor: Person, application: GrantApplication) -> None:
    if not Organisation.objects.filter(pk=application.organisation_id).exists():
        raise NotFound
    require_duty(actor, Duty.GRANT_APPLY, over=application.organisation_id)
    if application.user_id == actor.user_id:
        raise OwnMatter("本人的岗位授权须由他人申请")
    if not User.objects.filter(pk=application.user_id, is_active=True).exists():
        raise PersonNotActive
    if not Post.objects.filter(pk=application.post_code).exists():
        raise NotFound
    alike = PostGrant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=application.valid_from),
        user_id=application.user_id,
        post_id=application.post_code,
        organisation_id=application.organisation_id,
        state__in=[GrantState.REVIEW, GrantState.APPROVAL, GrantState.EFFECTIVE],
    )
    if application.valid_until is not None:
        alike = alike.filter(valid_from__lte=application.valid_until)
    if alike.exists():
        raise GrantExists
    _refuse_obstacles(
        Wish(
            application.user_id,
            application.post_code,
            application.organisation_id,
            application.valid_from,
            application.valid_until,
        )
    )


def _refuse_obstacles(wish: Wish) -> None:
    obstacles = list_obstacles(wish)
    if obstacles:
        text = "；".join(obstacle.text for obstacle in obstacles)
        raise REFUSALS[obstacles[0].code](text)


@transaction.atomic
def review_grant(*, actor: Person, grant_id: int, verdict: Verdict) -> PostGrant:
    """Sign the internal-control review: on to the head, or refused with a reason.

    Raises:
        GrantNotWaiting, DutyNotHeld, OwnMatter, AlreadySigned, ContentChanged, OpinionMissing,
        PostsIncompatible and its kin when approving what cannot come into force.
    """
    return _decide(actor, grant_id, GrantState.REVIEW, verdict)


@transaction.atomic
def approve_grant(*, actor: Person, grant_id: int, verdict: Verdict) -> PostGrant:
    """Sign the head's approval: the grant comes into force at once, or is refused.

    Raises:
        As `review_grant`; also GrantChangedAfterSigning.
    """
    return _decide(actor, grant_id, GrantState.APPROVAL, verdict)


def _decide(actor: Person, grant_id: int, state: GrantState, verdict: Verdict) -> PostGrant:
    grant = _lock(grant_id)
    step, duty = workflows.STEP_AT[state]
    require_duty(actor, duty, over=grant.organisation_id)
    if grant.state != state:
        raise GrantNotWaiting
    if grant.user_id == actor.user_id:
        raise OwnMatter("本人的岗位授权须由他人办理")
    if verdict.decision == Decision.APPROVE:
        _refuse_obstacles(wish_of(grant))
    signatures.sign(actor=actor, matter=_matter(grant), step=step, verdict=verdict)
    grant.state = workflows.next_state(state, verdict.decision)
    try:
        with constraint_errors(REFUSALS):
            grant.save(update_fields=["state"])
    except GrantImpossible:
        _refuse_obstacles(wish_of(grant))  # names both posts, if a grant came in between
        raise
    _record(actor, "accounts.grant.decided", grant, verdict.signed_at, before={"state": state})
    _tell(grant, verdict)
    return grant


def _tell(grant: PostGrant, verdict: Verdict) -> None:
    at = verdict.signed_at
    if grant.state == GrantState.APPROVAL:
        _ask(grant, Duty.GRANT_APPROVE, "待核准", at)
        return
    granted = grant.state == GrantState.EFFECTIVE
    text = "已生效" if granted else f"未获批准：{verdict.opinion}"
    message = Message(
        kind=NoticeKind.SYSTEM if granted else NoticeKind.RETURNED,
        text=f"{grant.user.name}任{grant.post.name}的授权{text}"[:300],
        url=reverse("accounts:grant", args=[grant.pk]),
        key=f"grant-{grant.pk}-{grant.state}",
    )
    people = {grant.applied_by_id} | ({grant.user_id} if granted else set())
    notify_people(pool_id=grant.pool_id, user_ids=people, message=message, at=at)


def _ask(grant: PostGrant, duty: Duty, text: str, at: datetime) -> None:
    message = Message(
        kind=NoticeKind.TASK,
        text=f"岗位授权申请{text}：{grant.user.name}任{grant.post.name}",
        url=reverse("accounts:grant", args=[grant.pk]),
        key=f"grant-{grant.pk}-{grant.state}",
    )
    notify_duty(
        pool_id=grant.pool_id, duty=duty, over=grant.organisation_id, message=message, at=at
    )


@transaction.atomic
def revoke_grant(*, actor: Person, grant_id: int, reason: str, at: datetime) -> PostGrant:
    """End a grant now: its duties are gone with the next click, its open sessions are ended.

    Raises:
        DutyNotHeld, OwnMatter, GrantNotInForce; NotFound without such a grant.
    """
    grant = _lock(grant_id)
    require_duty(actor, Duty.GRANT_REVOKE, over=grant.organisation_id)
    if grant.user_id == actor.user_id:
        raise OwnMatter("本人的岗位须由其他权限管理人员撤销")
    if grant.state != GrantState.EFFECTIVE:
        raise GrantNotInForce
    grant.ended_by_id = actor.user_id
    _end(actor, grant, GrantState.REVOKED, reason, at)
    message = Message(
        NoticeKind.SYSTEM, f"您的{grant.post.name}岗位已撤销：{reason}"[:300],
        reverse("accounts:me"), f"grant-{grant.pk}-REVOKED",
    )  # fmt: skip
    notify_people(pool_id=grant.pool_id, user_ids=[grant.user_id], message=message, at=at)
    return grant


@transaction.atomic
def end_expired_grants(*, actor: Actor, now: datetime) -> int:
    """Mark grants whose last day lies before today (Shanghai); return how many.

    Their duties ended with that day by themselves. Safe to repeat.
    """
    expired = PostGrant.objects.select_for_update(of=("self",), no_key=True).filter(
        state=GrantState.EFFECTIVE, valid_until__lt=timezone.localdate(now)
    )
    grants = list(expired.select_related("user", "post", "organisation").order_by("id"))
    for grant in grants:
        _end(actor, grant, GrantState.EXPIRED, "授权到期", now)
    return len(grants)


def _end(actor: Actor, grant: PostGrant, state: GrantState, reason: str, at: datetime) -> None:
    grant.state, grant.ended_at, grant.end_reason = state, at, reason
    grant.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    sessions.end_sessions_of_grant(actor=actor, grant=grant, at=at, reason="岗位授权结束")
    before = {"state": GrantState.EFFECTIVE}
    _record(actor, f"accounts.grant.{state.lower()}", grant, at, before=before)


def _lock(grant_id: int) -> PostGrant:
    grant = (
        PostGrant.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "post", "organisation")
        .filter(pk=grant_id)
        .first()
    )
    if grant is None:
        raise NotFound
    return grant


def _matter(grant: PostGrant) -> Matter:
    return Matter(
        kind=SubjectKind.GRANT,
        id=grant.pk,
        round=1,
        content_sha256=signatures.content_hash(grant_matter(grant)),
        organisation_id=grant.organisation_id,
    )


def _record(
    actor: Actor, verb: str, grant: PostGrant, at: datetime, before: Mapping[str, object] | None
) -> None:
    after = {"state": grant.state}
    if grant.end_reason:
        after["reason"] = grant.end_reason
    if before is None:
        after |= {
            "person": str(grant.user),
            "post": str(grant.post),
            "organisation": grant.organisation.short_name,
            "valid_from": str(grant.valid_from),
            "valid_until": str(grant.valid_until or "长期"),
            "reason": grant.reason,
        }
    audit.record(
        actor=actor,
        verb=verb,
        subject=grant,
        at=at,
        label=f"{grant.user.name} · {grant.post.name}",
        organisation_id=grant.organisation_id,
        before=before,
        after=after,
    )
