"""Documents of reconciliation: made by jobs, stored once, handed out by duty."""

from datetime import datetime
from itertools import islice

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import JobState
from accounts.models import Job
from accounts.permissions import require_duty
from accounts.services import audit, jobs
from accounts.services.documents import PDF, XLSX, NewDocument, store_document
from common.actor import Person
from common.documents import detail_workbook, render_pdf, statement_workbook
from common.errors import DomainError
from common.periods import month_code, month_text
from reconciliation.documents import adjustment as adjustment_form
from reconciliation.documents import statement as statement_form
from reconciliation.enums import SHEET_TITLES, DifferenceKind, StatementState
from reconciliation.models import BalanceAdjustment
from reconciliation.selectors.adjustments import load_adjustment
from reconciliation.selectors.comparisons import compare_business_with_ledger, list_compared_lines
from reconciliation.selectors.statements import StatementPage, load_statement
from reconciliation.services.ledger_bank import title_of
from reconciliation.services.statement_preparing import locked_statement

LINES_IN_WORKBOOK = 5000  # above, the lines stand in a detail workbook of their own
DETAIL_TASK = "reconciliation.tasks.export_statement_detail"


class NotYetSigned(DomainError):
    code = "STATEMENT_NOT_YET_SIGNED"
    message = "对账明细表签字后才能导出明细"


class PurposeMissing(DomainError):
    code = "EXPORT_PURPOSE_MISSING"
    message = "请填写导出用途"


def make_statement_documents(run: jobs.JobRun, at: datetime) -> None:
    """Make and store the confirmed statement's workbook and print, each once.

    The workbook names people and accounts (masked), so it is for those who may export; the
    print shows totals and is for everybody who reads the statement.
    """
    statement_id = int(run.arguments["statement_id"])
    with run.step():
        statement = locked_statement(statement_id)
        if statement.workbook_id is None:
            page = load_statement(statement_id)
            workbook = store_document(actor=run.actor, document=_workbook_of(page), at=at)
            form = store_document(actor=run.actor, document=_print_of(page), at=at)
            statement.workbook, statement.print_document = workbook, form
            statement.save(update_fields=["workbook", "print_document"])
        run.finish(result_url=reverse("reconciliation:statement", args=[statement_id]))


def _workbook_of(page: StatementPage) -> NewDocument:
    pairs = compare_business_with_ledger(
        organisation_id=page.organisation_id, book_id=page.book_id, month=page.month
    )
    kinds = dict(DifferenceKind.choices)
    sheets = [
        statement_form.form_sheet(page),
        statement_form.batch_sheet(page, pairs, kinds),
        statement_form.difference_sheet(page),
    ]
    lines = list_compared_lines(
        organisation_id=page.organisation_id, book_id=page.book_id, month=page.month
    )
    first = list(islice(lines, LINES_IN_WORKBOOK + 1))
    if len(first) <= LINES_IN_WORKBOOK:
        sheets.append(statement_form.line_sheet(page, first))
    lines.close()
    return NewDocument(
        page.organisation_id,
        Duty.STATEMENT_EXPORT,
        f"{_title(page)}工作簿",
        f"{_file_name(page)}.xlsx",
        XLSX,
        statement_workbook(*sheets),
    )


def _print_of(page: StatementPage) -> NewDocument:
    return NewDocument(
        page.organisation_id,
        Duty.RECONCILIATION_READ,
        f"{_title(page)}打印件",
        f"{_file_name(page)}.pdf",
        PDF,
        print_statement(page),
    )


def print_statement(page: StatementPage) -> bytes:
    """Return the statement's form as PDF; before confirmation it says so across the head."""
    return render_pdf("reconciliation/print_statement.html", statement_form.print_context(page))


def _title(page: StatementPage) -> str:
    return f"{page.office_short}{month_text(page.month)}对账明细表（第{page.version}版）"


def _file_name(page: StatementPage) -> str:
    return f"对账明细表-{page.office_short}-{month_code(page.month)}-第{page.version}版"


@transaction.atomic
def request_statement_detail(
    *, actor: Person, statement_id: int, purpose: str, at: datetime
) -> Job:
    """Ask for the statement's whole detail as a workbook; a job makes it.

    Asked for again, the same job answers; every request is in the audit trail with its purpose.

    Raises:
        NotYetSigned: nothing to export yet. PurposeMissing. DutyNotHeld.
    """
    statement = locked_statement(statement_id)
    require_duty(actor, Duty.STATEMENT_EXPORT, over=statement.organisation_id)
    if statement.state not in {StatementState.SIGNED, StatementState.CONFIRMED}:
        raise NotYetSigned
    if not purpose.strip():
        raise PurposeMissing
    audit.record(
        actor=actor,
        verb="reconciliation.statement.exported",
        subject=statement,
        at=at,
        label=_title(load_statement(statement_id)),
        organisation_id=statement.organisation_id,
        after={"purpose": purpose.strip()[:200]},
    )
    earlier = detail_job(statement_id)
    if earlier is not None:
        return earlier
    return jobs.request_job(
        actor=actor,
        request=jobs.JobRequest(
            task=DETAIL_TASK,
            key=f"statement-detail:{statement_id}",
            title=f"{_title(load_statement(statement_id))}业务明细导出",
            organisation_id=statement.organisation_id,
            arguments={"statement_id": statement_id},
            is_stoppable=True,
        ),
        at=at,
    )


def detail_job(statement_id: int) -> Job | None:
    """Return the job that makes or made the statement's detail, unless it failed or was stopped."""
    return (
        Job.objects.filter(kind=DETAIL_TASK, key=f"statement-detail:{statement_id}")
        .exclude(state__in=[JobState.FAILED, JobState.STOPPED])
        .order_by("-pk")
        .first()
    )


def export_statement_detail(run: jobs.JobRun, at: datetime) -> None:
    """Write every payment of the statement's month with batch and vouchers, of any number."""
    statement_id = int(run.arguments["statement_id"])
    with run.step():
        page = load_statement(statement_id)
        lines = list_compared_lines(
            organisation_id=page.organisation_id, book_id=page.book_id, month=page.month
        )
        document = store_document(
            actor=run.actor,
            document=NewDocument(
                page.organisation_id,
                Duty.STATEMENT_EXPORT,
                f"{_title(page)}业务明细",
                f"{_file_name(page)}-业务明细.xlsx",
                XLSX,
                detail_workbook(
                    statement_form.LINE_COLUMNS,
                    statement_form.line_rows(lines),
                    title="业务明细",
                ),
            ),
            at=at,
        )
        run.finish(
            result_url=reverse("accounts:document", args=[document.pk]), report_id=document.pk
        )


def make_adjustment_print(run: jobs.JobRun, at: datetime) -> None:
    """Print and store a checked adjustment sheet, once."""
    adjustment_id = int(run.arguments["adjustment_id"])
    with run.step():
        rows = BalanceAdjustment.objects.select_for_update(of=("self",), no_key=True)
        adjustment = rows.select_related("bank_account").get(pk=adjustment_id)
        if adjustment.print_document_id is None:
            adjustment.print_document = store_document(
                actor=run.actor,
                document=NewDocument(
                    adjustment.bank_account.organisation_id,
                    Duty.RECONCILIATION_READ,
                    title_of(adjustment),
                    f"{SHEET_TITLES[adjustment.bank_account.kind]}-{month_code(adjustment.month)}.pdf",
                    PDF,
                    print_adjustment(adjustment_id),
                ),
                at=at,
            )
            adjustment.save(update_fields=["print_document"])
        run.finish(result_url=reverse("reconciliation:adjustment", args=[adjustment_id]))


def print_adjustment(adjustment_id: int) -> bytes:
    """Return the adjustment sheet's form as PDF."""
    context = adjustment_form.print_context(load_adjustment(adjustment_id))
    return render_pdf("reconciliation/print_adjustment.html", context)
