"""What a determined case entitles a person to."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PoolRow, User
from common.db import known_state
from payouts.enums import ChangeKind, ChangeReason, ChangeState, EntitlementState
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
            models.Index(
                fields=["pool", "-id"],
                include=["organisation"],
                name="entitlement_newest_with_office",
            ),
        ]


class EntitlementChange(PoolRow):
    """A signed application to stop, suspend or resume an entitlement (停发恢复).

    `from_month` is the first month not paid any more, or paid again; it is computed when the
    application is approved, so that months planned already stay as they are.
    """

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, verbose_name="待遇资格")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="发放地", db_index=False
    )
    kind = models.CharField("办理事项", max_length=10, choices=ChangeKind)
    reason = models.CharField("原因", max_length=15, choices=ChangeReason)
    happened_on = models.DateField("情形发生日期")
    note = models.CharField("情况说明", max_length=300)
    from_month = models.DateField("起始月份", null=True)
    state = models.CharField(
        "状态", max_length=10, choices=ChangeState, default=ChangeState.WAITING
    )
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "停发恢复"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "entitlement"],
                condition=Q(state=ChangeState.WAITING),
                name="change_one_waiting_per_entitlement",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.APPROVED, from_month__isnull=False)
                | (~Q(state=ChangeState.APPROVED) & Q(from_month__isnull=True)),
                name="change_has_its_month_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.RESUME, reason=ChangeReason.RESTORED)
                | (~Q(kind=ChangeKind.RESUME) & ~Q(reason=ChangeReason.RESTORED)),
                name="change_reason_fits_its_kind",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="change_has_a_note"),
            known_state("change_kind_known", ChangeKind, "kind"),
            known_state("change_reason_known", ChangeReason, "reason"),
            known_state("change_state_known", ChangeState),
        ]
        indexes = [
            models.Index(fields=["pool", "organisation", "state"], name="change_waiting"),
        ]
