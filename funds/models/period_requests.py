"""Requests to close a month and to open it again (结账、反结账), each signed by two people."""

from django.db import models
from django.db.models import F, Q

from accounts.models import PoolRow, User
from common.db import known_state
from funds.enums import PeriodRequestKind, PeriodRequestState
from funds.models.books import Period


class PeriodRequest(PoolRow):
    """One request about one month; a month's newest done request says whether it is closed.

    `figures` are those of the month-end board as the one who asked saw them, code to text; they
    are part of what both sign. `reason` explains what is left at a closing, or why a month is to
    be opened again. `is_earlier`: closed before closings were requested; nobody signed then.
    """

    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="会计期间", related_name="requests"
    )
    kind = models.CharField("类别", max_length=10, choices=PeriodRequestKind)
    reason = models.CharField("说明", max_length=300, blank=True)
    figures = models.JSONField("检查结果", default=dict)
    state = models.CharField(
        "状态", max_length=10, choices=PeriodRequestState, default=PeriodRequestState.WAITING
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    content_sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    requested_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="申请人", related_name="+", null=True
    )
    requested_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("办结时间", null=True)
    is_earlier = models.BooleanField("启用结账申请前已结账", default=False)

    class Meta:
        verbose_name = "结账申请"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "period"],
                condition=Q(state=PeriodRequestState.WAITING),
                name="period_one_request_waiting",
            ),
            models.CheckConstraint(
                condition=Q(kind=PeriodRequestKind.CLOSE) | ~Q(reason=""),
                name="period_reopened_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=PeriodRequestState.WAITING) ^ Q(decided_at__isnull=False),
                name="period_request_decided_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(is_earlier=True) ^ Q(requested_by__isnull=False),
                name="period_request_has_a_requester",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("requested_at")),
                name="period_request_decided_after_it_was_made",
            ),
            known_state("period_request_kind_known", PeriodRequestKind, "kind"),
            known_state("period_request_state_known", PeriodRequestState),
        ]
