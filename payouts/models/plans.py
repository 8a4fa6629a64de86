"""Disbursement plans, their lines, the payment application form, and late unlocks."""

from django.db import models
from django.db.models import Q

from accounts.models import BulkRow, Document, Job, Organisation, PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from payouts.enums import ApplicationChannel, PlanState, UnlockState
from payouts.models.cases import Claimant, PayeeAccount
from payouts.models.comparisons import ComparisonResult, ComparisonRun
from payouts.models.entitlements import Entitlement
from payouts.models.items import BenefitItem


class DisbursementPlan(PoolRow):
    """What one office proposes to pay for one item and month (发放计划).

    Signed by office head, city department, leader, and above the large-payment threshold by
    the principal head in person. `content_sha256` covers every line. `application_form` is the
    form as the system prints it after approval; what finance received is `PaymentApplication`.
    """

    number = models.CharField("计划编号", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    month = models.DateField("待遇月份")
    comparison_run = models.ForeignKey(ComparisonRun, models.PROTECT, verbose_name="三源比对")
    line_count = models.PositiveIntegerField("人次", default=0)
    total_amount = models.DecimalField("金额", max_digits=18, decimal_places=2, default=0)
    largest_amount = models.DecimalField("最大单笔", max_digits=18, decimal_places=2, default=0)
    needs_principal = models.BooleanField("大额", default=False)
    state = models.CharField("状态", max_length=12, choices=PlanState, default=PlanState.BUILDING)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人")
    prepared_at = models.DateTimeField("编制时间")
    approved_at = models.DateTimeField("签批时间", null=True)
    job = models.ForeignKey(Job, models.PROTECT, verbose_name="作业", null=True)
    application_form = models.ForeignKey(
        Document, models.PROTECT, verbose_name="支付申请表", null=True, related_name="+"
    )
    application_details = models.ForeignKey(
        Document, models.PROTECT, verbose_name="发放明细表", null=True, related_name="+"
    )

    class Meta:
        verbose_name = "发放计划"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["pool", "organisation", "item", "month"],
                condition=~Q(state=PlanState.WITHDRAWN),
                name="plan_one_live_per_office_item_month",
            ),
            amount_not_negative("plan_total_not_negative", "total_amount"),
            known_state("plan_state_known", PlanState),
        ]
        indexes = [models.Index(fields=["pool", "state", "-id"], name="plan_by_state")]


class DisbursementPlanLine(BulkRow):
    """One person's payment for one month (发放明细). Yuan.

    The one unique key that crosses pools: a person is planned at most once per item and month
    in the whole installation. It tells a city only that the month is taken, nothing else.
    `position` orders the lines and may have gaps: where a month turned out to be taken.
    `month_number` counts the months of the entitlement from 1; with the full years contributed it
    decides the amount, which a trigger compares with the parameters in force.
    """

    plan = models.ForeignKey(
        DisbursementPlan,
        models.PROTECT,
        verbose_name="发放计划",
        related_name="lines",
        db_constraint=False,
        db_index=False,
    )
    position = models.PositiveIntegerField("序号")
    entitlement = models.ForeignKey(
        Entitlement,
        models.PROTECT,
        verbose_name="待遇资格",
        db_constraint=False,
        db_index=False,
    )
    claimant = models.ForeignKey(
        Claimant, models.PROTECT, verbose_name="申领人", db_constraint=False, db_index=False
    )
    person_key = models.CharField("检索键", max_length=64)
    item_code = models.CharField("业务项目", max_length=3)
    benefit_month = models.DateField("待遇月份")
    month_number = models.PositiveSmallIntegerField("第几个月")
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    payee_account = models.ForeignKey(
        PayeeAccount,
        models.PROTECT,
        verbose_name="收款账户",
        db_constraint=False,
        db_index=False,
    )
    comparison_result = models.ForeignKey(
        ComparisonResult,
        models.PROTECT,
        verbose_name="比对结果",
        db_constraint=False,
        db_index=False,
    )
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "发放明细"
        constraints = [
            models.UniqueConstraint(
                fields=["person_key", "item_code", "benefit_month"],
                condition=Q(is_live=True),
                name="plan_line_once_per_person_item_month",
            ),
            models.UniqueConstraint(
                fields=["pool", "plan", "position"], name="plan_line_position_once"
            ),
            models.CheckConstraint(
                condition=Q(benefit_month__day=1), name="plan_line_month_starts_on_the_first"
            ),
            models.CheckConstraint(
                condition=Q(month_number__gte=1, month_number__lte=24),
                name="plan_line_month_one_to_twenty_four",
            ),
            amount_above_zero("plan_line_amount_above_zero"),
        ]


class PaymentApplication(PoolRow):
    """The 待遇支付申请表 as finance received it; its figures must equal the plan's (P45).

    A trigger compares them at insertion, and a plan without one enters no batch.
    """

    plan = models.OneToOneField(DisbursementPlan, models.PROTECT, verbose_name="发放计划")
    channel = models.CharField("送达方式", max_length=20, choices=ApplicationChannel)
    month = models.DateField("待遇月份")
    item_code = models.CharField("业务项目", max_length=3)
    line_count = models.PositiveIntegerField("人次")
    total_amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="申请表", null=True)
    received_by = models.ForeignKey(User, models.PROTECT, verbose_name="接收人")
    received_at = models.DateTimeField("接收时间")

    class Meta:
        verbose_name = "待遇支付申请表"
        constraints = [
            amount_above_zero("application_total_above_zero", "total_amount"),
            known_state("application_channel_known", ApplicationChannel, "channel"),
        ]


class PlanUnlock(PoolRow):
    """A signed permission to submit a plan after the month's deadline (P32)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    month = models.DateField("待遇月份")
    reason = models.CharField("逾期原因", max_length=300)
    state = models.CharField(
        "状态", max_length=10, choices=UnlockState, default=UnlockState.WAITING
    )
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "逾期解锁"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation", "item", "month"],
                condition=~Q(state=UnlockState.REFUSED),
                name="unlock_once_per_office_item_month",
            ),
            known_state("unlock_state_known", UnlockState),
        ]


class MonthSignOff(PoolRow):
    """An office's signed statement of a month (对账签字), as far as plans need to know (P49).

    A trigger keeps an office's next plan from being submitted while a month with payments has
    none. Rows are written by reconciliation; only `is_live` may change, from true to false.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    month = models.DateField("月份")
    statement_id = models.BigIntegerField("对账明细表")
    signed_at = models.DateTimeField("签字时间")
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "对账签字"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation", "month"],
                condition=Q(is_live=True),
                name="month_signed_once_per_office",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="month_sign_off_starts_on_the_first"
            ),
        ]
