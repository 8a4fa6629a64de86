"""Building a plan: the lines of all passed and cleared persons, in set-based statements."""

import json
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from accounts.enums import NoticeKind
from accounts.selectors.parameters import value_in_force
from accounts.services import audit, notices
from accounts.services.jobs import INTERRUPTIONS, JobRun
from common.db import run_sql, whole_table_joins
from payouts.calculators import monthly_standard
from payouts.enums import PlanState
from payouts.models import DisbursementPlan
from payouts.selectors.parameters import standard_in_force
from payouts.services.plans import lock_plan


def build_plan_lines(run: JobRun, *, at: datetime) -> None:
    """Fill a plan: the work of the job `payouts.tasks.build_plan`.

    One transaction: killed anywhere, the plan is still empty and the next worker builds the
    same one. A plan that cannot be built is withdrawn, so that the office can begin again.
    """
    plan_id = run.arguments["plan_id"]
    try:
        with run.step():
            plan = lock_plan(plan_id)
            if plan.state == PlanState.BUILDING:
                _build(run, plan, at)
    except INTERRUPTIONS:
        raise  # another worker builds the same plan
    except Exception:
        with run.step():
            withdraw_unbuilt(run)
        raise


def withdraw_unbuilt(run: JobRun) -> None:
    """Withdraw the empty plan of a job that failed, or was stopped."""
    unbuilt = DisbursementPlan.objects.filter(pk=run.arguments["plan_id"], state=PlanState.BUILDING)
    unbuilt.update(state=PlanState.WITHDRAWN)


def _build(run: JobRun, plan: DisbursementPlan, at: datetime) -> None:
    with whole_table_joins():
        parameters = {
            "plan_id": plan.pk,
            "run_id": plan.comparison_run_id,
            "item_code": plan.item.code,
            "month": plan.month,
            "standards": json.dumps(_standards(plan)),
        }
        run_sql("payouts", "add_plan_lines", parameters)
        sums = run_sql("payouts", "sum_plan_lines", {"plan_id": plan.pk})
    [(count, total, largest, digest)] = sums
    plan.line_count, plan.total_amount, plan.largest_amount = count, total, largest
    plan.content_sha256 = digest
    plan.needs_principal = _is_large(plan)
    plan.state = PlanState.DRAFT
    plan.save(
        update_fields=[
            *("line_count", "total_amount", "largest_amount", "content_sha256"),
            *("needs_principal", "state"),
        ]
    )
    audit.record(
        actor=run.actor,
        verb="payouts.plan.built",
        subject=plan,
        at=at,
        label=plan.number,
        organisation_id=plan.organisation_id,
        after={"line_count": count, "total_amount": total, "content_sha256": digest},
    )
    url = reverse("payouts:plan", kwargs={"plan_id": plan.pk})
    run.finish(result_url=url)
    notices.notify_people(
        pool_id=plan.pool_id,
        user_ids=[plan.prepared_by_id],
        message=notices.Message(
            kind=NoticeKind.TASK,
            text=f"发放计划 {plan.number} 已生成：{count} 人次，¥{total:,.2f}，请核对后提交",
            url=url,
            key=f"plan {plan.pk} built",
        ),
        at=at,
    )


def _standards(plan: DisbursementPlan) -> list[dict[str, int | str]]:
    """Return the monthly standard, in yuan, per full years contributed and month drawn.

    The values in force at the paying place on the first day of the benefit month count.
    """
    keys = run_sql("payouts", "list_standard_keys", {"run_id": plan.comparison_run_id})
    standard = standard_in_force(month=plan.month, region_code=plan.organisation.region_code)
    rule, wage = standard.rule, standard.minimum_wage
    return [
        {
            "years": years,
            "month_number": number,
            "amount": str(monthly_standard(rule, wage, years * 12, number, standard.floor)),
        }
        for years, number in keys
    ]


def _is_large(plan: DisbursementPlan) -> bool:
    """Tell whether the principal head signs in person: a large line, or a large total (Z14)."""
    line = Decimal(str(value_in_force(code="large_line", on=plan.month)))
    total = Decimal(str(value_in_force(code="large_plan", on=plan.month)))
    return plan.largest_amount >= line or plan.total_amount >= total
