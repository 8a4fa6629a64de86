"""The register of bank accounts: list, one account, requests to open and to close."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, obtain, render_page
from common.periods import day_text, today_in_shanghai
from funds.enums import BankAccountKind, BankAccountState
from funds.forms import DecisionForm
from funds.forms.bank_accounts import AccountClosingForm, AccountOpeningForm
from funds.selectors.access import may
from funds.selectors.bank_accounts import list_bank_accounts
from funds.selectors.bank_register import AccountSheet, get_bank_account
from funds.selectors.bank_reviews import awaits_review
from funds.services import bank_accounts as service
from funds.views.shared import chosen_book, timeline_rows, work_in

STEP_NAMES = {"OPEN": "申请开户", "CLOSE": "申请销户", "APPROVE": "财务负责人核准"}


@require_GET
def bank_accounts(request: TenantRequest) -> HttpResponse:
    """List the bank accounts with our balance and the bank's."""
    context = {
        "rows": list_bank_accounts(actor=request.actor, book_id=chosen_book(request).pk),
        "may_apply": may(request.actor, Duty.BANK_ACCOUNT_APPLY),
    }
    return render_page(request, "funds/bank_accounts.html", context=context)


@require_http_methods(["GET", "POST"])
def bank_account_new(request: TenantRequest) -> HttpResponse:
    """Ask for an account of the chosen book to be opened."""
    if not may(request.actor, Duty.BANK_ACCOUNT_APPLY):
        raise DutyNotHeld
    form, status = AccountOpeningForm(), 200
    if request.method == "POST":
        form, status = AccountOpeningForm(request.POST, request.FILES), 422
        account_id = _request_opening(request, form) if form.is_valid() else None
        if account_id is not None:
            return go(request, "funds:bank_account", account_id=account_id)
    context = {"form": form, "book": chosen_book(request)}
    return render_page(request, "funds/bank_account_new.html", context=context, status=status)


def _request_opening(request: TenantRequest, form: AccountOpeningForm) -> int | None:
    """Return the id of the requested account; None with the refusal on top of the form."""
    data = form.cleaned_data
    opening = service.Opening(
        book_id=chosen_book(request).pk,
        kind=BankAccountKind(data["kind"]),
        bank_name=data["bank_name"],
        number=data["number"],
        opened_date=data["opened_date"],
        approval=data["approval"],
        scan=data["scan"],
    )
    account = obtain(
        form,
        lambda: service.request_opening(actor=request.actor, opening=opening, at=timezone.now()),
    )
    if account is None:
        return None
    messages.success(request, "开户申请已提交，等待财务负责人核准")
    return account.pk


@require_GET
def bank_account(request: TenantRequest, account_id: int) -> HttpResponse:
    """Show one account with its requests and reviews."""
    return _show(request, account_id)


def _show(
    request: TenantRequest,
    account_id: int,
    status: int = 200,
    closing: AccountClosingForm | None = None,
    decision: DecisionForm | None = None,
) -> HttpResponse:
    found = get_bank_account(actor=request.actor, account_id=account_id)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    refused: Form | None = closing or decision
    today = {"closed_date": today_in_shanghai().isoformat()}
    can_close = found.state == BankAccountState.ACTIVE
    may_apply = may(request.actor, Duty.BANK_ACCOUNT_APPLY)
    context = {
        "account": found,
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": ("资料齐全，同意", "批文与申请不符，不予同意"),
        "decision_form": decision or DecisionForm(initial={"seen": found.content_sha256}),
        "closing_form": closing or AccountClosingForm(initial=today),
        "form": refused,
        "may_close": can_close and may_apply,
        "may_review": may_apply and awaits_review(account_id, today_in_shanghai()),
    }
    return render_page(request, "funds/bank_account.html", context=context, status=status)


def _actions(request: TenantRequest, found: AccountSheet) -> tuple[list[dict[str, Any]], str]:
    words = {BankAccountState.OPENING: "开户", BankAccountState.CLOSING: "销户"}
    word = words.get(BankAccountState(found.state))
    if word is None:
        return [], ""
    if not may(request.actor, Duty.BANK_ACCOUNT_APPROVE):
        return [], f"待核准{word}：由财务负责人办理"
    day, document = found.opened_date, found.opening_approval
    if found.closed_date is not None:
        day, document = found.closed_date, found.closing_approval
    figures = f"{found.bank_name} {found.title}，{word}日期{day_text(day)}，批文{document}"
    approve = {
        "value": Decision.APPROVE.value,
        "label": f"核准{word}",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"核准{word}",
        "confirm_text": f"{figures}。请与批文扫描件核对。",
        "confirm_button": f"核准{word}",
    }
    refuse = {
        "value": Decision.REFUSE.value,
        "label": "不予核准",
        "tone": "outline-danger",
        "confirm_title": f"不予核准{word}",
        "confirm_text": figures,
        "confirm_button": "不予核准",
    }
    return [approve, refuse], ""


@require_POST
def bank_account_decide(request: TenantRequest, account_id: int) -> HttpResponse:
    """Sign the request to open or close that waits."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, account_id, status=422, decision=form)
    data = form.cleaned_data
    if data["decision"]:
        decision = Decision(data["decision"])
        verdict = Verdict(decision, data["opinion"], timezone.now(), data["seen"])
        attempt_or_warn(
            request,
            lambda: service.decide_request(
                actor=request.actor, account_id=account_id, verdict=verdict
            ),
            "已核准" if decision == Decision.APPROVE else "已退回申请人",
        )
    return go(request, "funds:bank_account", account_id=account_id)


@require_POST
def bank_account_close(request: TenantRequest, account_id: int) -> HttpResponse:
    """Ask for an account to be closed."""
    form = AccountClosingForm(request.POST, request.FILES)
    if form.is_valid() and attempt(
        form,
        lambda: service.request_closing(
            actor=request.actor,
            account_id=account_id,
            closing=service.Closing(**form.cleaned_data),
            at=timezone.now(),
        ),
    ):
        messages.success(request, "销户申请已提交，等待财务负责人核准")
        return go(request, "funds:bank_account", account_id=account_id)
    return _show(request, account_id, status=422, closing=form)
