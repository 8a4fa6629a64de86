"""Requests to close a month and to open it again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_more_matters_and_duties"),
        ("funds", "0023_guard_flow_findings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("CLOSE", "结账"), ("REOPEN", "反结账")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("figures", models.JSONField(default=dict, verbose_name="检查结果")),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "待办理"), ("DONE", "已办结"), ("REFUSED", "已退回")],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                (
                    "content_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="内容摘要"),
                ),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "is_earlier",
                    models.BooleanField(default=False, verbose_name="启用结账申请前已结账"),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="funds.period",
                        verbose_name="会计期间",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "结账申请",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "period"),
                        name="period_one_request_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "CLOSE"),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="period_reopened_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "WAITING"), ("decided_at__isnull", False), _connector="XOR"
                        ),
                        name="period_request_decided_has_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_earlier", True), ("requested_by__isnull", False), _connector="XOR"
                        ),
                        name="period_request_has_a_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True),
                            ("decided_at__gte", models.F("requested_at")),
                            _connector="OR",
                        ),
                        name="period_request_decided_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["CLOSE", "REOPEN"])),
                        name="period_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "DONE", "REFUSED"])),
                        name="period_request_state_known",
                    ),
                ],
            },
        ),
    ]
