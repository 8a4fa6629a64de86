"""Changes of a pool's policy values: asked for by one person, signed by another."""

from django.db import models
from django.db.models import F, Q

from accounts.enums import ParameterChangeState
from accounts.models.base import PoolRow
from accounts.models.organisations import Organisation
from accounts.models.people import User
from accounts.models.work import Document
from common.db import known_state

ONBOARDING = "onboarding"  # the one value that belongs to an office and holds from its approval


class ParameterChange(PoolRow):
    """An application for a new dated value (参数变更), or for an office's next onboarding state.

    What is asked for never changes; approved by a second person it becomes a `Parameter`, in
    force from its day on, or the office's state at once. The legal basis and the assessment of
    risks are filed with it (C26, J29).
    """

    code = models.CharField("参数", max_length=40)
    region_code = models.CharField("区划代码", max_length=6, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name="机构", null=True, related_name="+"
    )
    value = models.JSONField("取值")
    valid_from = models.DateField("生效日期", null=True)
    valid_until = models.DateField("失效日期", null=True)
    source = models.CharField("依据", max_length=200)
    reason = models.CharField("变更理由", max_length=300)
    risk = models.CharField("风险评估结论", max_length=500)
    source_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="依据文件", related_name="+"
    )
    risk_document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="风险评估报告", related_name="+"
    )
    state = models.CharField(
        "状态",
        max_length=10,
        choices=ParameterChangeState,
        default=ParameterChangeState.WAITING,
    )
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "参数变更"
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "code", "region_code", "organisation"],
                condition=Q(state=ParameterChangeState.WAITING),
                nulls_distinct=False,
                name="parameter_change_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(code=ONBOARDING, organisation__isnull=False, valid_from__isnull=True)
                | (~Q(code=ONBOARDING) & Q(organisation__isnull=True, valid_from__isnull=False)),
                name="parameter_change_has_its_day_or_office",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="parameter_change_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(reason="") & ~Q(risk=""),
                name="parameter_change_names_basis_reason_and_risk",
            ),
            known_state("parameter_change_state_known", ParameterChangeState),
        ]
        indexes = [models.Index(fields=["pool", "-id"], name="parameter_change_newest")]
