"""The month's board, the runs it starts, and the summary of payments."""

from datetime import date
from typing import NamedTuple

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.duties import Duty
from accounts.permissions import duties_of, require_any, require_visible
from common.errors import DomainError
from common.http import TenantRequest, attempt_or_warn, render_page
from common.periods import add_months, month_of, month_text
from funds.selectors.books import city_centre
from reconciliation.enums import BANK_RUNS, RunKind
from reconciliation.forms import MonthForm, PeriodForm, RunForm, read_month
from reconciliation.selectors.board import get_board
from reconciliation.selectors.summary import summarise_payments
from reconciliation.services.batch_returns import run_batch_return
from reconciliation.services.business_ledger import run_business_ledger
from reconciliation.services.ledger_bank import run_ledger_bank

RUNNING = (Duty.STATEMENT_PREPARE, Duty.STATEMENT_CONFIRM, Duty.BANK_RECONCILE)


class RunUnknown(DomainError):
    code = "RECONCILIATION_RUN_UNKNOWN"
    message = "请选择对账类别、经办机构和月份"


@require_GET
def month(request: TenantRequest) -> HttpResponse:
    """Show where every office stands in a month, and the city's bank."""
    today = timezone.localdate()
    chosen = read_month(request.GET.get("month", ""), today=today)
    duties = duties_of(request.actor)
    context = {
        "filters": MonthForm({"month": f"{chosen:%Y-%m}"}, today=today),
        "board": get_board(actor=request.actor, month=chosen, today=today),
        "month_value": f"{chosen:%Y-%m}",
        "month_code": f"{chosen:%Y%m}",
        "is_running": chosen == month_of(today),
        "may_prepare": duties.get(Duty.STATEMENT_PREPARE.value, frozenset()),
        "may_check_batches": duties.get(Duty.STATEMENT_PREPARE.value, frozenset())
        | duties.get(Duty.STATEMENT_CONFIRM.value, frozenset()),
        "may_bank": duties.get(Duty.BANK_RECONCILE.value, frozenset()),
    }
    return render_page(request, "reconciliation/month.html", context=context)


@require_POST
def run(request: TenantRequest) -> HttpResponse:
    """Run one reconciliation of one month and lead to its result."""
    require_any(request.actor, *RUNNING)
    form = RunForm(request.POST)
    if not form.is_valid():
        attempt_or_warn(request, _refuse, "")
        return HttpResponseRedirect(reverse("reconciliation:month"))
    chosen = read_month(form.cleaned_data["month"], today=timezone.localdate())
    kind, office = RunKind(form.cleaned_data["kind"]), form.cleaned_data["organisation"]
    done = "银行对账" if kind in BANK_RUNS else kind.label
    success = f"{month_text(chosen)}{done}已完成"
    place = _Place(office, form.cleaned_data["account"])
    attempt_or_warn(request, lambda: _run(request, kind, place, chosen), success)
    return HttpResponseRedirect(_result_url(kind, office, chosen))


def _refuse() -> None:
    raise RunUnknown


class _Place(NamedTuple):
    """What to reconcile: an office, or a bank account."""

    office: int | None
    account: int | None


def _run(request: TenantRequest, kind: RunKind, place: _Place, chosen: date) -> object:
    now = timezone.now()
    if kind in BANK_RUNS:
        return run_ledger_bank(actor=request.actor, month=chosen, at=now, account_id=place.account)
    over = place.office or city_centre().pk
    require_visible(request.actor, Duty.RECONCILIATION_READ, over=over)
    service = run_business_ledger if kind == RunKind.BUSINESS_LEDGER else run_batch_return
    return service(
        actor=request.actor,
        organisation_id=over,
        month=chosen,
        at=now,
    )


def _result_url(kind: RunKind, office: int | None, chosen: date) -> str:
    if kind == RunKind.BUSINESS_LEDGER and office:
        return reverse("reconciliation:statement_prepare", args=[office, f"{chosen:%Y%m}"])
    names = dict.fromkeys(BANK_RUNS, "reconciliation:adjustments")
    names[RunKind.BATCH_RETURN] = "reconciliation:batch_checks"
    name = names.get(kind, "reconciliation:month")
    office_part = f"&office={office}" if kind == RunKind.BATCH_RETURN and office else ""
    return f"{reverse(name)}?month={chosen:%Y-%m}{office_part}"


@require_GET
def summary(request: TenantRequest) -> HttpResponse:
    """Show batches and amount paid by office and period (P25)."""
    today = timezone.localdate()
    until = read_month(request.GET.get("until_month", f"{month_of(today):%Y-%m}"), today=today)
    from_text = request.GET.get("from_month", f"{add_months(until, -2):%Y-%m}")
    first = min(read_month(from_text, today=today), until)
    context = {
        "filters": PeriodForm(
            {"from_month": f"{first:%Y-%m}", "until_month": f"{until:%Y-%m}"}, today=today
        ),
        "summary": summarise_payments(actor=request.actor, from_month=first, until_month=until),
    }
    return render_page(request, "reconciliation/summary.html", context=context)
