"""Staff and their sessions."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from accounts.models.base import PoolRow
from accounts.models.organisations import Organisation, Pool


class User(AbstractUser):
    """A member of staff, named by staff number. There is no superuser in the system.

    `person_key` is the keyed hash of the person's own identity number: nobody handles a
    matter of his own.
    """

    pool = models.ForeignKey(
        Pool, models.PROTECT, verbose_name="统筹区", related_name="+", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="所属机构")
    name = models.CharField("姓名", max_length=50)
    is_established = models.BooleanField("在编", default=False)
    person_key = models.CharField("本人检索键", max_length=64, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "工作人员"
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser")
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.name}"


class SignedInSession(PoolRow):
    """One log-in of one person, until it ends; the person sees them all and may end them."""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="工作人员")
    session_key = models.CharField("会话", max_length=40)
    address = models.GenericIPAddressField("地址", null=True)
    device = models.CharField("设备", max_length=200)
    started_at = models.DateTimeField("登录时间")
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "登录会话"
        indexes = [models.Index(fields=["user", "-started_at"], name="session_by_user")]
