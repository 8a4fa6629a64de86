"""The office's statement: drawn up, signed, confirmed, set aside, exported."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import reach_of
from accounts.selectors.work import job_line
from accounts.services.documents import PDF
from accounts.services.signatures import Verdict
from common.http import TenantRequest, attempt, attempt_or_warn, go, render_page
from common.periods import month_of
from reconciliation.forms import (
    DecisionForm,
    ExportForm,
    OpinionForm,
    SupersedeForm,
    read_month,
)
from reconciliation.selectors.statements import (
    StatementPage,
    get_office_month,
    get_statement,
)
from reconciliation.services.exports import (
    detail_job,
    print_statement,
    request_statement_detail,
)
from reconciliation.services.statements import (
    confirm_statement,
    prepare_statement,
    sign_statement,
    supersede_statement,
)
from reconciliation.views.statement_screen import decision_of, steps_of, timeline_of


@require_http_methods(["GET", "POST"])
def statement_prepare(
    request: TenantRequest, organisation_id: int, month_code: str
) -> HttpResponse:
    """Show an office's month; draw up its statement."""
    today = timezone.localdate()
    chosen = read_month(month_code, today=today)
    page = get_office_month(actor=request.actor, organisation_id=organisation_id, month=chosen)
    if request.method == "POST":
        made: list[Any] = []
        if attempt_or_warn(
            request,
            lambda: made.append(
                prepare_statement(
                    actor=request.actor,
                    organisation_id=organisation_id,
                    month=chosen,
                    at=timezone.now(),
                )
            ),
            "对账明细表已编制，待机构负责人签字",
        ):
            return go(request, "reconciliation:statement", statement_id=made[0].pk)
    context = {
        "page": page,
        "month_value": f"{chosen:%Y-%m}",
        "is_running": chosen == month_of(today),
        "may_prepare": organisation_id in reach_of(request.actor, Duty.STATEMENT_PREPARE),
    }
    return render_page(request, "reconciliation/statement_prepare.html", context=context)


@require_GET
def statement(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Show one version of a statement with its lines, differences and signatures."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    return _render(request, page)


def _render(
    request: TenantRequest, page: StatementPage, forms: dict[str, Form] | None = None
) -> HttpResponse:
    forms = forms or {}
    over = page.organisation_id
    job = detail_job(page.id)
    context = {
        "page": page,
        "month_code": f"{page.month:%Y%m}",
        "steps": steps_of(page),
        "entries": timeline_of(page),
        "decision": decision_of(page, request.actor),
        "form": OpinionForm(initial={"seen": page.content_sha256}),
        "supersede_form": SupersedeForm(),
        "export_form": ExportForm(),
        "may_prepare": over in reach_of(request.actor, Duty.STATEMENT_PREPARE),
        "may_export": over in reach_of(request.actor, Duty.STATEMENT_EXPORT),
        "detail_job": job_line(job) if job else None,
    } | forms
    is_refused = any(form.errors for form in forms.values())
    return render_page(
        request, "reconciliation/statement.html", None, context, 422 if is_refused else 200
    )


@require_POST
def statement_sign(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Sign as office head, or send back with an opinion."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    form = DecisionForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: sign_statement(
            actor=request.actor,
            statement_id=statement_id,
            verdict=Verdict(
                Decision(form.cleaned_data["decision"]),
                form.cleaned_data["opinion"],
                timezone.now(),
                form.cleaned_data["seen"],
            ),
        ),
    ):
        return go(request, "reconciliation:statement", statement_id=statement_id)
    return _render(request, page, {"form": form})


@require_POST
def statement_confirm(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Confirm a signed statement for finance."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    form = OpinionForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: confirm_statement(
            actor=request.actor,
            statement_id=statement_id,
            at=timezone.now(),
            seen_sha256=form.cleaned_data["seen"],
            opinion=form.cleaned_data["opinion"],
        ),
    ):
        return go(request, "reconciliation:statement", statement_id=statement_id)
    return _render(request, page, {"form": form})


@require_POST
def statement_supersede(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Set a version aside and lead to the office's month, where a new one is made."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    form = SupersedeForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: supersede_statement(
            actor=request.actor,
            statement_id=statement_id,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        ),
    ):
        return go(
            request,
            "reconciliation:statement_prepare",
            organisation_id=page.organisation_id,
            month_code=f"{page.month:%Y%m}",
        )
    return _render(request, page, {"supersede_form": form})


@require_POST
def statement_export(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Ask for the statement's whole detail as a workbook."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    form = ExportForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: request_statement_detail(
            actor=request.actor,
            statement_id=statement_id,
            purpose=form.cleaned_data["purpose"],
            at=timezone.now(),
        ),
    ):
        return go(request, "reconciliation:statement", statement_id=statement_id)
    return _render(request, page, {"export_form": form})


@require_GET
def statement_print(request: TenantRequest, statement_id: int) -> HttpResponse:
    """Show the form as PDF in the browser; before confirmation marked as a preview."""
    page = get_statement(actor=request.actor, statement_id=statement_id)
    response = HttpResponse(print_statement(page), content_type=PDF)
    response["Content-Disposition"] = "inline"
    return response
