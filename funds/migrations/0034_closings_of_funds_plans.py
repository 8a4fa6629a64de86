"""Applications to end the allotment of a funds-use plan."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_closings_of_funds_plans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("funds", "0033_allotments_booked_as_made"),
    ]

    operations = [
        migrations.CreateModel(
            name="FundsPlanClosing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="结束拨付的原因")),
                ("document_number", models.CharField(max_length=60, verbose_name="财政来文文号")),
                ("letter_date", models.DateField(verbose_name="来文日期")),
                (
                    "approved_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="核准金额"),
                ),
                (
                    "allotted_amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="已拨付金额"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "待审批"),
                            ("APPROVED", "已批准"),
                            ("REFUSED", "未批准"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("content_sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.document",
                        verbose_name="来文扫描件",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="funds.fundsuseplan",
                        verbose_name="用款计划",
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
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "结束拨付申请",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("pool", "plan"),
                        name="funds_plan_closing_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(("document_number", ""), _negated=True),
                        ),
                        name="funds_plan_closing_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("allotted_amount__gte", 0),
                            ("allotted_amount__lte", Decimal("999999999999.99")),
                        ),
                        name="funds_plan_closing_allotted_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_amount__gt", models.F("allotted_amount"))),
                        name="funds_plan_closing_of_a_rest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "WAITING"), ("decided_at__isnull", False), _connector="XOR"
                        ),
                        name="funds_plan_closing_decided_has_instant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True),
                            ("decided_at__gte", models.F("requested_at")),
                            _connector="OR",
                        ),
                        name="funds_plan_closing_decided_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["WAITING", "APPROVED", "REFUSED"])),
                        name="funds_plan_closing_state_known",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_approved_has_amount",
        ),
        migrations.RemoveConstraint(
            model_name="fundsuseplan",
            name="funds_plan_state_known",
        ),
        migrations.AlterField(
            model_name="fundsuseplan",
            name="state",
            field=models.CharField(
                choices=[
                    ("SIGNING", "待财务负责人签发"),
                    ("HEAD", "待主要领导签发"),
                    ("HR", "待人社局审核"),
                    ("FINANCE", "待财政局审核"),
                    ("REQUESTED", "待财政拨付"),
                    ("ALLOTTED", "已拨付"),
                    ("CLOSED", "已结束拨付"),
                    ("COVERED", "余额支付"),
                    ("RETURNED", "已退回"),
                    ("WITHDRAWN", "已撤回"),
                ],
                default="SIGNING",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_amount__isnull", False),
                        ("state__in", ("REQUESTED", "ALLOTTED", "CLOSED")),
                    ),
                    models.Q(
                        models.Q(("state__in", ("REQUESTED", "ALLOTTED", "CLOSED")), _negated=True),
                        ("approved_amount__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="funds_plan_approved_has_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "CLOSED"), _negated=True),
                    ("allotted_amount__lt", models.F("approved_amount")),
                    _connector="OR",
                ),
                name="funds_plan_closed_short_of_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundsuseplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "SIGNING",
                            "HEAD",
                            "HR",
                            "FINANCE",
                            "REQUESTED",
                            "ALLOTTED",
                            "CLOSED",
                            "COVERED",
                            "RETURNED",
                            "WITHDRAWN",
                        ],
                    )
                ),
                name="funds_plan_state_known",
            ),
        ),
    ]
