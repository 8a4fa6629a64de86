"""Tax income lists: upload, list, detail, transfer to the fiscal special account."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import require_any
from accounts.selectors.trail import list_trail
from accounts.services.documents import XLSX
from common.errors import DomainError
from common.http import TenantRequest, attempt, go, render_page, send_file
from common.import_templates import import_template
from common.lists import Narrowing, Viewer, open_list, window_of
from common.periods import today_in_shanghai
from funds import forms
from funds.enums import ListState
from funds.selectors import tax_lists as selector
from funds.selectors.access import may
from funds.services import tax_lists as service
from funds.services.tax_files import TAX_LIST
from funds.views.shared import chosen_book, work_in


@require_http_methods(["GET", "POST"])
def tax_lists(request: TenantRequest) -> HttpResponse:
    """List the months' income lists; POST takes a file in and starts its check."""
    form, status = forms.UploadForm(), 200
    if request.method == "POST":
        form, status = forms.UploadForm(request.POST, request.FILES), 422
        if form.is_valid():
            content, name = form.content()
            try:
                job = service.request_tax_list_import(
                    actor=request.actor,
                    book_id=chosen_book(request).pk,
                    content=content,
                    file_name=name,
                    at=timezone.now(),
                )
            except DomainError as error:
                form.add_error("file", error.message)
            else:
                return go(request, "accounts:job", job_id=job.pk)
    book = chosen_book(request)
    listing = open_list(
        selector.TAX_LISTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing({"book_id": book.pk}, [("账套", book.name)]),
    )
    context = {
        "form": form,
        "listing": listing,
        "may_import": may(request.actor, Duty.TAX_LIST_IMPORT),
    }
    return render_page(request, "funds/tax_lists.html", context=context, status=status)


@require_GET
def tax_list_template(request: TenantRequest) -> HttpResponse:
    """Hand out the workbook in which a month's income list is filled in."""
    require_any(request.actor, Duty.TAX_LIST_IMPORT)
    return send_file(import_template(TAX_LIST), "征收收入明细导入模板.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
def tax_list(request: TenantRequest, list_id: int) -> HttpResponse:
    """Show a list with its sums; POST records the treasury's transfer."""
    found = selector.get_tax_list(actor=request.actor, list_id=list_id)
    work_in(request, found.book_id)
    form = forms.TransferForm(initial={"transferred_date": today_in_shanghai().isoformat()})
    status = 200
    if request.method == "POST":
        form, status = forms.TransferForm(request.POST), 422
        if form.is_valid() and attempt(
            form,
            lambda: service.record_treasury_transfer(
                actor=request.actor, list_id=list_id, at=timezone.now(), **form.cleaned_data
            ),
        ):
            messages.success(request, "已登记划转，并生成凭证等待稽核")
            return go(request, "funds:tax_list", list_id=list_id)
    context = {
        "tax_list": found,
        "entries": list_trail("funds.taxincomelist", list_id),
        "form": form,
        "can_transfer": found.state == ListState.IMPORTED,
        "may_import": may(request.actor, Duty.TAX_LIST_IMPORT),
    }
    return render_page(request, "funds/tax_list.html", context=context, status=status)
