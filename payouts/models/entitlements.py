"""What a determined case entitles a person to."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PoolRow
from common.db import known_state
from payouts.enums import EntitlementState
from payouts.models.cases import BenefitCase, Claimant, PayeeAccount
from payouts.models.items import BenefitItem


class Entitlement(PoolRow):
    """The months a person may draw (待遇资格), from one determined case.

    months_paid <= months_planned <= months_granted <= 24 at every moment; `person_key` is
    copied so that comparison joins touch one table.
    """

    case = models.OneToOneField(BenefitCase, models.PROTECT, verbose_name="案件")
    claimant = models.ForeignKey(Claimant, models.PROTECT, verbose_name="申领人")
    person_key = models.CharField("检索键", max_length=64)
    claimant_name = models.CharField("姓名", max_length=50)
    item = models.ForeignKey(BenefitItem, models.PROTECT, verbose_name="业务项目", db_index=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="发放地", db_index=False
    )
    payee_account = models.ForeignKey(
        PayeeAccount, models.PROTECT, verbose_name="收款账户", db_index=False
    )
    contributed_months = models.PositiveSmallIntegerField("累计缴费月数")
    months_granted = models.PositiveSmallIntegerField("核定月数")
    months_planned = models.PositiveSmallIntegerField("已列计划月数", default=0)
    months_paid = models.PositiveSmallIntegerField("已发放月数", default=0)
    first_month = models.DateField("首次发放月份")
    state = models.CharField(
        "状态", max_length=10, choices=EntitlementState, default=EntitlementState.PAYING
    )
    stop_reason = models.CharField("停发原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "待遇资格"
        constraints = [
            models.CheckConstraint(
                condition=Q(months_granted__gte=1, months_granted__lte=24),
                name="entitlement_months_one_to_twenty_four",
            ),
            models.CheckConstraint(
                condition=Q(months_paid__lte=F("months_planned"))
                & Q(months_planned__lte=F("months_granted")),
                name="entitlement_paid_within_planned_within_granted",
            ),
            known_state("entitlement_state_known", EntitlementState),
        ]
        indexes = [
            models.Index(
                fields=["pool", "organisation", "item", "state"], name="entitlement_payable"
            ),
            models.Index(fields=["pool", "person_key"], name="entitlement_by_person"),
        ]
