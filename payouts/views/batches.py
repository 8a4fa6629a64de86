"""Pages of payment batches: lists by stage, one batch, its instructions, and the acts on it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.permissions import reach_of, require_visible
from accounts.services.documents import PDF
from common.http import TenantRequest, attempt, attempt_or_warn, go, obtain, render_page, send_file
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.documents.payments import print_batch
from payouts.forms.payments import (
    BatchFilterForm,
    CheckForm,
    InstructionFilterForm,
    ReleaseForm,
    TickedForm,
    WithdrawForm,
)
from payouts.models import PaymentBatch
from payouts.selectors.batch_page import batch_page, list_signers
from payouts.selectors.batches import (
    BATCHES,
    TABS,
    count_batches,
    get_batch,
)
from payouts.selectors.instructions import INSTRUCTIONS, first_instructions
from payouts.selectors.payables import list_plans_to_pay, list_reissues_to_pay
from payouts.selectors.plans import list_offices
from payouts.services import batches as service


@require_GET
def batches(request: TenantRequest) -> HttpResponse:
    """List the batches of one stage."""
    tab = request.GET.get("tab", "all")
    offices = list_offices(actor=request.actor, duty=Duty.BATCH_READ)
    filters = BatchFilterForm(request.GET, offices=[(o.id, o.label) for o in offices])
    listing = open_list(
        BATCHES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(
            filters,
            {"tab": tab, **filters.to_filters()},
            分类=dict(TABS).get(tab, "全部"),
        ),
    )
    context = {
        "listing": listing,
        "tab": tab,
        "filters": filters,
        "tabs": _tabs(request, tab),
        "may_prepare": bool(reach_of(request.actor, Duty.BATCH_PREPARE)),
    }
    return render_page(request, "payouts/payments/batches.html", context=context)


def _tabs(request: TenantRequest, current: str) -> list[dict[str, object]]:
    counts, url = count_batches(actor=request.actor), reverse("payouts:batches")
    return [
        {
            "label": label,
            "url": f"{url}?{urlencode({'tab': code})}",
            "is_current": code == current,
            "count": counts[code],
        }
        for code, label in TABS
    ]


@require_http_methods(["GET", "POST"])
def batch_new(request: TenantRequest) -> HttpResponse:
    """Choose approved plans, or approved re-issues, and make their batch."""
    plans = list_plans_to_pay(actor=request.actor)
    reissues = list_reissues_to_pay(actor=request.actor)
    is_reissue = request.POST.get("kind") == "REISSUE"
    form = TickedForm(
        request.POST or None,
        choices=[r.id for r in reissues if is_reissue] or [p.id for p in plans if not is_reissue],
    )

    def prepare() -> PaymentBatch:
        ids, now = form.cleaned_data["ids"], timezone.now()
        if is_reissue:
            return service.prepare_reissue_batch(actor=request.actor, reissue_ids=ids, at=now)
        return service.prepare_batch(actor=request.actor, plan_ids=ids, at=now)

    if request.method == "POST" and form.is_valid():
        made = obtain(form, prepare)
        if made is not None:
            messages.success(request, "支付批次已编制，待复核")
            return go(request, "payouts:batch", batch_id=made.pk)
    context = {"plans": plans, "reissues": reissues, "form": form}
    template, status = "payouts/payments/batch_new.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)


@require_GET
def batch(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Show one batch with all that its signer must see."""
    return _batch_page(request, batch_id, CheckForm(), WithdrawForm())


def _batch_page(
    request: TenantRequest,
    batch_id: int,
    form: CheckForm,
    withdraw_form: WithdrawForm,
    status: int = 200,
) -> HttpResponse:
    page = batch_page(actor=request.actor, batch_id=batch_id, at=timezone.now())
    form.initial["seen"] = page.batch.content_sha256
    context = {
        "page": page,
        "batch": page.batch,
        "rows": first_instructions(batch=page.batch),
        "form": form,
        "withdraw_form": withdraw_form,
    }
    return render_page(request, "payouts/payments/batch.html", context=context, status=status)


@require_GET
def batch_lines(request: TenantRequest, batch_id: int) -> HttpResponse:
    """List a batch's instructions with their states, fifty to a page."""
    found = get_batch(actor=request.actor, batch_id=batch_id)
    filters = InstructionFilterForm(request.GET)
    filters.is_valid()
    wanted = {name: filters.cleaned_data.get(name, "") for name in ("state", "name")}
    listing = open_list(
        INSTRUCTIONS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"batch_id": batch_id, **wanted}, 批次=found.number),
    )
    context = {"batch": found, "listing": listing, "filters": filters}
    return render_page(request, "payouts/payments/batch_lines.html", context=context)


@require_POST
def batch_check(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Sign the check of a batch and fix its files."""
    found = get_batch(actor=request.actor, batch_id=batch_id)
    form = CheckForm(request.POST)

    def check() -> None:
        service.check_batch(
            actor=request.actor,
            batch_id=batch_id,
            at=timezone.now(),
            seen_sha256=form.cleaned_data["seen"],
            opinion=form.cleaned_data["opinion"],
        )

    if form.is_valid() and attempt(form, check):
        messages.success(request, f"批次{found.number}已复核，报盘文件已生成，请与银行核对")
        return go(request, "payouts:batch", batch_id=batch_id)
    return _batch_page(request, batch_id, form, WithdrawForm(), status=422)


@require_POST
def batch_confirm(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Have the bank count a checked batch."""
    get_batch(actor=request.actor, batch_id=batch_id)

    def ask() -> None:
        service.request_bank_check(actor=request.actor, batch_id=batch_id, at=timezone.now())

    attempt_or_warn(request, ask, "已提交银行核对，结果稍后显示在本页")
    return go(request, "payouts:batch", batch_id=batch_id)


@require_http_methods(["GET", "POST"])
def batch_release(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Show what is about to be paid from which account, and release it."""
    page = batch_page(actor=request.actor, batch_id=batch_id, at=timezone.now())
    require_visible(request.actor, Duty.BATCH_RELEASE, over=page.batch.organisation_id)
    shown = service.release_digits(page.batch.total_amount)
    seen = {"seen": page.batch.content_sha256}
    form = ReleaseForm(request.POST or None, initial=seen, digits_shown=len(shown))

    def release() -> None:
        service.release_batch(
            actor=request.actor,
            batch_id=batch_id,
            digits=form.cleaned_data["digits"],
            seen_sha256=form.cleaned_data["seen"],
            at=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, release):
        messages.success(request, f"批次{page.batch.number}已确认支付，正在发送银行")
        return go(request, "payouts:batch", batch_id=batch_id)
    context = {"page": page, "batch": page.batch, "form": form}
    template, status = "payouts/payments/batch_release.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)


@require_POST
def batch_withdraw(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Take a batch back before release."""
    found = get_batch(actor=request.actor, batch_id=batch_id)
    form = WithdrawForm(request.POST)

    def withdraw() -> None:
        service.withdraw_batch(
            actor=request.actor, batch_id=batch_id, at=timezone.now(), **form.cleaned_data
        )

    if form.is_valid() and attempt(form, withdraw):
        messages.success(request, f"批次{found.number}已撤回，其中的计划可以重新编制批次")
        return go(request, "payouts:batches")
    return _batch_page(request, batch_id, CheckForm(), form, status=422)


@require_GET
def batch_print(request: TenantRequest, batch_id: int) -> HttpResponse:
    """Print the approval form of a batch (支付审批表)."""
    page = batch_page(actor=request.actor, batch_id=batch_id, at=timezone.now())
    content = print_batch(
        page,
        signers=list_signers(actor=request.actor, batch=page.batch),
        printed_at=timezone.now(),
        printed_by=getattr(request.user, "name", ""),
    )
    return send_file(content, f"支付审批表-{page.batch.number}.pdf", PDF)
