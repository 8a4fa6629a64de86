"""The yearly review of bank accounts: the year's list, one account's confirmation, the print."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld
from accounts.services.documents import PDF
from common.http import TenantRequest, attempt, go, render_page, send_file
from common.lists import Narrowing, Viewer, open_list, window_of
from common.periods import today_in_shanghai
from common.text import identifier
from funds.documents.bank_reviews import bank_reviews_pdf
from funds.forms.bank_accounts import AccountReviewForm, ReviewFilterForm
from funds.selectors import bank_reviews as selector
from funds.selectors.access import may
from funds.selectors.bank_register import get_bank_account
from funds.selectors.books import city_centre
from funds.services.bank_accounts import Review, confirm_review
from funds.views.shared import chosen_book, person_name, work_in


@require_GET
def bank_reviews(request: TenantRequest) -> HttpResponse:
    """List the chosen book's accounts of a year with their reviews."""
    book, year = chosen_book(request), _year(request)
    listing = open_list(
        selector.REVIEWED,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing(
            {"book_id": book.pk, "year": year}, [("账套", book.name), ("年度", f"{year}年")]
        ),
    )
    due = selector.year_under_review(today_in_shanghai())
    context = {
        "listing": listing,
        "filters": ReviewFilterForm({"year": str(year)}, years=_years()),
        "year": year,
        "due_year": due,
        "may_review": year == due and may(request.actor, Duty.BANK_ACCOUNT_APPLY),
    }
    return render_page(request, "funds/bank_reviews.html", context=context)


def _years() -> list[int]:
    this_year = today_in_shanghai().year
    return [this_year - n for n in range(selector.YEARS_OFFERED)]


def _year(request: TenantRequest) -> int:
    """Return the year an address names, else the one under review."""
    text = request.GET.get("year", "")
    year = identifier(text) or 0
    return year if year in _years() else selector.year_under_review(today_in_shanghai())


@require_http_methods(["GET", "POST"])
def bank_review(request: TenantRequest, account_id: int) -> HttpResponse:
    """Confirm an account for the year under review with the bank's letter."""
    if not may(request.actor, Duty.BANK_ACCOUNT_APPLY):
        raise DutyNotHeld
    found = get_bank_account(actor=request.actor, account_id=account_id)
    work_in(request, found.book_id)
    year, form, status = selector.year_under_review(today_in_shanghai()), AccountReviewForm(), 200
    if request.method == "POST":
        form, status = AccountReviewForm(request.POST, request.FILES), 422
        if form.is_valid() and attempt(form, lambda: _confirm(request, account_id, year, form)):
            messages.success(request, f"已登记{year}年度账户年审")
            return go(request, "funds:bank_account", account_id=account_id)
    context = {"account": found, "form": form, "year": year}
    return render_page(request, "funds/bank_review.html", context=context, status=status)


def _confirm(request: TenantRequest, account_id: int, year: int, form: AccountReviewForm) -> object:
    values = {**form.cleaned_data, "year": year}
    values["confirmation"] = values.pop("scan")
    return confirm_review(
        actor=request.actor, account_id=account_id, review=Review(**values), at=timezone.now()
    )


@require_GET
def bank_reviews_print(request: TenantRequest) -> HttpResponse:
    """Hand out the year's review list as PDF."""
    book, year = chosen_book(request), _year(request)
    viewer = Viewer(request.actor, timezone.now())
    rows = selector.find_reviewed_accounts(viewer, book_id=book.pk, year=year)
    content = bank_reviews_pdf(
        rows=selector.show_reviewed_accounts(viewer, list(rows.order_by("opened_date", "pk"))),
        year=year,
        book=book.name,
        organisation=city_centre().name,
        printed_by=person_name(request),
        printed_at=viewer.now,
    )
    return send_file(content, f"银行账户年审表-{book.name}-{year}年.pdf", PDF)
