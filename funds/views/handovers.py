"""Handovers of former offices: the table of all, one with its parts, signatures, print."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import reach_of
from accounts.services.documents import PDF
from accounts.services.signatures import Verdict
from common import forms as fields
from common.errors import DomainError, NotFound
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page, send_file
from common.money import capital_amount
from funds import forms
from funds.documents.handovers import handover_pdf
from funds.enums import HandoverState
from funds.forms import handovers as parts
from funds.selectors import handovers as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre, list_offices, list_usable_accounts
from funds.selectors.handovers import HandoverSheet
from funds.services import handover_signing as signing
from funds.services import handovers as service
from funds.views.shared import chosen_book, person_name, timeline_rows, work_in

STEP_NAMES = {
    "PREPARE": "编制",
    "TRANSFER": "移交人签字",
    "RECEIVE": "接收人签字",
    "SUPERVISE": "监交人签字",
}
PHRASES = (
    "余额、债权债务和档案核对无误，同意",
    "银行余额与回函不符，请核对",
    "档案清单不全，请补充",
)
PARTS: dict[str, tuple[Callable[..., Any], Callable[..., object], str]] = {
    "balance": (parts.BalanceForm, service.add_balance, "已登记科目余额"),
    "bank": (parts.BankForm, service.add_bank, "已登记银行余额确认"),
    "claim": (parts.ClaimForm, service.add_claim, "已登记债权债务"),
    "archive": (parts.ArchiveForm, service.add_archive, "已登记档案"),
    "audit": (parts.AuditForm, service.record_audit, "已登记清算审计结论"),
}
WITH_ACCOUNT = ("balance", "bank", "claim")


@require_http_methods(["GET", "POST"])
def handovers(request: TenantRequest) -> HttpResponse:
    """Show what every office hands over; POST begins the handover of one."""
    book = chosen_book(request)
    table = selector.consolidate_handovers(actor=request.actor, book_id=book.pk)
    options = {"offices": list_offices()}
    form = parts.HandoverForm(request.POST or None, **options)
    if request.method == "POST" and form.is_valid():
        office, day = form.values()
        try:
            made = service.open_handover(
                actor=request.actor,
                book_id=book.pk,
                organisation_id=office,
                cutoff_date=day,
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return go(request, "funds:handover", handover_id=made.pk)
    context = {
        "book": book,
        "table": table,
        "form": form,
        "may_prepare": may(request.actor, Duty.HANDOVER_PREPARE),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/handovers.html", context=context, status=status)


@require_http_methods(["GET", "POST"])
def handover(request: TenantRequest, handover_id: int) -> HttpResponse:
    """Show a handover; POST signs it."""
    found = selector.get_handover(actor=request.actor, handover_id=handover_id)
    work_in(request, found.book_id)
    if request.method == "GET":
        return _show(request, found)
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, decision=form, status=422)
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: signing.sign_handover(
            actor=request.actor, handover_id=handover_id, verdict=verdict
        ),
        "已签字" if verdict.decision == Decision.APPROVE else "移交书已退回编制人",
    )
    return go(request, "funds:handover", handover_id=handover_id)


@require_POST
def handover_part(request: TenantRequest, handover_id: int, part: str) -> HttpResponse:
    """Add a line to a part of a draft, or record its audit."""
    found = selector.get_handover(actor=request.actor, handover_id=handover_id)
    if part not in PARTS:
        raise NotFound
    form = _form(part, found, request)
    _, act, success = PARTS[part]
    if form.is_valid() and attempt(
        form,
        lambda: act(
            actor=request.actor, handover_id=handover_id, at=timezone.now(), **form.values()
        ),
    ):
        messages.success(request, success)
        return go(request, "funds:handover", handover_id=handover_id)
    return _show(request, found, refused={part: form}, status=422)


@require_POST
def handover_remove(request: TenantRequest, handover_id: int, part: str) -> HttpResponse:
    """Take a line out of a draft."""
    selector.get_handover(actor=request.actor, handover_id=handover_id)
    form = parts.RemovalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有这一行，请刷新页面")
        return go(request, "funds:handover", handover_id=handover_id)
    attempt_or_warn(
        request,
        lambda: service.remove_part(
            actor=request.actor,
            handover_id=handover_id,
            part=part,
            row_id=form.cleaned_data["row"],
            at=timezone.now(),
        ),
        "已删除",
    )
    return go(request, "funds:handover", handover_id=handover_id)


@require_POST
def handover_submit(request: TenantRequest, handover_id: int) -> HttpResponse:
    """Freeze a draft and send it to the transferor."""
    attempt_or_warn(
        request,
        lambda: signing.submit_handover(
            actor=request.actor, handover_id=handover_id, at=timezone.now()
        ),
        "已送移交人签字，内容不能再修改",
    )
    return go(request, "funds:handover", handover_id=handover_id)


@require_GET
def handover_print(request: TenantRequest, handover_id: int) -> HttpResponse:
    """Hand out 基金移交书 as PDF."""
    found = selector.get_handover(actor=request.actor, handover_id=handover_id)
    content = handover_pdf(
        handover=found,
        receiver=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"基金移交书-{found.number}.pdf", PDF)


def _form(part: str, found: HandoverSheet, request: TenantRequest | None = None) -> Any:
    """Return the form of a part, filled from the request or as it first stands."""
    options: dict[str, Any] = {"prefix": part}
    if part in WITH_ACCOUNT:
        options["accounts"] = list_usable_accounts(book_id=found.book_id)
    if request is not None:
        return PARTS[part][0](request.POST, request.FILES, **options)
    if part == "audit" and found.audit_amount is not None:
        options["initial"] = {
            "body": found.audit_body,
            "reference": found.audit_reference,
            "amount": f"{found.audit_amount:.2f}",
            "conclusion": found.audit_conclusion,
        }
    return PARTS[part][0](**options)


def _show(
    request: TenantRequest,
    found: HandoverSheet,
    refused: dict[str, fields.Form] | None = None,
    decision: forms.DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_draft = found.state == HandoverState.DRAFT
    may_edit = is_draft and may(request.actor, Duty.HANDOVER_PREPARE)
    refused = refused or {}
    actions, blocked = _actions(request, found)
    context = {
        "handover": found,
        "steps": _steps(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "is_draft": is_draft,
        "may_edit": may_edit,
        "forms": {part: refused.get(part) or _form(part, found) for part in PARTS}
        if may_edit
        else {},
        "form": next(iter(refused.values()), decision),
        "actions": actions,
        "blocked": blocked,
        "phrases": PHRASES,
        "decision_form": decision or forms.DecisionForm(initial={"seen": found.content_sha256}),
    }
    return render_page(request, "funds/handover.html", context=context, status=status)


def _steps(found: HandoverSheet) -> list[dict[str, str]]:
    order = list(HandoverState)
    reached = order.index(HandoverState(found.state))
    names = ("编制", "移交人签字", "接收人签字", "监交人签字", "期初入账")
    rows = []
    for place, name in enumerate(names):
        is_last = place == len(names) - 1
        state = "done" if place < reached or (is_last and place == reached) else "todo"
        if place == reached and not is_last:
            state = "current"
        rows.append({"label": name, "state": state, "note": ""})
    return rows


def _actions(request: TenantRequest, found: HandoverSheet) -> tuple[list[dict[str, Any]], str]:
    state = HandoverState(found.state)
    if state not in signing.DUTY_AT:
        return [], ""
    duty = signing.DUTY_AT[state]
    is_transfer = state == HandoverState.TRANSFER
    over = found.organisation_id if is_transfer else city_centre().pk
    is_own = not is_transfer or request.actor.organisation_id == found.organisation_id
    if over not in reach_of(request.actor, duty) or not is_own:
        return [], f"{state.label}：由{_who(found)}办理"
    figures = f"基金结余{found.fund_balance:,.2f}元（{capital_amount(found.fund_balance)}）"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "签字",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"{found.office}基金移交书",
        "confirm_text": f"{figures}，档案{found.volume_count}卷。签字后不能撤回。",
        "confirm_button": "签字",
    }
    refuse = {
        "value": Decision.RETURN.value,
        "label": "退回更正",
        "tone": "outline-danger",
        "confirm_title": "退回移交书",
        "confirm_text": "退回后由会计岗更正，已有签字作废，重新依次签字。",
        "confirm_button": "退回",
    }
    return [approve, refuse], ""


def _who(found: HandoverSheet) -> str:
    return {
        HandoverState.TRANSFER: f"{found.office}负责人",
        HandoverState.RECEIVE: "财务负责人",
        HandoverState.SUPERVISE: "监督人员",
    }[HandoverState(found.state)]
