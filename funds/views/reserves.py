"""The reserve's memo account: its ledger, a new entry, one entry, and the same on paper."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import DutyNotHeld
from accounts.services.documents import PDF
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt_or_warn, go, obtain, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from common.periods import day_text, today_in_shanghai
from funds.documents.reserves import reserves_pdf
from funds.forms import DecisionForm
from funds.forms.gap_sheets import ReserveFilterForm, ReserveForm, ReserveReversalForm
from funds.models import ReserveEntry
from funds.selectors import reserves as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre, list_offices
from funds.selectors.financial_statements import list_years
from funds.selectors.reserves import ReserveSheet
from funds.services import reserves as service
from funds.services.reserves import Correction
from funds.sharing_enums import ReserveState
from funds.views.financial_statements import chosen_year
from funds.views.shared import chosen_book, person_name, timeline_rows, work_in

STEP_NAMES = {"PREPARE": "登记", "APPROVE": "主要领导批准"}
PHRASES = ("依据齐全，同意", "依据不足，请补充后重新登记")
FILTERS = ("kind", "state")


@require_GET
def reserves(request: TenantRequest) -> HttpResponse:
    """Show the memo account of the chosen book with the balance after every entry."""
    book = chosen_book(request)
    wanted = {name: request.GET.get(name, "") for name in FILTERS}
    filters = ReserveFilterForm(wanted)
    listing = open_list(
        selector.RESERVES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"book_id": book.pk, **wanted}),
    )
    years = list_years(book_id=book.pk)
    context = {
        "listing": listing,
        "filters": filters,
        "balance": selector.reserve_balance(book_id=book.pk),
        "year": chosen_year(request, years, today_in_shanghai()),
        "may_prepare": may(request.actor, Duty.RESERVE_PREPARE),
    }
    return render_page(request, "funds/reserves.html", context=context)


@require_http_methods(["GET", "POST"])
def reserve_new(request: TenantRequest) -> HttpResponse:
    """Register a movement of the chosen book's reserve."""
    if not may(request.actor, Duty.RESERVE_PREPARE):
        raise DutyNotHeld
    book = chosen_book(request)
    offices, sheets = list_offices(), selector.list_drawable(book_id=book.pk)
    initial = {"entry_date": today_in_shanghai().isoformat(), "kind": request.GET.get("kind", "")}
    form, status = ReserveForm(initial=initial, offices=offices, sheets=sheets), 200
    if request.method == "POST":
        form = ReserveForm(request.POST, request.FILES, offices=offices, sheets=sheets)
        status = 422
        made = obtain(form, lambda: _prepare(request, form)) if form.is_valid() else None
        if made is not None:
            messages.success(request, f"已登记{made.number}，等待主要领导批准")
            return go(request, "funds:reserve", entry_id=made.pk)
    balance = selector.reserve_balance(book_id=book.pk)
    context = {"form": form, "book": book, "balance": balance}
    return render_page(request, "funds/reserve_new.html", context=context, status=status)


def _prepare(request: TenantRequest, form: ReserveForm) -> ReserveEntry:
    return service.prepare_reserve(
        actor=request.actor,
        book_id=chosen_book(request).pk,
        new=form.new_reserve(),
        scan=form.cleaned_data["scan"],
        at=timezone.now(),
    )


@require_GET
def reserve(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Show one entry with what the current post may do with it."""
    return _show(request, entry_id)


def _show(request: TenantRequest, entry_id: int, status: int = 200, **bound: Form) -> HttpResponse:
    found = selector.get_reserve(actor=request.actor, entry_id=entry_id)
    work_in(request, found.book_id)
    actions, blocked = _actions(request, found)
    reverses = found.may_be_reversed and may(request.actor, Duty.RESERVE_PREPARE)
    context = {
        "entry": found,
        "facts": _facts(found),
        "entries": timeline_rows(found.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": PHRASES,
        "decision_form": DecisionForm(initial={"seen": found.content_sha256}),
        "reversal_form": ReserveReversalForm() if reverses else None,
        "form": next(iter(bound.values()), None),
        **bound,
    }
    return render_page(request, "funds/reserve.html", context=context, status=status)


def _facts(found: ReserveSheet) -> list[dict[str, Any]]:
    """Return what was registered as `components/descr.html` shows it; empty facts are left out."""
    handed_over, balance = found.handed_over, found.balance
    rows = (
        ("账套", found.book),
        ("类别", found.kind_label),
        ("日期", day_text(found.entry_date)),
        ("上交机构", found.office),
        ("上交机构储备金余额", "" if handed_over is None else f"¥{handed_over:,.2f}，全额上交"),
        ("依据文号", found.document_number),
        ("事由", found.reason),
        ("登账序号", found.position or ""),
        ("登账后余额", "" if balance is None else f"¥{balance:,.2f}"),
    )
    return [{"label": label, "value": value} for label, value in rows if value]


def _actions(request: TenantRequest, found: ReserveSheet) -> tuple[list[dict[str, Any]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    if found.state != ReserveState.WAITING:
        return [], ""
    if not may(request.actor, Duty.RESERVE_APPROVE):
        return [], "待批准：由主要领导办理"
    words = (
        f"{found.kind_label}{found.amount:,.2f}元（{capital_amount(found.amount)}），"
        f"依据{found.document_number}，{found.reason}。"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": "批准登账",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"批准{found.number}",
        "confirm_text": f"{words}登账后不能修改，只能冲销。",
        "confirm_button": "批准登账",
    }
    send_back = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{found.number}",
        "confirm_text": words,
        "confirm_button": "退回",
    }
    return [approve, send_back], ""


@require_POST
def reserve_decide(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Enter a movement into the account, or send it back."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, entry_id, status=422, decision_form=form)
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: service.decide_reserve(actor=request.actor, entry_id=entry_id, verdict=verdict),
        "已批准登账" if verdict.decision == Decision.APPROVE else "已退回登记人",
    )
    return go(request, "funds:reserve", entry_id=entry_id)


@require_POST
def reserve_reverse(request: TenantRequest, entry_id: int) -> HttpResponse:
    """Register the counter entry of a movement."""
    form = ReserveReversalForm(request.POST, request.FILES)
    made = obtain(form, lambda: _reverse(request, entry_id, form)) if form.is_valid() else None
    if made is None:
        return _show(request, entry_id, status=422, reversal_form=form)
    messages.success(request, f"已登记冲销{made.number}，等待主要领导批准")
    return go(request, "funds:reserve", entry_id=made.pk)


def _reverse(request: TenantRequest, entry_id: int, form: ReserveReversalForm) -> ReserveEntry:
    return service.reverse_reserve(
        actor=request.actor,
        entry_id=entry_id,
        correction=Correction(**form.cleaned_data),
        at=timezone.now(),
    )


@require_GET
def reserves_print(request: TenantRequest) -> HttpResponse:
    """Hand out a year of the account as PDF."""
    book = chosen_book(request)
    year = chosen_year(request, list_years(book_id=book.pk), today_in_shanghai())
    content = reserves_pdf(
        rows=selector.list_account(actor=request.actor, book_id=book.pk, year=year),
        book=book.name,
        year=year,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"储备金备查账-{book.name}-{year}年.pdf", PDF)
