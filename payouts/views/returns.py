"""Pages of return files: list with quarantine reports, import, one file; and the bank's push."""

import hmac
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any
from accounts.selectors.directory import find_pool
from accounts.selectors.trail import list_trail
from common.actor import Job
from common.errors import DomainError
from common.http import TenantRequest, attempt, go, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from common.tenancy import tenant_transaction
from payouts.enums import ReturnState, ReturnVia
from payouts.forms.payments import ReturnFilterForm, ReturnLineFilterForm, ReturnUploadForm
from payouts.forms.plans import posted
from payouts.selectors.awaited_returns import list_awaited
from payouts.selectors.plans import list_offices
from payouts.selectors.returns import (
    RETURNS,
    SETTLED,
    TABS,
    ReturnLine,
    count_returns,
    get_return,
    get_voucher_of_return,
)
from payouts.services.polling import late_before
from payouts.services.returns import ReceivedReturn, receive_return


@require_GET
def returns(request: TenantRequest) -> HttpResponse:
    """List return files, and above them the batches still waited for."""
    tab = request.GET.get("tab", "all")
    offices = list_offices(actor=request.actor, duty=Duty.BATCH_READ)
    filters = ReturnFilterForm(request.GET, offices=[(o.id, o.label) for o in offices])
    listing = open_list(
        RETURNS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters, {"tab": tab, **filters.to_filters()}, 分类=dict(TABS).get(tab, "全部")
        ),
    )
    counts, url = count_returns(actor=request.actor), reverse("payouts:returns")
    context = {
        "listing": listing,
        "filters": filters,
        "awaited": list_awaited(actor=request.actor, late_before=late_before(timezone.now())),
        "may_import": bool(reach_of(request.actor, Duty.RETURN_IMPORT)),
        "tabs": [
            {
                "label": label,
                "url": f"{url}?{urlencode({'tab': code})}",
                "is_current": code == tab,
                "count": counts[code],
            }
            for code, label in TABS
        ],
    }
    return render_page(request, "payouts/payments/returns.html", context=context)


@require_http_methods(["GET", "POST"])
def return_import(request: TenantRequest) -> HttpResponse:
    """Take in an uploaded return file and lead to what became of it."""
    require_any(request.actor, Duty.RETURN_IMPORT)
    form = ReturnUploadForm(*posted(request))
    received: list[ReceivedReturn] = []

    def receive() -> None:
        file = form.cleaned_data["file"]
        received.append(
            receive_return(
                actor=request.actor,
                content=file.read(),
                file_name=file.name,
                via=ReturnVia.UPLOAD,
                at=timezone.now(),
            )
        )

    if request.method == "POST" and form.is_valid() and attempt(form, receive):
        _tell(request, received[0])
        return go(request, "payouts:return", return_id=received[0].id)
    template, status = "payouts/payments/return_import.html", 422 if form.errors else 200
    return render_page(request, template, context={"form": form}, status=status)


def _tell(request: TenantRequest, received: ReceivedReturn) -> None:
    if received.is_repeat:
        messages.info(request, "该文件此前已经接收过，本次没有任何变动")
    elif received.state == ReturnState.APPLIED:
        messages.success(request, "回盘已入账，记账凭证已生成草稿")
    else:
        messages.error(request, "回盘文件与批次不符，整份隔离，未入账；请查看差异报告")


@require_GET
def bank_return(request: TenantRequest, return_id: int) -> HttpResponse:
    """Show one return file: its figures, its voucher, its lines or its report."""
    found = get_return(actor=request.actor, return_id=return_id)
    only_failed = request.GET.get("lines", "failed") == "failed"
    url = reverse("payouts:return", args=[return_id])
    is_applied = found.state == ReturnState.APPLIED
    filters = ReturnLineFilterForm(request.GET)
    context = {
        "found": found,
        "listing": _settled(request, found, filters, only_failed=only_failed)
        if is_applied
        else None,
        "filters": filters if is_applied else None,
        "entries": list_trail("payouts.bankreturn", return_id),
        "voucher": get_voucher_of_return(return_id=return_id),
        "may_read_books": bool(reach_of(request.actor, Duty.BOOKS_READ)),
        "tabs": is_applied
        and [
            {"label": "失败明细", "url": f"{url}?lines=failed", "is_current": only_failed},
            {"label": "全部明细", "url": f"{url}?lines=all", "is_current": not only_failed},
        ],
    }
    return render_page(request, "payouts/payments/return.html", context=context)


def _settled(
    request: TenantRequest, found: ReturnLine, filters: ReturnLineFilterForm, *, only_failed: bool
) -> Any:
    name = filters.cleaned_data["name"] if filters.is_valid() else ""
    return open_list(
        SETTLED,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"return_id": found.id, "only_failed": only_failed, "name": name},
            回盘文件=found.file_name,
            范围="失败明细" if only_failed else "全部明细",
        ),
    )


class BankReturnView(APIView):
    """The bank pushes a return file: `POST /api/v1/bank/returns/?pool=510400`.

    Bearer token as in docs/formats.md §6. Answers 201 applied, 200 came before, 422 quarantined
    (a report is kept), 409 too early, 401 wrong token, 404 unknown pool.
    """

    outside_tenant = True
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Take the file in, in its pool's transaction."""
        if not _has_token(request):
            return _problem(401, "UNAUTHENTICATED", "口令不正确")
        pool = find_pool(code=request.query_params.get("pool", ""))
        if pool is None:
            return _problem(404, "POOL_UNKNOWN", "没有这个统筹区，请在地址中给出区划代码")
        try:
            with tenant_transaction(Job(pool.pk, "bank")):
                received = receive_return(
                    actor=Job(pool.pk, "bank"),
                    content=request._request.body,
                    file_name="银行推送.return.txt",
                    via=ReturnVia.GATEWAY,
                    at=timezone.now(),
                )
        except DomainError as error:
            return _problem(409, error.code, error.message)
        if received.state == ReturnState.QUARANTINED:
            return _problem(422, "RETURN_QUARANTINED", received.problem)
        body = {"state": received.state, "repeated": received.is_repeat}
        return Response(body, status=200 if received.is_repeat else 201)


def _has_token(request: Request) -> bool:
    expected = f"Bearer {settings.BANK_GATEWAY_TOKEN}"
    given = request.headers.get("Authorization", "")
    is_equal = hmac.compare_digest(given.encode(), expected.encode())
    return bool(settings.BANK_GATEWAY_TOKEN) and is_equal


def _problem(status: int, code: str, detail: str) -> Response:
    """Answer with a problem as RFC 9457 describes."""
    return Response(
        {"type": "about:blank", "status": status, "code": code, "detail": detail},
        status=status,
        content_type="application/problem+json",
    )


push_return = BankReturnView.as_view()
push_return.outside_tenant = True  # type: ignore[attr-defined]
