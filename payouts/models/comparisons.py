"""Monthly comparison of approved records, national enrolment and medical insurance (P44)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import BulkRow, Document, Job, Organisation, PoolRow, User
from common.db import known_state
from payouts.enums import NEVER_CLEARED, ComparisonState, RunState
from payouts.models.entitlements import Entitlement
from payouts.models.items import BenefitItem
from payouts.models.sources import SourceExtract, SourceExtractRow


class ComparisonRun(PoolRow):
    """One comparison of one office, item and month against one extract of each source.

    A new run of the same office, item and month replaces the earlier one (`is_current`).
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    month = models.DateField("待遇月份")
    enrolment_extract = models.ForeignKey(
        SourceExtract, models.PROTECT, verbose_name="参保信息", related_name="+"
    )
    medical_extract = models.ForeignKey(
        SourceExtract, models.PROTECT, verbose_name="医保信息", related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.RUNNING)
    is_current = models.BooleanField("有效", default=True)
    passed_count = models.PositiveIntegerField("一致人数", default=0)
    exception_count = models.PositiveIntegerField("不一致人数", default=0)
    started_by = models.ForeignKey(User, models.PROTECT, verbose_name="比对人")
    started_at = models.DateTimeField("比对时间")
    job = models.ForeignKey(Job, models.PROTECT, verbose_name="作业", null=True)

    class Meta:
        verbose_name = "三源比对"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation", "item", "month"],
                condition=Q(is_current=True),
                name="comparison_one_current_per_office_item_month",
            ),
            known_state("comparison_run_state_known", RunState),
        ]


class ComparisonResult(BulkRow):
    """What the comparison found for one person and month; `reasons` are MismatchReason codes."""

    run = models.ForeignKey(
        ComparisonRun,
        models.PROTECT,
        verbose_name="三源比对",
        related_name="results",
        db_constraint=False,
        db_index=False,
    )
    entitlement = models.ForeignKey(
        Entitlement,
        models.PROTECT,
        verbose_name="待遇资格",
        db_constraint=False,
        db_index=False,
    )
    enrolment_row = models.ForeignKey(
        SourceExtractRow,
        models.PROTECT,
        verbose_name="参保记录",
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    medical_row = models.ForeignKey(
        SourceExtractRow,
        models.PROTECT,
        verbose_name="医保记录",
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    reasons = ArrayField(models.CharField(max_length=25), verbose_name="不一致原因", default=list)
    state = models.CharField("结果", max_length=10, choices=ComparisonState)
    clearing_text = models.CharField("核实说明", max_length=500, blank=True)
    evidence = models.ForeignKey(
        Document, models.PROTECT, verbose_name="佐证材料", null=True, db_index=False
    )
    cleared_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="核实人", null=True, db_index=False
    )
    cleared_at = models.DateTimeField("核实时间", null=True)

    class Meta:
        verbose_name = "比对结果"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "run", "entitlement"], name="comparison_result_once_per_run"
            ),
            models.CheckConstraint(
                condition=Q(state=ComparisonState.PASSED) ^ ~Q(reasons=[]),
                name="comparison_passed_has_no_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ComparisonState.CLEARED)
                | (
                    ~Q(clearing_text="")
                    & Q(evidence__isnull=False)
                    & Q(cleared_by__isnull=False)
                    & Q(cleared_at__isnull=False)
                ),
                name="comparison_cleared_has_evidence_and_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=ComparisonState.CLEARED)
                | ~Q(reasons__overlap=sorted(NEVER_CLEARED)),
                name="comparison_reason_can_be_cleared",
            ),
            known_state("comparison_state_known", ComparisonState),
        ]
        indexes = [
            models.Index(
                fields=["pool", "run"],
                name="comparison_exceptions",
                condition=~Q(state=ComparisonState.PASSED),
            )
        ]
