"""The page of the analysis, its papers, and the remark written to it."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.services.documents import PDF, XLSX
from common.http import TenantRequest, attempt, render_page, send_file
from common.periods import add_months, month_code, month_of, today_in_shanghai
from config.analysis.documents import analysis_pdf, analysis_xlsx
from config.analysis.figures import Analysis, analyse
from config.analysis.wording import charts, sentences
from funds.forms import month_of_choice
from funds.forms.statements import AnalysisFilterForm, RemarkForm
from funds.models import AnalysisRemark, Book
from funds.selectors.access import may
from funds.selectors.books import city_centre
from funds.selectors.ledger import recent_months
from funds.selectors.monthly_results import newest_remark
from funds.services.analysis_remarks import write_remark
from funds.views.shared import chosen_book

MONTHS_OFFERED = 37


@require_http_methods(["GET", "POST"])
def analysis(request: TenantRequest) -> HttpResponse:
    """Show the analysis of a month; POST keeps a remark to it."""
    book, month = chosen_book(request), _month(request)
    form = RemarkForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            form,
            lambda: write_remark(
                actor=request.actor, book_id=book.pk, month=month, at=timezone.now(),
                text=form.cleaned_data["text"],
            ),
        )
    ):  # fmt: skip
        messages.success(request, "分析说明已保存")
        return HttpResponseRedirect(request.get_full_path())
    return _show(request, book, month, form)


def _show(request: TenantRequest, book: Book, month: date, form: RemarkForm) -> HttpResponse:
    found, remark = _found(request, book, month)
    if not form.is_bound:
        form = RemarkForm(initial={"text": remark.text if remark else ""})
    shown = sorted({*recent_months(today_in_shanghai(), MONTHS_OFFERED), month}, reverse=True)
    context = {
        "analysis": found,
        "book": book,
        "sentences": sentences(found),
        "charts": charts(found),
        "remark": remark,
        "filters": AnalysisFilterForm({"month": month_code(month)}, months=shown),
        "may_write": may(request.actor, Duty.REPORT_PREPARE),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render_page(request, "analysis/analysis.html", context=context, status=status)


def _month(request: TenantRequest) -> date:
    """Return the month of the address; last month without any."""
    last_month = add_months(month_of(today_in_shanghai()), -1)
    return month_of_choice(request.GET.get("month", ""), last_month)


def _found(
    request: TenantRequest, book: Book, month: date
) -> tuple[Analysis, AnalysisRemark | None]:
    this_month = month_of(today_in_shanghai())
    found = analyse(actor=request.actor, book=book, month=month, this_month=this_month)
    return found, newest_remark(actor=request.actor, book_id=book.pk, month=month)


@require_GET
def analysis_print(request: TenantRequest) -> HttpResponse:
    """Hand out the analysis as PDF."""
    book, month = chosen_book(request), _month(request)
    found, remark = _found(request, book, month)
    content = analysis_pdf(
        found=found,
        book=book.name,
        organisation=city_centre().name,
        remark=remark.text if remark else "",
        printed_at=timezone.now(),
    )
    return send_file(content, f"基金运行分析-{month_code(month)}.pdf", PDF)


@require_GET
def analysis_workbook(request: TenantRequest) -> HttpResponse:
    """Hand out the analysis as a workbook."""
    book, month = chosen_book(request), _month(request)
    found, remark = _found(request, book, month)
    content = analysis_xlsx(
        found=found,
        book=book.name,
        organisation=city_centre().name,
        remark=remark.text if remark else "",
    )
    return send_file(content, f"基金运行分析-{month_code(month)}.xlsx", XLSX)
