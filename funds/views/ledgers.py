"""Ledger, day-book, trial balance."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from common.http import TenantRequest, render_page
from common.lists import Narrowing, sign_export
from common.periods import add_months, month_code, month_of, month_text, today_in_shanghai
from common.text import identifier
from funds import forms
from funds.models import Book
from funds.selectors import ledger as selector
from funds.selectors.account_ledger import (
    LEDGER_LINES,
    LedgerSheet,
    Place,
    account_ledger,
    place_of,
)
from funds.selectors.bank_accounts import list_bank_accounts
from funds.selectors.books import list_book_accounts, list_offices
from funds.selectors.general_ledger import general_ledger as get_general_ledger
from funds.selectors.ledger import LedgerScope, first_month, recent_months
from funds.views.shared import chosen_book

MONTHS_OFFERED = 37


@require_GET
def ledger(request: TenantRequest) -> HttpResponse:
    """Show every account over some months; with `?account=` that account line by line."""
    scope = _scope(request)
    code = request.GET.get("account", "")
    context: dict[str, Any] = {
        "scope": scope,
        "codes": _codes(scope),
        "account": code,
        "filters": _ledger_filters(request, scope, code),
    }
    if not code:
        context["balance"] = selector.trial_balance(actor=request.actor, scope=scope)
    else:
        context["sheet"] = account_ledger(
            actor=request.actor,
            scope=scope,
            account_code=code,
            place=_place(request),
            side=request.GET.get("side", ""),
        )
        context["export_token"] = _export_token(chosen_book(request), scope, context["sheet"])
    return render_page(request, "funds/ledger.html", context=context)


@require_GET
def trial_balance(request: TenantRequest) -> HttpResponse:
    """Show the trial balance of a month, after its period-end close or before it."""
    scope = _scope(request)
    context = {
        "balance": selector.trial_balance(actor=request.actor, scope=scope),
        "scope": scope,
        "codes": _codes(scope),
        "filters": _ledger_filters(request, scope, ""),
    }
    return render_page(request, "funds/trial_balance.html", context=context)


@require_GET
def general_ledger(request: TenantRequest) -> HttpResponse:
    """Show one account month by month over the year of a month."""
    book, this_month = chosen_book(request), month_of(today_in_shanghai())
    last = forms.month_of_choice(request.GET.get("last", ""), this_month)
    accounts = list_book_accounts(book_id=book.pk)
    code = request.GET.get("account", "") or accounts[0][0]
    sheet = get_general_ledger(actor=request.actor, book_id=book.pk, account_code=code, last=last)
    shown = sorted({*recent_months(this_month, MONTHS_OFFERED), last}, reverse=True)
    context = {
        "sheet": sheet,
        "codes": _codes(LedgerScope(book.pk, date(last.year, 1, 1), last)),
        "filters": forms.GeneralLedgerFilterForm(
            {"account": code, "last": month_code(last)}, months=shown, accounts=accounts
        ),
    }
    return render_page(request, "funds/general_ledger.html", context=context)


@require_GET
def day_book(request: TenantRequest) -> HttpResponse:
    """Show one bank account line by line with each day's balance."""
    book, this_month = chosen_book(request), month_of(today_in_shanghai())
    accounts = list_bank_accounts(actor=request.actor, book_id=book.pk)
    month = forms.month_of_choice(request.GET.get("month", ""), this_month)
    wanted = request.GET.get("account", "")
    shown = next((a for a in accounts if str(a.id) == wanted), accounts[0] if accounts else None)
    filters = forms.DayBookFilterForm(
        {"account": str(shown.id) if shown else "", "month": month_code(month)},
        months=recent_months(today_in_shanghai(), MONTHS_OFFERED),
        accounts=[(str(a.id), f"{a.kind_label} {a.number_masked}") for a in accounts],
    )
    context: dict[str, Any] = {"filters": filters, "account": shown, "month": month}
    if shown:
        scope = LedgerScope(book.pk, month, month)
        context["codes"] = _codes(scope)
        context["sheet"] = account_ledger(
            actor=request.actor,
            scope=scope,
            account_code=shown.ledger_code,
            place=_place(request),
            with_days=True,
        )
        context["export_token"] = _export_token(book, scope, context["sheet"])
    return render_page(request, "funds/day_book.html", context=context)


def _export_token(book: Book, scope: LedgerScope, sheet: LedgerSheet) -> str:
    """Return what the export button of an account's lines carries."""
    period = f"{month_text(scope.first)}至{month_text(scope.last)}"
    words = [
        ("账套", book.name),
        ("科目", f"{sheet.code} {sheet.name}"),
        ("月份", period),
        ("业务项目", scope.item_code or "全部"),
        ("期末结转", "包含" if scope.with_closing else "不包含"),
        ("本期借方", f"{sheet.debit:,.2f}"),
        ("本期贷方", f"{sheet.credit:,.2f}"),
        (f"期末余额（{sheet.side_label}）", f"{sheet.closing:,.2f}"),
    ]
    months = {"first": scope.first.isoformat(), "last": scope.last.isoformat()}
    filters = asdict(scope) | months | {"account_code": sheet.code, "side": sheet.side}
    return sign_export(LEDGER_LINES, Narrowing(filters, words), "")


def _scope(request: TenantRequest) -> LedgerScope:
    """Return the months and dimensions of the address; this month without any."""
    this_month = month_of(today_in_shanghai())
    first = forms.month_of_choice(request.GET.get("first", ""), this_month)
    last = forms.month_of_choice(request.GET.get("last", ""), first)
    office = request.GET.get("office", "")
    return LedgerScope(
        book_id=chosen_book(request).pk,
        first=min(first, last),
        last=max(first, last),
        organisation_id=int(office) if identifier(office) else None,
        item_code=request.GET.get("item", "").strip().upper(),
        with_closing=request.GET.get("closing", "") != forms.BEFORE_CLOSING,
    )


def _ledger_filters(
    request: TenantRequest, scope: LedgerScope, code: str
) -> forms.LedgerFilterForm:
    months: list[date] = recent_months(today_in_shanghai(), MONTHS_OFFERED)
    shown = sorted({*months, scope.first, scope.last, add_months(months[0], 1)}, reverse=True)
    values = {
        "account": code,
        "first": month_code(scope.first),
        "last": month_code(scope.last),
        "office": request.GET.get("office", ""),
        "item": scope.item_code,
        "closing": "" if scope.with_closing else forms.BEFORE_CLOSING,
    }
    return forms.LedgerFilterForm(values, months=shown, offices=list_offices())


def _codes(scope: LedgerScope) -> dict[str, str]:
    """Return the months that figures lead to, as addresses write them."""
    months = {
        "first": scope.first,
        "last": scope.last,
        "before": add_months(scope.first, -1),
        "january": date(scope.last.year, 1, 1),
        "start": min(first_month(scope.book_id), scope.first),
    }
    return {name: month_code(month) for name, month in months.items()}


def _place(request: TenantRequest) -> Place | None:
    """Return the place in the book that the address names, None for its beginning."""
    before = place_of(request.GET.get("before", ""), is_before=True)
    return before or place_of(request.GET.get("after", ""))
