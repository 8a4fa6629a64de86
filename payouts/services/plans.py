"""Disbursement plans: built by a job, submitted, signed by their chain, returned, withdrawn."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, JobState, NoticeKind, SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_duty
from accounts.services import audit, jobs, notices, numbers, signatures
from accounts.services.jobs import JobRequest
from accounts.services.signatures import Matter, Verdict
from common.actor import Person
from common.db import constraint_errors, run_sql
from common.errors import DomainError, NotFound
from common.periods import month_code, month_of, month_text
from payouts.enums import PlanState, RunState
from payouts.models import BenefitItem, ComparisonRun, DisbursementPlan
from payouts.selectors.plan_calendar import deadline_of, is_unlocked, list_unsigned_months
from payouts.services.comparisons import require_fresh_sources
from payouts.workflows.plans import PLAN_STEPS, plan_state_after

BUILD_TASK = "payouts.tasks.build_plan"
FORM_TASK = "payouts.tasks.make_application_form"
WITHDRAWABLE = (PlanState.DRAFT, PlanState.RETURNED)


class NoComparison(DomainError):
    code = "NO_COMPARISON"
    message = "该月份尚未完成三源比对，请先比对"


class PlanExists(DomainError):
    code = "PLAN_EXISTS"
    message = "该机构该项目该月份已有发放计划，请在计划列表中查看"


class PlanNotWaiting(DomainError):
    code = "PLAN_NOT_WAITING"
    message = "该计划当前不能办理此操作，可能已由他人办理，请刷新页面"


class PlanEmpty(DomainError):
    code = "PLAN_EMPTY"
    message = "计划中没有可发放的人员，不能提交"


class OfficeNotOnline(DomainError):
    code = "OFFICE_NOT_ONLINE"
    message = "本机构尚未试点或正式上线，不能提交发放计划"


class PlanLate(DomainError):
    code = "PLAN_LATE"
    message = "已过计划提交截止日，请先申请逾期解锁"


class MonthUnsigned(DomainError):
    code = "MONTH_UNSIGNED"
    message = "上月对账明细表尚未签字，不能提交本月计划"


class WithdrawalReasonMissing(DomainError):
    code = "WITHDRAWAL_REASON_MISSING"
    message = "请填写作废原因"


SUBMIT_REFUSALS = {
    "plan_only_from_an_office_online": OfficeNotOnline,
    "plan_blocked_by_unsigned_month": MonthUnsigned,
}


@transaction.atomic
def build_plan(
    *, actor: Person, organisation_id: int, item_id: int, month: date, at: datetime
) -> DisbursementPlan:
    """Open a plan for an office, item and month and ask for its lines; return it, BUILDING.

    Raises:
        DutyNotHeld, PlanExists.
        NoComparison: no comparison in force that is done.
        SourceStale: the sources have grown too old since the comparison.
    """
    person = require_duty(actor, Duty.PLAN_PREPARE, over=organisation_id)
    month = month_of(month)
    run = ComparisonRun.objects.filter(
        organisation_id=organisation_id, item_id=item_id, month=month, is_current=True
    ).first()
    if run is None or run.state != RunState.DONE:
        raise NoComparison
    require_fresh_sources(today=timezone.localdate(at))
    office = Organisation.objects.get(pk=organisation_id)
    item = BenefitItem.objects.get(pk=item_id)
    _withdraw_unbuilt(organisation_id, item_id, month)
    series = f"plan {office.code} {month_code(month)}"
    serial = numbers.next_number(pool_id=person.pool_id, key=series)
    with constraint_errors({"plan_one_live_per_office_item_month": PlanExists}):
        plan = DisbursementPlan.objects.create(
            pool_id=person.pool_id,
            number=f"JH{office.code}{month_code(month)}{serial:03d}",
            organisation=office,
            item=item,
            month=month,
            comparison_run=run,
            prepared_by_id=person.user_id,
            prepared_at=at,
        )
    plan.job = jobs.request_job(
        actor=person,
        request=JobRequest(
            task=BUILD_TASK,
            key=f"plan {plan.pk}",
            title=f"编制{office.short_name}{item.name}{month_text(month)}发放计划",
            organisation_id=organisation_id,
            arguments={"plan_id": plan.pk},
            is_stoppable=True,
        ),
        at=at,
    )
    plan.save(update_fields=["job"])
    _record(person, plan, "begun", at, after={"comparison_run": run.pk})
    return plan


def _withdraw_unbuilt(organisation_id: int, item_id: int, month: date) -> None:
    """Clear away a plan whose job was given up: it has no lines and nobody builds it any more."""
    DisbursementPlan.objects.filter(
        organisation_id=organisation_id,
        item_id=item_id,
        month=month,
        state=PlanState.BUILDING,
        job__state=JobState.FAILED,
    ).update(state=PlanState.WITHDRAWN)


@transaction.atomic
def submit_plan(
    *, actor: Person, plan_id: int, at: datetime, seen_sha256: str = ""
) -> DisbursementPlan:
    """Sign a plan as its preparer and hand it to the office head.

    A returned plan is handed in again in a new round: the earlier signatures no longer count.

    Raises:
        DutyNotHeld, PlanNotWaiting, PlanEmpty, ContentChanged, SignedACase.
        OfficeNotOnline: the office is neither pilot nor live (P21).
        PlanLate: the month's deadline has passed and no unlock is granted (P32).
        MonthUnsigned: an earlier month with payments is unsigned; names the months (P49).
    """
    plan = lock_plan(plan_id)
    person = require_duty(actor, Duty.PLAN_PREPARE, over=plan.organisation_id)
    if plan.state not in WITHDRAWABLE:
        raise PlanNotWaiting
    if not plan.line_count:
        raise PlanEmpty
    _require_in_time(plan, timezone.localdate(at))
    _require_months_signed(plan)
    before = plan.state
    if plan.state == PlanState.RETURNED:
        plan.round += 1
    verdict = Verdict(Decision.APPROVE, "", at, seen_sha256)
    signatures.sign(actor=person, matter=_matter(plan), step="PREPARE", verdict=verdict)
    plan.state = PlanState.OFFICE
    with constraint_errors(SUBMIT_REFUSALS):
        plan.save(update_fields=["state", "round"])
    _record(person, plan, "submitted", at, before={"state": before}, after=_figures(plan))
    _tell_next_signer(plan, at)
    return plan


def _require_in_time(plan: DisbursementPlan, today: date) -> None:
    due = deadline_of(stage="PLAN", month=plan.month, item_code=plan.item.code)
    if today > due and not is_unlocked(
        organisation_id=plan.organisation_id, item_id=plan.item_id, month=plan.month
    ):
        raise PlanLate(
            f"{month_text(plan.month)}计划提交截止日为 {due:%Y-%m-%d}，已逾期，请先申请逾期解锁"
        )


def _require_months_signed(plan: DisbursementPlan) -> None:
    unsigned = list_unsigned_months(organisation_id=plan.organisation_id, before=plan.month)
    if unsigned:
        months = "、".join(month_text(month) for month in unsigned)
        raise MonthUnsigned(f"{months}的对账明细表尚未签字，签字后方可提交本月计划")


@transaction.atomic
def sign_plan(
    *,
    actor: Person,
    plan_id: int,
    decision: Decision,
    opinion: str,
    at: datetime,
    seen_sha256: str = "",
) -> DisbursementPlan:
    """Sign the step a plan waits for, or return it to its office with a reason.

    The last signature approves it and asks for its application form.

    Raises:
        DutyNotHeld, PlanNotWaiting, AlreadySigned, StepAlreadySigned, ContentChanged,
        OpinionMissing.
        SignedACase: the person handled a case the plan pays.
    """
    plan = lock_plan(plan_id)
    step = PLAN_STEPS.get(PlanState(plan.state))
    if step is None or decision == Decision.REFUSE:
        raise PlanNotWaiting
    person = require_duty(actor, step.duty, over=plan.organisation_id)
    verdict = Verdict(decision, opinion.strip(), at, seen_sha256)
    signatures.sign(actor=person, matter=_matter(plan), step=step.step, verdict=verdict)
    before = plan.state
    plan.state = (
        PlanState.RETURNED
        if decision == Decision.RETURN
        else plan_state_after(plan.state, needs_principal=plan.needs_principal)
    )
    plan.approved_at = at if plan.state == PlanState.APPROVED else None
    plan.save(update_fields=["state", "approved_at"])
    verb = "returned" if decision == Decision.RETURN else "signed"
    after = {"state": plan.state, "opinion": opinion.strip(), **_figures(plan)}
    _record(person, plan, verb, at, before={"state": before}, after=after)
    _follow_up(person, plan, opinion.strip(), at)
    return plan


def _follow_up(person: Person, plan: DisbursementPlan, opinion: str, at: datetime) -> None:
    """Ask for the form of an approved plan, or tell whose turn it is."""
    if plan.state == PlanState.RETURNED:
        text = f"发放计划 {plan.number} 被退回：{opinion}"
        message = _message(plan, NoticeKind.RETURNED, text)
        notices.notify_people(
            pool_id=plan.pool_id, user_ids=[plan.prepared_by_id], message=message, at=at
        )
    elif plan.state == PlanState.APPROVED:
        request_application_form(person, plan, at)
        _notify(plan, Duty.APPLICATION_RECEIVE, "已签批，请接收支付申请表", at)
    else:
        _tell_next_signer(plan, at)


def request_application_form(person: Person, plan: DisbursementPlan, at: datetime) -> None:
    """Ask for the job that prints the application form of an approved plan."""
    jobs.request_job(
        actor=person,
        request=JobRequest(
            task=FORM_TASK,
            key=f"form of plan {plan.pk}",
            title=f"生成待遇支付申请表：{plan.number}",
            organisation_id=plan.organisation_id,
            arguments={"plan_id": plan.pk},
        ),
        at=at,
    )


@transaction.atomic
def withdraw_plan(*, actor: Person, plan_id: int, reason: str, at: datetime) -> DisbursementPlan:
    """Withdraw a plan that is not being signed: its lines leave force, the months come back.

    Raises:
        DutyNotHeld, WithdrawalReasonMissing.
        PlanNotWaiting: it is being signed, or approved; an approved plan stays.
    """
    plan = lock_plan(plan_id)
    person = require_duty(actor, Duty.PLAN_PREPARE, over=plan.organisation_id)
    if plan.state not in WITHDRAWABLE:
        raise PlanNotWaiting
    if not reason.strip():
        raise WithdrawalReasonMissing
    [(count,)] = run_sql("payouts", "withdraw_plan_lines", {"plan_id": plan.pk})
    before, plan.state = plan.state, PlanState.WITHDRAWN
    plan.save(update_fields=["state"])
    after = {"reason": reason.strip(), "withdrawn_lines": count}
    _record(person, plan, "withdrawn", at, before={"state": before}, after=after)
    return plan


def lock_plan(plan_id: int) -> DisbursementPlan:
    """Return a plan locked for change; NotFound if there is none in this pool."""
    plan = (
        DisbursementPlan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "item")
        .filter(pk=plan_id)
        .first()
    )
    if plan is None:
        raise NotFound
    return plan


def _matter(plan: DisbursementPlan) -> Matter:
    return Matter(SubjectKind.PLAN, plan.pk, plan.round, plan.content_sha256, plan.organisation_id)


def _figures(plan: DisbursementPlan) -> dict[str, object]:
    return {"line_count": plan.line_count, "total_amount": plan.total_amount}


def _record(
    person: Person,
    plan: DisbursementPlan,
    verb: str,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        actor=person,
        verb=f"payouts.plan.{verb}",
        subject=plan,
        at=at,
        label=plan.number,
        organisation_id=plan.organisation_id,
        before=before,
        after=after,
    )


def _tell_next_signer(plan: DisbursementPlan, at: datetime) -> None:
    _notify(plan, PLAN_STEPS[PlanState(plan.state)].duty, "待您签字", at)


def _notify(plan: DisbursementPlan, duty: Duty, words: str, at: datetime) -> None:
    text = (
        f"{plan.organisation.short_name}{month_text(plan.month)}发放计划 {plan.number}"
        f"（{plan.line_count} 人次，¥{plan.total_amount:,.2f}）{words}"
    )
    notices.notify_duty(
        pool_id=plan.pool_id,
        duty=duty,
        over=plan.organisation_id,
        message=_message(plan, NoticeKind.TASK, text),
        at=at,
    )


def _message(plan: DisbursementPlan, kind: NoticeKind, text: str) -> notices.Message:
    return notices.Message(
        kind=kind,
        text=text[:300],
        url=reverse("payouts:plan", kwargs={"plan_id": plan.pk}),
        key=f"plan {plan.pk} round {plan.round} {plan.state}",
    )
