"""Funds-use plans (用款计划): what the city asks of the finance bureau, and what it allots."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PoolRow
from common.db import amount_above_zero, known_state
from funds.enums import FundsPlanState
from funds.models.books import Book


class FundsUsePlan(PoolRow):
    """One request for money of a month, summed from approved disbursement plans (J08)."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    number = models.CharField("编号", max_length=40)
    month = models.DateField("月份")
    total_amount = models.DecimalField("申请金额", max_digits=18, decimal_places=2)
    state = models.CharField(
        "状态", max_length=12, choices=FundsPlanState, default=FundsPlanState.SIGNING
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    allotted_amount = models.DecimalField("拨付金额", max_digits=18, decimal_places=2, null=True)
    allotted_date = models.DateField("拨付日期", null=True)
    allotment_reference = models.CharField("拨款凭证号", max_length=60, blank=True)
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "用款计划"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="funds_plan_number_once"),
            amount_above_zero("funds_plan_total_above_zero", "total_amount"),
            models.CheckConstraint(
                condition=Q(allotted_amount__isnull=True)
                | (Q(allotted_amount__gt=0) & Q(allotted_amount__lte=F("total_amount"))),
                name="funds_plan_allotment_within_plan",
            ),
            models.CheckConstraint(
                condition=Q(state=FundsPlanState.ALLOTTED)
                ^ (Q(allotted_amount__isnull=True) & Q(allotted_date__isnull=True)),
                name="funds_plan_allotted_has_amount_and_date",
            ),
            known_state("funds_plan_state_known", FundsPlanState),
        ]


class FundsUsePlanLine(PoolRow):
    """What one office needs for one item; `source_id` is the disbursement plan it comes from."""

    plan = models.ForeignKey(
        FundsUsePlan, models.PROTECT, verbose_name="用款计划", related_name="lines"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    item_code = models.CharField("业务项目", max_length=3)
    source_id = models.BigIntegerField("发放计划")
    source_number = models.CharField("发放计划编号", max_length=40)
    line_count = models.PositiveIntegerField("人次")
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "用款计划明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "source_id"],
                condition=Q(is_live=True),
                name="funds_plan_line_once_per_source",
            ),
            amount_above_zero("funds_plan_line_amount_above_zero"),
        ]
