"""Messages, jobs and files."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import NoticeKind
from accounts.forms import JobFilter
from accounts.selectors import work
from accounts.services import documents, list_exports
from accounts.services import jobs as job_service
from accounts.services import notices as notice_service
from common.http import TenantRequest, attempt_or_warn, go, render_page, send_file
from common.lists import Narrowing, Viewer, narrowing, open_list, window_of

JOB_SCOPES = (("mine", "我的作业"), ("office", "本岗位管辖机构"))


@require_http_methods(["GET", "POST"])
def notices(request: TenantRequest) -> HttpResponse:
    """List the person's messages by kind; POST marks all of them read."""
    if request.method == "POST":
        notice_service.mark_all_read(user_id=request.actor.user_id, at=timezone.now())
        return redirect("accounts:notices")
    kind, only_unread = request.GET.get("kind", ""), request.GET.get("unread") == "1"
    listing = open_list(
        work.NOTICES,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=Narrowing({"kind": kind, "only_unread": only_unread}),
    )
    context = {
        "listing": listing,
        "tabs": _notice_tabs(request, kind),
        "only_unread": only_unread,
    }
    return render_page(request, "accounts/notices.html", context=context)


def _notice_tabs(request: TenantRequest, current: str) -> list[dict[str, object]]:
    counts = work.count_unread_notices(actor=request.actor)
    url = reverse("accounts:notices")
    tabs: list[dict[str, object]] = [
        {"label": "全部", "url": url, "is_current": not current, "count": sum(counts.values())}
    ]
    for code, label in NoticeKind.choices:
        address = f"{url}?{urlencode({'kind': code})}"
        tabs.append(
            {"label": label, "url": address, "is_current": current == code, "count": counts[code]}
        )
    return tabs


@require_GET
def notice(request: TenantRequest, notice_id: int) -> HttpResponse:
    """Mark a message read and go to the place it leads to."""
    found = notice_service.mark_read(
        user_id=request.actor.user_id, notice_id=notice_id, at=timezone.now()
    )
    return redirect(found.url or "accounts:notices")


@require_GET
def jobs(request: TenantRequest) -> HttpResponse:
    """List background jobs: the person's own, or those of the offices in reach."""
    scope, filters = request.GET.get("scope", "mine"), JobFilter(request.GET)
    listing = open_list(
        work.JOBS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"scope": scope, **filters.to_filters()}),
    )
    tabs = [
        {"label": label, "url": f"?scope={code}", "is_current": code == scope, "count": None}
        for code, label in JOB_SCOPES
    ]
    context = {"listing": listing, "filters": filters, "tabs": tabs}
    return render_page(request, "accounts/jobs.html", context=context)


@require_GET
def job(request: TenantRequest, job_id: int) -> HttpResponse:
    """Show one job; to htmx only its progress card, which asks again while it runs."""
    line = work.get_job(actor=request.actor, job_id=job_id)
    return render_page(request, "accounts/job.html", "components/progress.html", {"job": line})


@require_POST
def job_stop(request: TenantRequest, job_id: int) -> HttpResponse:
    """Ask that a job of one's own be stopped, and show it."""
    attempt_or_warn(
        request,
        lambda: job_service.stop_job(actor=request.actor, job_id=job_id, at=timezone.now()),
        "已请求停止，作业完成当前一步后停止；需要时可以重新发起",
    )
    return go(request, "accounts:job", job_id=job_id)


@require_GET
def document(request: TenantRequest, document_id: int) -> HttpResponse:
    """Hand out a file to a post that may read it, and write down that it was taken."""
    now = timezone.now()
    found = work.get_document(actor=request.actor, document_id=document_id, now=now)
    documents.record_download(actor=request.actor, document=found, at=now)
    return send_file(bytes(found.content), found.file_name, found.media_type)


@require_POST
def list_export(request: TenantRequest) -> HttpResponse:
    """Have the list somebody looks at written as a workbook, and show its progress."""
    made: list[int] = []

    def export() -> None:
        token, now = request.POST.get("token", ""), timezone.now()
        made.append(list_exports.request_export(actor=request.actor, token=token, at=now).pk)

    if attempt_or_warn(request, export, "已开始导出，完成后可在本页下载，消息中也会提醒"):
        return go(request, "accounts:job", job_id=made[0])
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
    return redirect(came_from if is_ours else "accounts:jobs")
