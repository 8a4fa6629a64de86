"""Funds-use plans (用款计划): what the city asks of the finance bureau, and what it allots."""

from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from accounts.models import Organisation, PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from funds.enums import FundsPlanState
from funds.models.books import Book

# What the finance bureau approved, whatever of it has come.
APPROVED = (FundsPlanState.REQUESTED, FundsPlanState.ALLOTTED, FundsPlanState.CLOSED)


def _money(label: str, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


class FundsUsePlan(PoolRow):
    """One request for money of a month, summed from approved disbursement plans (J08).

    What is asked is what the lines come to and the reserve, less what 支出户 has left for them:
    its posted balance, with what other plans asked for and is not booked yet, less what is
    promised to other plans and on its way to the bank. Zero where that covers everything.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    number = models.CharField("编号", max_length=40)
    month = models.DateField("月份")
    payments_amount = _money("到期支付", default=0)
    average_paid_amount = _money("月均实际支付", default=0)
    reserve_months = models.DecimalField("备付月数", max_digits=3, decimal_places=1, default=1)
    reserve_amount = _money("备付金额", default=0)
    balance_amount = _money("支出户账面余额", default=0)
    expected_amount = _money("已申请未到账", default=0)
    promised_amount = _money("已列计划未支付", default=0)
    available_amount = _money("可用余额", default=0)
    total_amount = _money("申请金额")
    approved_amount = _money("核准金额", null=True)
    allotted_amount = _money("拨付金额", default=0)
    allotted_date = models.DateField("拨付日期", null=True)
    state = models.CharField(
        "状态", max_length=12, choices=FundsPlanState, default=FundsPlanState.SIGNING
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "用款计划"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="funds_plan_number_once"),
            amount_not_negative("funds_plan_total_not_negative", "total_amount"),
            amount_above_zero("funds_plan_payments_above_zero", "payments_amount"),
            amount_not_negative("funds_plan_reserve_not_negative", "reserve_amount"),
            amount_not_negative("funds_plan_average_not_negative", "average_paid_amount"),
            models.CheckConstraint(
                condition=Q(reserve_months__gte=1, reserve_months__lte=2),
                name="funds_plan_reserve_of_one_to_two_months",
            ),
            models.CheckConstraint(
                condition=Q(
                    available_amount=F("balance_amount")
                    + F("expected_amount")
                    - F("promised_amount"),
                    total_amount=Greatest(
                        Value(0),
                        F("payments_amount") + F("reserve_amount") - F("available_amount"),
                    ),
                ),
                name="funds_plan_asks_need_less_means",
            ),
            models.CheckConstraint(
                condition=Q(approved_amount__isnull=True)
                | Q(approved_amount__gt=0, approved_amount__lte=F("total_amount")),
                name="funds_plan_approved_within_asked",
            ),
            models.CheckConstraint(
                condition=Q(allotted_amount=0, allotted_date__isnull=True)
                | Q(
                    allotted_amount__gt=0,
                    allotted_date__isnull=False,
                    approved_amount__isnull=False,
                    allotted_amount__lte=F("approved_amount"),
                ),
                name="funds_plan_allotment_within_plan",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=APPROVED,
                    approved_amount__isnull=False,
                )
                | (~Q(state__in=APPROVED) & Q(approved_amount__isnull=True)),
                name="funds_plan_approved_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state=FundsPlanState.ALLOTTED)
                | Q(allotted_amount=F("approved_amount")),
                name="funds_plan_allotted_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(state=FundsPlanState.CLOSED)
                | Q(allotted_amount__lt=F("approved_amount")),
                name="funds_plan_closed_short_of_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state=FundsPlanState.COVERED) | Q(total_amount=0),
                name="funds_plan_covered_asks_nothing",
            ),
            known_state("funds_plan_state_known", FundsPlanState),
        ]


class FundsUsePlanLine(PoolRow):
    """What one office needs for one item; `source_id` is the disbursement plan it comes from.

    A line that the approved amount does not reach, or where the allotment ended what was allotted,
    is `is_short`: no longer live, so that its disbursement plan may stand in another request, and
    not payable before it does.
    """

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
    is_short = models.BooleanField("缺口", default=False)

    class Meta:
        verbose_name = "用款计划明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "source_id"],
                condition=Q(is_live=True),
                name="funds_plan_line_once_per_source",
            ),
            models.CheckConstraint(
                condition=~Q(is_live=True, is_short=True), name="funds_plan_line_short_or_live"
            ),
            amount_above_zero("funds_plan_line_amount_above_zero"),
        ]


class FundsAllotment(PoolRow):
    """One sum the finance bureau moved to 支出户 for a plan (E08). Rows are never changed."""

    plan = models.ForeignKey(
        FundsUsePlan, models.PROTECT, verbose_name="用款计划", related_name="allotments"
    )
    amount = models.DecimalField("拨付金额", max_digits=18, decimal_places=2)
    allotted_date = models.DateField("拨付日期")
    reference = models.CharField("拨款凭证号", max_length=60)
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "财政拨款"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "plan", "reference"], name="allotment_once_per_reference"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="allotment_names_its_paper"),
            amount_above_zero("allotment_amount_above_zero"),
        ]
