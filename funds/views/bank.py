"""Bank accounts and their statements."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import require_any
from accounts.selectors.trail import list_trail
from accounts.services.documents import XLSX
from common.errors import DomainError
from common.http import TenantRequest, go, render_page, send_file
from common.import_templates import import_template
from common.lists import Viewer, narrowing, open_list, window_of
from common.periods import day_text, today_in_shanghai
from funds import forms
from funds.forms.bank_statements import MovementFilterForm, StatementFilterForm
from funds.selectors import bank_accounts as selector
from funds.selectors.access import may
from funds.selectors.flow_findings import list_findings_of
from funds.selectors.statement_chains import list_statement_chains
from funds.services.bank_statements import import_bank_statement
from funds.services.imports import ImportOutcome
from funds.services.statement_files import STATEMENT
from funds.views.shared import chosen_book, work_in


@require_http_methods(["GET", "POST"])
def bank_statements(request: TenantRequest) -> HttpResponse:
    """List statements; POST checks a file and applies it, or shows what is wrong with it."""
    form, status, outcome = forms.StatementUploadForm(), 200, None
    if request.method == "POST":
        form, status = forms.StatementUploadForm(request.POST, request.FILES), 422
        outcome = _import(request, form) if form.is_valid() else None
        if outcome is not None and outcome.applied_id is not None:
            return go(request, "funds:bank_statement", statement_id=outcome.applied_id)
    book = chosen_book(request)
    accounts = selector.list_account_choices(book_id=book.pk)
    filters = StatementFilterForm(request.GET, accounts=accounts)
    listing = open_list(
        selector.STATEMENTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"book_id": book.pk, **filters.to_filters()}, 账套=book.name),
    )
    context = {
        "form": form,
        "listing": listing,
        "filters": filters,
        "chains": list_statement_chains(
            actor=request.actor, book_id=book.pk, today=today_in_shanghai()
        ),
        "result": _result(outcome) if outcome else None,
        "may_import": may(request.actor, Duty.BANK_STATEMENT_IMPORT),
    }
    return render_page(request, "funds/bank_statements.html", context=context, status=status)


@require_GET
def bank_statement_template(request: TenantRequest) -> HttpResponse:
    """Hand out the workbook in which a bank's statement is filled in."""
    require_any(request.actor, Duty.BANK_STATEMENT_IMPORT)
    return send_file(import_template(STATEMENT), "银行对账单导入模板.xlsx", XLSX)


def _import(request: TenantRequest, form: forms.StatementUploadForm) -> ImportOutcome | None:
    """Import the file and say what happened; None with the refusal beside the field."""
    content, name = form.content()
    try:
        outcome = import_bank_statement(
            actor=request.actor, content=content, file_name=name, at=timezone.now()
        )
    except DomainError as error:
        form.add_error("file", error.message)
        return None
    if outcome.imported_at is not None:
        when = timezone.localtime(outcome.imported_at)
        messages.info(request, f"同一文件已于{when:%Y-%m-%d %H:%M}导入，没有重复登记")
    elif not outcome.is_refused:
        messages.success(request, f"对账单已导入，共{outcome.row_count}笔")
        if outcome.finding_count:
            words = f"有{outcome.finding_count}笔资金流向异常，须办理特殊业务审批后才能记账和结账"
            messages.warning(request, words)
    return outcome


def _result(outcome: ImportOutcome) -> dict[str, object]:
    """Return a refused file as `components/import_result.html` shows it."""
    wrong = len({problem.line for problem in outcome.problems})
    return {
        "total": outcome.row_count,
        "accepted": 0,
        "refused": max(wrong, 1),
        "workbook_url": reverse("accounts:document", args=[outcome.report_id])
        if outcome.report_id
        else "",
        "note": f"文件有{outcome.problem_count}处错误，没有导入任何数据，请更正后重新上传。",
        "errors": [
            {
                "row": problem.line or "—",
                "field": problem.column,
                "value": problem.value,
                "reason": problem.reason,
            }
            for problem in outcome.problems
        ],
    }


@require_GET
def bank_statement(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Show one statement's movements."""
    sheet = selector.get_bank_statement(actor=request.actor, statement_id=statement_id)
    work_in(request, sheet.book_id)
    filters = MovementFilterForm(request.GET)
    period = f"{day_text(sheet.from_date)}至{day_text(sheet.until_date)}"
    listing = open_list(
        selector.MOVEMENTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"statement_id": statement_id, **filters.to_filters()},
            账套=sheet.book,
            账户=sheet.account_label,
            起止日期=period,
        ),
        size=200,
    )
    context = {
        "sheet": sheet,
        "listing": listing,
        "filters": filters,
        "findings": list_findings_of(actor=request.actor, statement_id=statement_id),
        "entries": list_trail("funds.bankstatement", statement_id),
        "may_import": may(request.actor, Duty.BANK_STATEMENT_IMPORT),
    }
    return render_page(request, "funds/bank_statement.html", context=context)
