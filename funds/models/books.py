"""Books, their bank accounts, their chart of accounts, their periods."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Document, Organisation, PoolRow, User
from common.db import amount_not_negative, known_state
from funds.enums import (
    AccountOwner,
    BankAccountKind,
    BankAccountState,
    BookKind,
    NormalSide,
    PeriodState,
)


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


IN_USE = (BankAccountState.ACTIVE, BankAccountState.CLOSING)
LIVE = (BankAccountState.OPENING, *IN_USE)


class BankAccount(PoolRow):
    """A bank account of a book (P37, P38): one live per kind, never owned by a county.

    Opened and closed by a request that a second person signs; nothing else of the row changes.
    `round` and `content_sha256` are those of the newest request. The number is encrypted;
    `number_key` finds it, `number_masked` shows it.
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
    state = models.CharField(
        "状态", max_length=10, choices=BankAccountState, default=BankAccountState.OPENING
    )
    is_active = models.GeneratedField(
        expression=Q(state__in=IN_USE),  # type: ignore[arg-type]
        output_field=models.BooleanField("在用"),
        db_persist=True,
    )
    is_founding = models.BooleanField("统筹区设立时登记", default=False)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    closed_date = models.DateField("销户日期", null=True)
    closing_approval = models.CharField("销户批文", max_length=100, blank=True)

    class Meta:
        verbose_name = "银行账户"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "kind"],
                condition=Q(state__in=LIVE),
                name="bank_account_one_active_per_kind",
            ),
            models.UniqueConstraint(
                fields=["pool", "number_key"],
                condition=~Q(state=BankAccountState.REFUSED),
                name="bank_account_number_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=BankAccountKind.FISCAL) ^ Q(owner=AccountOwner.CITY_CENTRE),
                name="bank_account_owner_fits_kind",
            ),
            models.CheckConstraint(
                condition=~Q(opening_approval=""), name="bank_account_has_approval"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BankAccountState.CLOSING, BankAccountState.CLOSED])
                ^ Q(closed_date__isnull=True, closing_approval=""),
                name="bank_account_closes_with_day_and_approval",
            ),
            known_state("bank_account_kind_known", BankAccountKind, "kind"),
            known_state("bank_account_owner_known", AccountOwner, "owner"),
            known_state("bank_account_state_known", BankAccountState),
        ]


class BankAccountReview(PoolRow):
    """The yearly review of a bank account (账户年审): what the bank confirmed, whether it stays.

    Written once; the bank's confirmation is kept with it.
    """

    bank_account = models.ForeignKey(BankAccount, models.PROTECT, verbose_name="银行账户")
    year = models.PositiveSmallIntegerField("年度")
    balance_date = models.DateField("确认日期")
    bank_balance = models.DecimalField("银行确认余额", max_digits=18, decimal_places=2)
    book_balance = models.DecimalField("账面余额", max_digits=18, decimal_places=2)
    is_needed = models.BooleanField("继续使用")
    note = models.CharField("说明", max_length=200, blank=True)
    confirmation = models.ForeignKey(Document, models.PROTECT, verbose_name="银行确认书")
    confirmed_by = models.ForeignKey(User, models.PROTECT, verbose_name="核查人", related_name="+")
    confirmed_at = models.DateTimeField("核查时间")

    class Meta:
        verbose_name = "账户年审"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "bank_account", "year"], name="bank_review_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(balance_date__year=F("year")), name="bank_review_of_its_year"
            ),
            models.CheckConstraint(
                condition=Q(bank_balance=F("book_balance"), is_needed=True) | ~Q(note=""),
                name="bank_review_difference_explained",
            ),
            amount_not_negative("bank_review_balance_not_negative", "bank_balance"),
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
