"""The register of term deposits and treasury bonds (Z06)."""

from django.db import models
from django.db.models import F, Q

from accounts.models import PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from funds.enums import InterestMode, InvestmentKind, InvestmentState
from funds.models.books import Book


class Investment(PoolRow):
    """A term deposit or a treasury bond of a book's 财政专户, from its proposal to its end.

    `principal` is the amount deposited or the face value, `fees` what the purchase cost beside
    it, both in yuan; `rate` is percent a year. The purchase, interest and redemption are entries
    of the register of receipts and payments that name it. One taken over by a handover has no
    purchase of ours.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    kind = models.CharField("种类", max_length=7, choices=InvestmentKind)
    number = models.CharField("编号", max_length=30)
    institution = models.CharField("存款银行或承销机构", max_length=60)
    issue = models.CharField("国债期次", max_length=60, blank=True)
    principal = models.DecimalField("本金", max_digits=18, decimal_places=2)
    fees = models.DecimalField("手续费", max_digits=18, decimal_places=2, default=0)
    rate = models.DecimalField("约定年利率（%）", max_digits=7, decimal_places=4)
    interest_mode = models.CharField("付息方式", max_length=11, choices=InterestMode)
    date_from = models.DateField("起息日")
    term_months = models.PositiveSmallIntegerField("期限（月）")
    date_to = models.DateField("到期日")
    is_taken_over = models.BooleanField("移交接收", default=False)
    certificate_number = models.CharField("存单或凭证号", max_length=60, blank=True)
    approval_number = models.CharField("批准文号", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=InvestmentState, default=InvestmentState.PROPOSED
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    proposed_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "定期存款和国债"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="investment_number_once"),
            models.UniqueConstraint(
                fields=["pool", "kind", "institution", "certificate_number"],
                condition=~Q(certificate_number="")
                & ~Q(state__in=[InvestmentState.REFUSED, InvestmentState.DROPPED]),
                name="investment_certificate_once",
            ),
            amount_above_zero("investment_principal_above_zero", "principal"),
            amount_not_negative("investment_fees_not_negative", "fees"),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=100), name="investment_rate_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(date_to__gt=F("date_from")), name="investment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(kind=InvestmentKind.BOND) & ~Q(issue="")
                | Q(
                    kind=InvestmentKind.DEPOSIT,
                    issue="",
                    fees=0,
                    interest_mode=InterestMode.AT_END,
                ),
                name="investment_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(certificate_number="")
                | Q(is_taken_over=False)
                & ~Q(
                    state__in=[
                        InvestmentState.HELD,
                        InvestmentState.MATURED,
                        InvestmentState.EARLY,
                    ]
                ),
                name="investment_held_has_certificate",
            ),
            models.CheckConstraint(
                condition=~Q(approval_number="") & ~Q(institution=""),
                name="investment_says_where_and_why",
            ),
            known_state("investment_state_known", InvestmentState),
            known_state("investment_mode_known", InterestMode, "interest_mode"),
        ]
        indexes = [
            models.Index(fields=["pool", "book", "-id"], name="investment_newest_first"),
        ]
