"""Handover of a former office's fund to the city (基金移交，P02, J09)."""

from django.db import models
from django.db.models import Q

from accounts.models import Document, Organisation, PoolRow
from common.db import amount_above_zero, amount_not_negative, known_state
from common.money import AMOUNT_CAP
from funds.enums import ArchiveKind, ClaimKind, HandoverState
from funds.models.books import Book, LedgerAccount


class Handover(PoolRow):
    """What one former office hands over at its cut-off date: balances, claims, debts, archives.

    Prepared by the accountant, then signed in order by transferor, receiver and supervisor.
    Frozen once prepared; a returned one starts a new round. Its opening voucher is dated the day
    after the cut-off. `audit_amount` is the balance that the clearing (清算) confirmed.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="移交机构")
    number = models.CharField("编号", max_length=40)
    cutoff_date = models.DateField("移交基准日")
    audit_body = models.CharField("审计机构", max_length=100, blank=True)
    audit_reference = models.CharField("审计报告文号", max_length=60, blank=True)
    audit_amount = models.DecimalField(
        "清算确认的基金结余", max_digits=18, decimal_places=2, null=True
    )
    audit_conclusion = models.CharField("清算审计结论", max_length=500, blank=True)
    audit_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="审计报告", null=True, related_name="+"
    )
    state = models.CharField(
        "状态", max_length=10, choices=HandoverState, default=HandoverState.DRAFT
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    created_at = models.DateTimeField("编制时间")
    completed_at = models.DateTimeField("交接时间", null=True)

    class Meta:
        verbose_name = "基金移交书"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="handover_number_once"),
            models.UniqueConstraint(
                fields=["pool", "book", "organisation"], name="handover_once_per_office"
            ),
            models.CheckConstraint(
                condition=Q(state=HandoverState.DRAFT)
                | (
                    ~Q(audit_body="")
                    & ~Q(audit_reference="")
                    & ~Q(audit_conclusion="")
                    & Q(audit_amount__isnull=False)
                    & Q(audit_document__isnull=False)
                ),
                name="handover_has_audit_conclusion",
            ),
            models.CheckConstraint(
                condition=Q(state=HandoverState.COMPLETE) ^ Q(completed_at__isnull=True),
                name="handover_complete_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(audit_amount__isnull=True)
                | Q(audit_amount__gte=-AMOUNT_CAP, audit_amount__lte=AMOUNT_CAP),
                name="handover_audit_amount_is_money",
            ),
            known_state("handover_state_known", HandoverState),
        ]


class HandoverBalance(PoolRow):
    """The balance of one account of the former office: exactly one side is above zero."""

    handover = models.ForeignKey(
        Handover, models.PROTECT, verbose_name="基金移交书", related_name="balances"
    )
    account = models.ForeignKey(LedgerAccount, models.PROTECT, verbose_name="会计科目")
    debit = models.DecimalField("借方余额", max_digits=18, decimal_places=2, default=0)
    credit = models.DecimalField("贷方余额", max_digits=18, decimal_places=2, default=0)
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "移交科目余额"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "handover", "account"],
                condition=Q(is_live=True),
                name="handover_account_once",
            ),
            models.CheckConstraint(
                condition=(Q(debit__gt=0) & Q(debit__lte=AMOUNT_CAP) & Q(credit=0))
                | (Q(credit__gt=0) & Q(credit__lte=AMOUNT_CAP) & Q(debit=0)),
                name="handover_balance_one_side_above_zero",
            ),
        ]


class HandoverBank(PoolRow):
    """What the bank confirms for one bank account of the former office, with its letter.

    The number is kept masked only: the account is closed and never paid from again.
    """

    handover = models.ForeignKey(
        Handover, models.PROTECT, verbose_name="基金移交书", related_name="banks"
    )
    account = models.ForeignKey(LedgerAccount, models.PROTECT, verbose_name="会计科目")
    bank_name = models.CharField("开户银行", max_length=60)
    number_masked = models.CharField("账号", max_length=40)
    balance = models.DecimalField("银行确认余额", max_digits=18, decimal_places=2)
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="银行询证函回函", related_name="+"
    )
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "移交银行余额确认"
        constraints = [amount_not_negative("handover_bank_not_negative", "balance")]


class HandoverClaim(PoolRow):
    """A receivable or a payable of the former office (债权债务), by counterparty."""

    handover = models.ForeignKey(
        Handover, models.PROTECT, verbose_name="基金移交书", related_name="claims"
    )
    kind = models.CharField("类别", max_length=10, choices=ClaimKind)
    account = models.ForeignKey(LedgerAccount, models.PROTECT, verbose_name="会计科目")
    counterparty = models.CharField("对方单位或个人", max_length=100)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    reference = models.CharField("依据文件", max_length=100)
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "移交债权债务"
        constraints = [
            amount_above_zero("handover_claim_above_zero"),
            known_state("handover_claim_kind_known", ClaimKind, "kind"),
        ]


class HandoverArchive(PoolRow):
    """Archives handed over (会计档案): one kind, its years, how many volumes."""

    handover = models.ForeignKey(
        Handover, models.PROTECT, verbose_name="基金移交书", related_name="archives"
    )
    kind = models.CharField("档案类别", max_length=10, choices=ArchiveKind)
    first_year = models.PositiveSmallIntegerField("起始年度")
    last_year = models.PositiveSmallIntegerField("截止年度")
    volume_count = models.PositiveIntegerField("卷数")
    note = models.CharField("备注", max_length=100, blank=True)
    is_live = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "移交档案"
        constraints = [
            models.CheckConstraint(
                condition=Q(first_year__lte=models.F("last_year")) & Q(volume_count__gt=0),
                name="handover_archive_has_years_and_volumes",
            ),
            known_state("handover_archive_kind_known", ArchiveKind, "kind"),
        ]
