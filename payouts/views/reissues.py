"""Pages of re-issues: failed payments, requests by stage, one request with its attempts."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Decision
from common.http import TenantRequest, attempt, go, obtain, render_page
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.forms.payments import DecisionForm, ReissueFilterForm, ReissueForm
from payouts.selectors.reissues import (
    FAILED,
    REISSUES,
    TABS,
    count_reissues,
    get_failed,
    reissue_page,
)
from payouts.services import reissues as service


@require_GET
def reissues(request: TenantRequest) -> HttpResponse:
    """List failed payments without a request, or the requests of one stage."""
    tab = request.GET.get("tab", "failed")
    counts, url = count_reissues(actor=request.actor), reverse("payouts:reissues")
    context: dict[str, object] = {
        "tab": tab,
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
    filters = ReissueFilterForm(request.GET)
    wanted = {} if tab == "failed" else {"tab": tab}
    if filters.is_valid():
        wanted["name"] = filters.cleaned_data["name"]
    context["filters"] = filters
    narrow = narrowing(filters, wanted, 分类=dict(TABS).get(tab, ""))
    viewer, window = Viewer(request.actor, timezone.now()), window_of(request)
    if tab == "failed":
        context["listing"] = open_list(FAILED, viewer, window=window, narrow=narrow)
    else:
        context["listing"] = open_list(REISSUES, viewer, window=window, narrow=narrow)
    return render_page(request, "payouts/payments/reissues.html", context=context)


@require_http_methods(["GET", "POST"])
def reissue_new(request: TenantRequest, instruction_id: int) -> HttpResponse:
    """Ask to send a failed payment again."""
    failed = get_failed(actor=request.actor, instruction_id=instruction_id)
    form = ReissueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = obtain(
            form,
            lambda: service.apply_reissue(
                actor=request.actor,
                instruction_id=instruction_id,
                reason=form.cleaned_data["reason"],
                corrected=form.to_corrected(),
                at=timezone.now(),
            ),
        )
        if made is not None:
            messages.success(request, "重发申请已提交，待复核")
            return go(request, "payouts:reissue", reissue_id=made.pk)
    context = {"failed": failed, "form": form}
    template, status = "payouts/payments/reissue_new.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)


@require_http_methods(["GET", "POST"])
def reissue(request: TenantRequest, reissue_id: int) -> HttpResponse:
    """Show one request with the history of attempts; review or approve it."""
    page = reissue_page(actor=request.actor, reissue_id=reissue_id)
    form = DecisionForm(request.POST or None, initial={"seen": page.request.content_sha256})

    def decide() -> None:
        act = service.approve_reissue if page.may_approve else service.review_reissue
        act(
            actor=request.actor,
            reissue_id=reissue_id,
            decision=Decision(form.cleaned_data["decision"]),
            opinion=form.cleaned_data["opinion"],
            seen_sha256=form.cleaned_data["seen"],
            at=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and attempt(form, decide):
        messages.success(request, f"重发申请{page.request.failed_id}已办理")
        return go(request, "payouts:reissue", reissue_id=reissue_id)
    context = {"page": page, "request_line": page.request, "form": form}
    template, status = "payouts/payments/reissue.html", 422 if form.errors else 200
    return render_page(request, template, context=context, status=status)
