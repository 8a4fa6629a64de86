"""Who bears what a book spent beyond its income (缺口分担，J17)."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PoolRow, User
from common.db import amount_not_negative, known_state
from common.money import AMOUNT_CAP
from funds.models.books import Book
from funds.sharing_enums import GapSheetState


def _money(label: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=18, decimal_places=2)


class GapSheet(PoolRow):
    """One version of a book's sheet for a year, from January to `month`, in yuan.

    Prepared by the budget post and signed by the head, two people. `rolled_balance` is what was
    rolled over from before the year; whether it covers the gap chooses the ratio. `deposits` and
    `invested` are the means at hand when it was prepared. A later version, once signed, voids
    the one before, which stays visible.
    """

    book = models.ForeignKey(Book, models.PROTECT, verbose_name="账套")
    year = models.PositiveSmallIntegerField("年度")
    month = models.DateField("截止月份")
    version = models.PositiveSmallIntegerField("版本")
    income = _money("基金收入")
    expenditure = _money("基金支出")
    gap = _money("缺口")
    rolled_balance = _money("上年滚存结余")
    is_covered = models.BooleanField("滚存结余足以弥补")
    pool_ratio = models.PositiveSmallIntegerField("统筹区分担份数")
    office_ratio = models.PositiveSmallIntegerField("各地分担份数")
    pool_share = _money("统筹区分担")
    deposits = _money("活期存款")
    invested = _money("定期存款和国债")
    state = models.CharField(
        "状态", max_length=10, choices=GapSheetState, default=GapSheetState.WAITING
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    prepared_by = models.ForeignKey(User, models.PROTECT, verbose_name="测算人", related_name="+")
    prepared_at = models.DateTimeField("测算时间")
    signed_at = models.DateTimeField("批准时间", null=True)

    class Meta:
        verbose_name = "缺口分担表"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "book", "year", "version"], name="gap_sheet_version_once"
            ),
            models.UniqueConstraint(
                fields=["pool", "book", "year"],
                condition=Q(state=GapSheetState.WAITING),
                name="gap_sheet_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["pool", "book", "year"],
                condition=Q(state=GapSheetState.SIGNED),
                name="gap_sheet_one_signed",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1, month__year=F("year")), name="gap_sheet_month_of_its_year"
            ),
            models.CheckConstraint(
                condition=Q(gap=F("expenditure") - F("income"), gap__gt=0)
                | Q(gap=0, expenditure__lte=F("income")),
                name="gap_sheet_gap_is_the_difference",
            ),
            models.CheckConstraint(
                condition=Q(is_covered=True, rolled_balance__gte=F("gap"))
                | Q(is_covered=False, rolled_balance__lt=F("gap")),
                name="gap_sheet_cover_is_told_by_the_balance",
            ),
            models.CheckConstraint(
                condition=Q(pool_ratio__lte=100, office_ratio__lte=100)
                & (Q(pool_ratio__gt=0) | Q(office_ratio__gt=0)),
                name="gap_sheet_ratio_has_parts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[GapSheetState.SIGNED, GapSheetState.VOIDED])
                ^ Q(signed_at__isnull=True),
                name="gap_sheet_signed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(gap__lte=AMOUNT_CAP, pool_share__gte=0, pool_share__lte=F("gap")),
                name="gap_sheet_share_within_the_gap",
            ),
            known_state("gap_sheet_state_known", GapSheetState),
        ]
        indexes = [models.Index(fields=["pool", "book", "-id"], name="gap_sheet_newest_first")]


class GapShare(PoolRow):
    """What one office's government bears of a sheet's gap, with the figures it follows from."""

    sheet = models.ForeignKey(
        GapSheet, models.PROTECT, verbose_name="缺口分担表", related_name="shares"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="经办机构")
    target = _money("保险费收入预算")
    income = _money("保险费收入")
    expenditure = _money("基金支出")
    for_shortfall = _money("短收承担")
    of_rest = _money("按比例分担")

    class Meta:
        verbose_name = "缺口分担明细"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "sheet", "organisation"], name="gap_share_once_per_office"
            ),
            amount_not_negative("gap_share_target_not_negative", "target"),
            amount_not_negative("gap_share_shortfall_not_negative", "for_shortfall"),
            amount_not_negative("gap_share_rest_not_negative", "of_rest"),
        ]
