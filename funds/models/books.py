"""Books, their bank accounts, their chart of accounts, their periods."""

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, PoolRow
from common.db import known_state
from funds.enums import AccountOwner, BankAccountKind, BookKind, NormalSide, PeriodState


class Book(PoolRow):
    """A separate set of accounts (账套) with its own vouchers, periods and bank accounts (P03)."""

    kind = models.CharField("类别", max_length=20, choices=BookKind)
    name = models.CharField("账套", max_length=50)

    class Meta:
        verbose_name = "账套"
        constraints = [
            models.UniqueConstraint(fields=["pool", "kind"], name="book_once_per_kind"),
            known_state("book_kind_known", BookKind, "kind"),
        ]


class LedgerAccount(PoolRow):
    """An account of the chart (会计科目) of 财会〔2017〕28号; only leaves take lines."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="上级科目", null=True)
    code = models.CharField("科目编号", max_length=12)
    name = models.CharField("科目名称", max_length=60)
    normal_side = models.CharField("余额方向", max_length=6, choices=NormalSide)
    is_leaf = models.BooleanField("末级科目")
    is_enabled = models.BooleanField("启用")

    class Meta:
        verbose_name = "会计科目"
        constraints = [
            models.UniqueConstraint(fields=["pool", "book", "code"], name="account_code_once"),
            known_state("account_side_known", NormalSide, "normal_side"),
        ]


class BankAccount(PoolRow):
    """A bank account of a book (P37, P38): one active per kind, never owned by a county.

    The number is encrypted; `number_key` finds it, `number_masked` shows it.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    kind = models.CharField("账户性质", max_length=12, choices=BankAccountKind)
    owner = models.CharField("开户主体", max_length=15, choices=AccountOwner)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="开户机构")
    bank_name = models.CharField("开户银行", max_length=60)
    number_cipher = models.TextField("账号密文")
    number_key = models.CharField("账号检索键", max_length=64)
    number_masked = models.CharField("账号", max_length=40)
    ledger_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, verbose_name="对应科目", related_name="+"
    )
    opened_date = models.DateField("开户日期")
    opening_approval = models.CharField("开户批文", max_length=100)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "银行账户"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "kind"],
                condition=Q(is_active=True),
                name="bank_account_one_active_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=BankAccountKind.FISCAL) ^ Q(owner=AccountOwner.CITY_CENTRE),
                name="bank_account_owner_fits_kind",
            ),
            models.CheckConstraint(
                condition=~Q(opening_approval=""), name="bank_account_has_approval"
            ),
            known_state("bank_account_kind_known", BankAccountKind, "kind"),
            known_state("bank_account_owner_known", AccountOwner, "owner"),
        ]


class Period(PoolRow):
    """One month of one book (会计期间). `last_number` counts its vouchers: no sequence, no gaps."""

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    month = models.DateField("月份")
    state = models.CharField("状态", max_length=10, choices=PeriodState, default=PeriodState.OPEN)
    last_number = models.PositiveIntegerField("最后凭证号", default=0)
    closed_at = models.DateTimeField("结账时间", null=True)

    class Meta:
        verbose_name = "会计期间"
        constraints = [
            models.UniqueConstraint(fields=["pool", "book", "month"], name="period_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="period_starts_on_the_first"),
            models.CheckConstraint(
                condition=Q(state=PeriodState.CLOSED) ^ Q(closed_at__isnull=True),
                name="period_closed_has_instant",
            ),
            known_state("period_state_known", PeriodState),
        ]
