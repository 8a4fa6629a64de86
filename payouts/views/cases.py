"""Lists of cases, the case page, its letters, and the next case to take."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.duties import Duty
from accounts.permissions import reach_of
from common.errors import NotFound
from common.http import TenantRequest, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import today_in_shanghai
from payouts.forms.claims import CaseFilterForm, ReviewForm
from payouts.models import BenefitCase
from payouts.selectors import case_sheet
from payouts.selectors.case_access import shown_case, visible_case
from payouts.selectors.case_computation import second_computation
from payouts.selectors.case_rounds import compare_with_signed_round
from payouts.selectors.cases import (
    CASES,
    TABS,
    count_cases,
    filter_choices,
)
from payouts.views.queues import queue_context, queue_of
from payouts.workflows import cases as workflow

PHRASES = (
    "同意",
    "资料齐全，数据比对一致，同意",
    "参保信息与申报不一致",
    "失业原因证明不清晰",
    "收款账户信息有误",
)


@require_GET
def cases(request: TenantRequest) -> HttpResponse:
    """List the cases of one tab: 待办, 已办, 办结, 已退回, 我受理的, 全部."""
    offices, items = filter_choices(request.actor)
    filters = CaseFilterForm(request.GET or None, offices=offices, items=items)
    narrow = filters.to_filter()
    window = window_of(request)
    if narrow.tab == "waiting" and not window.sort:
        window = replace(window, sort="due")  # the most urgent first
    listing = open_list(
        CASES,
        Viewer(request.actor, timezone.now()),
        window=window,
        narrow=narrowing(filters, narrow.stored(), 分类=TABS[narrow.tab]),
    )
    context = {
        "tabs": _tabs(narrow.tab, count_cases(request.actor)),
        "tab": narrow.tab,
        "may_accept": bool(reach_of(request.actor, Duty.CASE_ACCEPT)),
        "may_re_review": bool(reach_of(request.actor, Duty.CASE_RE_REVIEW)),
        "queue_query": queue_of(request).query() if narrow.tab == "waiting" else "",
        "filters": filters,
        "listing": listing,
    }
    return render(request, "payouts/claims/cases.html", context)


def _tabs(current: str, counts: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": f"{reverse('payouts:cases')}?tab={tab}",
            "is_current": tab == current,
            "count": counts.get(tab),
        }
        for tab, label in TABS.items()
    ]


@require_GET
def case_page(request: TenantRequest, case_id: int) -> HttpResponse:
    """Show one case whole, with the decision bar for whoever may decide."""
    case = shown_case(request.actor, case_id)
    return render(request, "payouts/claims/case.html", case_context(request, case))


@require_GET
def case_document(request: TenantRequest, case_id: int, kind: str) -> HttpResponse:
    """Send the letter of the fifth step (`feedback`) or of the decision (`decision`)."""
    case = visible_case(request.actor, case_id)
    document = case.feedback_document if kind == "feedback" else case.decision_document
    if document is None:
        raise NotFound
    return send_file(bytes(document.content), document.file_name, document.media_type)


def case_context(
    request: TenantRequest, case: BenefitCase, form: ReviewForm | None = None
) -> dict[str, Any]:
    """Return everything the case page shows; `form` is a refused opinion, if there is one."""
    actor, today = request.actor, today_in_shanghai()
    compared, sources = case_sheet.list_compared(case, today)
    payments = case_sheet.list_payments(case)
    signatures = case_sheet.list_signatures(case)
    entries = case_sheet.list_case_timeline(case, signatures)
    own_key = getattr(request.user, "person_key", "")
    blocked = case_sheet.blocked_reason(actor, case, own_key=own_key, entries=signatures)
    is_paid = any(line.state_label == "支付成功" for line in payments)
    return {
        **case_sheet.case_header(actor, case, today),
        "steps": case_sheet.list_stages(case, is_paid=is_paid),
        "alerts": case_sheet.list_alerts(case, today),
        "compared": compared,
        "sources": sources,
        "records": case_sheet.list_step_records(case),
        "entries": entries,
        "returned": None if case.state in workflow.FINISHED else case_sheet.last_return(entries),
        "payments": payments,
        "second": second_computation(case) if case.state in workflow.DUTY_AT else None,
        "blocked": blocked,
        "rounds": compare_with_signed_round(case, signatures),
        **queue_context(request, case, may_decide=not blocked),
        "form": form or review_form(case),
        "phrases": PHRASES,
        "actions": review_actions(case),
        "watermark": watermark(request),
    }


def review_form(case: BenefitCase) -> ReviewForm:
    """Return an empty opinion that remembers what its screen showed."""
    return ReviewForm(initial={"seen_sha256": case.content_sha256, "seen_state": case.state})


def review_actions(case: BenefitCase) -> list[dict[str, str]]:
    """Return the buttons of the decision bar; weighty ones ask first, with the figures."""
    approve = {"value": "APPROVE", "label": "通过", "tone": "primary", "shortcut": "a"}
    if case.state in workflow.DUTY_AT and workflow.is_last(case.state, depth=case.review_depth):
        approve |= {
            "label": "通过并核定",
            "confirm_title": "核定待遇",
            "confirm_text": f"{case.claimant.name}：核定{case.months_granted}个月，"
            f"每月¥{case.monthly_amount:,.2f}。核定后生成待遇资格和核定通知书。",
            "confirm_button": "核定",
        }
    return [
        approve,
        {"value": "RETURN", "label": "退回补正", "tone": "outline-secondary", "shortcut": "r"},
        {
            "value": "REFUSE",
            "label": "不予批准",
            "tone": "outline-danger",
            "shortcut": "n",
            "confirm_title": "不予批准",
            "confirm_text": "将制作不予批准决定书，本件办结，不能撤销。",
            "confirm_button": "不予批准",
        },
    ]


def watermark(request: TenantRequest) -> str:
    """Return who looks and when, for the watermark of pages with personal data."""
    return f"{request.user} {timezone.localtime():%Y-%m-%d %H:%M}"
