"""Vouchers, their lines, and the balances written when they are posted."""

from django.db import models
from django.db.models import Q

from accounts.models import BulkRow, Organisation, PoolRow, User
from common.db import amount_not_negative, known_state
from common.money import AMOUNT_CAP
from funds.enums import BusinessEvent, SourceKind, VoucherState
from funds.models.books import Book, LedgerAccount, Period
from funds.models.rules import FlowEdge


class Voucher(PoolRow):
    """A voucher (记账凭证): drafted, checked, signed by cashier and head, booked, each by another.

    Balance, posting rule and flow are checked once, at posting, by a trigger. A posted voucher
    never changes; it is corrected by one reversal that points back (`reverses`) and one voucher
    that says it right (`corrects`). `edge` names the movement of money, null where none moves.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    period = models.ForeignKey(Period, models.PROTECT, verbose_name="会计期间")
    number = models.PositiveIntegerField("凭证号", null=True)
    voucher_date = models.DateField("凭证日期")
    event = models.CharField("业务事项", max_length=10, choices=BusinessEvent)
    summary = models.CharField("摘要", max_length=200)
    source_kind = models.CharField("来源类别", max_length=20, choices=SourceKind)
    source_id = models.BigIntegerField("来源", null=True)
    attachment_count = models.PositiveSmallIntegerField("附件张数")
    reverses = models.ForeignKey(
        "self", models.PROTECT, verbose_name="冲销的凭证", null=True, related_name="reversals"
    )
    corrects = models.ForeignKey(
        "self", models.PROTECT, verbose_name="订正的凭证", null=True, related_name="corrections"
    )
    edge = models.ForeignKey(FlowEdge, models.PROTECT, verbose_name="资金流向", null=True)
    is_cash = models.BooleanField("收付款凭证", default=False)
    state = models.CharField(
        "状态", max_length=10, choices=VoucherState, default=VoucherState.DRAFT
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    prepared_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="填制人", related_name="+", null=True
    )
    prepared_at = models.DateTimeField("填制时间")
    posted_at = models.DateTimeField("过账时间", null=True)

    class Meta:
        verbose_name = "记账凭证"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "period", "number"], name="voucher_number_once_per_period"
            ),
            models.UniqueConstraint(
                fields=["pool", "source_kind", "source_id", "event"],
                condition=Q(source_id__isnull=False) & ~Q(state=VoucherState.VOIDED),
                name="voucher_one_live_per_source",
            ),
            models.UniqueConstraint(
                fields=["pool", "reverses"],
                condition=~Q(state=VoucherState.VOIDED),
                name="voucher_reversed_once",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | Q(corrects__isnull=True),
                name="voucher_reverses_or_corrects",
            ),
            models.CheckConstraint(
                condition=Q(state=VoucherState.POSTED)
                ^ (Q(posted_at__isnull=True) & Q(number__isnull=True)),
                name="voucher_posted_has_number_and_instant",
            ),
            known_state("voucher_state_known", VoucherState),
            known_state("voucher_event_known", BusinessEvent, "event"),
            known_state("voucher_source_known", SourceKind, "source_kind"),
        ]
        indexes = [models.Index(fields=["pool", "book", "-id"], name="voucher_newest_first")]


class VoucherLine(BulkRow):
    """One line of a voucher (分录): exactly one of debit and credit is above zero, in yuan."""

    voucher = models.ForeignKey(
        Voucher,
        models.PROTECT,
        verbose_name="凭证",
        related_name="lines",
        db_constraint=False,
        db_index=False,
    )
    position = models.PositiveIntegerField("行号")
    account = models.ForeignKey(
        LedgerAccount,
        models.PROTECT,
        verbose_name="会计科目",
        db_constraint=False,
        db_index=False,
    )
    debit = models.DecimalField("借方金额", max_digits=18, decimal_places=2, default=0)
    credit = models.DecimalField("贷方金额", max_digits=18, decimal_places=2, default=0)
    summary = models.CharField("摘要", max_length=200)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name="经办机构",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    item_code = models.CharField("业务项目", max_length=3, blank=True)
    batch_number = models.CharField("支付批次", max_length=40, blank=True)
    entry_count = models.PositiveIntegerField("笔数", default=1)

    class Meta:
        verbose_name = "分录"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "voucher", "position"], name="voucher_line_position_once"
            ),
            models.CheckConstraint(
                condition=(Q(debit__gt=0) & Q(debit__lte=AMOUNT_CAP) & Q(credit=0))
                | (Q(credit__gt=0) & Q(credit__lte=AMOUNT_CAP) & Q(debit=0)),
                name="voucher_line_one_side_above_zero",
            ),
        ]
        indexes = [models.Index(fields=["pool", "account"], name="voucher_line_by_account")]


class AccountBalance(PoolRow):
    """Turnover of one account, office and item in one period, written in the posting statement.

    A balance is the sum over periods; tests recompute it from the lines. `is_closing` holds the
    period-end close (E34) apart: balances count it, turnover of income and expenditure does not.
    """

    period = models.ForeignKey(Period, models.PROTECT, verbose_name="会计期间")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, verbose_name="会计科目")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="经办机构", null=True
    )
    item_code = models.CharField("业务项目", max_length=3, blank=True)
    debit = models.DecimalField("借方发生额", max_digits=18, decimal_places=2, default=0)
    credit = models.DecimalField("贷方发生额", max_digits=18, decimal_places=2, default=0)
    entry_count = models.PositiveIntegerField("笔数", default=0)
    is_closing = models.BooleanField("期末结转", default=False)

    class Meta:
        verbose_name = "科目余额"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "period", "account", "organisation", "item_code", "is_closing"],
                name="balance_once_per_dimension",
                nulls_distinct=False,
            ),
            amount_not_negative("balance_debit_not_negative", "debit"),
            amount_not_negative("balance_credit_not_negative", "credit"),
        ]
