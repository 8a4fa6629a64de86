"""Movements without a permitted edge: the list, one of them, its special-business approval."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from funds.enums import FlowFindingState
from funds.forms import DecisionForm
from funds.forms.flow_findings import FindingFilterForm, SpecialBusinessForm
from funds.selectors import flow_findings as selector
from funds.selectors.access import may
from funds.selectors.flow_findings import FindingSheet
from funds.services import flow_findings as service
from funds.views.shared import chosen_book, timeline_rows, work_in
from funds.workflows import FINDING_DUTY_AT

STEP_NAMES = {"APPLY": "申请特殊业务", "REVIEW": "财务负责人审核", "APPROVE": "主要领导批准"}
ASKABLE = {FlowFindingState.OPEN, FlowFindingState.RETURNED}


@require_GET
def flow_findings(request: TenantRequest) -> HttpResponse:
    """List the chosen book's findings."""
    filters = FindingFilterForm(request.GET)
    wanted = {"book_id": chosen_book(request).pk, "state": request.GET.get("state", "")}
    listing = open_list(
        selector.FINDINGS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, wanted),
    )
    context = {"listing": listing, "filters": filters}
    return render_page(request, "funds/flow_findings.html", context=context)


@require_GET
def flow_finding(request: TenantRequest, finding_id: int) -> HttpResponse:
    """Show one finding with what the current post may do with it."""
    return _show(request, finding_id)


def _show(request: TenantRequest, finding_id: int, status: int = 200, **bound: Any) -> HttpResponse:
    found = selector.get_flow_finding(actor=request.actor, finding_id=finding_id)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    context = {
        "finding": found,
        "facts": _facts(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": ("情况属实，同意", "依据不足，请补充说明后重报"),
        "decide_url": reverse("funds:flow_finding_decide", args=[finding_id]),
        "decision_form": bound.get("decision")
        or DecisionForm(initial={"seen": found.content_sha256}),
        "may_apply": found.state in ASKABLE and may(request.actor, Duty.SPECIAL_APPLY),
        "apply_form": bound.get("application") or SpecialBusinessForm(),
        "may_book": found.state == FlowFindingState.APPROVED
        and not found.is_booked
        and may(request.actor, Duty.VOUCHER_PREPARE),
        "form": next(iter(bound.values()), None),
    }
    return render_page(request, "funds/flow_finding.html", context=context, status=status)


def _facts(found: FindingSheet) -> list[dict[str, Any]]:
    """Return what the bank and the applicant say, as `components/descr.html` shows it."""
    rows = (
        ("发生日期", found.row.value_date),
        ("账户", found.row.account_label),
        ("资金流向", found.row.flow),
        ("异常原因", found.row.why),
        ("对方", found.row.counterparty),
        ("对方账号", found.counter_account),
        ("银行流水号", found.row.serial),
        ("银行摘要", found.summary),
        ("责任人", found.row.owner),
        ("办理事由", found.reason),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _actions(request: TenantRequest, found: FindingSheet) -> tuple[list[dict[str, str]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    duty = FINDING_DUTY_AT.get(found.state)
    if duty is None:
        return [], ""
    is_review = duty == Duty.SPECIAL_REVIEW
    word = "审核通过" if is_review else "批准"
    if not may(request.actor, duty):
        who = "财务负责人" if is_review else "主要领导"
        return [], f"{found.row.state_label}：由{who}办理"
    figures = (
        f"{found.row.flow}，{found.row.amount:,.2f}元（{capital_amount(found.row.amount)}）。"
        f"事由：{found.reason}"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": word,
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"{word}特殊业务",
        "confirm_text": f"{figures}。请与银行回单和依据文件核对。",
        "confirm_button": word,
    }
    send_back = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": "退回特殊业务申请",
        "confirm_text": f"{figures}。退回后由会计岗重新申请，期间不能结账。",
        "confirm_button": "退回",
    }
    return [approve, send_back], ""


@require_POST
def flow_finding_apply(request: TenantRequest, finding_id: int) -> HttpResponse:
    """Ask for a special-business approval."""
    form = SpecialBusinessForm(request.POST, request.FILES)
    if form.is_valid() and attempt(
        form,
        lambda: service.apply_for_approval(
            actor=request.actor,
            finding_id=finding_id,
            application=service.Application(**form.cleaned_data),
            at=timezone.now(),
        ),
    ):
        messages.success(request, "特殊业务申请已提交，等待财务负责人审核")
        return go(request, "funds:flow_finding", finding_id=finding_id)
    return _show(request, finding_id, status=422, application=form)


@require_POST
def flow_finding_decide(request: TenantRequest, finding_id: int) -> HttpResponse:
    """Sign the step the application waits for."""
    form = DecisionForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["decision"]:
        return _show(request, finding_id, status=422, decision=form)
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: service.decide_finding(actor=request.actor, finding_id=finding_id, verdict=verdict),
        "已签署" if verdict.decision == Decision.APPROVE else "已退回申请人",
    )
    return go(request, "funds:flow_finding", finding_id=finding_id)


@require_POST
def flow_finding_voucher(request: TenantRequest, finding_id: int) -> HttpResponse:
    """Enter the voucher of an approved movement."""
    attempt_or_warn(
        request,
        lambda: service.draft_special_voucher(
            actor=request.actor, finding_id=finding_id, at=timezone.now()
        ),
        "特殊业务凭证已生成，等待稽核",
    )
    return go(request, "funds:flow_finding", finding_id=finding_id)
