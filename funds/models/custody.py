"""Registers of seals, bills and bank keys (C14, T20): keepers, hand-overs, uses."""

from django.db import models
from django.db.models import F, Q

from accounts.models import PoolRow, User
from common.db import known_state
from funds.enums import (
    CustodyKind,
    CustodyState,
    CustodyTransferKind,
    CustodyTransferState,
    CustodyUseKind,
    KeyRole,
)
from funds.models.books import BankAccount

LIVE = (CustodyState.REGISTERED, CustodyState.KEPT)
OPEN = (CustodyTransferState.TAKING, CustodyTransferState.WITNESSING)


class CustodyItem(PoolRow):
    """A seal, a book of bills with its range of numbers, or a key of a bank account.

    Only what is registered, never a secret. `keeper` is who keeps it now; it changes by a
    `CustodyTransfer` alone.
    """

    kind = models.CharField("类别", max_length=4, choices=CustodyKind)
    name = models.CharField("名称", max_length=60)
    number = models.CharField("编号", max_length=40)
    bank_account = models.ForeignKey(
        BankAccount, models.PROTECT, verbose_name="银行账户", null=True
    )
    key_role = models.CharField("密钥角色", max_length=7, choices=KeyRole, blank=True)
    first_number = models.BigIntegerField("起号", null=True)
    last_number = models.BigIntegerField("止号", null=True)
    state = models.CharField(
        "状态", max_length=10, choices=CustodyState, default=CustodyState.REGISTERED
    )
    keeper = models.ForeignKey(
        User, models.PROTECT, verbose_name="保管人", null=True, related_name="+"
    )
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "保管物品"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CustodyKind.KEY, bank_account__isnull=False)
                & Q(key_role__in=KeyRole.values)
                | Q(~Q(kind=CustodyKind.KEY), key_role=""),
                name="custody_key_has_account_and_role",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=CustodyKind.BILL,
                    first_number__gte=1,
                    last_number__gte=F("first_number"),
                    last_number__lt=F("first_number") + 10_000,
                )
                | Q(~Q(kind=CustodyKind.BILL), first_number__isnull=True, last_number__isnull=True),
                name="custody_bills_have_a_range",
            ),
            models.CheckConstraint(
                condition=Q(state=CustodyState.KEPT) ^ Q(keeper__isnull=True),
                name="custody_kept_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["pool", "kind", "number"],
                condition=Q(state__in=LIVE),
                name="custody_number_once",
            ),
            models.UniqueConstraint(
                fields=["pool", "bank_account", "key_role"],
                condition=Q(kind=CustodyKind.KEY, state__in=LIVE),
                name="custody_one_key_per_account_and_role",
            ),
            models.UniqueConstraint(
                fields=["pool", "bank_account", "keeper"],
                condition=Q(kind=CustodyKind.KEY, state=CustodyState.KEPT),
                name="custody_two_keys_never_with_one",
            ),
            known_state("custody_kind_known", CustodyKind, "kind"),
            known_state("custody_state_known", CustodyState),
        ]


class CustodyTransfer(PoolRow):
    """An item changes hands (保管交接): first taking, passing on, giving back; all of it signed."""

    item = models.ForeignKey(
        CustodyItem, models.PROTECT, verbose_name="保管物品", related_name="transfers"
    )
    kind = models.CharField("交接类别", max_length=6, choices=CustodyTransferKind)
    giver = models.ForeignKey(
        User, models.PROTECT, verbose_name="移交人", null=True, related_name="+"
    )
    taker = models.ForeignKey(
        User, models.PROTECT, verbose_name="接收人", null=True, related_name="+"
    )
    reason = models.CharField("事由", max_length=200)
    transfer_date = models.DateField("交接日期")
    state = models.CharField("状态", max_length=10, choices=CustodyTransferState)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)

    class Meta:
        verbose_name = "保管交接"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CustodyTransferKind.ISSUE, giver__isnull=True, taker__isnull=False)
                | Q(kind=CustodyTransferKind.PASS, giver__isnull=False, taker__isnull=False)
                & ~Q(giver=F("taker"))
                | Q(kind=CustodyTransferKind.RETIRE, giver__isnull=False, taker__isnull=True),
                name="custody_transfer_has_its_people",
            ),
            models.UniqueConstraint(
                fields=["pool", "item"],
                condition=Q(state__in=OPEN),
                name="custody_one_open_transfer",
            ),
            known_state("custody_transfer_kind_known", CustodyTransferKind, "kind"),
            known_state("custody_transfer_state_known", CustodyTransferState),
        ]


class CustodyUse(PoolRow):
    """One use of an item (使用登记), or what became of some numbers of a book of bills.

    Written once. A number has one fate: used, voided or returned; the others are left.
    """

    item = models.ForeignKey(
        CustodyItem, models.PROTECT, verbose_name="保管物品", related_name="uses"
    )
    kind = models.CharField("登记类别", max_length=6, choices=CustodyUseKind)
    use_date = models.DateField("日期")
    purpose = models.CharField("用途或原因", max_length=200)
    document = models.CharField("文件或凭证号", max_length=100, blank=True)
    asked_by = models.CharField("经办人", max_length=30)
    first_number = models.BigIntegerField("起号", null=True)
    last_number = models.BigIntegerField("止号", null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "使用登记"
        constraints = [
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(asked_by=""), name="custody_use_says_who_and_why"
            ),
            known_state("custody_use_kind_known", CustodyUseKind, "kind"),
        ]
