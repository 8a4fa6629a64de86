"""The reserve fund's memo account (储备金备查账，J10): one per book, at the pool only."""

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, PoolRow, User
from common.db import amount_above_zero, amount_not_negative, known_state
from funds.models.books import Book
from funds.models.gap_sheets import GapSheet
from funds.sharing_enums import ReserveKind, ReserveState


class ReserveEntry(PoolRow):
    """One movement of a book's reserve, outside the double entry; in yuan.

    Prepared with its document by one person and approved by another; approved, it has its place
    in the account (`position`) and the balance after it, and never changes. `reverses` names the
    entry a counter entry takes back. What a former office hands up closes its own reserve:
    `handed_over` is the balance it had, and all of it is carried up. A draw names the signed gap
    sheet whose pool share it pays.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    number = models.CharField("编号", max_length=30)
    kind = models.CharField("类别", max_length=10, choices=ReserveKind)
    entry_date = models.DateField("日期")
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2)
    change = models.DecimalField("余额增减", max_digits=18, decimal_places=2)
    reason = models.CharField("事由", max_length=200)
    document_number = models.CharField("依据文号", max_length=60)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="上交机构", null=True, related_name="+"
    )
    handed_over = models.DecimalField(
        "上交机构储备金余额", max_digits=18, decimal_places=2, null=True
    )
    gap_sheet = models.ForeignKey(
        GapSheet, models.PROTECT, verbose_name="缺口分担表", null=True, related_name="draws"
    )
    reverses = models.ForeignKey(
        "self", models.PROTECT, verbose_name="冲销的登记", null=True, related_name="reversals"
    )
    state = models.CharField(
        "状态", max_length=10, choices=ReserveState, default=ReserveState.WAITING
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    prepared_at = models.DateTimeField("登记时间")
    approved_at = models.DateTimeField("登账时间", null=True)
    position = models.PositiveIntegerField("序号", null=True)
    balance = models.DecimalField("余额", max_digits=18, decimal_places=2, null=True)

    class Meta:
        verbose_name = "储备金登记"
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="reserve_number_once"),
            models.UniqueConstraint(
                fields=["pool", "book", "position"], name="reserve_position_once"
            ),
            models.UniqueConstraint(
                fields=["pool", "reverses"],
                condition=~Q(state=ReserveState.RETURNED),
                name="reserve_reversed_once",
            ),
            amount_above_zero("reserve_amount_above_zero"),
            amount_not_negative("reserve_balance_never_negative", "balance"),
            models.CheckConstraint(
                condition=Q(
                    state=ReserveState.APPROVED,
                    approved_at__isnull=False,
                    position__isnull=False,
                    balance__isnull=False,
                )
                | ~Q(state=ReserveState.APPROVED)
                & Q(approved_at__isnull=True, position__isnull=True, balance__isnull=True),
                name="reserve_approved_has_its_place",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(document_number=""), name="reserve_says_why"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=ReserveKind.CARRIED_UP,
                    organisation__isnull=False,
                    handed_over__isnull=False,
                )
                | ~Q(kind=ReserveKind.CARRIED_UP)
                & Q(organisation__isnull=True, handed_over__isnull=True),
                name="reserve_handed_over_by_an_office",
            ),
            models.CheckConstraint(
                condition=Q(handed_over__isnull=True) | Q(amount=models.F("handed_over")),
                name="reserve_of_office_closed_to_zero",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReserveKind.DRAW) ^ Q(gap_sheet__isnull=True),
                name="reserve_draw_names_its_sheet",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReserveKind.REVERSAL) ^ Q(reverses__isnull=True),
                name="reserve_reversal_names_its_entry",
            ),
            known_state("reserve_kind_known", ReserveKind, "kind"),
            known_state("reserve_state_known", ReserveState),
        ]
        indexes = [models.Index(fields=["pool", "book", "-id"], name="reserve_newest_first")]
