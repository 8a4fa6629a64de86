"""The catalogue of business items and the check-list of each."""

from django.db import models
from django.db.models import Q

from accounts.models import PoolRow
from common.db import known_state
from funds.enums import BookKind
from payouts.enums import RiskLevel, StepKind


class BenefitItem(PoolRow):
    """One of the 17 business items (P05). Only offered items can be taken in."""

    code = models.CharField("项目代码", max_length=3)
    name = models.CharField("业务项目", max_length=60)
    risk_level = models.CharField("风险等级", max_length=6, choices=RiskLevel)
    review_depth = models.PositiveSmallIntegerField("审核级次")
    ledger_code = models.CharField("支出科目", max_length=12)
    book_kind = models.CharField(
        "账套", max_length=20, choices=BookKind, default=BookKind.UNEMPLOYMENT
    )
    is_offered = models.BooleanField("已开办", default=False)

    class Meta:
        verbose_name = "业务项目"
        constraints = [
            models.UniqueConstraint(fields=["pool", "code"], name="item_code_once"),
            models.CheckConstraint(
                condition=Q(review_depth__in=[2, 3]), name="item_depth_two_or_three"
            ),
            known_state("item_risk_known", RiskLevel, "risk_level"),
            known_state("item_book_known", BookKind, "book_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CheckList(PoolRow):
    """A version of an item's check-list (审核要点, P13), in force from a day on."""

    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目")
    version = models.PositiveSmallIntegerField("版本")
    valid_from = models.DateField("生效日期")
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "审核要点"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "item", "version"], name="check_list_version_once"
            )
        ]


class CheckQuestion(PoolRow):
    """One point of a check-list, asked at one of the five steps."""

    check_list = models.ForeignKey(
        CheckList, models.PROTECT, verbose_name="审核要点", related_name="questions"
    )
    step = models.CharField("环节", max_length=10, choices=StepKind)
    position = models.PositiveSmallIntegerField("顺序")
    text = models.CharField("要点", max_length=200)
    is_mandatory = models.BooleanField("必答")
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "审核问题"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "check_list", "step", "position"], name="question_position_once"
            ),
            known_state("question_step_known", StepKind, "step"),
        ]
