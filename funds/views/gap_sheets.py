"""Gap sharing: the sheets, the gap as the books stand, one sheet with its signature and papers."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.services.documents import PDF, XLSX
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt_or_warn, go, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from common.money import capital_amount
from common.periods import add_months, month_code, month_of, today_in_shanghai
from funds.documents.gap_sheets import file_stem, gap_sheet_pdf, gap_sheet_xlsx
from funds.forms import DecisionForm, month_of_choice
from funds.forms.gap_sheets import GapFilterForm, GapMonthFilterForm
from funds.selectors import gap_sheets as selector
from funds.selectors.access import may, require_books
from funds.selectors.books import city_centre
from funds.selectors.gap_sheets import GapSheetSheet
from funds.selectors.periods import months_before
from funds.services.gap_sheets import decide_gap_sheet, prepare_gap_sheet
from funds.sharing_enums import GapSheetState
from funds.views.shared import chosen_book, person_name, timeline_rows, work_in

STEP_NAMES = {"PREPARE": "测算", "APPROVE": "主要领导批准"}
PHRASES = ("已与账簿、预算核对，同意", "预算任务有误，请重新测算")


@require_GET
def gap_sheets(request: TenantRequest) -> HttpResponse:
    """List the chosen book's sheets."""
    filters = GapFilterForm(request.GET)
    wanted = {"book_id": chosen_book(request).pk, "state": request.GET.get("state", "")}
    listing = open_list(
        selector.GAP_SHEETS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, wanted),
    )
    context = {"listing": listing, "filters": filters}
    return render_page(request, "funds/gap_sheets.html", context=context)


@require_http_methods(["GET", "POST"])
def gap_sheet_new(request: TenantRequest) -> HttpResponse:
    """Show the gap of `?month=` as the books stand now; POST keeps it as a sheet."""
    require_books(request.actor)
    book, today = chosen_book(request), today_in_shanghai()
    month = month_of_choice(request.GET.get("month", ""), add_months(month_of(today), -1))
    if request.method == "POST":
        return _keep(request, book.pk, month)
    months = months_before(book_id=book.pk, today=today)
    figures = selector.reckon_gap(book_id=book.pk, month=month)
    context = {
        "book": book,
        "month": month,
        "filters": GapMonthFilterForm({"month": month_code(month)}, months=months),
        "figures": figures,
        "lines": selector.office_lines(figures.offices, figures.split, figures.ratio),
        "means": selector.list_means(figures.deposits, figures.invested),
        "may_prepare": may(request.actor, Duty.RESERVE_PREPARE) and month in months,
    }
    return render_page(request, "funds/gap_sheet_new.html", context=context)


def _keep(request: TenantRequest, book_id: int, month: date) -> HttpResponse:
    is_kept = attempt_or_warn(
        request,
        lambda: prepare_gap_sheet(
            actor=request.actor, book_id=book_id, month=month, at=timezone.now()
        ),
        "已测算，等待主要领导批准",
    )
    return go(request, "funds:gap_sheets" if is_kept else "funds:gap_sheet_new")


@require_GET
def gap_sheet(request: TenantRequest, sheet_id: int) -> HttpResponse:
    """Show one sheet with how every share was computed."""
    return _show(request, sheet_id)


def _show(request: TenantRequest, sheet_id: int, form: DecisionForm | None = None) -> HttpResponse:
    sheet = _sheet(request, sheet_id)
    actions, blocked = _actions(request, sheet)
    context = {
        "sheet": sheet,
        "lines": sheet.lines,
        "means": sheet.means,
        "facts": _facts(sheet),
        "entries": timeline_rows(sheet.timeline, STEP_NAMES),
        "actions": actions,
        "blocked": blocked,
        "phrases": PHRASES,
        "decision_form": form or DecisionForm(initial={"seen": sheet.content_sha256}),
        "form": form,
    }
    status = 422 if form else 200
    return render_page(request, "funds/gap_sheet.html", context=context, status=status)


def _sheet(request: TenantRequest, sheet_id: int) -> GapSheetSheet:
    sheet = selector.get_gap_sheet(actor=request.actor, sheet_id=sheet_id)
    work_in(request, sheet.book_id)
    return sheet


def _facts(sheet: GapSheetSheet) -> list[dict[str, str]]:
    """Return what stands beside the shares, as `components/descr.html` shows it."""
    covered = "足以弥补缺口" if sheet.is_covered else "不足弥补缺口"
    rows = (
        ("测算人", sheet.prepared_by),
        ("上年滚存结余", f"¥{sheet.rolled_balance:,.2f}，{covered}"),
        ("统筹区与各地分担比例", f"{sheet.ratio.pool}:{sheet.ratio.offices}"),
        ("已动用储备金", f"¥{sheet.drawn:,.2f}"),
    )
    return [{"label": label, "value": value} for label, value in rows]


def _actions(request: TenantRequest, sheet: GapSheetSheet) -> tuple[list[dict[str, str]], str]:
    """Return the buttons of the decision bar, or why there are none."""
    if sheet.state != GapSheetState.WAITING:
        return [], ""
    if not may(request.actor, Duty.RESERVE_APPROVE):
        return [], "待批准：由主要领导办理"
    split = sheet.split
    figures = (
        f"缺口{split.gap:,.2f}元（{capital_amount(split.gap)}），"
        f"统筹区分担{split.pool_share:,.2f}元，各地分担{split.gap - split.pool_share:,.2f}元。"
    )
    approve = {
        "value": Decision.APPROVE.value,
        "label": "批准",
        "tone": "primary",
        "shortcut": "a",
        "confirm_title": f"批准{sheet.title}",
        "confirm_text": f"{figures}批准后不能修改；本年度原已批准的分担表同时作废。",
        "confirm_button": "批准",
    }
    send_back = {
        "value": Decision.RETURN.value,
        "label": "退回",
        "tone": "outline-danger",
        "confirm_title": f"退回{sheet.title}",
        "confirm_text": f"{figures}退回后由预算岗重新测算新版本。",
        "confirm_button": "退回",
    }
    return [approve, send_back], ""


@require_POST
def gap_sheet_decide(request: TenantRequest, sheet_id: int) -> HttpResponse:
    """Sign a sheet, or send it back."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, sheet_id, form)
    data = form.cleaned_data
    verdict = Verdict(Decision(data["decision"]), data["opinion"], timezone.now(), data["seen"])
    attempt_or_warn(
        request,
        lambda: decide_gap_sheet(actor=request.actor, sheet_id=sheet_id, verdict=verdict),
        "已批准" if verdict.decision == Decision.APPROVE else "已退回，由预算岗重新测算",
    )
    return go(request, "funds:gap_sheet", sheet_id=sheet_id)


@require_GET
def gap_sheet_print(request: TenantRequest, sheet_id: int) -> HttpResponse:
    """Hand out the sheet as PDF."""
    sheet = _sheet(request, sheet_id)
    content = gap_sheet_pdf(
        sheet=sheet,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=timezone.now(),
    )
    return send_file(content, f"{file_stem(sheet)}.pdf", PDF)


@require_GET
def gap_sheet_workbook(request: TenantRequest, sheet_id: int) -> HttpResponse:
    """Hand out the sheet as a workbook whose sums are formulas."""
    sheet = _sheet(request, sheet_id)
    content = gap_sheet_xlsx(sheet=sheet, organisation=city_centre().name)
    return send_file(content, f"{file_stem(sheet)}.xlsx", XLSX)
