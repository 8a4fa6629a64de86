"""Pages of the disclosures: by quarter, half-year and year, prepared, signed, printed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.services.documents import PDF
from common.documents import render_pdf
from common.errors import NotFound
from common.http import TenantRequest, go, obtain, render_page, send_file
from common.periods import day_text, today_in_shanghai
from config.disclosures.figures import build_disclosure, recipient_cells
from funds.enums import FinancialStatementState, StatementForm, StatementSpan
from funds.forms import month_of_choice
from funds.forms.statements import DisclosureForm
from funds.selectors import financial_statements as selector
from funds.selectors.access import may, require_books
from funds.selectors.books import city_centre
from funds.selectors.financial_statements import StatementSheet
from funds.selectors.statement_figures import SpanUnknown, StatementScope, compute_figures
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from funds.views.financial_statements import chosen_year, year_tabs
from funds.views.shared import chosen_book, work_in
from funds.views.statement_signing import decide, signing_context

DISCLOSURE = StatementForm.DISCLOSURE


@require_GET
def disclosures(request: TenantRequest) -> HttpResponse:
    """List the quarters, half-years and the year with the state of their disclosures."""
    book = chosen_book(request)
    require_books(request.actor)
    today = today_in_shanghai()
    years = selector.list_years(book_id=book.pk)
    year = chosen_year(request, years, today)
    slots = selector.list_slots(
        actor=request.actor, book_id=book.pk, form=DISCLOSURE, year=year, today=today
    )
    context = {
        "book": book,
        "slots": slots,
        "may_prepare": may(request.actor, Duty.REPORT_PREPARE),
        "tabs": year_tabs(years, year),
    }
    return render_page(request, "disclosures/disclosures.html", context=context)


@require_http_methods(["GET", "POST"])
def disclosure_new(request: TenantRequest) -> HttpResponse:
    """Show the disclosure of `?span=&month=` as the books stand now; POST keeps it."""
    scope, book = _scope(request), chosen_book(request)
    require_books(request.actor)
    cells = recipient_cells(actor=request.actor, book=book, scope=scope)
    form = DisclosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = StatementDraft(scope, [form.cleaned_data["text"]], cells)
        kept = obtain(
            form,
            lambda: prepare_financial_statement(
                actor=request.actor, draft=draft, at=timezone.now()
            ),
        )
        if kept is not None:
            messages.success(request, "已编制，等待复核")
            return go(request, "disclosure", statement_id=kept.pk)
    context = {
        "scope": scope,
        "book": book,
        "found": build_disclosure({**compute_figures(scope).cells, **cells}),
        "is_closed": selector.is_closed(scope),
        "may_prepare": may(request.actor, Duty.REPORT_PREPARE)
        and scope.last_day < today_in_shanghai(),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "disclosures/disclosure_new.html", context=context, status=status)


def _scope(request: TenantRequest) -> StatementScope:
    """Return the disclosure of the address; this year's first half without any."""
    june = today_in_shanghai().replace(month=6, day=1)
    month = month_of_choice(request.GET.get("month", ""), june)
    span = request.GET.get("span", "HALF_YEAR")
    try:
        return StatementScope(chosen_book(request).pk, DISCLOSURE, StatementSpan(span), month)
    except (SpanUnknown, ValueError) as error:
        raise NotFound from error


@require_http_methods(["GET", "POST"])
def disclosure(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Show a kept disclosure; POST signs the step it waits for."""
    sheet = _sheet(request, statement_id)
    if request.method == "POST":
        answer = decide(request, sheet, "disclosure")
        if answer is not None:
            return answer
    context: dict[str, Any] = {
        "sheet": sheet,
        "scope": sheet.scope,
        "found": build_disclosure(sheet.cells),
        "text": sheet.notes[0],
        **signing_context(request, sheet),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "disclosures/disclosure.html", context=context, status=status)


def _sheet(request: TenantRequest, statement_id: int) -> StatementSheet:
    sheet = selector.get_statement(actor=request.actor, statement_id=statement_id, form=DISCLOSURE)
    work_in(request, sheet.scope.book_id)
    return sheet


@require_GET
def disclosure_print(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Hand out the sheet for the public as PDF: nobody's name stands on it."""
    sheet = _sheet(request, statement_id)
    content = disclosure_pdf(sheet, city_centre().name)
    return send_file(content, f"基金信息披露-{sheet.scope.text}.pdf", PDF)


def disclosure_pdf(sheet: StatementSheet, organisation: str) -> bytes:
    """Return the sheet for the public as PDF."""
    is_final = sheet.state == FinancialStatementState.FINAL
    context = {
        "sheet": sheet,
        "found": build_disclosure(sheet.cells),
        "text": sheet.notes[0],
        "organisation": organisation,
        "period": sheet.scope.text,
        "day": day_text(sheet.scope.last_day),
        "is_final": is_final,
        "content_sha256": sheet.content_sha256,
    }
    return render_pdf("disclosures/print.html", context)
