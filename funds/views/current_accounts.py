"""Current accounts: what stands open by age, and the same on paper."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.duties import Duty
from accounts.services.documents import PDF
from common.http import TenantRequest, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import month_code, month_of, month_text, today_in_shanghai
from funds.ageing import BRACKET_LABELS
from funds.documents.current_accounts import current_accounts_pdf
from funds.forms import month_of_choice
from funds.forms.current_accounts import AgeingFilterForm
from funds.models import Book
from funds.selectors import current_accounts as selector
from funds.selectors.access import may
from funds.selectors.books import city_centre
from funds.selectors.ledger import recent_months
from funds.views.shared import chosen_book, person_name

MONTHS_OFFERED = 25


@require_GET
def current_accounts(request: TenantRequest) -> HttpResponse:
    """Show the chosen book's open items at the end of a month, with their ageing table."""
    book, wanted = chosen_book(request), _wanted(request)
    filters = AgeingFilterForm(
        {**wanted, "month": month_code(wanted["month"])},
        months=recent_months(today_in_shanghai(), MONTHS_OFFERED),
        accounts=selector.CURRENT_ACCOUNTS,
    )
    listing = open_list(
        selector.OPEN_ITEMS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"book_id": book.pk, **wanted}, 账套=book.name),
    )
    context = {
        "listing": listing,
        "filters": filters,
        "ageing": _ageing(request, book, wanted),
        "month": wanted["month"],
        "code": month_code(wanted["month"]),
        "may_clear": may(request.actor, Duty.ENTRY_PREPARE),
    }
    return render_page(request, "funds/current_accounts.html", context=context)


@require_GET
def current_accounts_print(request: TenantRequest) -> HttpResponse:
    """Hand out the ageing table and all its open items as PDF."""
    book, wanted = chosen_book(request), _wanted(request)
    viewer, month = Viewer(request.actor, timezone.now()), wanted["month"]
    rows = selector.find_open_items(viewer, book_id=book.pk, month=month.isoformat())
    ordered = rows.order_by("account__code", "voucher__voucher_date", "pk").values_list(
        "pk", *selector.LINE_FIELDS, named=True
    )
    content = current_accounts_pdf(
        ageing=_ageing(request, book, wanted),
        rows=selector.show_open_items(viewer, list(ordered)),
        book=book.name,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=viewer.now,
    )
    return send_file(content, f"往来款账龄表-{book.name}-{month_text(month)}.pdf", PDF)


def _wanted(request: TenantRequest) -> dict[str, Any]:
    """Return what the address asks for; this month and everything without or with unknown words."""
    this_month = month_of(today_in_shanghai())
    account, bracket = request.GET.get("account", ""), request.GET.get("bracket", "")
    month = month_of_choice(request.GET.get("month", ""), this_month)
    return {
        "month": month if month in recent_months(this_month, MONTHS_OFFERED) else this_month,
        "account": account if account in selector.CURRENT_ACCOUNTS else "",
        "bracket": bracket if bracket in BRACKET_LABELS else "",
    }


def _ageing(request: TenantRequest, book: Book, wanted: dict[str, Any]) -> selector.Ageing:
    return selector.get_ageing(
        actor=request.actor, book_id=book.pk, month=wanted["month"], today=today_in_shanghai()
    )
