"""What is reported of budgets: execution by month and quarter, three years compared, papers."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.services.documents import PDF, XLSX
from common.http import TenantRequest, render_page, send_file
from common.periods import add_months, month_code, month_of, today_in_shanghai
from funds.budget_enums import DeviationLevel
from funds.documents.budgets import budget_pdf, budget_xlsx, execution_pdf, execution_xlsx
from funds.forms import month_of_choice
from funds.forms.budgets import ExecutionFilterForm
from funds.selectors.books import city_centre
from funds.selectors.budget_execution import Execution, compare_years, find_execution
from funds.selectors.budgets import get_budget, require_budgets
from funds.selectors.ledger import recent_months
from funds.views.shared import chosen_book, person_name, work_in

MONTHS_OFFERED = 37
QUARTER = "QUARTER"
TONES = {
    DeviationLevel.ORANGE: "amber",
    DeviationLevel.YELLOW: "amber",
    DeviationLevel.NORMAL: "green",
    DeviationLevel.NONE: "grey",
}


def _found(request: TenantRequest) -> Execution:
    """Return the execution of the chosen book: of the address's month or of its quarter."""
    require_budgets(request.actor)
    today = today_in_shanghai()
    last_month = add_months(month_of(today), -1)
    month = month_of_choice(request.GET.get("month", ""), last_month)
    is_quarter = request.GET.get("span", "") == QUARTER
    if is_quarter:
        month = _quarter_end(month)
    return find_execution(
        actor=request.actor,
        book=chosen_book(request),
        month=month,
        is_quarter=is_quarter,
        today=today,
    )


def _quarter_end(month: date) -> date:
    return month.replace(month=(month.month + 2) // 3 * 3)


@require_GET
def budget_execution(request: TenantRequest) -> HttpResponse:
    """Show how the chosen book's budget is executed up to a month or a quarter."""
    found = _found(request)
    shown = sorted({*recent_months(today_in_shanghai(), MONTHS_OFFERED), found.month}, reverse=True)
    span = QUARTER if found.is_quarter else ""
    context = {
        "execution": found,
        "rows": [(row, TONES[row.level]) for row in found.rows],
        "filters": ExecutionFilterForm(
            {"month": month_code(found.month), "span": span}, months=shown
        ),
        "today": today_in_shanghai(),
    }
    return render_page(request, "funds/budget_execution.html", context=context)


@require_GET
def budget_execution_workbook(request: TenantRequest) -> HttpResponse:
    """Hand out the execution as a workbook."""
    found = _found(request)
    content = execution_xlsx(found=found, organisation=city_centre().name)
    return send_file(content, f"预算执行情况-{found.text}.xlsx", XLSX)


@require_GET
def budget_execution_print(request: TenantRequest) -> HttpResponse:
    """Hand out the execution as PDF."""
    found = _found(request)
    content = execution_pdf(
        found=found,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"预算执行情况-{found.text}.pdf", PDF)


@require_GET
def budget_comparison(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Show a budget beside the two years before it."""
    found = get_budget(actor=request.actor, budget_id=budget_id)
    work_in(request, found.book_id)
    context = {"budget": found, "rows": compare_years(actor=request.actor, sheet=found)}
    return render_page(request, "funds/budget_comparison.html", context=context)


@require_GET
def budget_print(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Hand out a budget's form as PDF."""
    found = get_budget(actor=request.actor, budget_id=budget_id)
    content = budget_pdf(
        sheet=found,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"{found.title}.pdf", PDF)


@require_GET
def budget_workbook(request: TenantRequest, budget_id: int) -> HttpResponse:
    """Hand out a budget as a workbook."""
    found = get_budget(actor=request.actor, budget_id=budget_id)
    content = budget_xlsx(sheet=found, organisation=city_centre().name)
    return send_file(content, f"{found.title}.xlsx", XLSX)
