"""Policy values and onboarding states change by signed applications."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_budget_apart_from_execution"),
    ]

    operations = [
        migrations.CreateModel(
            name="ParameterChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="参数")),
                (
                    "region_code",
                    models.CharField(blank=True, max_length=6, verbose_name="区划代码"),
                ),
                ("value", models.JSONField(verbose_name="取值")),
                ("valid_from", models.DateField(null=True, verbose_name="生效日期")),
                ("valid_until", models.DateField(null=True, verbose_name="失效日期")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                ("reason", models.CharField(max_length=300, verbose_name="变更理由")),
                ("risk", models.CharField(max_length=500, verbose_name="风险评估结论")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "待核准"),
                            ("APPROVED", "已核准"),
                            ("REFUSED", "未核准"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.pool",
                        verbose_name="统筹区",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "risk_document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.document",
                        verbose_name="风险评估报告",
                    ),
                ),
                (
                    "source_document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.document",
                        verbose_name="依据文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "参数变更",
                "indexes": [models.Index(fields=["pool", "-id"], name="parameter_change_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "code", "region_code", "organisation"),
                        name="parameter_change_one_waiting",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code", "onboarding"),
                                ("organisation__isnull", False),
                                ("valid_from__isnull", True),
                            ),
                            models.Q(
                                models.Q(("code", "onboarding"), _negated=True),
                                ("organisation__isnull", True),
                                ("valid_from__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="parameter_change_has_its_day_or_office",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="parameter_change_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("risk", ""), _negated=True),
                        ),
                        name="parameter_change_names_basis_reason_and_risk",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "APPROVED", "REFUSED"])),
                        name="parameter_change_state_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="parameter",
            name="change",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parameter",
                to="accounts.parameterchange",
                verbose_name="参数变更",
            ),
        ),
    ]
