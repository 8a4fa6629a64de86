"""Second review of like cases on one sheet: choosing, confirming, and what became of each."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_any
from accounts.services.signatures import Verdict
from common.errors import DomainError
from common.http import TenantRequest, go
from common.periods import today_in_shanghai
from common.text import identifier
from payouts.forms.reviews import SheetForm, sheet_lines
from payouts.selectors.bulk_reviews import SHEET_LIMIT, BulkLine, list_bulk_choice, list_sheet
from payouts.services.bulk_reviews import LineOutcome, review_sheet
from payouts.views.queues import queue_of


@require_GET
def bulk_review(request: TenantRequest) -> HttpResponse:
    """Show the waiting second reviews: those one sheet may hold, and why the others may not."""
    require_any(request.actor, Duty.CASE_RE_REVIEW)
    queue = queue_of(request)
    choice = list_bulk_choice(
        actor=request.actor,
        narrow=queue.to_filter(),
        today=today_in_shanghai(),
        band=request.GET.get("band", ""),
    )
    context = {"choice": choice, "limit": SHEET_LIMIT, "queue_query": queue.query()}
    return render(request, "payouts/claims/bulk_review.html", context)


@require_http_methods(["GET", "POST"])
def bulk_sheet(request: TenantRequest) -> HttpResponse:
    """Show the sheet of the ticked cases; posted, sign it and say what became of every line."""
    require_any(request.actor, Duty.CASE_RE_REVIEW)
    posted = sheet_lines(request.POST.getlist("line"))
    form = SheetForm(request.POST if request.method == "POST" else None, shown=posted)
    if request.method == "POST" and form.is_valid():
        try:
            outcomes = _sign(request, form)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return _result(request, outcomes)
    ticked = [case_id for case_id, _ in posted] or _ticked(request)
    lines = list_sheet(actor=request.actor, case_ids=ticked, today=today_in_shanghai())
    if not lines:
        messages.warning(request, "所选案件已不在待复核环节，请重新选择")
        return go(request, "payouts:bulk_review")
    return _sheet_page(request, lines, form)


def _ticked(request: TenantRequest) -> list[int]:
    return [number for text in request.GET.getlist("ids") if (number := identifier(text))]


def _sign(request: TenantRequest, form: SheetForm) -> list[LineOutcome]:
    verdict = Verdict(Decision.APPROVE, form.cleaned_data["opinion"], timezone.now())
    return review_sheet(
        actor=request.actor,
        sheet=form.to_sheet(),
        verdict=verdict,
        today=today_in_shanghai(),
    )


def _sheet_page(request: TenantRequest, lines: list[BulkLine], form: SheetForm) -> HttpResponse:
    allowed = [line for line in lines if not line.reasons]
    total = sum((line.case.monthly_amount or Decimal(0) for line in allowed), Decimal(0))
    context = {
        "lines": allowed,
        "excluded": [line for line in lines if line.reasons],
        "total": total,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "payouts/claims/bulk_sheet.html", context, status=status)


def _result(request: TenantRequest, outcomes: list[LineOutcome]) -> HttpResponse:
    signed = [line for line in outcomes if line.is_signed]
    amounts = [line.case.monthly_amount or Decimal(0) for line in signed if line.case]
    context = {
        "signed": signed,
        "refused": [line for line in outcomes if not line.is_signed],
        "total": sum(amounts, Decimal(0)),
    }
    return render(request, "payouts/claims/bulk_result.html", context)
