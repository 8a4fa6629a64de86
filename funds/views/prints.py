"""Printing of the books."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from common.http import TenantRequest, go, render_page
from common.periods import month_code, month_of, today_in_shanghai
from funds.enums import PrintKind
from funds.forms.prints import XLSX, PrintForm
from funds.models import Book
from funds.selectors.access import require_books
from funds.selectors.books import list_book_accounts
from funds.selectors.ledger import recent_months
from funds.services.prints import PrintRequest, request_print
from funds.views.shared import chosen_book

MONTHS_OFFERED = 37
VOUCHER = PrintKind.VOUCHERS


@require_http_methods(["GET", "POST"])
def prints(request: TenantRequest) -> HttpResponse:
    """Choose what to print; POST starts the job and shows its progress."""
    require_books(request.actor)
    book = chosen_book(request)
    form, status = _form(request, book), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                job = request_print(
                    actor=request.actor, wanted=_wanted(form, book), at=timezone.now()
                )
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                return go(request, "accounts:job", job_id=job.pk)
    return render_page(request, "funds/prints.html", context={"form": form}, status=status)


def _form(request: TenantRequest, book: Book) -> PrintForm:
    this_month = month_of(today_in_shanghai())
    months = recent_months(this_month, MONTHS_OFFERED)
    accounts = list_book_accounts(book_id=book.pk)
    if request.method == "POST":
        return PrintForm(request.POST, months=months, accounts=accounts)
    code = month_code(this_month)
    initial = {"what": VOUCHER.value, "first": code, "last": code, "file_type": "PDF"}
    named = {name: value for name, value in request.GET.items() if name in PrintForm.base_fields}
    return PrintForm(initial=initial | named, months=months, accounts=accounts)


def _wanted(form: PrintForm, book: Book) -> PrintRequest:
    data, what = form.cleaned_data, PrintKind(form.cleaned_data["what"])
    is_voucher = what == VOUCHER
    return PrintRequest(
        what=what,
        book_id=book.pk,
        first=data["first"],
        last=data["last"],
        account_code="" if is_voucher else data["account"],
        first_number=data["first_number"] if is_voucher else None,
        last_number=data["last_number"] if is_voucher else None,
        is_workbook=data["file_type"] == XLSX,
    )
