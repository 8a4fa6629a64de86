"""Applications to end a funds-use plan's allotment (结束拨付), each signed by two people."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from accounts.models import Document, PoolRow, User
from common.db import amount_not_negative, known_state
from funds.enums import FundsPlanClosingState
from funds.models.plans import FundsUsePlan


class FundsPlanClosing(PoolRow):
    """The finance bureau will not allot the rest of a plan: applied for by one, decided by another.

    `approved_amount` and `allotted_amount` are the plan's when it was applied for, in yuan; what
    lies between them will not come. `document_number`, `letter_date` and `letter` are the
    bureau's letter that says so.
    """

    plan = models.ForeignKey(
        FundsUsePlan, models.PROTECT, verbose_name="用款计划", related_name="closings"
    )
    reason = models.CharField("结束拨付的原因", max_length=300)
    document_number = models.CharField("财政来文文号", max_length=60)
    letter_date = models.DateField("来文日期")
    letter = models.ForeignKey(
        Document, models.PROTECT, verbose_name="来文扫描件", related_name="+"
    )
    approved_amount = models.DecimalField("核准金额", max_digits=18, decimal_places=2)
    allotted_amount = models.DecimalField("已拨付金额", max_digits=18, decimal_places=2)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=FundsPlanClosingState,
        default=FundsPlanClosingState.WAITING,
    )
    content_sha256 = models.CharField("内容摘要", max_length=64)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "结束拨付申请"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "plan"],
                condition=Q(state=FundsPlanClosingState.WAITING),
                name="funds_plan_closing_one_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(document_number=""),
                name="funds_plan_closing_says_why",
            ),
            amount_not_negative("funds_plan_closing_allotted_not_negative", "allotted_amount"),
            models.CheckConstraint(
                condition=Q(approved_amount__gt=F("allotted_amount")),
                name="funds_plan_closing_of_a_rest",
            ),
            models.CheckConstraint(
                condition=Q(state=FundsPlanClosingState.WAITING) ^ Q(decided_at__isnull=False),
                name="funds_plan_closing_decided_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("requested_at")),
                name="funds_plan_closing_decided_after_it_was_made",
            ),
            known_state("funds_plan_closing_state_known", FundsPlanClosingState),
        ]

    @property
    def ended_amount(self) -> Decimal:
        """Return what was approved and will not come, in yuan."""
        return self.approved_amount - self.allotted_amount
