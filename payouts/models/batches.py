"""Payment batches, their instructions, and the conversation with the bank."""

from django.db import models
from django.db.models import F, Q

from accounts.models import BulkRow, Document, Organisation, PoolRow, User
from common.db import amount_above_zero, known_state
from funds.models import BankAccount, Book
from payouts.enums import AnswerState, BatchKind, BatchState, FailCode, InstructionState
from payouts.models.cases import PayeeAccount
from payouts.models.items import BenefitItem
from payouts.models.plans import DisbursementPlan, DisbursementPlanLine

LIVE = (
    InstructionState.CREATED,
    InstructionState.SENT,
    InstructionState.UNKNOWN,
    InstructionState.SUCCESS,
)


class PaymentBatch(PoolRow):
    """Instructions that go to the bank in one file (支付批次), of one office and item (P11).

    Above the bank's file limit a batch is the parent of smaller ones with the same total; the
    parent is signed, the children are sent. `epoch` fences the sender: only the newest claim
    may write.
    """

    number = models.CharField("批次号", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=BatchKind)
    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="支出户")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    month = models.DateField("待遇月份")
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级批次", null=True, related_name="children"
    )
    is_leaf = models.BooleanField("直接发送", default=True)
    line_count = models.PositiveIntegerField("笔数")
    total_amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=BatchState, default=BatchState.DRAFT)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    bank_count = models.PositiveIntegerField("银行核对笔数", null=True)
    bank_total = models.DecimalField("银行核对金额", max_digits=18, decimal_places=2, null=True)
    bank_checked_at = models.DateTimeField("银行核对时间", null=True)
    epoch = models.PositiveIntegerField("发送轮次", default=0)
    lease_until = models.DateTimeField("发送租约", null=True)
    receipt = models.CharField("银行回执号", max_length=60, blank=True)
    created_at = models.DateTimeField("编制时间")
    released_at = models.DateTimeField("确认支付时间", null=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    returned_at = models.DateTimeField("回盘时间", null=True)

    class Meta:
        verbose_name = "支付批次"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="batch_number_once_for_ever"),
            amount_above_zero("batch_total_above_zero", "total_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.DRAFT, BatchState.CHECKED, BatchState.WITHDRAWN])
                | (
                    Q(bank_count__isnull=False, bank_total__isnull=False)
                    & Q(bank_count=F("line_count"))
                    & Q(bank_total=F("total_amount"))
                ),
                name="batch_released_only_as_the_bank_counted",
            ),
            known_state("batch_state_known", BatchState),
            known_state("batch_kind_known", BatchKind, "kind"),
        ]
        indexes = [
            models.Index(fields=["pool", "state", "id"], name="batch_by_state"),
            models.Index(fields=["pool", "-id"], name="batch_newest_first"),
        ]


class BatchPlan(PoolRow):
    """Which approved plan a parent batch pays; a plan is in one live batch at most."""

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, verbose_name="支付批次", related_name="plans"
    )
    plan = models.ForeignKey(DisbursementPlan, models.PROTECT, verbose_name="发放计划")
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "批次计划"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "plan"], condition=Q(is_live=True), name="plan_in_one_live_batch"
            )
        ]


class PaymentInstruction(BulkRow):
    """One order to the bank for one plan line (支付指令). Yuan.

    `end_to_end_id` is unique for ever in the installation; a line has at most one live
    instruction, so nobody is instructed twice before a definite failure is on record.
    """

    batch = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        verbose_name="支付批次",
        related_name="instructions",
        db_constraint=False,
        db_index=False,
    )
    plan_line = models.ForeignKey(
        DisbursementPlanLine,
        models.PROTECT,
        verbose_name="发放明细",
        related_name="instructions",
        db_constraint=False,
        db_index=False,
    )
    position = models.PositiveIntegerField("序号")
    attempt = models.PositiveSmallIntegerField("第几次发送", default=1)
    end_to_end_id = models.CharField("指令号", max_length=40)
    payee_name = models.CharField("户名", max_length=50)
    payee_account = models.ForeignKey(
        PayeeAccount,
        models.PROTECT,
        verbose_name="收款账户",
        db_constraint=False,
        db_index=False,
    )
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    state = models.CharField(
        "状态", max_length=10, choices=InstructionState, default=InstructionState.CREATED
    )
    fail_code = models.CharField("失败代码", max_length=2, choices=FailCode, blank=True)
    bank_serial = models.CharField("银行流水号", max_length=40, blank=True)
    bank_date = models.DateField("银行记账日期", null=True)
    # Indexes name these two instead of `state`, so that a payment that is sent and settled
    # moves in no index.
    is_live = models.GeneratedField(
        expression=Q(state__in=LIVE),  # type: ignore[arg-type]  # the stubs know no Q here
        output_field=models.BooleanField("有效"),
        db_persist=True,
    )
    is_standing = models.GeneratedField(
        expression=~Q(state=InstructionState.WITHDRAWN),  # type: ignore[arg-type]
        output_field=models.BooleanField("未撤回"),
        db_persist=True,
    )

    class Meta:
        verbose_name = "支付指令"
        constraints = [
            models.UniqueConstraint(fields=["end_to_end_id"], name="instruction_id_once_for_ever"),
            models.UniqueConstraint(
                fields=["pool", "plan_line"],
                condition=Q(is_live=True),
                name="instruction_one_live_per_line",
            ),
            models.UniqueConstraint(
                fields=["pool", "plan_line", "attempt"],
                condition=Q(is_standing=True),
                name="instruction_attempt_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=InstructionState.SUCCESS)
                | (~Q(bank_serial="") & Q(bank_date__isnull=False)),
                name="instruction_success_has_serial_and_date",
            ),
            models.CheckConstraint(
                condition=Q(state=InstructionState.FAILED) ^ Q(fail_code=""),
                name="instruction_failure_has_code",
            ),
            amount_above_zero("instruction_amount_above_zero"),
            known_state("instruction_state_known", InstructionState),
        ]
        indexes = [models.Index(fields=["pool", "batch", "position"], name="instruction_by_batch")]


class BankFile(PoolRow):
    """The exact bytes of one leaf batch (报盘文件); what is approved is what is sent."""

    batch = models.OneToOneField(PaymentBatch, models.PROTECT, verbose_name="支付批次")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件")
    sha256 = models.CharField("摘要", max_length=64)
    line_count = models.PositiveIntegerField("笔数")
    total_amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "报盘文件"
        constraints = [amount_above_zero("bank_file_total_above_zero", "total_amount")]


class BankAnswer(PoolRow):
    """What the bank's letter says about a batch whose outcome is unknown (银行书面答复).

    Where the interface gives no definite answer, people bring one: recorded with its letter by
    one, approved by another. The bank took the batch, under this receipt, or took nothing.
    """

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, verbose_name="支付批次", related_name="answers"
    )
    was_taken = models.BooleanField("银行已受理")
    receipt = models.CharField("银行回执号", max_length=60, blank=True)
    reference = models.CharField("答复文号", max_length=60)
    answered_on = models.DateField("答复日期")
    note = models.CharField("核实情况", max_length=300)
    letter = models.ForeignKey(Document, models.PROTECT, verbose_name="答复扫描件")
    state = models.CharField(
        "状态", max_length=10, choices=AnswerState, default=AnswerState.WAITING
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "银行书面答复"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "batch"],
                condition=Q(state=AnswerState.WAITING),
                name="bank_answer_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(was_taken=True) ^ Q(receipt=""), name="bank_answer_taken_has_receipt"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(note=""), name="bank_answer_says_what_was_checked"
            ),
            known_state("bank_answer_state_known", AnswerState),
        ]


class BankMessage(PoolRow):
    """One call to or from the bank and how it ended; insert-only."""

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, verbose_name="支付批次", related_name="messages"
    )
    at = models.DateTimeField("时间")
    call = models.CharField("调用", max_length=30)
    outcome = models.CharField("结果", max_length=200)
    person = models.ForeignKey(User, models.PROTECT, verbose_name="人员", null=True)

    class Meta:
        verbose_name = "银行往来记录"
