"""Receipts and payments: the register, one entry, decisions, print."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.documents import PDF
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt_or_warn, go, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from common.periods import today_in_shanghai
from funds import forms
from funds.documents.entries import entry_pdf
from funds.entry_shapes import GROUP_LABELS
from funds.enums import EntryState
from funds.forms.entries import EntryFilterForm, WithdrawForm
from funds.selectors import entries as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre
from funds.selectors.entries import EntrySheet
from funds.selectors.ledger import recent_months
from funds.selectors.vouchers import month_or_none
from funds.services import entries as service
from funds.views.shared import chosen_book, person_name, timeline_rows, work_in

STEP_NAMES = {"PREPARE": "登记", "APPROVE": "财务负责人核准"}
CORRECTABLE = {"VOIDED", "RETURNED"}
WITHDRAWABLE = {"VOIDED", "REVERSED", "RETURNED", "SIGNING"}


@require_GET
def entries(request: TenantRequest) -> HttpResponse:
    """List the register of the chosen book, by tab and state."""
    months = forms.month_choices(recent_months(today_in_shanghai(), 25))
    filters = EntryFilterForm(request.GET, months=months)
    wanted = _filters(request)
    book_id, viewer = chosen_book(request).pk, Viewer(request.actor, timezone.now())
    listing = open_list(
        selector.ENTRIES,
        viewer,
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"book_id": book_id, **wanted},
            分类=GROUP_LABELS.get(wanted["group"] or "", "全部"),
        ),
    )
    context = {
        "listing": listing,
        "tabs": _tabs(wanted, book_id, viewer),
        "filters": filters,
        "may_register": may(request.actor, Duty.ENTRY_PREPARE),
    }
    return render_page(request, "funds/entries.html", context=context)


def _filters(request: TenantRequest) -> dict[str, str | None]:
    month = month_or_none(request.GET.get("month", ""))
    return {
        "group": request.GET.get("group", ""),
        "status": request.GET.get("status", ""),
        "month": month.isoformat() if month else None,
        "text": request.GET.get("text", ""),
    }


def _tabs(wanted: dict[str, str | None], book_id: int, viewer: Viewer) -> list[dict[str, Any]]:
    others = {name: value for name, value in wanted.items() if name != "group"}
    counts = selector.count_by_group(viewer=viewer, book_id=book_id, **others)
    if wanted["month"]:
        others["month"] = wanted["month"][:7].replace("-", "")
    kept = {name: value for name, value in others.items() if value}
    return [
        {
            "label": label,
            "url": f"?{urlencode({'group': code, **kept})}",
            "is_current": code == (wanted["group"] or ""),
            "count": counts.get(code, 0) if code else sum(counts.values()),
        }
        for code, label in [("", "全部"), *GROUP_LABELS.items()]
    ]


@require_GET
def entry(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Show one entry with what the current post may do with it."""
    return _show(request, entry_id)


def _show(request: TenantRequest, entry_id: int, status: int = 200, **bound: Any) -> HttpResponse:
    found = selector.get_entry(actor=request.actor, entry_id=entry_id)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    may_prepare = may(request.actor, Duty.ENTRY_PREPARE)
    context = {
        "entry": found,
        "facts": _facts(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": _phrases(found),
        "decide_url": reverse("funds:entry_decide", args=[entry_id]),
        "decision_form": bound.get("decision")
        or forms.DecisionForm(initial={"seen": found.content_sha256}),
        "may_correct": may_prepare and found.investment is None and found.row.status in CORRECTABLE,
        "may_withdraw": may_prepare and found.row.status in WITHDRAWABLE,
        "withdraw_form": bound.get("withdraw") or WithdrawForm(),
        "form": bound.get("withdraw") or bound.get("decision"),
    }
    return render_page(request, "funds/entry.html", context=context, status=status)


def _phrases(found: EntrySheet) -> tuple[str, str]:
    if found.investment is not None:
        return "银行按实际天数计息，已附利息清单", "利息与约定利率不符，请与银行核对"
    return "批准文件齐全，同意核销", "批准文件与登记内容不符"


def _facts(found: EntrySheet) -> list[dict[str, Any]]:
    """Return what was registered as `components/descr.html` shows it; empty facts are left out."""
    rows = (
        ("业务日期", found.row.entry_date),
        ("账户", found.row.place_label),
        ("对方单位", found.row.counterparty),
        ("银行流水号或文号", found.row.reference),
        ("会计科目", found.account),
        ("第二项科目", found.second_account),
        ("经办机构", found.office),
        ("业务项目", found.item_code),
        ("支付批次", found.batch_number),
        ("批准文号", found.approval_number),
        ("说明", found.note),
        ("登记人", found.prepared_by),
        ("入账依据", found.law),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _actions(request: TenantRequest, found: EntrySheet) -> tuple[list[dict[str, str]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    if found.state != EntryState.SIGNING:
        return [], ""
    if not may(request.actor, Duty.ENTRY_APPROVE):
        return [], "待核准：由财务负责人办理"
    words = f"{found.row.kind_label}{found.amount:,.2f}元（{capital_amount(found.amount)}）"
    basis = f"批准文号{found.approval_number}"
    if found.interest is not None:
        basis = f"{found.interest.words}，请在意见中写明差异原因"
    approve = {
        "value": Decision.APPROVE.value,
        "label": "核准",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"核准{found.row.number}",
        "confirm_text": f"{words}，{basis}。核准后自动生成凭证。",
        "confirm_button": "核准",
    }
    send_back = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{found.row.number}",
        "confirm_text": f"{words}。退回后由会计岗更正或撤回。",
        "confirm_button": "退回",
    }
    return [approve, send_back], ""


@require_POST
def entry_decide(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Approve a write-off or send it back."""
    form = forms.DecisionForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["decision"]:
        return _show(request, entry_id, status=422, decision=form)
    data = form.cleaned_data
    decision = Decision(data["decision"])
    verdict = Verdict(decision, data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: service.decide_entry(actor=request.actor, entry_id=entry_id, verdict=verdict),
        "已核准，并生成凭证等待稽核" if decision == Decision.APPROVE else "登记单已退回",
    )
    return go(request, "funds:entry", entry_id=entry_id)


@require_POST
def entry_withdraw(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Take back an entry."""
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, entry_id, status=422, withdraw=form)
    attempt_or_warn(
        request,
        lambda: service.withdraw_entry(
            actor=request.actor, entry_id=entry_id, at=timezone.now(), **form.cleaned_data
        ),
        "登记单已撤回",
    )
    return go(request, "funds:entry", entry_id=entry_id)


@require_GET
def entry_print(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Hand out the entry as PDF."""
    found = selector.get_entry(actor=request.actor, entry_id=entry_id)
    content = entry_pdf(
        entry=found,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"收支登记单-{found.row.number}.pdf", PDF)
