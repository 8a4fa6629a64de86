"""The register of term deposits and bonds: the list, one of them, and what is done with it."""

from collections.abc import Callable
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
from common.http import TenantRequest, attempt_or_warn, go, obtain, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from common.periods import day_text, today_in_shanghai
from funds.enums import EntryState, InterestMode, InvestmentKind, InvestmentState
from funds.forms import DecisionForm
from funds.forms import investments as forms
from funds.models import Investment
from funds.selectors import investments as selector
from funds.selectors.access import may
from funds.selectors.deposit_proposals import deposit_proposal
from funds.selectors.investments import InvestmentSheet
from funds.services import investment_receipts as receipts
from funds.services import investments as service
from funds.views.shared import chosen_book, timeline_rows, work_in

STEP_NAMES = {"PREPARE": "申请", "APPROVE": "财务负责人核准"}
FILTERS = ("kind", "state", "text")


@require_GET
def investments(request: TenantRequest) -> HttpResponse:
    """List the chosen book's deposits and bonds, against the ledger, with what could be placed."""
    book = chosen_book(request)
    wanted = {name: request.GET.get(name, "") for name in FILTERS}
    filters = forms.InvestmentFilterForm(wanted)
    listing = open_list(
        selector.INVESTMENTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"book_id": book.pk, **wanted}),
    )
    context = {
        "listing": listing,
        "filters": filters,
        "checks": selector.check_ledger(actor=request.actor, book_id=book.pk),
        "proposal": deposit_proposal(
            actor=request.actor, book_id=book.pk, today=today_in_shanghai()
        ),
        "may_propose": may(request.actor, Duty.INVESTMENT_PREPARE),
    }
    return render_page(request, "funds/investments.html", context=context)


@require_http_methods(["GET", "POST"])
def investment_new(request: TenantRequest) -> HttpResponse:
    """Ask for a deposit or bond of the chosen book."""
    if not may(request.actor, Duty.INVESTMENT_PREPARE):
        raise DutyNotHeld
    initial = {"date_from": today_in_shanghai().isoformat(), "kind": request.GET.get("kind", "")}
    form, status = forms.ProposalForm(initial=initial), 200
    if request.method == "POST":
        form, status = forms.ProposalForm(request.POST, request.FILES), 422
        made = obtain(form, lambda: _propose(request, form)) if form.is_valid() else None
        if made is not None:
            messages.success(request, f"已申请{made.number}，等待财务负责人核准")
            return go(request, "funds:investment", investment_id=made.pk)
    context = {"form": form, "book": chosen_book(request)}
    return render_page(request, "funds/investment_new.html", context=context, status=status)


def _propose(request: TenantRequest, form: forms.ProposalForm) -> Investment:
    values = dict(form.cleaned_data)
    scan = values.pop("scan")
    values["kind"] = InvestmentKind(values["kind"])
    values["interest_mode"] = InterestMode(values["interest_mode"])
    proposal = service.Proposal(book_id=chosen_book(request).pk, **values)
    return service.propose_investment(
        actor=request.actor, proposal=proposal, scan=scan, at=timezone.now()
    )


@require_GET
def investment(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Show one deposit or bond with what the current post may do with it."""
    return _show(request, investment_id)


def _show(
    request: TenantRequest, investment_id: int, status: int = 200, **bound: Form
) -> HttpResponse:
    today = today_in_shanghai()
    found = selector.get_investment(actor=request.actor, investment_id=investment_id, today=today)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    context = {
        "investment": found,
        "facts": _facts(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": ("文件齐全，利率符合规定，同意", "利率低于优惠利率，不予同意"),
        "decision_form": DecisionForm(initial={"seen": found.content_sha256}),
        "form": next(iter(bound.values()), None),
        **_forms(request, found),
        **bound,
    }
    return render_page(request, "funds/investment.html", context=context, status=status)


def _forms(request: TenantRequest, found: InvestmentSheet) -> dict[str, Form]:
    """Return what the accountant may fill in while it stands as it does."""
    if not may(request.actor, Duty.INVESTMENT_PREPARE):
        return {}
    if found.state == InvestmentState.APPROVED:
        return {"purchase_form": forms.PurchaseForm(), "drop_form": forms.DropForm()}
    if found.state != InvestmentState.HELD:
        return {}
    today = {"received_date": today_in_shanghai().isoformat()}
    shown: dict[str, Form] = {
        "redeem_form": forms.InvestmentReceiptForm(initial=today, is_coupon=False)
    }
    if found.pays_coupons:
        shown["coupon_form"] = forms.InvestmentReceiptForm(initial=today, is_coupon=True)
    return shown


def _facts(found: InvestmentSheet) -> list[dict[str, Any]]:
    """Return what was asked for as `components/descr.html` shows it; empty facts are left out."""
    rows = (
        ("种类", found.kind_label),
        ("存款银行或承销机构", found.institution),
        ("国债期次", found.issue),
        ("约定年利率（%）", f"{found.rate:.4f}"),
        ("付息方式", found.mode_label),
        ("起息日", day_text(found.date_from)),
        ("到期日", day_text(found.date_to)),
        ("期限", f"{found.term_months}个月"),
        ("来源", "移交接收" if found.is_taken_over else ""),
        ("存单或凭证号", found.certificate_number),
        ("批准文号", found.approval_number),
        ("说明", found.note),
        ("申请人", found.proposed_by),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _actions(request: TenantRequest, found: InvestmentSheet) -> tuple[list[dict[str, Any]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    if found.state != InvestmentState.PROPOSED:
        return [], ""
    if not may(request.actor, Duty.INVESTMENT_APPROVE):
        return [], "待核准：由财务负责人办理"
    words = (
        f"{found.institution} {found.kind_label}{found.issue}{found.principal:,.2f}元"
        f"（{capital_amount(found.principal)}），年利率{found.rate:.4f}%，"
        f"{day_text(found.date_from)}至{day_text(found.date_to)}，批准文号{found.approval_number}"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": "核准",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"核准{found.number}",
        "confirm_text": f"{words}。请与批准文件扫描件核对。",
        "confirm_button": "核准",
    }
    refuse = {
        "value": Decision.REFUSE.value,
        "label": "不予核准",
        "tone": "outline-danger",
        "confirm_title": f"不予核准{found.number}",
        "confirm_text": words,
        "confirm_button": "不予核准",
    }
    return [approve, refuse], ""


@require_POST
def investment_decide(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Approve a deposit or bond, or refuse it."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, investment_id, status=422, decision_form=form)
    data = form.cleaned_data
    decision = Decision(data["decision"])
    verdict = Verdict(decision, data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: service.decide_investment(
            actor=request.actor, investment_id=investment_id, verdict=verdict
        ),
        "已核准" if decision == Decision.APPROVE else "未予核准",
    )
    return go(request, "funds:investment", investment_id=investment_id)


@require_POST
def investment_buy(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Register that the bank placed the deposit or sold the bond."""
    form = forms.PurchaseForm(request.POST, request.FILES)

    def act() -> object:
        return service.buy_investment(
            actor=request.actor,
            investment_id=investment_id,
            purchase=service.Purchase(**form.cleaned_data),
            at=timezone.now(),
        )

    return _answer(request, investment_id, ("purchase_form", form), act)


@require_POST
def investment_redeem(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Register principal and interest that came back."""
    form = forms.InvestmentReceiptForm(request.POST, request.FILES, is_coupon=False)

    def act() -> object:
        return receipts.redeem_investment(
            actor=request.actor,
            investment_id=investment_id,
            receipt=receipts.Receipt(**form.cleaned_data),
            at=timezone.now(),
        )

    return _answer(request, investment_id, ("redeem_form", form), act)


@require_POST
def investment_earn(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Register interest of a bond."""
    form = forms.InvestmentReceiptForm(request.POST, request.FILES, is_coupon=True)

    def act() -> object:
        return receipts.receive_interest(
            actor=request.actor,
            investment_id=investment_id,
            receipt=receipts.Receipt(**form.cleaned_data),
            at=timezone.now(),
        )

    return _answer(request, investment_id, ("coupon_form", form), act)


@require_POST
def investment_drop(request: TenantRequest, investment_id: int) -> HttpResponse:
    """Give up an approved purchase."""
    form = forms.DropForm(request.POST)

    def act() -> object:
        return service.drop_investment(
            actor=request.actor, investment_id=investment_id, at=timezone.now(), **form.cleaned_data
        )

    return _answer(request, investment_id, ("drop_form", form), act, "已撤销")


def _answer(
    request: TenantRequest,
    investment_id: int,
    bound: tuple[str, Form],
    act: Callable[[], object],
    success: str = "",
) -> HttpResponse:
    """Act on a good form and lead back; show a refused one where it stands."""
    name, form = bound
    made = obtain(form, act) if form.is_valid() else None
    if made is not None:
        waits = getattr(made, "state", "") == EntryState.SIGNING
        drafted = "利息与约定不符，等待财务负责人说明" if waits else "已登记，并生成凭证等待稽核"
        messages.success(request, success or drafted)
        return go(request, "funds:investment", investment_id=investment_id)
    return _show(request, investment_id, status=422, **{name: form})
