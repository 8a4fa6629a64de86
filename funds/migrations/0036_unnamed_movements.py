"""Movements with the outside that no voucher names, and the voucher that may explain one."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("NO_EDGE", "账户之间不许可的流向"),
    ("OTHER_BOOK", "与其他账套的账户往来"),
    ("UNNAMED", "没有许可业务的外部收付"),
]
STATES = [
    ("OPEN", "待申请特殊业务"),
    ("REVIEW", "待财务负责人审核"),
    ("APPROVAL", "待主要领导批准"),
    ("APPROVED", "已批准"),
    ("RETURNED", "已退回"),
    ("EXPLAINED", "已有业务凭证"),
]
IS_EXPLAINED = Q(state="EXPLAINED")
IS_ASKED_FOR = Q(round__gte=1) & ~Q(reason="") & ~Q(content_sha256="")


def known(field: str, choices: "list[tuple[str, str]]") -> models.CheckConstraint:
    """Return the constraint that admits these values only."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": [code for code, _ in choices]}),
        name=f"flow_finding_{field}_known",
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0035_guard_closings_of_funds_plans")]

    operations = [
        migrations.RemoveConstraint("flowfinding", "flow_finding_kind_known"),
        migrations.RemoveConstraint("flowfinding", "flow_finding_state_known"),
        migrations.RemoveConstraint("flowfinding", "flow_finding_asked_with_reason"),
        migrations.AlterField(
            "flowfinding",
            "kind",
            models.CharField(choices=KINDS, max_length=12, verbose_name="异常类别"),
        ),
        migrations.AlterField(
            "flowfinding",
            "state",
            models.CharField(choices=STATES, default="OPEN", max_length=10, verbose_name="状态"),
        ),
        migrations.AddField(
            "flowfinding",
            "voucher",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.voucher",
                verbose_name="业务凭证",
            ),
        ),
        migrations.AddConstraint("flowfinding", known("kind", KINDS)),
        migrations.AddConstraint("flowfinding", known("state", STATES)),
        migrations.AddConstraint(
            "flowfinding",
            models.CheckConstraint(
                condition=IS_EXPLAINED | (Q(state="OPEN") ^ IS_ASKED_FOR),
                name="flow_finding_asked_with_reason",
            ),
        ),
        migrations.AddConstraint(
            "flowfinding",
            models.CheckConstraint(
                condition=Q(state="EXPLAINED", voucher__isnull=False)
                | (~IS_EXPLAINED & Q(voucher__isnull=True)),
                name="flow_finding_explained_by_voucher",
            ),
        ),
    ]
