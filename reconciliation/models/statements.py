"""The office's monthly statement (对账明细表), signed and then locked."""

from django.db import models
from django.db.models import Q

from accounts.models import Document, Organisation, PoolRow, User
from common.db import known_state
from funds.models import Book
from reconciliation.enums import StatementState
from reconciliation.models.runs import ReconciliationRun


class OfficeStatement(PoolRow):
    """One version of one office's statement for a month (P49).

    Prepared by PLAN, signed by the office head, confirmed by the accountant. Once signed its
    lines never change; a change is a new version that points to the old one.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    month = models.DateField("月份")
    version = models.PositiveSmallIntegerField("版本", default=1)
    replaces = models.OneToOneField("self", models.PROTECT, verbose_name="替代的版本", null=True)
    run = models.ForeignKey(ReconciliationRun, models.PROTECT, verbose_name="对账")
    business_count = models.PositiveIntegerField("业务人次")
    business_amount = models.DecimalField("业务金额", max_digits=18, decimal_places=2)
    ledger_count = models.IntegerField("财务笔数")
    ledger_amount = models.DecimalField("财务金额", max_digits=18, decimal_places=2)
    state = models.CharField("状态", max_length=12, choices=StatementState)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="制表人")
    prepared_at = models.DateTimeField("制表时间")
    signed_at = models.DateTimeField("签字时间", null=True)
    superseded_reason = models.CharField("替代原因", max_length=300, blank=True)
    workbook = models.ForeignKey(
        Document, models.PROTECT, verbose_name="工作簿", null=True, related_name="+"
    )
    print_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="打印件", null=True, related_name="+"
    )

    class Meta:
        verbose_name = "对账明细表"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation", "book", "month", "version"],
                name="statement_version_once",
            ),
            models.UniqueConstraint(
                fields=["pool", "organisation", "book", "month"],
                condition=~Q(state=StatementState.SUPERSEDED),
                name="statement_one_current",
            ),
            models.CheckConstraint(
                condition=Q(state=StatementState.SUPERSEDED)
                | Q(
                    state__in=[StatementState.DRAFT, StatementState.SIGNING],
                    signed_at__isnull=True,
                )
                | Q(
                    state__in=[StatementState.SIGNED, StatementState.CONFIRMED],
                    signed_at__isnull=False,
                ),
                name="statement_signed_has_instant",
            ),
            known_state("statement_state_known", StatementState),
        ]


class OfficeStatementLine(PoolRow):
    """One business item on the statement; `difference` must be 0.00 or explained."""

    statement = models.ForeignKey(
        OfficeStatement, models.PROTECT, verbose_name="对账明细表", related_name="lines"
    )
    position = models.PositiveSmallIntegerField("序号")
    item_code = models.CharField("项目代码", max_length=3)
    item_name = models.CharField("业务项目", max_length=60)
    business_count = models.PositiveIntegerField("业务人次")
    business_amount = models.DecimalField("业务金额", max_digits=18, decimal_places=2)
    ledger_count = models.IntegerField("财务笔数")
    ledger_amount = models.DecimalField("财务金额", max_digits=18, decimal_places=2)
    reason = models.CharField("差异原因", max_length=300, blank=True)
    outcome = models.CharField("处理结果", max_length=300, blank=True)

    class Meta:
        verbose_name = "对账明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "statement", "position"], name="statement_line_position_once"
            )
        ]
