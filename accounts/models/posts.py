"""Posts, what they may never be combined with, and who holds them."""

from functools import cache

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import F, Q
from guardian.models import GroupObjectPermissionBase

from accounts.enums import GrantState, Incompatibility, PostFamily, PostLayer
from accounts.models.base import PoolRow
from accounts.models.organisations import Organisation, Pool
from accounts.models.people import User
from common.db import known_state


class Post(models.Model):
    """A position (岗位): reference data, the same for every pool."""

    code = models.CharField("岗位代码", max_length=5, primary_key=True)
    name = models.CharField("岗位", max_length=30)
    layer = models.CharField("层级", max_length=10, choices=PostLayer)
    family = models.CharField("类别", max_length=12, choices=PostFamily)
    at_city = models.BooleanField("市级可设")
    at_county = models.BooleanField("县级可设")
    at_town = models.BooleanField("乡镇可设")
    requires_established = models.BooleanField("须在编", default=False)
    acts = models.CharField("职责", max_length=200)
    source = models.CharField("依据", max_length=200)
    position = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = "岗位"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class IncompatiblePosts(models.Model):
    """A pair of posts that one person may never hold together, or never use on one matter."""

    first = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位一", related_name="+")
    second = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位二", related_name="+")
    kind = models.CharField("性质", max_length=20, choices=Incompatibility)
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "不相容岗位"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="incompatible_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="incompatible_pair_ordered"
            ),
            known_state("incompatible_kind_known", Incompatibility, "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} × {self.second_id}"


class PostGrant(PoolRow):
    """One person holds one post at one organisation for a time (岗位授权).

    Comes into force through apply -> internal-control review -> approval by three people; the
    rows of the pool's founding are the only exception. A trigger refuses never-both pairs with
    overlapping validity, a post outside its level, and a person who is not established staff.
    """

    user = models.ForeignKey(User, models.PROTECT, verbose_name="工作人员", related_name="grants")
    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="任职机构")
    valid_from = models.DateField("起始日期")
    valid_until = models.DateField("截止日期", null=True, blank=True)
    reason = models.CharField("申请理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=GrantState, default=GrantState.REVIEW)
    is_founding = models.BooleanField("设立时任命", default=False)
    applied_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    applied_at = models.DateTimeField("申请时间")
    ended_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="撤销人", related_name="+", null=True
    )
    ended_at = models.DateTimeField("结束时间", null=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "岗位授权"
        indexes = [models.Index(fields=["user", "state"], name="grant_by_user")]
        constraints = [
            known_state("grant_state_known", GrantState),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="grant_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[GrantState.REVOKED, GrantState.EXPIRED])
                ^ Q(ended_at__isnull=True),
                name="grant_ended_has_instant",
            ),
        ]


class DutyHolding(GroupObjectPermissionBase):
    """A post's group holds one duty over one organisation (django-guardian, direct keys)."""

    pool = models.ForeignKey(
        Pool, models.PROTECT, verbose_name="统筹区", related_name="+", db_index=False
    )
    content_object = models.ForeignKey(Organisation, models.CASCADE, verbose_name="经办机构")

    class Meta(GroupObjectPermissionBase.Meta):
        verbose_name = "岗位职责"


@cache
def _duties() -> tuple[dict[str, int], dict[int, str]]:
    """Return codename -> id and id -> codename of the duties' permissions.

    Kept in memory: reference data that migrations put in, read in every request.
    """
    rows = Permission.objects.filter(codename__startswith="duty_").values_list("codename", "pk")
    return dict(rows), {pk: codename for codename, pk in rows}


def duty_id(codename: str) -> int:
    """Return the id of the permission that stands for a duty."""
    if codename not in _duties()[0]:
        _duties.cache_clear()
    return _duties()[0][codename]


def duty_codename(permission_id: int) -> str:
    """Return the duty a permission stands for."""
    if permission_id not in _duties()[1]:
        _duties.cache_clear()
    return _duties()[1][permission_id]


def group_name(organisation_id: int, post_code: str) -> str:
    """Return the name of the group that stands for a post at an organisation."""
    return f"{organisation_id}/{post_code}"


def groups_of(grants: "models.QuerySet[PostGrant]") -> "models.QuerySet[Group]":
    """Return the groups that stand for these grants' posts."""
    names = [group_name(grant.organisation_id, grant.post_id) for grant in grants]
    return Group.objects.filter(name__in=names)
