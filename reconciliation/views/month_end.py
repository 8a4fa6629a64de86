"""The end of a month: its board, closing by two people, opening again, the year's carry-forward."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.periods import month_text, today_in_shanghai
from funds.enums import PeriodRequestKind
from funds.selectors.access import may
from funds.services.carry_forward import draft_carry_forward
from funds.services.periods import request_reopening
from reconciliation.forms import ClosingForm, DecisionForm, ReopeningForm
from reconciliation.selectors.month_end_page import MonthEndPage, RequestLine, get_month_end
from reconciliation.services import month_end as service
from reconciliation.views.statement_screen import entry_of

STEP_NAMES = {
    "PREPARE": "申请结账",
    "CLOSE": "结账",
    "APPLY": "申请反结账",
    "REOPEN": "批准反结账",
}
PHRASES = ("检查无误，同意", "检查结果有疑问，请核实后重新申请")


@require_http_methods(["GET", "POST"])
def month_end(request: TenantRequest, period_id: int) -> HttpResponse:
    """Show a month's board; POST asks for the month to be closed."""
    if request.method == "GET":
        return _show(request, period_id)
    form = ClosingForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: service.prepare_month_end(
            actor=request.actor, period_id=period_id, at=timezone.now(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已申请结账，等待财务负责人结账")
        return go(request, "reconciliation:month_end", period_id=period_id)
    return _show(request, period_id, closing=form)


@require_POST
def month_end_close(request: TenantRequest, period_id: int) -> HttpResponse:
    """Close the month, or return the request."""
    return _decide(request, period_id, service.close_month_end, "已结账，该月份不再接受凭证")


@require_POST
def month_end_allow(request: TenantRequest, period_id: int) -> HttpResponse:
    """Open the month again, or refuse it."""
    return _decide(
        request, period_id, service.decide_month_reopening, "已反结账，该月份可以登记凭证"
    )


def _decide(request: TenantRequest, period_id: int, act: Any, success: str) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, period_id, decision=form)
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: act(actor=request.actor, period_id=period_id, verdict=verdict),
        success if verdict.decision == Decision.APPROVE else "已退回申请人",
    )
    return go(request, "reconciliation:month_end", period_id=period_id)


@require_POST
def month_end_reopen(request: TenantRequest, period_id: int) -> HttpResponse:
    """Ask for a closed month to be opened again."""
    form = ReopeningForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: request_reopening(
            actor=request.actor, period_id=period_id, at=timezone.now(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已申请反结账，等待主要领导批准")
        return go(request, "reconciliation:month_end", period_id=period_id)
    return _show(request, period_id, reopening=form)


@require_POST
def month_end_carry(request: TenantRequest, period_id: int) -> HttpResponse:
    """Draft the year's carry-forward."""
    attempt_or_warn(
        request,
        lambda: draft_carry_forward(actor=request.actor, period_id=period_id, at=timezone.now()),
        "已填制年末结转凭证，请在记账凭证中办理稽核和过账",
    )
    return go(request, "reconciliation:month_end", period_id=period_id)


def _show(
    request: TenantRequest,
    period_id: int,
    closing: Form | None = None,
    reopening: Form | None = None,
    decision: Form | None = None,
) -> HttpResponse:
    page = get_month_end(actor=request.actor, period_id=period_id, today=today_in_shanghai())
    waiting, refused = page.waiting, closing or reopening or decision
    seen = {"seen": waiting.content_sha256 if waiting else ""}
    context = {
        "page": page,
        "entries": [{**entry_of(one), "step": STEP_NAMES[one.step]} for one in page.timeline],
        "closing_form": closing or ClosingForm(),
        "reopening_form": reopening or ReopeningForm(),
        "decision_form": decision or DecisionForm(initial=seen),
        "form": refused,
        "phrases": PHRASES,
        "may_prepare": may(request.actor, Duty.PERIOD_PREPARE),
        "may_reopen": may(request.actor, Duty.PERIOD_CLOSE),
        **_decision(request, page, waiting),
    }
    status = 422 if refused is not None else 200
    return render_page(request, "reconciliation/month_end.html", context=context, status=status)


def _decision(
    request: TenantRequest, page: MonthEndPage, waiting: RequestLine | None
) -> dict[str, Any]:
    """Return the bar for the request that waits, or who else signs it."""
    if waiting is None:
        return {}
    if waiting.kind == PeriodRequestKind.CLOSE:
        words, duty, who, url = "结账", Duty.PERIOD_CLOSE, "财务负责人", "month_end_close"
        said = f"{month_text(page.month)}结账：{page.passed_count}项检查通过或不适用，"
        said += f"{page.failed_count}项未通过。结账后该月份不再接受凭证。"
    else:
        words, duty, who, url = "批准反结账", Duty.PERIOD_REOPEN, "主要领导", "month_end_allow"
        said = f"{month_text(page.month)}恢复为未结账，可以登记凭证。原因：{waiting.reason}"
    bar = {"decide_url": f"reconciliation:{url}"}
    if not may(request.actor, duty):
        return {**bar, "blocked": f"待{who}{words}"}
    approve = {
        "value": Decision.APPROVE.value,
        "label": words,
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": words,
        "confirm_text": said,
        "confirm_button": words,
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回申请",
        "tone": "outline-danger",
        "confirm_title": "退回申请",
        "confirm_text": f"{month_text(page.month)}保持{page.state_label}。",
        "confirm_button": "退回申请",
    }
    return {**bar, "actions": [approve, refuse]}
