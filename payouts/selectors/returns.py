"""Return files: lists with their quarantine reports, one file with its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any, require_visible
from common.actor import Person
from common.errors import NotFound
from common.lists import Column, Listing, Viewer
from common.periods import add_months
from common.remembering import remembered
from common.workbooks import Kind
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

    @property
    def result_label(self) -> str:
        """Say whether the money arrived."""
        return "支付成功" if self.is_success else "支付失败"


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


def find_returns(
    viewer: Viewer,
    *,
    tab: str = "",
    organisation_id: int | None = None,
    month: date | str | None = None,
    search: str = "",
) -> QuerySet[BankReturn]:
    """Return the return files of the viewer's offices, of a month by the bank's day (P11)."""
    reach = require_any(viewer.actor, Duty.BATCH_READ)
    rows = _tab(tab).filter(document__organisation_id__in=reach)
    if organisation_id:
        rows = rows.filter(batch__organisation_id=organisation_id)
    if month:
        first = date.fromisoformat(month) if isinstance(month, str) else month
        rows = rows.filter(bank_date__gte=first, bank_date__lt=add_months(first, 1))
    if search:
        rows = rows.filter(Q(batch__number__prefix=search) | Q(document__file_name__prefix=search))
    return rows


def show_returns(_viewer: Viewer, rows: Sequence[BankReturn]) -> list[ReturnLine]:
    """Return the lines of these files."""
    return [_return_line(row) for row in rows]


RETURNS = Listing(
    code="payouts.selectors.returns.RETURNS",
    title="银行回盘",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column("file", "文件", order="document__file_name", value="file_name", width=36),
        Column("batch", "批次号", order="batch__number", value="batch_number", width=26),
        Column("office", "经办机构", value="organisation"),
        Column("via", "接收方式", value="via_label"),
        Column("state", "状态", order="state", value="state_label"),
        Column("problem", "异常原因", place="file", width=40),
        Column("good_count", "成功笔数", Kind.COUNT, value="success_count", place="file"),
        Column(
            "good",
            "成功",
            Kind.AMOUNT,
            order="success_total",
            value="success_total",
            total="success_total",
        ),
        Column("bad_count", "失败笔数", Kind.COUNT, value="fail_count", place="file"),
        Column(
            "bad", "失败", Kind.AMOUNT, order="fail_total", value="fail_total", total="fail_total"
        ),
        Column("received", "接收时间", order="received_at", value="received_at", width=18),
    ),
    query=find_returns,
    show=show_returns,
)


def count_returns(*, actor: Person) -> dict[str, int]:
    """Return how many files each tab holds for this person."""
    reach = reach_of(actor, Duty.BATCH_READ)
    return {
        code: _tab(code).filter(document__organisation_id__in=reach).count() for code, _ in TABS
    }


def count_quarantined(*, actor: Person, since: datetime) -> int:
    """Return how many return files of the person's offices were quarantined since an instant."""
    return BankReturn.objects.filter(
        state=ReturnState.QUARANTINED,
        received_at__gte=since,
        document__organisation_id__in=reach_of(actor, Duty.BATCH_READ),
    ).count()


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


@remembered
def get_return(*, actor: Person, return_id: int) -> ReturnLine:
    """Return one file; NotFound for another office's."""
    row = _tab("all").filter(pk=return_id).first()
    if row is None:
        raise NotFound
    require_visible(actor, Duty.BATCH_READ, over=row.document.organisation_id)
    return _return_line(row)


def find_settled(
    viewer: Viewer, *, return_id: int, only_failed: bool = False, name: str = ""
) -> QuerySet[BankReturnLine]:
    """Return the lines of an applied return the viewer may see."""
    get_return(actor=viewer.actor, return_id=return_id)
    rows = BankReturnLine.objects.filter(bank_return_id=return_id).select_related(
        "instruction__payee_account"
    )
    rows = rows.filter(instruction__payee_name__prefix=name) if name else rows
    return rows.filter(is_success=False) if only_failed else rows


def show_settled(_viewer: Viewer, rows: Sequence[BankReturnLine]) -> list[SettledLine]:
    """Return these lines, each with the re-issue that was asked for."""
    ids = [row.instruction_id for row in rows]
    asked = dict(
        ReissueRequest.objects.filter(failed_instruction_id__in=ids)
        .order_by("pk")
        .values_list("failed_instruction_id", "pk")
    )
    return [_settled_line(row, asked.get(row.instruction_id)) for row in rows]


SETTLED = Listing(
    code="payouts.selectors.returns.SETTLED",
    title="回盘明细",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column("position", "序号", Kind.COUNT, order="position", width=8),
        Column(
            "instruction",
            "指令号",
            order="instruction__end_to_end_id",
            value="end_to_end_id",
            width=32,
        ),
        Column("name", "户名", order="instruction__payee_name", value="payee_name"),
        Column("account", "账号", value="account_masked", width=22),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column("result", "结果", order="is_success", value="result_label"),
        Column("reason", "失败原因", value="fail_label", place="file", width=22),
        Column("serial", "银行流水号", order="bank_serial", value="bank_serial", width=24),
        Column("reissue", "重发", place="screen"),
    ),
    query=find_settled,
    show=show_settled,
    default="position",
)


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
