"""Pools, their organisations, and their working days."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.duties import Duty
from accounts.enums import Onboarding, OrganisationLevel, PoolKind
from common.db import known_state


class Pool(models.Model):
    """A city whose offices share one fund (统筹区): the tenant.

    `founded_at` is the start of the founding transaction; only in that transaction may the
    first post grants come into force without a signing chain (no one could sign them yet).
    `reference_version` is new after each change of offices, parameters, working days or items.
    """

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("统筹区", max_length=50)
    kind = models.CharField("类别", max_length=10, choices=PoolKind, default=PoolKind.CITY)
    founded_at = models.DateTimeField("设立时间", db_default=Now(), editable=False)
    reference_version = models.UUIDField("基础数据版本", db_default=RandomUUID(), editable=False)

    class Meta:
        verbose_name = "统筹区"
        constraints = [known_state("pool_kind_known", PoolKind, "kind")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Organisation(models.Model):
    """A handling agency of a pool (经办机构): the city centre, a county office, a town desk."""

    pool = models.ForeignKey(
        Pool, models.PROTECT, verbose_name="统筹区", related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级机构", null=True, blank=True
    )
    code = models.CharField("机构代码", max_length=12)
    region_code = models.CharField("区划代码", max_length=6)
    name = models.CharField("机构名称", max_length=100)
    short_name = models.CharField("简称", max_length=20)
    level = models.CharField("级别", max_length=10, choices=OrganisationLevel)
    onboarding = models.CharField("上线状态", max_length=10, choices=Onboarding)

    class Meta:
        verbose_name = "经办机构"
        permissions = [(duty.value, duty.label) for duty in Duty]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "code"], name="organisation_code_unique_per_pool"
            ),
            models.CheckConstraint(
                condition=Q(level=OrganisationLevel.CITY) ^ Q(parent__isnull=False),
                name="organisation_below_the_city_has_parent",
            ),
            models.UniqueConstraint(
                fields=["pool"],
                condition=Q(level=OrganisationLevel.CITY),
                name="organisation_one_city_centre_per_pool",
            ),
            known_state("organisation_level_known", OrganisationLevel, "level"),
            known_state("organisation_onboarding_known", Onboarding, "onboarding"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class WorkYear(models.Model):
    """The working days of one year; a deadline that reaches a year without one is refused.

    National reference data (the State Council's holiday notice), the same for every pool.
    """

    year = models.PositiveSmallIntegerField("年度", primary_key=True)
    days = ArrayField(models.DateField(), verbose_name="工作日")
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return str(self.year)
