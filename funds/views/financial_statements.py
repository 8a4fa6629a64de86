"""Financial statements: by month and year, as the books stand, as kept; signature and papers."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.services.documents import PDF, XLSX
from common.errors import NotFound
from common.http import TenantRequest, go, obtain, render_page, send_file
from common.periods import add_months, month_of, today_in_shanghai
from common.text import identifier
from funds import forms
from funds.documents.financial_statements import file_stem, statement_pdf, statement_xlsx
from funds.enums import StatementColumn, StatementForm, StatementSpan
from funds.forms.statements import NotesForm
from funds.selectors import financial_statements as selector
from funds.selectors.access import may, require_books
from funds.selectors.books import city_centre
from funds.selectors.financial_statements import StatementSheet
from funds.selectors.statement_figures import (
    SpanUnknown,
    StatementScope,
    compute_figures,
)
from funds.selectors.statement_notes import prefilled_notes
from funds.selectors.statement_tables import build_tables
from funds.services.financial_statements import StatementDraft, prepare_financial_statement
from funds.statement_lines import INCOME, NOTES
from funds.views.shared import chosen_book, person_name, work_in
from funds.views.statement_signing import decide, signing_context

ACCOUNTS = StatementForm.ACCOUNTS


@require_GET
def financial_statements(request: TenantRequest) -> HttpResponse:
    """List the months of a year and the year itself with the state of their statements."""
    book = chosen_book(request)
    require_books(request.actor)
    today = today_in_shanghai()
    years = selector.list_years(book_id=book.pk)
    year = chosen_year(request, years, today)
    context = {
        "book": book,
        "slots": selector.list_slots(
            actor=request.actor, book_id=book.pk, form=ACCOUNTS, year=year, today=today
        ),
        "may_prepare": may(request.actor, Duty.REPORT_PREPARE),
        "tabs": year_tabs(years, year),
    }
    return render_page(request, "funds/financial_statements.html", context=context)


def year_tabs(years: Sequence[int], current: int) -> list[dict[str, object]]:
    """Return the years as tabs."""
    return [
        {
            "label": f"{each}年",
            "url": f"?{urlencode({'year': each})}",
            "is_current": each == current,
        }
        for each in years
    ]


def chosen_year(request: TenantRequest, years: Sequence[int], today: date) -> int:
    """Return the year of the address if the book has it, else this one, else its newest."""
    text = request.GET.get("year", "")
    if identifier(text) and len(text) == 4 and int(text) in years:
        return int(text)
    return today.year if today.year in years or not years else years[0]


@require_http_methods(["GET", "POST"])
def financial_statement_new(request: TenantRequest) -> HttpResponse:
    """Show the statement of `?span=&month=` as the books stand now; POST keeps it."""
    scope = _scope(request)
    require_books(request.actor)
    figures = compute_figures(scope)
    form = NotesForm(request.POST or None, texts=prefilled_notes(scope, figures))
    if request.method == "POST" and form.is_valid():
        draft = StatementDraft(scope, form.texts(), {})
        kept = obtain(
            form,
            lambda: prepare_financial_statement(
                actor=request.actor, draft=draft, at=timezone.now()
            ),
        )
        if kept is not None:
            messages.success(request, "已编制，等待复核")
            return go(request, "funds:financial_statement", statement_id=kept.pk)
    context = {
        "scope": scope,
        "book": chosen_book(request),
        "figures": figures,
        "tables": build_tables(scope, figures.cells),
        "is_closed": selector.is_closed(scope),
        "may_prepare": may(request.actor, Duty.REPORT_PREPARE)
        and scope.last_day < today_in_shanghai(),
        "red": _red(scope, figures.red),
        "form": form,
    }
    status = 422 if form.errors else 200
    page = "funds/financial_statement_new.html"
    return render_page(request, page, context=context, status=status)


def _scope(request: TenantRequest) -> StatementScope:
    """Return the statement of the address; that of last month without any."""
    last_month = add_months(month_of(today_in_shanghai()), -1)
    month = forms.month_of_choice(request.GET.get("month", ""), last_month)
    span = request.GET.get("span", "MONTH")
    try:
        return StatementScope(chosen_book(request).pk, ACCOUNTS, StatementSpan(span), month)
    except (SpanUnknown, ValueError) as error:
        raise NotFound from error


def _red(
    scope: StatementScope, red: Mapping[tuple[str, str], Decimal]
) -> list[tuple[str, str, Decimal]]:
    """Return line, column and amount of the red-letter entries, in the form's words."""
    labels = {line.code: line.label for line in INCOME}
    return [
        (labels[code], scope.column_label(StatementColumn(column)), amount)
        for (code, column), amount in red.items()
    ]


@require_http_methods(["GET", "POST"])
def financial_statement(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Show a kept statement; POST signs the step it waits for."""
    sheet = _sheet(request, statement_id)
    if request.method == "POST":
        answer = decide(request, sheet, "funds:financial_statement")
        if answer is not None:
            return answer
    context = {
        "sheet": sheet,
        "scope": sheet.scope,
        "tables": build_tables(sheet.scope, sheet.figures),
        "notes": list(zip(NOTES, sheet.notes, strict=True)),
        **signing_context(request, sheet),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/financial_statement.html", context=context, status=status)


def _sheet(request: TenantRequest, statement_id: int) -> StatementSheet:
    sheet = selector.get_statement(actor=request.actor, statement_id=statement_id, form=ACCOUNTS)
    work_in(request, sheet.scope.book_id)
    return sheet


@require_GET
def financial_statement_print(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Hand out the statement as PDF."""
    sheet = _sheet(request, statement_id)
    content = statement_pdf(
        sheet=sheet,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"{file_stem(sheet)}.pdf", PDF)


@require_GET
def financial_statement_workbook(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Hand out the statement as a workbook with formulas."""
    sheet = _sheet(request, statement_id)
    content = statement_xlsx(sheet=sheet, organisation=city_centre().name)
    return send_file(content, f"{file_stem(sheet)}.xlsx", XLSX)
