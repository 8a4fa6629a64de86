"""Vouchers: list, detail, decisions, print."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.selectors.attachments import list_attachments
from accounts.services.documents import PDF
from common.documents import join_pdfs
from common.http import TenantRequest, attempt_or_warn, go, obtain, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from common.periods import day_text, today_in_shanghai
from common.text import identifier
from funds import forms
from funds.documents import books as paper
from funds.enums import VoucherState
from funds.models import Voucher
from funds.selectors import vouchers as selector
from funds.selectors.access import may
from funds.selectors.ledger import recent_months
from funds.selectors.voucher_slips import list_slips
from funds.selectors.vouchers import VoucherFilters, VoucherSheet
from funds.services import vouchers as service
from funds.views.shared import (
    BULK_ACTIONS,
    PHRASES,
    chosen_book,
    person_name,
    timeline_rows,
    work_in,
)
from funds.workflows import DUTY_AT

STEPS = (
    ("PREPARE", "填制"),
    ("CHECK", "稽核"),
    ("CASHIER", "出纳签章"),
    ("APPROVE", "会计主管签章"),
    ("POST", "记账（过账）"),
)
# Where a voucher waits: word of the button, and whose post it is.
TURNS = {
    VoucherState.DRAFT: ("稽核通过", "财务复核岗"),
    VoucherState.CASHIER: ("出纳签章", "出纳岗"),
    VoucherState.APPROVAL: ("会计主管签章", "财务负责人"),
    VoucherState.BOOKING: ("过账", "会计岗（填制人以外的会计）"),
}


DONE = {
    VoucherState.DRAFT: "凭证已稽核",
    VoucherState.CASHIER: "出纳已签章，等待会计主管签章",
    VoucherState.APPROVAL: "会计主管已签章，等待过账",
    VoucherState.BOOKING: "凭证已过账，账簿余额已更新",
    VoucherState.POSTED: "",
    VoucherState.VOIDED: "",
}


@require_http_methods(["GET", "POST"])
def vouchers(request: TenantRequest) -> HttpResponse:
    """List vouchers of one state; POST signs the ticked ones."""
    filters = _filters(request)
    state = VoucherState(filters.state)
    if request.method == "POST":
        _sign_ticked(request, state)
        return HttpResponseRedirect(request.get_full_path())
    filter_form = forms.VoucherFilterForm(
        request.GET or {"state": state}, months=recent_months(today_in_shanghai(), 25)
    )
    listing = open_list(
        selector.VOUCHERS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filter_form,
            asdict(filters),
            账套=chosen_book(request).name,
            分类=str(state.label),
        ),
    )
    duty = DUTY_AT.get(state)
    may_act = duty is not None and may(request.actor, duty)
    context = {
        "listing": listing,
        "tabs": _tabs(request, filters),
        "filters": filter_form,
        "bulk_actions": [BULK_ACTIONS[state]] if may_act else [],
        "may_prepare": may(request.actor, Duty.VOUCHER_PREPARE),
        "is_posted": state == VoucherState.POSTED,
    }
    return render_page(request, "funds/vouchers.html", context=context)


def _filters(request: TenantRequest) -> VoucherFilters:
    state = request.GET.get("state", "")
    return VoucherFilters(
        book_id=chosen_book(request).pk,
        state=state if state in VoucherState.values else _first_tab(request),
        event=request.GET.get("event", ""),
        month=selector.month_or_none(request.GET.get("month", "")),
        text=request.GET.get("text", ""),
    )


def _first_tab(request: TenantRequest) -> VoucherState:
    """Return the tab that opens first: what waits for this post."""
    mine = (state for state, duty in DUTY_AT.items() if may(request.actor, duty))
    return next(mine, VoucherState.DRAFT)


def _tabs(request: TenantRequest, filters: VoucherFilters) -> list[dict[str, Any]]:
    counts = selector.count_by_state(filters=filters)
    kept = {k: v for k, v in request.GET.items() if k in {"event", "month", "text"} and v}
    return [
        {
            "label": state.label,
            "url": f"?{urlencode({'state': state.value, **kept})}",
            "is_current": state == filters.state,
            "count": counts[state],
        }
        for state in VoucherState
    ]


def _sign_ticked(request: TenantRequest, state: VoucherState) -> None:
    """Sign the ticked vouchers of a state and say what became of them."""
    ids = [int(text) for text in request.POST.getlist("ids") if identifier(text)]
    if not ids or state not in DUTY_AT:
        messages.warning(request, "请先勾选凭证")
        return
    outcome = service.sign_vouchers(
        actor=request.actor, voucher_ids=ids, state=state, at=timezone.now()
    )
    word = TURNS[state][0]
    if outcome.done:
        messages.success(request, f"{word}：已办理{len(outcome.done)}张凭证")
    for voucher_id, reason in outcome.refused[:20]:
        messages.error(request, f"凭证#{voucher_id}未办理：{reason}")
    if len(outcome.refused) > 20:
        messages.error(request, f"另有{len(outcome.refused) - 20}张未办理")


@require_GET
def voucher(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Show one voucher with what the current post may do with it."""
    return _show(request, voucher_id)


def _show(request: TenantRequest, voucher_id: int, status: int = 200, **bound: Any) -> HttpResponse:
    found = selector.get_voucher(actor=request.actor, voucher_id=voucher_id)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    may_prepare = may(request.actor, Duty.VOUCHER_PREPARE)
    can_reverse = (
        found.state == VoucherState.POSTED and not found.reversal_id and found.event != "REVERSAL"
    )
    today = {"voucher_date": today_in_shanghai().isoformat()}
    context = {
        "voucher": found,
        "steps": _steps(found),
        "entries": timeline_rows(found.timeline),
        "actions": actions,
        "blocked": blocked,
        "decision_form": bound.get("decision")
        or forms.DecisionForm(initial={"seen": found.content_sha256}),
        "phrases": PHRASES,
        "may_prepare": may_prepare,
        "can_reverse": can_reverse,
        "can_correct": found.state == VoucherState.POSTED
        and not found.correction_id
        and found.event != "REVERSAL",
        "files": list_attachments(kind=SubjectKind.VOUCHER, subject_id=found.id),
        "may_attach": may_prepare and found.state in DUTY_AT,
        "file_form": forms.VoucherFileForm(),
        "reversal_form": bound.get("reversal") or forms.ReversalForm(initial=today),
        "redraft_form": bound.get("redraft")
        or forms.RedraftForm(
            initial={
                "voucher_date": found.voucher_date.isoformat(),
                "attachment_count": found.attachment_count,
            }
        ),
        "form": bound.get("reversal") or bound.get("redraft") or bound.get("decision"),
    }
    return render_page(request, "funds/voucher.html", context=context, status=status)


def _steps(found: VoucherSheet) -> list[dict[str, str]]:
    """Return the five places to sign; a voucher that is no receipt or payment has four."""
    rows, is_next = [], True
    for step, label in STEPS:
        if step == "CASHIER" and not found.is_cash:
            continue
        name = found.prepared_by if step == "PREPARE" else found.signer(step)
        state = "done" if name else "todo"
        if not name and is_next:
            state = "refused" if found.state == VoucherState.VOIDED else "current"
        is_next = is_next and bool(name)
        rows.append({"label": label, "state": state, "note": name})
    return rows


def _actions(request: TenantRequest, found: VoucherSheet) -> tuple[list[dict[str, str]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    state = VoucherState(found.state)
    if state not in DUTY_AT:
        return [], ""
    figures = f"{len(found.lines)}条分录，合计{found.debit_total:,.2f}元"
    void = {
        "value": Decision.REFUSE.value,
        "label": "作废",
        "tone": "outline-danger",
        "confirm_title": f"作废{found.title}",
        "confirm_text": f"{figures}。作废后来源单据可以重新填制凭证。",
        "confirm_button": "作废",
    }
    label, post = TURNS[state]
    if found.prepared_by_id == request.actor.user_id:
        if state == VoucherState.DRAFT:
            return [void | {"label": "撤回作废"}], ""
        return [], f"{state.label}：由{post}办理"
    if not may(request.actor, DUTY_AT[state]):
        return [], f"{state.label}：由{post}办理"
    words = figures
    if state == VoucherState.CASHIER:
        words = f"{found.flow_text or '账户内部'}，{figures}。请确认已与银行回单核对一致。"
    if state == VoucherState.BOOKING:
        words = f"{figures}（{capital_amount(found.debit_total)}）。过账后不能再修改，只能冲销。"
    heading = f"{label}：{day_text(found.voucher_date)}{found.title}"
    return [_approve(label, heading, words, "a"), void], ""


def _approve(label: str, heading: str, words: str, shortcut: str) -> dict[str, str]:
    return {
        "value": Decision.APPROVE.value,
        "label": label,
        "tone": "primary",
        "shortcut": shortcut,
        "confirm_title": heading,
        "confirm_text": words,
        "confirm_button": label,
    }


@require_POST
def voucher_decide(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Check, post or void, as the pressed button and the voucher's state say."""
    found = selector.get_voucher(actor=request.actor, voucher_id=voucher_id)
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, voucher_id, status=422, decision=form)
    decision, opinion, seen = (form.cleaned_data[n] for n in ("decision", "opinion", "seen"))
    subject: dict[str, Any] = {
        "actor": request.actor,
        "voucher_id": voucher_id,
        "at": timezone.now(),
    }
    if decision == Decision.REFUSE:
        attempt_or_warn(
            request, lambda: service.void_voucher(**subject, reason=opinion), "凭证已作废"
        )
    elif decision == Decision.APPROVE:
        attempt_or_warn(
            request,
            lambda: service.sign_voucher(**subject, seen_sha256=seen, opinion=opinion),
            DONE[VoucherState(found.state)],
        )
    return go(request, "funds:voucher", voucher_id=voucher_id)


@require_POST
def voucher_reverse(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Draft the reversal of a posted voucher."""
    form = forms.ReversalForm(request.POST)
    subject: dict[str, Any] = {
        "actor": request.actor,
        "voucher_id": voucher_id,
        "at": timezone.now(),
    }
    drafted = _drafted(form, lambda: service.reverse_voucher(**subject, **form.cleaned_data))
    if drafted is None:
        return _show(request, voucher_id, status=422, reversal=form)
    messages.success(request, "已生成冲销凭证，等待稽核和过账")
    return go(request, "funds:voucher", voucher_id=drafted.pk)


@require_POST
def voucher_redraft(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Draft a voided voucher once more."""
    form = forms.RedraftForm(request.POST)
    subject: dict[str, Any] = {
        "actor": request.actor,
        "voucher_id": voucher_id,
        "at": timezone.now(),
    }
    drafted = _drafted(form, lambda: service.redraft_voucher(**subject, **form.cleaned_data))
    if drafted is None:
        return _show(request, voucher_id, status=422, redraft=form)
    messages.success(request, "已重新填制凭证，等待稽核")
    return go(request, "funds:voucher", voucher_id=drafted.pk)


def _drafted(form: Form, draft: Callable[[], Voucher]) -> Voucher | None:
    """Return what `draft` made, or None with the refusal on top of the form."""
    return obtain(form, draft) if form.is_valid() else None


@require_GET
def voucher_print(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Hand out the voucher as PDF."""
    found = selector.get_voucher(actor=request.actor, voucher_id=voucher_id)
    slips = list_slips(actor=request.actor, voucher_ids=[voucher_id])
    pages = -(-len(slips) // paper.SLIPS_PER_PAGE)
    sheet = paper.Print(person_name(request), timezone.now(), pages)
    content = join_pdfs(paper.voucher_parts(slips, sheet))
    return send_file(content, f"记账凭证-{found.voucher_date}-{found.title}.pdf", PDF)
