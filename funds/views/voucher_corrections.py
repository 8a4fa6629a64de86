"""Correction of a posted voucher, and the scans kept with one."""

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld
from common.http import TenantRequest, go, obtain, render_page
from common.periods import today_in_shanghai
from funds import forms
from funds.selectors.access import may
from funds.selectors.books import list_usable_accounts
from funds.selectors.vouchers import get_voucher
from funds.services import vouchers as service
from funds.services.voucher_files import attach_file
from funds.views.shared import work_in
from funds.views.voucher_entry import grid_options, line_problems, rows_of


@require_http_methods(["GET", "POST"])
def voucher_correct(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Enter what a posted voucher ought to say, or by how much it is wrong."""
    if not may(request.actor, Duty.VOUCHER_PREPARE):
        raise DutyNotHeld
    found = get_voucher(actor=request.actor, voucher_id=voucher_id)
    work_in(request, found.book_id)
    head = forms.CorrectionForm(
        request.POST or None, initial={"voucher_date": today_in_shanghai().isoformat()}
    )
    options: dict[str, Any] = {"prefix": "line", "form_kwargs": grid_options(request)}
    lines: BaseFormSet[forms.VoucherLineForm]
    if request.method == "POST":
        lines = forms.LineFormSet(request.POST, **options)
        drafted = _correct(request, voucher_id, head, lines)
        if drafted is not None:
            return go(request, "funds:voucher", voucher_id=drafted)
    else:
        lines = forms.LineFormSet(initial=rows_of(found) if found.reversal_id else [], **options)
    context = {
        "voucher": found,
        "is_reversed": bool(found.reversal_id),
        "form": head,
        "lines": lines,
        "accounts": list_usable_accounts(book_id=found.book_id),
        "line_problems": line_problems(lines) if request.method == "POST" else [],
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "funds/voucher_correct.html", context=context, status=status)


def _correct(
    request: TenantRequest,
    voucher_id: int,
    head: forms.CorrectionForm,
    lines: "BaseFormSet[forms.VoucherLineForm]",
) -> int | None:
    """Draft the correction; return its id, or None with the refusal on top of the form."""
    if not (head.is_valid() and lines.is_valid()):
        return None
    correction = service.Correction(lines=forms.to_lines(lines), **head.cleaned_data)
    drafted = obtain(
        head,
        lambda: service.correct_voucher(
            actor=request.actor, voucher_id=voucher_id, correction=correction, at=timezone.now()
        ),
    )
    if drafted is None:
        return None
    messages.success(request, "已生成订正凭证，等待稽核")
    return drafted.pk


@require_POST
def voucher_attach(request: TenantRequest, voucher_id: int) -> HttpResponse:
    """Keep a scan with a voucher that is not posted yet."""
    get_voucher(actor=request.actor, voucher_id=voucher_id)
    form = forms.VoucherFileForm(request.POST, request.FILES)
    if not form.is_valid():
        for error in form.errors["file"]:
            messages.error(request, f"原始凭证：{error}")
        return go(request, "funds:voucher", voucher_id=voucher_id)
    try:
        attach_file(
            actor=request.actor,
            voucher_id=voucher_id,
            evidence=form.cleaned_data["file"],
            at=timezone.now(),
        )
    except service.VoucherNotWaiting as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "原始凭证已上传")
    return go(request, "funds:voucher", voucher_id=voucher_id)
