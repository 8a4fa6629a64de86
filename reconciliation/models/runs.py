"""Reconciliation runs and the differences they find."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Job, Organisation, PoolRow, User
from common.db import known_state
from funds.models import Book
from reconciliation.enums import DifferenceKind, DifferenceState, RunKind, RunState


class ReconciliationRun(PoolRow):
    """One comparison of two sides for a month (对账), per office where the kind is per office.

    `right_count` may be negative: where the books hold only the reversal of another month.
    """

    kind = models.CharField("对账类别", max_length=2, choices=RunKind)
    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="经办机构", null=True
    )
    month = models.DateField("月份")
    left_count = models.PositiveIntegerField("甲方笔数", default=0)
    left_amount = models.DecimalField("甲方金额", max_digits=18, decimal_places=2, default=0)
    right_count = models.IntegerField("乙方笔数", default=0)
    right_amount = models.DecimalField("乙方金额", max_digits=18, decimal_places=2, default=0)
    state = models.CharField("结果", max_length=10, choices=RunState)
    is_current = models.BooleanField("有效", default=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name="作业", null=True)
    run_by = models.ForeignKey(User, models.PROTECT, verbose_name="对账人", null=True)
    run_at = models.DateTimeField("对账时间")

    class Meta:
        verbose_name = "对账"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "kind", "book", "organisation", "month"],
                condition=Q(is_current=True),
                nulls_distinct=False,
                name="reconciliation_one_current",
            ),
            known_state("reconciliation_kind_known", RunKind, "kind"),
            known_state("reconciliation_state_known", RunState),
        ]


class Difference(PoolRow):
    """One thing on which two sides disagree (差异): typed, owned, due, closed by another person.

    `since_date` is the day it was first found, for an outstanding item the day of the item: its
    age counts from there, also when a later run takes the difference over.
    """

    run = models.ForeignKey(
        ReconciliationRun, models.PROTECT, verbose_name="对账", related_name="differences"
    )
    kind = models.CharField("差异类型", max_length=2, choices=DifferenceKind)
    subject = models.CharField("差异对象", max_length=150)
    key = models.CharField("对象键", max_length=80)
    left_amount = models.DecimalField("甲方金额", max_digits=18, decimal_places=2, default=0)
    right_amount = models.DecimalField("乙方金额", max_digits=18, decimal_places=2, default=0)
    owner = models.ForeignKey(
        User, models.PROTECT, verbose_name="责任人", related_name="+", null=True
    )
    since_date = models.DateField("发生日期")
    due_date = models.DateField("处理期限")
    explanation = models.CharField("差异原因", max_length=500, blank=True)
    explained_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="处理人", related_name="+", null=True
    )
    explained_at = models.DateTimeField("处理时间", null=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="销号人", related_name="+", null=True
    )
    closed_at = models.DateTimeField("销号时间", null=True)
    state = models.CharField(
        "状态", max_length=10, choices=DifferenceState, default=DifferenceState.OPEN
    )

    class Meta:
        verbose_name = "差异"
        constraints = [
            models.UniqueConstraint(fields=["pool", "run", "kind", "key"], name="difference_once"),
            models.CheckConstraint(
                condition=~Q(state=DifferenceState.CLOSED)
                | (
                    Q(closed_by__isnull=False)
                    & Q(closed_at__isnull=False)
                    & Q(explained_by__isnull=False)
                    & ~Q(explanation="")
                    & ~Q(closed_by=F("explained_by"))
                ),
                name="difference_closed_by_a_second_person",
            ),
            known_state("difference_kind_known", DifferenceKind, "kind"),
            known_state("difference_state_known", DifferenceState),
        ]
