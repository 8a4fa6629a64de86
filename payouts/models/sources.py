"""Extracts of other systems' data: who is enrolled where, who is medically insured by whom."""

from django.db import models
from django.db.models import Q

from accounts.models import BulkRow, Document, Job, PoolRow
from common.db import known_state
from payouts.enums import EnrolmentStatus, ExtractState, ReturnVia, SourceKind


class SourceExtract(PoolRow):
    """One imported file of one source, applied whole or not at all."""

    kind = models.CharField("来源", max_length=10, choices=SourceKind)
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField("文件摘要", max_length=64)
    via = models.CharField(
        "接收方式", max_length=10, choices=ReturnVia, db_default=ReturnVia.UPLOAD
    )
    data_date = models.DateField("数据日期", null=True)
    month = models.DateField("所属月份", null=True)
    row_count = models.PositiveIntegerField("记录数", default=0)
    problem_count = models.PositiveIntegerField("错误数", default=0)
    state = models.CharField(
        "状态", max_length=10, choices=ExtractState, default=ExtractState.CHECKING
    )
    job = models.ForeignKey(Job, models.PROTECT, verbose_name="作业", null=True)
    report = models.ForeignKey(
        Document, models.PROTECT, verbose_name="错误明细", null=True, related_name="+"
    )
    received_at = models.DateTimeField("接收时间")
    applied_at = models.DateTimeField("入库时间", null=True)

    class Meta:
        verbose_name = "外部数据"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "kind", "sha256"],
                condition=~Q(state=ExtractState.REJECTED),
                name="extract_once_per_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtractState.APPLIED)
                | Q(data_date__isnull=False, applied_at__isnull=False, problem_count=0),
                name="extract_applied_is_whole",
            ),
            known_state("extract_kind_known", SourceKind, "kind"),
            known_state("extract_via_known", ReturnVia, "via"),
            known_state("extract_state_known", ExtractState),
        ]
        indexes = [
            models.Index(fields=["pool", "kind", "-data_date", "-id"], name="extract_newest_first")
        ]


class SourceExtractRow(BulkRow):
    """What one source says of one person; columns a source does not have stay empty."""

    extract = models.ForeignKey(
        SourceExtract,
        models.PROTECT,
        verbose_name="外部数据",
        related_name="rows",
        db_constraint=False,
        db_index=False,
    )
    line_number = models.PositiveIntegerField("行号")
    person_key = models.CharField("检索键", max_length=64)
    identity_masked = models.CharField("证件号", max_length=18)
    name = models.CharField("姓名", max_length=50)
    place = models.CharField("参保地", max_length=60, blank=True)
    status = models.CharField("参保状态", max_length=10, choices=EnrolmentStatus, blank=True)
    last_month = models.DateField("最后缴费月份", null=True)
    contributed_months = models.PositiveSmallIntegerField("累计缴费月数", null=True)
    unit_number = models.CharField("单位编号", max_length=30, blank=True)
    unit_name = models.CharField("单位名称", max_length=100, blank=True)
    amount = models.DecimalField("缴费金额", max_digits=18, decimal_places=2, null=True)

    class Meta:
        verbose_name = "外部数据明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "extract", "person_key"], name="extract_row_once_per_person"
            )
        ]
