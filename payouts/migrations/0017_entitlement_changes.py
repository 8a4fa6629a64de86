"""Stopping, suspending and resuming entitlements; see the SQL file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_more_matters_and_duties"),
        ("payouts", "0016_plan_lines_pay_the_standard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EntitlementChange",
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
                        choices=[("STOP", "停发"), ("SUSPEND", "暂停"), ("RESUME", "恢复")],
                        max_length=10,
                        verbose_name="办理事项",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("RE_EMPLOYED", "重新就业"),
                            ("MILITARY", "应征服兵役"),
                            ("ABROAD", "移居境外"),
                            ("PENSION", "享受基本养老保险待遇"),
                            ("REFUSED_WORK", "无正当理由拒不接受适当工作或培训"),
                            ("PRISON", "被判刑收监执行"),
                            ("DEATH", "死亡"),
                            ("RESTORED", "暂停情形消失"),
                        ],
                        max_length=15,
                        verbose_name="原因",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="情形发生日期")),
                ("note", models.CharField(max_length=300, verbose_name="情况说明")),
                ("from_month", models.DateField(null=True, verbose_name="起始月份")),
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
                    "entitlement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="payouts.entitlement",
                        verbose_name="待遇资格",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.organisation",
                        verbose_name="发放地",
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
            ],
            options={
                "verbose_name": "停发恢复",
                "indexes": [
                    models.Index(fields=["pool", "organisation", "state"], name="change_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "entitlement"),
                        name="change_one_waiting_per_entitlement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_month__isnull", False), ("state", "APPROVED")),
                            models.Q(
                                models.Q(("state", "APPROVED"), _negated=True),
                                ("from_month__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="change_has_its_month_when_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "RESUME"), ("reason", "RESTORED")),
                            models.Q(
                                models.Q(("kind", "RESUME"), _negated=True),
                                models.Q(("reason", "RESTORED"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="change_reason_fits_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="change_has_a_note"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["STOP", "SUSPEND", "RESUME"])),
                        name="change_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "RE_EMPLOYED",
                                    "MILITARY",
                                    "ABROAD",
                                    "PENSION",
                                    "REFUSED_WORK",
                                    "PRISON",
                                    "DEATH",
                                    "RESTORED",
                                ],
                            )
                        ),
                        name="change_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "APPROVED", "REFUSED"])),
                        name="change_state_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "0017_entitlement_changes.sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]
