"""The tax authority's monthly income list (P18): read, checked whole, booked as E01 and E02."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.models import Document, Job
from accounts.permissions import require_duty
from accounts.services import audit
from accounts.services.documents import CSV, NewDocument, store_document
from accounts.services.jobs import JobRequest, JobRun, request_job
from common.actor import Actor, Person
from common.db import constraint_errors, copy_rows, run_sql
from common.documents import sha256_hex
from common.errors import DomainError, NotFound
from common.periods import day_text, last_day, month_text
from common.tables import Table
from funds.enums import BusinessEvent, ListState, SourceKind, TaxIncomeKind
from funds.models import LedgerAccount, TaxIncomeList
from funds.selectors.books import city_centre, list_offices_by_region
from funds.services.drafting import DraftLine, VoucherDraft, draft_voucher
from funds.services.imports import IncomingFile, check_size, store_report
from funds.services.tax_files import TAX_LIST, TaxRow, read_tax_list

TASK = "funds.tasks.import_tax_list"
ZERO = Decimal("0.00")
INCOME_ACCOUNT = {
    TaxIncomeKind.CURRENT: "400101",
    TaxIncomeKind.ADVANCE: "400102",
    TaxIncomeKind.ARREARS: "400103",
    TaxIncomeKind.SUPPLEMENT: "400104",
    TaxIncomeKind.LATE_FEE: "450101",
}


class MonthAlreadyImported(DomainError):
    code = "TAX_MONTH_ALREADY_IMPORTED"
    message = "该月份的征收收入明细已经导入，每月只能导入一次"


class ListAlreadyImported(DomainError):
    code = "TAX_LIST_ALREADY_IMPORTED"
    message = "同一文件已经导入过"


class NoTaxIncome(DomainError):
    code = "NO_TAX_INCOME"
    message = "本账套没有税务征收收入，请切换到失业保险基金账套后导入"


class ListNotWaiting(DomainError):
    code = "TAX_LIST_NOT_WAITING"
    message = "该明细表已经登记划转，请刷新页面查看"


class TransferInvalid(DomainError):
    code = "TREASURY_TRANSFER_INVALID"
    message = "划转凭证号必须填写，划转日期不能早于该月份"


@transaction.atomic
def request_tax_list_import(
    *, actor: Person, book_id: int, content: bytes, file_name: str, at: datetime
) -> Job:
    """Keep the file and start the job that checks and applies it to the book.

    Raises:
        NoTaxIncome: the book's chart has no treasury account.
        ListAlreadyImported: the very same file was applied; the message says when.
        JobExists: the very same file is being imported at this moment.
    """
    centre = city_centre()
    require_duty(actor, Duty.TAX_LIST_IMPORT, over=centre.pk)
    check_size(content)
    if not LedgerAccount.objects.filter(book_id=book_id, code="1005", is_enabled=True).exists():
        raise NoTaxIncome
    digest = sha256_hex(content)
    _refuse_same_file(digest)
    document = store_document(
        actor=actor,
        document=NewDocument(
            organisation_id=centre.pk,
            duty=Duty.TAX_LIST_IMPORT,
            title=f"征收收入明细：{file_name}"[:150],
            file_name=file_name[-150:],
            media_type=CSV,
            content=content,
        ),
        at=at,
    )
    return request_job(
        actor=actor,
        request=JobRequest(
            task=TASK,
            key=digest,
            title=f"导入征收收入明细 {file_name}"[:150],
            organisation_id=centre.pk,
            arguments={"document_id": document.pk, "book_id": book_id},
            is_stoppable=True,
        ),
        at=at,
    )


def _refuse_same_file(digest: str) -> None:
    before = TaxIncomeList.objects.filter(document__sha256=digest).first()
    if before is not None:
        raise ListAlreadyImported(
            f"同一文件已于{timezone.localtime(before.imported_at):%Y-%m-%d %H:%M}导入"
            f"（{month_text(before.month)}），没有重复登记"
        )


def import_in_job(run: JobRun, *, at: datetime) -> None:
    """Check and apply one file; a wrong one fails the job with its error workbook."""
    with run.step():
        document = Document.objects.get(pk=run.arguments["document_id"])
        content, file_name = bytes(document.content), document.file_name
        offices = list_offices_by_region()
        file = IncomingFile(content, file_name, Duty.TAX_LIST_IMPORT, document.organisation_id)
    table = read_tax_list(content, today=timezone.localdate(at), regions=frozenset(offices))
    run.report(0, len(table.rows))
    with run.step():
        if table.is_clean:
            income_list = apply_tax_list(
                actor=run.actor,
                book_id=run.arguments["book_id"],
                document=document,
                table=table,
                offices=offices,
                at=at,
            )
            run.finish(result_url=reverse("funds:tax_list", args=[income_list.pk]))
            return
        report = store_report(actor=run.actor, file=file, spec=TAX_LIST, table=table, at=at)
        run.fail(
            f"文件有{table.problem_count}处错误，没有导入任何数据："
            f"{table.problems[0]}。请下载错误明细更正后重新上传",
            report_id=report.pk,
        )


@transaction.atomic
def apply_tax_list(
    *,
    actor: Actor,
    book_id: int,
    document: Document,
    table: Table[TaxRow],
    offices: dict[str, int],
    at: datetime,
) -> TaxIncomeList:
    """Write a clean list with its lines into the book and draft its voucher E01.

    Raises:
        MonthAlreadyImported: the book has a list of this month.
        PeriodMissing, PeriodClosed: the month takes no vouchers.
    """
    month = table.rows[0].month
    total = sum((row.unit_part + row.person_part for row in table.rows), ZERO)
    with constraint_errors({"tax_list_once_per_month": MonthAlreadyImported}):
        income_list = TaxIncomeList.objects.create(
            pool_id=actor.pool_id,
            book_id=book_id,
            month=month,
            document=document,
            line_count=len(table.rows),
            total_amount=total,
            imported_at=at,
        )
    _insert_lines(income_list, table, offices)
    draft_voucher(actor=actor, draft=_income_draft(income_list, _booking_day(month, table)), at=at)
    _record(actor, income_list, "funds.tax_list.imported", at, lines=len(table.rows), total=total)
    return income_list


def _insert_lines(
    income_list: TaxIncomeList, table: Table[TaxRow], offices: dict[str, int]
) -> None:
    run_sql("funds", "stage_tax_lines", {})
    columns = ("position", "organisation_id", "tax_office", "credit_code", "unit_name", "kind")
    copy_rows(
        "staged_tax_lines",
        (*columns, "unit_part", "person_part", "treasury_date"),
        (
            (
                position,
                offices[row.office],
                row.tax_office,
                row.credit_code,
                row.unit,
                row.kind,
                row.unit_part,
                row.person_part,
                row.treasury_date,
            )
            for position, row in enumerate(table.rows, start=1)
        ),
    )
    parameters = {"pool_id": income_list.pool_id, "income_list_id": income_list.pk}
    run_sql("funds", "insert_tax_lines", parameters)


def _booking_day(month: date, table: Table[TaxRow]) -> date:
    """Return the last day money came in, within the list's month."""
    newest = max(row.treasury_date for row in table.rows)
    return min(max(newest, month), last_day(month))


def _income_draft(income_list: TaxIncomeList, day: date) -> VoucherDraft:
    summary = f"{month_text(income_list.month)}税务征收失业保险费入库"
    sums = run_sql("funds", "sum_tax_lines", {"income_list_id": income_list.pk})
    income = [
        DraftLine(
            INCOME_ACCOUNT[TaxIncomeKind(kind)],
            ZERO,
            amount,
            f"{summary}（{TaxIncomeKind(kind).label}）",
            organisation_id=organisation_id,
            entry_count=lines,
        )
        for kind, organisation_id, amount, lines in sums
    ]
    treasury = DraftLine(
        "1005", income_list.total_amount, ZERO, summary, entry_count=income_list.line_count
    )
    return VoucherDraft(
        book_id=income_list.book_id,
        voucher_date=day,
        event=BusinessEvent.TAX_COLLECTED,
        summary=summary,
        source_kind=SourceKind.TAX_INCOME_LIST,
        source_id=income_list.pk,
        attachment_count=1,
        lines=[treasury, *income],
    )


@transaction.atomic
def record_treasury_transfer(
    *, actor: Person, list_id: int, transferred_date: date, reference: str, at: datetime
) -> TaxIncomeList:
    """Record that the treasury passed a list's money to the 财政专户; drafts E02.

    Raises:
        ListNotWaiting: recorded already; TransferInvalid: no reference, or a day before the month.
        PeriodMissing, PeriodClosed: the day takes no vouchers.
    """
    centre = city_centre()
    rows = TaxIncomeList.objects.select_for_update(of=("self",), no_key=True)
    income_list = rows.filter(pk=list_id).first()
    if income_list is None:
        raise NotFound
    require_duty(actor, Duty.TAX_LIST_IMPORT, over=centre.pk)
    if income_list.state != ListState.IMPORTED:
        raise ListNotWaiting
    if not reference.strip() or transferred_date < income_list.month:
        raise TransferInvalid
    if transferred_date > timezone.localdate(at):
        raise TransferInvalid("划转日期不能晚于今天")
    income_list.state = ListState.TRANSFERRED
    income_list.transferred_date = transferred_date
    income_list.transfer_reference = reference.strip()
    income_list.save(update_fields=["state", "transferred_date", "transfer_reference"])
    _record(actor, income_list, "funds.tax_list.transferred", at, reference=reference)
    draft_voucher(actor=actor, draft=_transfer_draft(income_list, transferred_date), at=at)
    return income_list


def _transfer_draft(income_list: TaxIncomeList, day: date) -> VoucherDraft:
    amount = income_list.total_amount
    summary = f"{month_text(income_list.month)}失业保险费由国库划转财政专户"
    return VoucherDraft(
        book_id=income_list.book_id,
        voucher_date=day,
        event=BusinessEvent.TREASURY_TO_FISCAL,
        summary=summary,
        source_kind=SourceKind.TREASURY_TRANSFER,
        source_id=income_list.pk,
        attachment_count=1,
        lines=[
            DraftLine("100301", amount, ZERO, f"{summary}（{day_text(day)}）"),
            DraftLine("1005", ZERO, amount, summary),
        ],
    )


def _record(
    actor: Actor, income_list: TaxIncomeList, verb: str, at: datetime, **after: object
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=income_list,
        at=at,
        label=month_text(income_list.month),
        organisation_id=city_centre().pk,
        after=after,
    )
