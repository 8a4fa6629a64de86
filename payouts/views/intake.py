"""The window: opening a claim, the five steps, drafts, taking up again, withdrawing."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.permissions import require_any
from common.errors import DomainError, NotFound
from common.http import TenantRequest, attempt_or_warn, go
from common.periods import day_text, today_in_shanghai
from payouts.enums import CaseState, StepKind
from payouts.forms.claims import (
    FeedbackForm,
    NewClaimForm,
    ReasonForm,
    RecordForm,
    StepForm,
)
from payouts.models import BenefitCase
from payouts.selectors import intake_sheet
from payouts.selectors.case_access import shown_case, visible_case
from payouts.selectors.case_findings import list_findings
from payouts.selectors.case_sheet import (
    StepRecord,
    case_header,
    list_compared,
    list_step_records,
)
from payouts.selectors.items import offered_items
from payouts.services import intake as service
from payouts.services.claimants import NeedsConfirmation
from payouts.services.intake_claim import record_claim
from payouts.services.intake_feedback import (
    feed_back,
    restart_steps,
    resume_case,
    withdraw_case,
)

# Which field a service's refusal belongs beside; the others stand on top.
FIELD_OF = {
    "HOLDER_DIFFERS": "holder_name",
    "ACCOUNT_TAKEN": "account_number",
    "ACCOUNT_NUMBER_INVALID": "account_number",
    "BANK_UNKNOWN": "bank_name",
    "EVIDENCE_MISSING": "evidence_note",
    "CONTRIBUTION_MISSING": "contributed_months",
    "DATES_INVALID": "unemployed_date",
    "APPLIED_IN_FUTURE": "applied_date",
    "CALENDAR_YEAR_UNKNOWN": "applied_date",
    "AGENT_INVALID": "agent_identity_number",
}
OUTCOMES = {"RECEIPT": "已受理", "SUPPLEMENT": "已一次性告知", "REFUSAL": "不予受理"}


def refuse(form: Form, error: DomainError) -> None:
    """Put a refusal beside the field it is about, or on top of the form."""
    field = FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, error.message)


@require_http_methods(["GET", "POST"])
def intake_new(request: TenantRequest) -> HttpResponse:
    """Open a claim: item, person, channel, agent."""
    require_any(request.actor, Duty.CASE_ACCEPT)
    today = today_in_shanghai()
    form = NewClaimForm(
        request.POST or None,
        items=offered_items(),
        today=today,
        initial={"applied_date": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            case = service.open_case(
                actor=request.actor, claim=form.to_claim(), today=today, at=timezone.now()
            )
        except NeedsConfirmation as error:
            form.ask_confirmation(error)
        except DomainError as error:
            refuse(form, error)
        else:
            return go(request, "payouts:intake", case_id=case.pk)
    status = 422 if form.errors else 200
    return render(request, "payouts/claims/intake_new.html", {"form": form}, status=status)


@require_GET
def intake(request: TenantRequest, case_id: int) -> HttpResponse:
    """Show the wizard at the step to do next, with the draft restored."""
    case = shown_case(request.actor, case_id, Duty.CASE_ACCEPT)
    records = list_step_records(case)
    step = _wanted_step(request, case, records)
    form = step_form(case, step, draft=service.read_draft(case)) if step else None
    return _page(request, case, records, step, form)


@require_POST
def intake_step(request: TenantRequest, case_id: int, step: str) -> HttpResponse:
    """Record one step, and go on to the next."""
    case = visible_case(request.actor, case_id, Duty.CASE_ACCEPT)
    kind = _step_of(step)
    form = step_form(case, kind, data=request.POST)
    if form.is_valid():
        try:
            warning = _record(request, case, form)
        except DomainError as error:
            refuse(form, error)
        else:
            if warning:
                messages.warning(request, warning)
            is_last = kind == StepKind.FEED_BACK
            return go(
                request, "payouts:intake_result" if is_last else "payouts:intake", case_id=case_id
            )
    case = shown_case(request.actor, case_id)
    return _page(request, case, list_step_records(case), kind, form)


@require_POST
def intake_draft(request: TenantRequest, case_id: int, step: str) -> HttpResponse:
    """Keep what has been typed at a step; answered into the status line of the form."""
    values = {
        key: value
        for key, value in request.POST.items()
        if key != "csrfmiddlewaretoken" and "\0" not in str(value)
    }
    try:
        service.save_draft(actor=request.actor, case_id=case_id, step=_step_of(step), values=values)
    except service.CaseNotInIntake as error:
        return HttpResponse(error.message, status=422)
    return HttpResponse(f"草稿已保存 {timezone.localtime():%H:%M:%S}")


@require_GET
def intake_result(request: TenantRequest, case_id: int) -> HttpResponse:
    """Tell how the intake ended, what to print, and who is next."""
    case = shown_case(request.actor, case_id, Duty.CASE_ACCEPT)
    if not case.feedback:
        return go(request, "payouts:intake", case_id=case_id)
    context = {
        **case_header(request.actor, case, today_in_shanghai()),
        "outcome": OUTCOMES[case.feedback],
        "result_rows": _result_rows(case),
        "result_links": _result_links(case),
    }
    return render(request, "payouts/claims/intake_result.html", context)


def _result_rows(case: BenefitCase) -> list[dict[str, str]]:
    rows = [{"label": "业务编号", "value": case.number}]
    if case.state == CaseState.FIRST_REVIEW and case.paying_organisation is not None:
        rows += [
            {"label": "下一环节", "value": f"{case.paying_organisation.short_name}初审岗"},
            {"label": "办理期限", "value": day_text(case.due_date)},
            {
                "label": "核定结果",
                "value": f"{case.months_granted}个月，每月¥{case.monthly_amount:,.2f}",
            },
        ]
    return rows


def _result_links(case: BenefitCase) -> list[dict[str, object]]:
    letter = reverse("payouts:case_document", args=[case.pk, "feedback"])
    return [
        {"label": "打印文书", "url": letter},
        {"label": "继续受理下一件", "url": reverse("payouts:intake_new"), "is_main": True},
        {"label": "查看案件", "url": reverse("payouts:case", args=[case.pk])},
    ]


@require_POST
def intake_resume(request: TenantRequest, case_id: int) -> HttpResponse:
    """Take up a case that was to be supplemented or was returned."""
    is_done = attempt_or_warn(
        request,
        lambda: resume_case(actor=request.actor, case_id=case_id, at=timezone.now()),
        "已开始新一轮办理，原答复已带入，请逐项核对",
    )
    return go(request, "payouts:intake" if is_done else "payouts:case", case_id=case_id)


@require_POST
def intake_restart(request: TenantRequest, case_id: int) -> HttpResponse:
    """Begin the five steps again, to correct a recorded answer."""
    attempt_or_warn(
        request,
        lambda: restart_steps(actor=request.actor, case_id=case_id, at=timezone.now()),
        "已重新开始五步核查，原答复已带入，请逐项核对",
    )
    return go(request, "payouts:intake", case_id=case_id)


@require_http_methods(["GET", "POST"])
def intake_withdraw(request: TenantRequest, case_id: int) -> HttpResponse:
    """Withdraw a case at the person's wish, with the reason."""
    case = visible_case(request.actor, case_id, Duty.CASE_ACCEPT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_case(
                actor=request.actor,
                case_id=case_id,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{case.number} 已撤回")
            return go(request, "payouts:case", case_id=case_id)
    context = {"form": form, "case": case}
    status = 422 if form.errors else 200
    return render(request, "payouts/claims/withdraw.html", context, status=status)


def step_form(
    case: BenefitCase,
    step: StepKind,
    data: Any = None,
    draft: dict[str, Any] | None = None,
) -> StepForm:
    """Return the form of one step, filled from what was sent, the draft, or the case."""
    questions = intake_sheet.list_questions(case, step)
    kept = (draft or {}).get(step.value, {})
    options: dict[str, Any] = {"step": step, "questions": questions}
    if step == StepKind.RECORD:
        ground = intake_sheet.record_ground(case, today_in_shanghai())
        return RecordForm(data, ground=ground, initial={**ground.initial, **kept}, **options)
    if step == StepKind.FEED_BACK:
        reason, basis = intake_sheet.refusal_of(case)
        initial = {"kind": "REFUSAL", "text": reason, "legal_basis": basis} if reason else {}
        may_accept = case.months_granted is not None
        initial = {**({"kind": "RECEIPT"} if may_accept else {}), **initial, **kept}
        return FeedbackForm(data, may_accept=may_accept, initial=initial, **options)
    return StepForm(data, initial=kept, **options)


def _record(request: TenantRequest, case: BenefitCase, form: StepForm) -> str:
    """Call the step's service; return a warning to show, or nothing."""
    common: dict[str, Any] = {
        "actor": request.actor,
        "case_id": case.pk,
        "entry": form.to_entry(),
        "today": today_in_shanghai(),
        "at": timezone.now(),
    }
    if isinstance(form, RecordForm):
        return record_claim(record=form.to_record(), **common)
    if isinstance(form, FeedbackForm):
        feed_back(feedback=form.to_feedback(), **common)
    else:
        service.record_step(**common)
    return ""


def _step_of(slug: str) -> StepKind:
    """Return the step of an address; one that does not exist is not found."""
    try:
        return StepKind(slug.upper())
    except ValueError:
        raise NotFound from None


def _wanted_step(
    request: TenantRequest, case: BenefitCase, records: Sequence[StepRecord]
) -> StepKind | None:
    """Return the next step, or the fourth again when the clerk corrects it before the fifth."""
    step = intake_sheet.current_step(records)
    if step == StepKind.FEED_BACK and request.GET.get("step") == "record":
        return StepKind.RECORD
    return step if case.state == CaseState.DRAFT else None


def _page(
    request: TenantRequest,
    case: BenefitCase,
    records: Sequence[StepRecord],
    step: StepKind | None,
    form: StepForm | None,
) -> HttpResponse:
    today = today_in_shanghai()
    context: dict[str, Any] = {
        **case_header(request.actor, case, today),
        "cards": intake_sheet.list_step_cards(records),
        "records": records,
        "step": step,
        "step_slug": step.value.lower() if step else "",
        "form": form,
    }
    if isinstance(form, RecordForm):
        context["enrolment"] = form.ground.enrolment
    if step == StepKind.CHECK:
        context["compared"], context["sources"] = list_compared(case, today)
        context["findings"] = list_findings(case=case, today=today)
    status = 422 if form is not None and form.errors else 200
    return render(request, "payouts/claims/intake.html", context, status=status)
