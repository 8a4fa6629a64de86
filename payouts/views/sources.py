"""Pages of the imported sources: how fresh they are, what came in, uploading."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any
from accounts.selectors.trail import list_trail
from accounts.services.documents import XLSX
from common.errors import NotFound
from common.http import TenantRequest, attempt, go, render_page, send_file
from common.import_templates import import_template
from common.lists import Viewer, narrowing, open_list, window_of
from payouts.enums import ReturnVia, SourceKind
from payouts.forms.plans import SourceFilterForm, SourceUploadForm, posted
from payouts.selectors.sources import EXTRACTS, get_extract, list_freshness
from payouts.services.source_files import SPECS
from payouts.services.sources import receive_extract


@require_GET
def sources(request: TenantRequest) -> HttpResponse:
    """Show each source's freshness and the extracts that came in."""
    filters = SourceFilterForm(request.GET)
    kind = request.GET.get("kind", "")
    listing = open_list(
        EXTRACTS,
        Viewer(request.actor, timezone.now()),
        window=window_of(request),
        narrow=narrowing(filters, {"kind": kind}),
    )
    context = {
        "listing": listing,
        "filters": filters,
        "freshness": list_freshness(today=timezone.localdate()),
        "may_import": bool(reach_of(request.actor, Duty.SOURCE_IMPORT)),
    }
    return render_page(request, "payouts/plans/sources.html", context=context)


@require_http_methods(["GET", "POST"])
def source_upload(request: TenantRequest) -> HttpResponse:
    """Upload an extract file; the job's page follows."""
    require_any(request.actor, Duty.SOURCE_IMPORT)
    form = SourceUploadForm(*posted(request))
    received = []

    def receive() -> None:
        upload = form.cleaned_data["file"]
        extract = receive_extract(
            actor=request.actor,
            kind=form.cleaned_data["kind"],
            content=upload.read(),
            file_name=upload.name,
            via=ReturnVia.UPLOAD,
            at=timezone.now(),
        )
        received.append(extract.pk)

    if request.method == "POST" and form.is_valid() and attempt(form, receive):
        return go(request, "payouts:source", extract_id=received[0])
    status = 422 if form.errors else 200
    template = "payouts/plans/source_upload.html"
    return render_page(
        request, template, context={"form": form, "kinds": SourceKind.choices}, status=status
    )


@require_GET
def source_template(request: TenantRequest, kind: str) -> HttpResponse:
    """Hand out the workbook in which a source is filled in."""
    require_any(request.actor, Duty.SOURCE_IMPORT)
    if kind not in SourceKind.values:
        raise NotFound
    name = f"{SourceKind(kind).label}导入模板.xlsx"
    return send_file(import_template(SPECS[SourceKind(kind)]), name, XLSX)


@require_GET
def source(request: TenantRequest, extract_id: int) -> HttpResponse:
    """Show one extract with the progress of its check and its error workbook."""
    extract = get_extract(actor=request.actor, extract_id=extract_id)
    context = {"extract": extract, "entries": list_trail("payouts.sourceextract", extract_id)}
    return render_page(request, "payouts/plans/source.html", context=context)
