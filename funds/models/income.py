"""What outside partners report: the tax authority's income lists, the banks' statements."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Document, Organisation, PoolRow
from common.db import amount_above_zero, amount_not_negative, known_state
from common.money import AMOUNT_CAP
from funds.enums import ListState, TaxIncomeKind
from funds.models.books import BankAccount, Book


class TaxIncomeList(PoolRow):
    """The tax authority's monthly income list (P18): the only source of E01."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    month = models.DateField("月份")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件")
    line_count = models.PositiveIntegerField("笔数")
    total_amount = models.DecimalField("合计金额", max_digits=18, decimal_places=2)
    state = models.CharField("状态", max_length=12, choices=ListState, default=ListState.IMPORTED)
    transferred_date = models.DateField("划转日期", null=True)
    transfer_reference = models.CharField("划转凭证号", max_length=60, blank=True)
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "征收收入明细表"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "month"], name="tax_list_once_per_month"
            ),
            models.UniqueConstraint(fields=["pool", "document"], name="tax_list_once_per_file"),
            amount_above_zero("tax_list_total_above_zero", "total_amount"),
            known_state("tax_list_state_known", ListState),
        ]


class TaxIncomeLine(PoolRow):
    """One unit's payment on the tax list, in yuan."""

    income_list = models.ForeignKey(
        TaxIncomeList, models.PROTECT, verbose_name="明细表", related_name="lines"
    )
    position = models.PositiveIntegerField("行号")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    tax_office = models.CharField("税务机关", max_length=60)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    unit_name = models.CharField("缴费单位", max_length=100)
    kind = models.CharField("征收类别", max_length=12, choices=TaxIncomeKind)
    unit_part = models.DecimalField("单位部分", max_digits=18, decimal_places=2)
    person_part = models.DecimalField("个人部分", max_digits=18, decimal_places=2)
    treasury_date = models.DateField("入库日期")

    class Meta:
        verbose_name = "征收收入明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "income_list", "position"], name="tax_line_position_once"
            ),
            amount_not_negative("tax_line_unit_part_not_negative", "unit_part"),
            amount_not_negative("tax_line_person_part_not_negative", "person_part"),
            known_state("tax_line_kind_known", TaxIncomeKind, "kind"),
        ]


class BankStatement(PoolRow):
    """A bank's statement of one account over some days; opening + movements = closing (R02)."""

    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="银行账户")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文件")
    from_date = models.DateField("起始日期")
    until_date = models.DateField("截止日期")
    opening_balance = models.DecimalField("期初余额", max_digits=18, decimal_places=2)
    closing_balance = models.DecimalField("期末余额", max_digits=18, decimal_places=2)
    line_count = models.PositiveIntegerField("笔数")
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "银行对账单"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "bank_account", "from_date"], name="bank_statement_once_per_start"
            ),
            models.UniqueConstraint(
                fields=["pool", "document"], name="bank_statement_once_per_file"
            ),
            models.CheckConstraint(
                condition=Q(from_date__lte=F("until_date")), name="bank_statement_days_in_order"
            ),
            amount_not_negative("bank_statement_opening_not_negative", "opening_balance"),
            amount_not_negative("bank_statement_closing_not_negative", "closing_balance"),
        ]


class BankStatementLine(PoolRow):
    """One movement as the bank booked it: `debit` left the account, `credit` arrived, in yuan."""

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, verbose_name="对账单", related_name="lines"
    )
    position = models.PositiveIntegerField("行号")
    value_date = models.DateField("日期")
    serial = models.CharField("银行流水号", max_length=40)
    debit = models.DecimalField("借方（支出）", max_digits=18, decimal_places=2)
    credit = models.DecimalField("贷方（收入）", max_digits=18, decimal_places=2)
    balance = models.DecimalField("余额", max_digits=18, decimal_places=2)
    counterparty = models.CharField("对方户名", max_length=100, blank=True)
    counter_account_masked = models.CharField("对方账号", max_length=40, blank=True)
    counter_key = models.CharField("对方账号检索键", max_length=64, blank=True)
    summary = models.CharField("摘要", max_length=100, blank=True)

    class Meta:
        verbose_name = "银行流水"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "statement", "position"], name="bank_line_position_once"
            ),
            models.CheckConstraint(
                condition=(Q(debit__gt=0) & Q(debit__lte=AMOUNT_CAP) & Q(credit=0))
                | (Q(credit__gt=0) & Q(credit__lte=AMOUNT_CAP) & Q(debit=0)),
                name="bank_line_one_side_above_zero",
            ),
            amount_not_negative("bank_line_balance_not_negative", "balance"),
        ]
