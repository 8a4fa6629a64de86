"""A job may be stopped by who asked for it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_seal_parameter_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="请求时间")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="请求人",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.job",
                        verbose_name="作业",
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
            ],
            options={
                "verbose_name": "停止作业请求",
                "constraints": [
                    models.UniqueConstraint(fields=("pool", "job"), name="job_stop_once")
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="job",
            name="job_once_per_key",
        ),
        migrations.RemoveConstraint(
            model_name="job",
            name="job_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="job",
            name="job_finished_has_instant",
        ),
        migrations.AddField(
            model_name="job",
            name="is_stoppable",
            field=models.BooleanField(default=False, verbose_name="可停止"),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("QUEUED", "排队中"),
                    ("RUNNING", "处理中"),
                    ("DONE", "已完成"),
                    ("FAILED", "未完成"),
                    ("STOPPED", "已停止"),
                ],
                default="QUEUED",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["FAILED", "STOPPED"]), _negated=True),
                fields=("pool", "kind", "key"),
                name="job_once_per_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["QUEUED", "RUNNING", "DONE", "FAILED", "STOPPED"])
                ),
                name="job_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["DONE", "FAILED", "STOPPED"]),
                    ("finished_at__isnull", True),
                    _connector="XOR",
                ),
                name="job_finished_has_instant",
            ),
        ),
    ]
