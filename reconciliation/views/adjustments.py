"""The bank: adjustment sheets, and R7's files."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import reach_of
from accounts.selectors.signatures import has_signed
from accounts.services.documents import PDF
from common.http import TenantRequest, attempt, go, render_page
from common.lists import Narrowing, Viewer, open_list, window_of
from common.text import identifier
from funds.selectors.books import city_centre
from reconciliation.enums import AdjustmentState, OutstandingSide
from reconciliation.forms import BatchCheckFilterForm, OpinionForm, SheetForm, read_month
from reconciliation.selectors.adjustments import (
    ADJUSTMENTS,
    AdjustmentSheet,
    get_adjustment,
    get_panes,
    list_bank_accounts,
)
from reconciliation.selectors.batch_checks import list_batch_checks
from reconciliation.services.exports import print_adjustment
from reconciliation.services.ledger_bank import check_adjustment
from reconciliation.views.statement_screen import entry_of


@require_GET
def adjustments(request: TenantRequest) -> HttpResponse:
    """List the city's adjustment sheets; offer to run a month."""
    today = timezone.localdate()
    chosen = read_month(request.GET.get("month", ""), today=today)
    context = {
        "listing": open_list(
            ADJUSTMENTS,
            Viewer(request.actor, timezone.now()),
            window=window_of(request),
            narrow=Narrowing(),
        ),
        "sheet_form": SheetForm(
            initial={"month": f"{chosen:%Y-%m}", "account": request.GET.get("account", "")},
            today=today,
            accounts=list_bank_accounts(),
        ),
        "may_run": city_centre().pk in reach_of(request.actor, Duty.BANK_RECONCILE),
    }
    return render_page(request, "reconciliation/adjustments.html", context=context)


@require_GET
def adjustment(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    """Show one sheet: both panes, what matched by which rule, both adjusted balances."""
    sheet = get_adjustment(actor=request.actor, adjustment_id=adjustment_id)
    return _render(request, sheet, OpinionForm(initial={"seen": sheet.content_sha256}))


def _render(request: TenantRequest, sheet: AdjustmentSheet, form: Form) -> HttpResponse:
    entries = [entry_of(entry) for entry in sheet.timeline]
    if sheet.state == AdjustmentState.CHECKING and sheet.is_current:
        entries.append({"step": "复核", "at": None})
    context = {
        "sheet": sheet,
        "panes": get_panes(actor=request.actor, adjustment_id=sheet.id),
        "ours": [
            _group(sheet, OutstandingSide.UNIT_RECEIVED),
            _group(sheet, OutstandingSide.UNIT_PAID),
        ],
        "theirs": [
            _group(sheet, OutstandingSide.BANK_RECEIVED),
            _group(sheet, OutstandingSide.BANK_PAID),
        ],
        "entries": entries,
        "form": form,
        **_decision(request, sheet),
    }
    status = 422 if form.errors else 200
    return render_page(request, "reconciliation/adjustment.html", None, context, status)


def _group(sheet: AdjustmentSheet, side: OutstandingSide) -> dict[str, Any]:
    return {"label": side.label, "items": sheet.of_side(side), "total": sheet.total_of(side)}


def _decision(request: TenantRequest, sheet: AdjustmentSheet) -> dict[str, Any]:
    """Return the decision bar, or why this person may not check the sheet."""
    if sheet.state != AdjustmentState.CHECKING or not sheet.is_current:
        return {"shows_decision": False}
    blocked = ""
    if city_centre().pk not in reach_of(request.actor, Duty.BANK_RECONCILE_CHECK):
        blocked = "待财务复核岗复核，您当前的岗位不办理此环节"
    elif not sheet.is_equal:
        blocked = "调节后余额不相等，不能复核；请出纳查明原因并重新对账"
    elif has_signed(
        kind=SubjectKind.BALANCE_ADJUSTMENT,
        subject_id=sheet.id,
        round_number=1,
        user_id=request.actor.user_id,
    ):
        blocked = "您是编制人，须由他人复核"
    return {"shows_decision": True, "blocked": blocked, "actions": [_check(sheet)]}


def _check(sheet: AdjustmentSheet) -> dict[str, str]:
    return {
        "value": "APPROVE",
        "label": "复核通过",
        "tone": "primary",
        "shortcut": "s",
        "confirm_title": "复核余额调节表",
        "confirm_text": f"调节后余额 {sheet.ledger_adjusted:,.2f} 元，"
        f"未达账项 {len(sheet.items)} 项。\n复核后锁定并生成打印件。",
        "confirm_button": "复核通过",
    }


@require_POST
def adjustment_check(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    """Check a sheet as second person."""
    sheet = get_adjustment(actor=request.actor, adjustment_id=adjustment_id)
    form = OpinionForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: check_adjustment(
            actor=request.actor,
            adjustment_id=adjustment_id,
            at=timezone.now(),
            seen_sha256=form.cleaned_data["seen"],
            opinion=form.cleaned_data["opinion"],
        ),
    ):
        return go(request, "reconciliation:adjustment", adjustment_id=adjustment_id)
    return _render(request, sheet, form)


@require_GET
def adjustment_print(request: TenantRequest, adjustment_id: int) -> HttpResponse:
    """Show the form as PDF in the browser; before the check marked as a preview."""
    sheet = get_adjustment(actor=request.actor, adjustment_id=adjustment_id)
    response = HttpResponse(print_adjustment(sheet.id), content_type=PDF)
    response["Content-Disposition"] = "inline"
    return response


@require_GET
def batch_checks(request: TenantRequest) -> HttpResponse:
    """Show every file of the month with the bank's answer, overdue ones first."""
    today = timezone.localdate()
    chosen = read_month(request.GET.get("month", ""), today=today)
    office = request.GET.get("office", "")
    page = list_batch_checks(
        actor=request.actor,
        month=chosen,
        organisation_id=int(office) if identifier(office) else None,
        today=today,
    )
    reach = reach_of(request.actor, Duty.STATEMENT_PREPARE, Duty.STATEMENT_CONFIRM)
    context = {
        "filters": BatchCheckFilterForm(
            {"month": f"{chosen:%Y-%m}", "office": office}, today=today, offices=page.offices
        ),
        "page": page,
        "month_value": f"{chosen:%Y-%m}",
        "runnable": [(pk, name) for pk, name in page.offices if pk in reach],
    }
    return render_page(request, "reconciliation/batch_checks.html", context=context)
