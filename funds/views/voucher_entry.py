"""Entry of a voucher by hand: a grid for the keyboard."""

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld
from common.errors import DomainError
from common.http import TenantRequest, go, render_page
from common.periods import today_in_shanghai
from common.text import identifier
from funds import forms
from funds.selectors.access import may
from funds.selectors.books import list_offices, list_usable_accounts
from funds.selectors.posting_rules import list_entry_rules
from funds.selectors.vouchers import VoucherSheet, get_voucher
from funds.services.vouchers import draft_voucher
from funds.views.shared import chosen_book, work_in


@require_http_methods(["GET", "POST"])
def voucher_new(request: TenantRequest) -> HttpResponse:
    """Enter a voucher; `?copy=` starts from another one's lines."""
    if not may(request.actor, Duty.VOUCHER_PREPARE):
        raise DutyNotHeld
    head, lines = _forms(request)
    book_id = chosen_book(request).pk
    if request.method == "POST" and head.is_valid() and lines.is_valid():
        draft = forms.to_draft(book_id=book_id, head=head, lines=lines)
        try:
            voucher = draft_voucher(actor=request.actor, draft=draft, at=timezone.now())
        except DomainError as error:
            head.add_error(None, error.message)
        else:
            messages.success(request, "凭证已保存，等待稽核")
            if "again" in request.POST:
                return go(request, "funds:voucher_new")
            return go(request, "funds:voucher", voucher_id=voucher.pk)
    context = {
        "form": head,
        "lines": lines,
        "accounts": list_usable_accounts(book_id=book_id),
        "line_problems": line_problems(lines) if request.method == "POST" else [],
        "rules": list_entry_rules(),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/voucher_new.html", context=context, status=status)


def _forms(
    request: TenantRequest,
) -> "tuple[forms.VoucherHeadForm, BaseFormSet[forms.VoucherLineForm]]":
    if request.method == "POST":
        return (
            forms.VoucherHeadForm(request.POST),
            forms.LineFormSet(request.POST, prefix="line", form_kwargs=grid_options(request)),
        )
    initial: dict[str, Any] = {"voucher_date": today_in_shanghai().isoformat()}
    rows: list[dict[str, Any]] = []
    if identifier(request.GET.get("copy", "")):
        other = get_voucher(actor=request.actor, voucher_id=int(request.GET["copy"]))
        work_in(request, other.book_id)
        initial |= {"summary": other.summary, "attachment_count": other.attachment_count}
        rows = rows_of(other)
    return (
        forms.VoucherHeadForm(initial=initial),
        forms.LineFormSet(prefix="line", form_kwargs=grid_options(request), initial=rows),
    )


def grid_options(request: TenantRequest) -> dict[str, Any]:
    """Return what a row of the grid offers: the accounts of the session's book, the offices."""
    accounts = list_usable_accounts(book_id=chosen_book(request).pk)
    return {"accounts": accounts, "offices": list_offices()}


def rows_of(voucher: VoucherSheet) -> list[dict[str, Any]]:
    offices = {office.short_name: str(office.id) for office in list_offices()}
    return [
        {
            "summary": line.summary,
            "account": f"{line.account_code} {line.account_name}",
            "office": offices.get(line.office, ""),
            "item_code": line.item_code,
            "debit": f"{line.debit:.2f}" if line.debit else "",
            "credit": f"{line.credit:.2f}" if line.credit else "",
        }
        for line in voucher.lines
    ]


def line_problems(lines: "BaseFormSet[forms.VoucherLineForm]") -> list[dict[str, str]]:
    """Return what is wrong in the grid, each with the field it is about."""
    return [
        {
            "row": str(number),
            "label": str(form.fields[name].label),
            "field_id": form[name].auto_id,
            "reason": str(error),
        }
        for number, form in enumerate(lines.forms, start=1)
        for name, errors in form.errors.items()
        for error in errors
    ]
