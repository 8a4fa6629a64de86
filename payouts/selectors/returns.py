"""Return files: lists with their quarantine reports, one file with its lines."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any, require_visible
from accounts.selectors.paging import Page, page_of
from common.actor import Person
from common.errors import NotFound
from funds.enums import SourceKind, VoucherState
from funds.models import Voucher
from payouts.enums import BatchState, FailCode, ReturnState, ReturnVia
from payouts.models import BankReturn, BankReturnLine, PaymentBatch, ReissueRequest

TABS = (("all", "全部"), ("applied", "已入账"), ("quarantined", "异常回盘"))
TONES = {"APPLIED": "green", "QUARANTINED": "red"}


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return file of the list and the head of its page. Yuan."""

    id: int
    file_name: str
    batch_id: int | None
    batch_number: str
    organisation: str
    via_label: str
    state: str
    state_label: str
    tone: str
    bank_date: date | None
    success_count: int
    success_total: Decimal
    fail_count: int
    fail_total: Decimal
    problem: str
    sha256: str
    document_id: int
    report_id: int | None
    received_by: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line of an applied return. Yuan. `reissue_id` leads to its re-issue, if asked for."""

    position: int
    instruction_id: int
    end_to_end_id: str
    payee_name: str
    account_masked: str
    amount: Decimal
    is_success: bool
    fail_label: str
    bank_serial: str
    reissue_id: int | None


@dataclass(frozen=True, slots=True)
class ReturnVoucher:
    """The voucher drafted from a return."""

    id: int
    number: int | None
    state_label: str


@dataclass(frozen=True, slots=True)
class AwaitedBatch:
    """A sent batch whose return has not come. Yuan."""

    id: int
    number: str
    organisation: str
    line_count: int
    total_amount: Decimal
    sent_at: datetime | None
    is_late: bool


def list_returns(
    *, actor: Person, tab: str = "", search: str = "", after: str = "", before: str = ""
) -> tuple[list[ReturnLine], Page[BankReturn]]:
    """Return the return files of the person's offices, newest first (P11)."""
    rows = _tab(tab).filter(document__organisation_id__in=require_any(actor, Duty.BATCH_READ))
    if search:
        rows = rows.filter(
            Q(batch__number__startswith=search) | Q(document__file_name__startswith=search)
        )
    page = page_of(rows, after=after, before=before)
    return [_return_line(row) for row in page.rows], page


def count_returns(*, actor: Person) -> dict[str, int]:
    """Return how many files each tab holds for this person."""
    reach = reach_of(actor, Duty.BATCH_READ)
    return {
        code: _tab(code).filter(document__organisation_id__in=reach).count() for code, _ in TABS
    }


def _tab(tab: str) -> QuerySet[BankReturn]:
    rows = BankReturn.objects.select_related("batch", "document__organisation", "received_by")
    match tab:
        case "applied":
            return rows.filter(state=ReturnState.APPLIED)
        case "quarantined":
            return rows.filter(state=ReturnState.QUARANTINED)
    return rows.defer("document__content_cipher")


def _return_line(row: BankReturn) -> ReturnLine:
    return ReturnLine(
        id=row.pk,
        file_name=row.document.file_name,
        batch_id=row.batch_id,
        batch_number=row.batch.number if row.batch else "",
        organisation=row.document.organisation.short_name,
        via_label=ReturnVia(row.via).label,
        state=row.state,
        state_label=ReturnState(row.state).label,
        tone=TONES[row.state],
        bank_date=row.bank_date,
        success_count=row.success_count,
        success_total=row.success_total,
        fail_count=row.fail_count,
        fail_total=row.fail_total,
        problem=row.problem,
        sha256=row.sha256,
        document_id=row.document_id,
        report_id=row.report_id,
        received_by=row.received_by.name if row.received_by else "系统",
        received_at=row.received_at,
    )


def get_return(*, actor: Person, return_id: int) -> ReturnLine:
    """Return one file; NotFound for another office's."""
    row = _tab("all").filter(pk=return_id).first()
    if row is None:
        raise NotFound
    require_visible(actor, Duty.BATCH_READ, over=row.document.organisation_id)
    return _return_line(row)


def list_settled_lines(
    *, return_id: int, only_failed: bool, after: str = "", before: str = ""
) -> tuple[list[SettledLine], Page[BankReturnLine]]:
    """Return one page of an applied return's lines; the caller checked that it is visible."""
    rows = BankReturnLine.objects.filter(bank_return_id=return_id).select_related(
        "instruction__payee_account"
    )
    if only_failed:
        rows = rows.filter(is_success=False)
    page = page_of(rows, after=after, before=before)
    ids = [row.instruction_id for row in page.rows]
    asked = dict(
        ReissueRequest.objects.filter(failed_instruction_id__in=ids)
        .order_by("pk")
        .values_list("failed_instruction_id", "pk")
    )
    return [_settled_line(row, asked.get(row.instruction_id)) for row in page.rows], page


def _settled_line(row: BankReturnLine, reissue_id: int | None) -> SettledLine:
    return SettledLine(
        position=row.position,
        instruction_id=row.instruction_id,
        end_to_end_id=row.instruction.end_to_end_id,
        payee_name=row.instruction.payee_name,
        account_masked=row.instruction.payee_account.number_masked,
        amount=row.amount,
        is_success=row.is_success,
        fail_label=FailCode(row.fail_code).label if row.fail_code else "",
        bank_serial=row.bank_serial,
        reissue_id=reissue_id,
    )


def get_voucher_of_return(*, return_id: int) -> ReturnVoucher | None:
    """Return the live voucher drafted from a return, if the bank moved money."""
    voucher = (
        Voucher.objects.filter(source_kind=SourceKind.BANK_RETURN, source_id=return_id)
        .exclude(state=VoucherState.VOIDED)
        .first()
    )
    if voucher is None:
        return None
    return ReturnVoucher(voucher.pk, voucher.number, VoucherState(voucher.state).label)


def list_awaited(*, actor: Person, late_before: datetime) -> list[AwaitedBatch]:
    """Return the sent batches without a return, longest waiting first."""
    rows = (
        PaymentBatch.objects.filter(
            state=BatchState.SENT,
            is_leaf=True,
            organisation_id__in=require_any(actor, Duty.BATCH_READ),
        )
        .select_related("organisation")
        .order_by("sent_at", "pk")[:100]
    )
    return [
        AwaitedBatch(
            row.pk,
            row.number,
            row.organisation.short_name,
            row.line_count,
            row.total_amount,
            row.sent_at,
            bool(row.sent_at and row.sent_at < late_before),
        )
        for row in rows
    ]
