"""The payment application form: printed after approval, received by finance, compared (P45)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.models import Document
from accounts.permissions import require_duty
from accounts.services import audit, documents
from accounts.services.documents import NewDocument
from accounts.services.jobs import JobRun
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.evidence import Evidence
from common.periods import month_code, month_text
from funds.selectors.books import city_centre
from funds.selectors.funds_plans import list_planned_source_ids
from funds.services.funds_plans import (
    FundsNeed,
    NothingToRequest,
    lock_expenditure_account,
    locked_funds_plan,
    request_funds,
    request_funds_again,
)
from payouts.documents.plans import application_pdf, details_workbook
from payouts.enums import PlanState
from payouts.models import DisbursementPlan, PaymentApplication
from payouts.selectors.applications import form_content, get_fundable_plan
from payouts.selectors.books import books_of
from payouts.selectors.funds_requests import promised_funds
from payouts.services.plans import PlanNotWaiting, lock_plan


class ApplicationDiffers(DomainError):
    code = "APPLICATION_DIFFERS"
    message = "申请表与发放计划不一致，不能接收"


class ApplicationReceived(DomainError):
    code = "APPLICATION_RECEIVED"
    message = "该计划的支付申请表已接收"


class PlansOfManyBooks(DomainError):
    code = "PLANS_OF_MANY_BOOKS"
    message = "所选计划属于不同账套，请按账套分别申请用款"


class PlansOfManyMonths(DomainError):
    code = "PLANS_OF_MANY_MONTHS"
    message = "一份用款计划只能包含同一月份的发放计划，请按月份分别申请"


class PlanInFundsPlan(DomainError):
    code = "PLAN_IN_FUNDS_PLAN"
    message = "所选发放计划已列入用款计划，请刷新页面"


REFUSALS = {
    "application_equals_plan": ApplicationDiffers,
    "payouts_paymentapplication_plan_id_key": ApplicationReceived,
}


@dataclass(frozen=True, slots=True)
class FormFigures:
    """What stands on the form that finance holds. Yuan."""

    month: date
    item_code: str
    line_count: int
    total_amount: Decimal


@transaction.atomic
def receive_application(
    *,
    actor: Person,
    plan_id: int,
    channel: str,
    figures: FormFigures,
    scan: Evidence | None,
    at: datetime,
) -> PaymentApplication:
    """Take in the form of an approved plan, if all four figures are the plan's.

    `channel` is an `ApplicationChannel`. The figures are typed from the form by finance.

    Raises:
        DutyNotHeld, PlanNotWaiting, ApplicationReceived.
        ApplicationDiffers: names each differing field with both values.
    """
    plan = lock_plan(plan_id)
    person = require_duty(actor, Duty.APPLICATION_RECEIVE, over=plan.organisation_id)
    if plan.state != PlanState.APPROVED:
        raise PlanNotWaiting
    if PaymentApplication.objects.filter(plan=plan).exists():
        raise ApplicationReceived
    differing = differing_fields(plan, figures)
    if differing:
        raise ApplicationDiffers(f"申请表与发放计划不一致，不能接收：{'；'.join(differing)}")
    document = _keep_scan(person, plan, scan, at) if scan else None
    with constraint_errors(REFUSALS):
        application = PaymentApplication.objects.create(
            pool_id=person.pool_id,
            plan=plan,
            channel=channel,
            month=figures.month,
            item_code=figures.item_code,
            line_count=figures.line_count,
            total_amount=figures.total_amount,
            document=document,
            received_by_id=person.user_id,
            received_at=at,
        )
    audit.record(
        actor=person,
        verb="payouts.application.received",
        subject=application,
        at=at,
        label=plan.number,
        organisation_id=plan.organisation_id,
        after={"channel": channel, "total_amount": figures.total_amount},
    )
    return application


def differing_fields(plan: DisbursementPlan, figures: FormFigures) -> list[str]:
    """Return each field in which form and plan differ, with both values."""
    pairs = (
        ("待遇月份", month_code(figures.month), month_code(plan.month)),
        ("业务项目", figures.item_code, plan.item.code),
        ("人次", str(figures.line_count), str(plan.line_count)),
        ("金额", f"{figures.total_amount:,.2f}", f"{plan.total_amount:,.2f}"),
    )
    return [
        f"{label}申请表为 {on_form}，计划为 {in_plan}"
        for label, on_form, in_plan in pairs
        if on_form != in_plan
    ]


def _keep_scan(person: Person, plan: DisbursementPlan, scan: Evidence, at: datetime) -> Document:
    return documents.store_document(
        actor=person,
        document=NewDocument(
            organisation_id=plan.organisation_id,
            duty=Duty.PLAN_READ,
            title=f"待遇支付申请表（扫描件）{plan.number}",
            file_name=scan.file_name[-150:],
            media_type=scan.media_type,
            content=scan.content,
        ),
        at=at,
    )


def make_application_form(run: JobRun, *, at: datetime) -> None:
    """Print an approved plan's form: the work of `payouts.tasks.make_application_form`.

    Printed outside any transaction, stored once: a plan that has its form keeps it.
    """
    plan_id = run.arguments["plan_id"]
    with run.step():
        plan = lock_plan(plan_id)
        if plan.state != PlanState.APPROVED or plan.application_form_id:
            return
        content = form_content(plan_id)
    form = application_pdf(content, printed_at=at)
    details = details_workbook(content) if content.is_long else None
    with run.step():
        plan = lock_plan(plan_id)
        if plan.application_form_id:
            return
        plan.application_form = _store(run, plan, documents.PDF, form, at)
        if details is not None:
            plan.application_details = _store(run, plan, documents.XLSX, details, at)
        plan.save(update_fields=["application_form", "application_details"])
        run.finish(result_url=reverse("payouts:plan", kwargs={"plan_id": plan_id}))


def _store(
    run: JobRun, plan: DisbursementPlan, media_type: str, content: bytes, at: datetime
) -> Document:
    is_form = media_type == documents.PDF
    name, suffix = ("待遇支付申请表", "pdf") if is_form else ("待遇发放明细表", "xlsx")
    return documents.store_document(
        actor=run.actor,
        document=NewDocument(
            organisation_id=plan.organisation_id,
            duty=Duty.PLAN_READ,
            title=f"{name} {plan.organisation.short_name} {month_text(plan.month)}",
            file_name=f"{name}-{plan.number}.{suffix}",
            media_type=media_type,
            content=content,
        ),
        at=at,
    )


@transaction.atomic
def request_funds_for_plans(*, actor: Person, plan_ids: list[int], at: datetime) -> int:
    """Ask the finance bureau for the money of ticked plans of one month; return its plan's id.

    Raises:
        DutyNotHeld, NothingToRequest, PlansOfManyMonths, PlansOfManyBooks, PlanInFundsPlan,
        NotFound.
    """
    require_duty(actor, Duty.FUNDS_PLAN_PREPARE, over=city_centre().pk)
    plans = [get_fundable_plan(actor=actor, plan_id=plan_id) for plan_id in sorted(set(plan_ids))]
    if not plans:
        raise NothingToRequest
    months = {plan.month for plan in plans}
    if len(months) > 1:
        raise PlansOfManyMonths
    if {plan.id for plan in plans} & list_planned_source_ids():
        raise PlanInFundsPlan
    needs = [
        FundsNeed(
            organisation_id=plan.organisation_id,
            item_code=plan.item_code,
            source_id=plan.id,
            source_number=plan.number,
            line_count=plan.line_count,
            amount=plan.total_amount,
        )
        for plan in plans
    ]
    books = books_of({plan.item_code for plan in plans})
    if len(books) > 1:
        raise PlansOfManyBooks
    [book] = books
    lock_expenditure_account(book.pk)
    promised = promised_funds(book_id=book.pk, at=at)
    return request_funds(
        actor=actor, book_id=book.pk, month=months.pop(), needs=needs, promised=promised, at=at
    ).pk


@transaction.atomic
def request_returned_funds(*, actor: Person, plan_id: int, at: datetime) -> None:
    """Send a returned funds-use plan round again, with what 支出户 has left today.

    Raises:
        DutyNotHeld, NotFound, FundsPlanNotWaiting, ReserveOutOfBounds.
    """
    plan = locked_funds_plan(plan_id)
    lock_expenditure_account(plan.book_id)
    promised = promised_funds(book_id=plan.book_id, plan_id=plan_id, at=at)
    request_funds_again(actor=actor, plan_id=plan_id, promised=promised, at=at)
