"""Reminders of the monthly calendar: three working days before a deadline, and when late."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind, Onboarding
from accounts.models import Organisation
from accounts.services import notices
from common.periods import month_of, month_text
from payouts.enums import BatchState, CaseState, EntitlementState, PlanState
from payouts.models import (
    BatchPlan,
    BenefitCase,
    BenefitItem,
    DisbursementPlan,
    Entitlement,
    PaymentBatch,
)
from payouts.selectors.plan_calendar import Deadline, list_deadlines

REMINDED_BEFORE = 3  # working days
NOT_SENT = (
    BatchState.DRAFT,
    BatchState.CHECKED,
    BatchState.CONFIRMED,
    BatchState.WITHDRAWN,
    BatchState.REJECTED,
)


def remind_deadlines(*, at: datetime) -> int:
    """Tell planners what is due soon and office heads what is late; return the notices sent.

    Each occasion once per person: the notice's key holds office, item, month and stage.
    """
    today = timezone.localdate(at)
    month = month_of(today)
    offices = Organisation.objects.filter(onboarding__in=[Onboarding.PILOT, Onboarding.LIVE])
    sent = 0
    for item in BenefitItem.objects.filter(is_offered=True).order_by("code"):
        deadlines = list_deadlines(month=month, item_code=item.code, today=today)
        for office in offices.order_by("code"):
            for deadline in deadlines:
                sent += _remind(office, item, month, deadline, at)
    return sent


def _remind(
    office: Organisation, item: BenefitItem, month: date, deadline: Deadline, at: datetime
) -> int:
    today = timezone.localdate(at)
    is_late, days = deadline.day < today, deadline.days
    if days is None:  # nobody has entered the year's working days: calendar days must do
        days = (deadline.day - today).days
    if days > REMINDED_BEFORE:
        return 0
    open_count = count_open(office=office, item=item, month=month, stage=deadline.stage)
    if not open_count:
        return 0
    words = "已超期" if is_late else f"还有 {days} 个工作日"
    message = notices.Message(
        kind=NoticeKind.OVERDUE if is_late else NoticeKind.TASK,
        text=(
            f"{office.short_name}{item.name}{month_text(month)}{deadline.label}"
            f"截止日 {deadline.day:%Y-%m-%d}，{words}，未完成 {open_count} 件"
        ),
        url=reverse("payouts:plans"),
        key=f"deadline {office.code} {item.code} {month:%Y%m} {deadline.stage} {is_late}",
    )
    duty = Duty.PLAN_SIGN_OFFICE if is_late else Duty.PLAN_PREPARE
    return notices.notify_duty(
        pool_id=office.pool_id, duty=duty, over=office.pk, message=message, at=at
    )


def count_open(*, office: Organisation, item: BenefitItem, month: date, stage: str) -> int:
    """Return how many matters of an office, item and month a stage has not finished."""
    cases = BenefitCase.objects.filter(organisation=office, item=item)
    plans = DisbursementPlan.objects.filter(organisation=office, item=item, month=month)
    match stage:
        case "ACCEPT":
            return cases.filter(state=CaseState.DRAFT).count()
        case "REVIEW":
            waiting = [CaseState.FIRST_REVIEW, CaseState.RE_REVIEW, CaseState.APPROVAL]
            return cases.filter(state__in=waiting).count()
        case "PLAN":
            return _unplanned(office, item, month)
        case "PAY":
            sent = BatchPlan.objects.filter(plan_id=OuterRef("pk"), is_live=True).exclude(
                batch__state__in=NOT_SENT
            )
            return plans.filter(~Exists(sent), state=PlanState.APPROVED).count()
    batches = PaymentBatch.objects.filter(
        organisation=office, item=item, month=month, parent__isnull=True
    )
    return batches.filter(state__in=[BatchState.SENT, BatchState.UNKNOWN]).count()


def _unplanned(office: Organisation, item: BenefitItem, month: date) -> int:
    """Return 1 if the office pays somebody this month and has handed in no plan."""
    handed_in = DisbursementPlan.objects.filter(
        organisation=office, item=item, month=month
    ).exclude(
        state__in=[
            PlanState.BUILDING,
            PlanState.DRAFT,
            PlanState.RETURNED,
            PlanState.WITHDRAWN,
        ]
    )
    payable = Entitlement.objects.filter(
        organisation=office, item=item, state=EntitlementState.PAYING, first_month__lte=month
    )
    return int(payable.exists() and not handed_in.exists())
