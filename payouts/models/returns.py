"""What the bank answers: return files, their lines, and the re-issue of failed payments."""

from django.db import models
from django.db.models import Q

from accounts.models import BulkRow, Document, PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from payouts.enums import ReissueState, ReturnState, ReturnVia
from payouts.models.batches import PaymentBatch, PaymentInstruction
from payouts.models.cases import PayeeAccount
from payouts.models.plans import DisbursementPlanLine


class BankReturn(PoolRow):
    """One return file (回盘): applied whole, or quarantined whole with a report (P27)."""

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, verbose_name="支付批次", null=True, related_name="returns"
    )
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件", related_name="+")
    sha256 = models.CharField("文件摘要", max_length=64)
    via = models.CharField("接收方式", max_length=10, choices=ReturnVia)
    state = models.CharField("状态", max_length=12, choices=ReturnState)
    bank_date = models.DateField("银行日期", null=True)
    success_count = models.PositiveIntegerField("成功笔数", default=0)
    success_total = models.DecimalField("成功金额", max_digits=18, decimal_places=2, default=0)
    fail_count = models.PositiveIntegerField("失败笔数", default=0)
    fail_total = models.DecimalField("失败金额", max_digits=18, decimal_places=2, default=0)
    problem = models.CharField("异常说明", max_length=300, blank=True)
    report = models.ForeignKey(
        Document, models.PROTECT, verbose_name="差异报告", null=True, related_name="+"
    )
    received_by = models.ForeignKey(User, models.PROTECT, verbose_name="导入人", null=True)
    received_at = models.DateTimeField("接收时间")

    class Meta:
        verbose_name = "银行回盘"
        constraints = [
            models.UniqueConstraint(fields=["pool", "sha256"], name="return_once_per_file"),
            models.UniqueConstraint(
                fields=["pool", "batch"],
                condition=Q(state=ReturnState.APPLIED),
                name="return_applied_once_per_batch",
            ),
            models.CheckConstraint(
                condition=Q(state=ReturnState.QUARANTINED)
                ^ (Q(batch__isnull=False) & Q(problem="")),
                name="return_applied_has_batch_and_no_problem",
            ),
            amount_not_negative("return_success_not_negative", "success_total"),
            amount_not_negative("return_fail_not_negative", "fail_total"),
            known_state("return_state_known", ReturnState),
            known_state("return_via_known", ReturnVia, "via"),
        ]


class BankReturnLine(BulkRow):
    """One line of an applied return file; insert-only. Yuan."""

    bank_return = models.ForeignKey(
        BankReturn,
        models.PROTECT,
        verbose_name="银行回盘",
        related_name="lines",
        db_constraint=False,
    )
    position = models.PositiveIntegerField("行号")
    instruction = models.ForeignKey(
        PaymentInstruction,
        models.PROTECT,
        verbose_name="支付指令",
        related_name="return_lines",
        db_constraint=False,
        db_index=False,
    )
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    is_success = models.BooleanField("成功")
    fail_code = models.CharField("失败代码", max_length=2, blank=True)
    bank_serial = models.CharField("银行流水号", max_length=40, blank=True)

    class Meta:
        verbose_name = "回盘明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "instruction"], name="return_line_once_per_instruction"
            ),
            amount_above_zero("return_line_amount_above_zero"),
        ]
        indexes = [
            models.Index(
                fields=["pool", "instruction"],
                name="return_line_failed",
                condition=Q(is_success=False),
            )
        ]


class ReissueRequest(BulkRow):
    """A failed payment asked to be sent again (退票重发), with its own review.

    `failed_instruction` is the line back to the first payment; the new attempt is another
    instruction of the same plan line. A refused request leaves room for a better one.
    """

    plan_line = models.ForeignKey(
        DisbursementPlanLine, models.PROTECT, verbose_name="发放明细", db_constraint=False
    )
    failed_instruction = models.ForeignKey(
        PaymentInstruction, models.PROTECT, verbose_name="失败指令", db_constraint=False
    )
    payee_account = models.ForeignKey(PayeeAccount, models.PROTECT, verbose_name="重发账户")
    reason = models.CharField("处理说明", max_length=300)
    state = models.CharField(
        "状态", max_length=10, choices=ReissueState, default=ReissueState.REVIEW
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, verbose_name="重发批次", null=True)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "重发申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReissueState.IN_BATCH) ^ Q(batch__isnull=True),
                name="reissue_in_batch_names_it",
            ),
            models.UniqueConstraint(
                fields=["pool", "failed_instruction"],
                condition=~Q(state=ReissueState.REFUSED),
                name="reissue_one_live_per_failure",
            ),
            known_state("reissue_state_known", ReissueState),
        ]
