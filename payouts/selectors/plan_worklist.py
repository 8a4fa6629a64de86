"""What of sources, comparisons, plans, unlocks and forms waits for the current post."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import duties_of
from accounts.selectors.worklist import Waiting
from common.actor import Person
from common.periods import month_of
from funds.selectors.funds_plans import list_planned_source_ids
from payouts.enums import (
    NEVER_CLEARED,
    ChangeState,
    ComparisonState,
    EntitlementState,
    PlanState,
    RunState,
    UnlockState,
)
from payouts.models import (
    ComparisonResult,
    ComparisonRun,
    DisbursementPlan,
    Entitlement,
    EntitlementChange,
    PaymentApplication,
    PlanUnlock,
)
from payouts.selectors.sources import list_freshness
from payouts.workflows.plans import PLAN_STEPS


def list_waiting_plan_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the work that waits, one line per kind, none with nothing to do."""
    duties = duties_of(actor)

    def reach(duty: Duty) -> frozenset[int]:
        return duties.get(duty.value, frozenset())

    lines = [
        *_sources(reach(Duty.SOURCE_IMPORT), today),
        _comparisons(reach(Duty.COMPARISON_RUN), today),
        _exceptions(reach(Duty.COMPARISON_CLEAR), actor),
        *_plans(reach(Duty.PLAN_PREPARE)),
        *(_signing(state, reach(step.duty)) for state, step in PLAN_STEPS.items()),
        _unlocks(reach(Duty.PLAN_UNLOCK)),
        _changes(reach(Duty.ENTITLEMENT_DECIDE)),
        _forms(reach(Duty.APPLICATION_RECEIVE)),
        _funds(reach(Duty.FUNDS_PLAN_PREPARE)),
    ]
    return [line for line in lines if line.count]


def _sources(reach: frozenset[int], today: date) -> Iterator[Waiting]:
    stale = sum(source.is_stale for source in list_freshness(today=today)) if reach else 0
    yield Waiting("外部数据已过期", reverse("payouts:sources"), stale, stale)


def _comparisons(reach: frozenset[int], today: date) -> Waiting:
    """Count the offices that pay somebody this month and have not compared."""
    month = month_of(today)
    of_office = {"organisation_id": OuterRef("pk")}
    paying = Entitlement.objects.filter(
        state=EntitlementState.PAYING, first_month__lte=month, **of_office
    )
    run = ComparisonRun.objects.filter(month=month, is_current=True, **of_office)
    offices = Organisation.objects.filter(Exists(paying), ~Exists(run), pk__in=reach).count()
    return Waiting("本月待三源比对", reverse("payouts:comparison_new"), offices)


def _exceptions(reach: frozenset[int], actor: Person) -> Waiting:
    """Count the mismatches that may be cleared by this person and are in no plan's way yet."""
    later = DisbursementPlan.objects.filter(comparison_run_id=OuterRef("run_id")).exclude(
        state=PlanState.WITHDRAWN
    )
    count = (
        ComparisonResult.objects.filter(
            ~Exists(later),
            run__organisation_id__in=reach,
            run__is_current=True,
            run__state=RunState.DONE,
            state=ComparisonState.EXCEPTION,
        )
        .exclude(reasons__overlap=sorted(NEVER_CLEARED))
        .exclude(run__started_by_id=actor.user_id)
        .count()
    )
    return Waiting("比对不一致待核实", reverse("payouts:comparisons"), count)


def _plans(reach: frozenset[int]) -> Iterator[Waiting]:
    url = f"{reverse('payouts:plans')}?tab=waiting"
    plans = DisbursementPlan.objects.filter(organisation_id__in=reach)
    yield Waiting("发放计划待提交", url, plans.filter(state=PlanState.DRAFT).count())
    yield Waiting("发放计划被退回", url, plans.filter(state=PlanState.RETURNED).count())


def _signing(state: str, reach: frozenset[int]) -> Waiting:
    count = DisbursementPlan.objects.filter(state=state, organisation_id__in=reach).count()
    url = f"{reverse('payouts:plans')}?tab=waiting"
    label = "大额发放计划待签字" if state == PlanState.PRINCIPAL else "发放计划待签字"
    return Waiting(label, url, count)


def _unlocks(reach: frozenset[int]) -> Waiting:
    count = PlanUnlock.objects.filter(state=UnlockState.WAITING, organisation_id__in=reach).count()
    return Waiting("逾期解锁待批准", reverse("payouts:unlocks"), count)


def _changes(reach: frozenset[int]) -> Waiting:
    count = EntitlementChange.objects.filter(
        state=ChangeState.WAITING, organisation_id__in=reach
    ).count()
    return Waiting("停发恢复待核准", reverse("payouts:changes"), count)


def _forms(reach: frozenset[int]) -> Waiting:
    received = PaymentApplication.objects.filter(plan_id=OuterRef("pk"))
    count = DisbursementPlan.objects.filter(
        ~Exists(received), state=PlanState.APPROVED, organisation_id__in=reach
    ).count()
    return Waiting("支付申请表待接收", reverse("payouts:applications"), count)


def _funds(reach: frozenset[int]) -> Waiting:
    if not reach:
        return Waiting("待申请用款", reverse("payouts:funds_request_new"), 0)
    received = PaymentApplication.objects.filter(plan_id=OuterRef("pk"))
    ids = DisbursementPlan.objects.filter(
        Exists(received), state=PlanState.APPROVED, organisation_id__in=reach
    ).values_list("pk", flat=True)
    count = len(set(ids) - list_planned_source_ids())
    return Waiting("待申请用款", reverse("payouts:funds_request_new"), count)
