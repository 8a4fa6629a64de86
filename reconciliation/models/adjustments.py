"""The bank balance adjustment sheet (银行存款余额调节表)."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Document, PoolRow, User
from common.db import amount_above_zero, known_state
from funds.models import BankAccount, BankStatement
from reconciliation.enums import AdjustmentState, OutstandingSide
from reconciliation.models.runs import ReconciliationRun


class BalanceAdjustment(PoolRow):
    """Ledger balance and bank balance of one account at month end, brought to one figure (R2)."""

    run = models.OneToOneField(ReconciliationRun, models.PROTECT, verbose_name="对账")
    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="银行账户")
    statement = models.ForeignKey(BankStatement, models.PROTECT, verbose_name="银行对账单")
    month = models.DateField("月份")
    ledger_balance = models.DecimalField("账面余额", max_digits=18, decimal_places=2)
    bank_balance = models.DecimalField("对账单余额", max_digits=18, decimal_places=2)
    ledger_adjusted = models.DecimalField("账面调节后余额", max_digits=18, decimal_places=2)
    bank_adjusted = models.DecimalField("对账单调节后余额", max_digits=18, decimal_places=2)
    state = models.CharField("状态", max_length=10, choices=AdjustmentState)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="编制人")
    prepared_at = models.DateTimeField("编制时间")
    print_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="打印件", null=True, related_name="+"
    )

    class Meta:
        verbose_name = "余额调节表"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=AdjustmentState.CHECKED) | Q(ledger_adjusted=F("bank_adjusted")),
                name="adjustment_checked_only_when_equal",
            ),
            known_state("adjustment_state_known", AdjustmentState),
        ]


class OutstandingItem(PoolRow):
    """One item known to one side only at month end (未达账项); must disappear next month."""

    adjustment = models.ForeignKey(
        BalanceAdjustment, models.PROTECT, verbose_name="余额调节表", related_name="items"
    )
    side = models.CharField("类别", max_length=15, choices=OutstandingSide)
    item_date = models.DateField("日期")
    reference = models.CharField("凭证号或流水号", max_length=60)
    summary = models.CharField("摘要", max_length=200)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = "未达账项"
        constraints = [
            amount_above_zero("outstanding_amount_above_zero"),
            known_state("outstanding_side_known", OutstandingSide, "side"),
        ]
