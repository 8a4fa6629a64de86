"""Return files: lists with their quarantine reports, one file with its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from accounts.duties import Duty
from accounts.permissions import reach_of, require_any, require_visible
from accounts.selectors.offices import Office, known_offices
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import count_each
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.periods import add_months
from common.remembering import remembered
from common.workbooks import Kind
from funds.enums import SourceKind, VoucherState
from funds.models import Voucher
from payouts.enums import FailCode, ReturnState, ReturnVia
from payouts.models import BankReturn, BankReturnLine, ReissueRequest

TABS = (("all", "全部"), ("applied", "已入账"), ("quarantined", "异常回盘"))
TONES = {"APPLIED": "green", "QUARANTINED": "red"}


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One return file of the list and the head of its page. Yuan."""

    id: int
    file_name: str
    batch_id: int | None
    batch_number: str
    organisation_id: int
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

    @property
    def url(self) -> str:
        """Return the address of the file."""
        return address("payouts:return", self.id)

    @property
    def batch_url(self) -> str:
        """Return the address of the batch it answers, if it names one of ours."""
        return address("payouts:batch", self.batch_id) if self.batch_id else ""

    @property
    def paid(self) -> Decimal | None:
        """Return what arrived, once it is booked."""
        return self.success_total if self.state == ReturnState.APPLIED else None

    @property
    def paid_count(self) -> str:
        """Say how many payments arrived, once they are booked."""
        return f"{self.success_count} 笔" if self.state == ReturnState.APPLIED else ""

    @property
    def failed(self) -> Decimal | None:
        """Return what did not arrive, once it is booked."""
        return self.fail_total if self.state == ReturnState.APPLIED else None

    @property
    def failed_count(self) -> str:
        """Say how many payments did not arrive, once they are booked."""
        return f"{self.fail_count} 笔" if self.state == ReturnState.APPLIED else ""


RETURN_FIELDS = (
    *("batch_id", "batch__number", "via", "state", "bank_date", "success_count", "success_total"),
    *("fail_count", "fail_total", "problem", "sha256", "document_id", "document__file_name"),
    *("document__organisation_id", "report_id", "received_by__name", "received_at"),
)


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line of an applied return, and whether its reader may ask for its re-issue. Yuan."""

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
    may_apply: bool

    @property
    def result_label(self) -> str:
        """Say whether the money arrived."""
        return "支付成功" if self.is_success else "支付失败"

    @property
    def tone(self) -> str:
        """Return the colour of the result."""
        return "green" if self.is_success else "red"

    @property
    def handling(self) -> str:
        """Say what became of a failed payment, what there is to do, or whose it is."""
        if self.reissue_id:
            return "查看申请"
        if self.is_success:
            return ""
        return "申请重发" if self.may_apply else "由待遇发放岗申请"

    @property
    def handling_url(self) -> str:
        """Return the address of its re-issue, or where its reader may ask for one."""
        if self.reissue_id:
            return address("payouts:reissue", self.reissue_id)
        is_open = self.may_apply and not self.is_success
        return address("payouts:reissue_new", self.instruction_id) if is_open else ""


@dataclass(frozen=True, slots=True)
class ReturnVoucher:
    """The voucher drafted from a return."""

    id: int
    number: int | None
    state_label: str


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
    rows = BankReturn.objects.filter(_of_tab(tab), document__organisation_id__in=reach)
    if organisation_id:
        rows = rows.filter(batch__organisation_id=organisation_id)
    if month:
        first = date.fromisoformat(month) if isinstance(month, str) else month
        rows = rows.filter(bank_date__gte=first, bank_date__lt=add_months(first, 1))
    if search:
        rows = rows.filter(Q(batch__number__prefix=search) | Q(document__file_name__prefix=search))
    return rows


def show_returns(_viewer: Viewer, rows: Sequence[Any]) -> list[ReturnLine]:
    """Return the lines of these files."""
    offices = known_offices()
    return [_return_line(row, offices) for row in rows]


RETURNS = Listing(
    code="payouts.selectors.returns.RETURNS",
    title="银行回盘",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column(
            "file", "文件", order="document__file_name", value="file_name", width=36, link="url"
        ),
        Column(
            "batch",
            "批次号",
            order="batch__number",
            value="batch_number",
            width=26,
            link="batch_url",
            is_whole=True,
        ),
        Column("office", "经办机构", value="organisation"),
        Column("via", "接收方式", value="via_label"),
        Column(
            "state",
            "状态",
            order="state",
            value="state_label",
            tone="tone",
            note="problem",
            is_warning=True,
        ),
        Column("problem", "异常原因", place="file", width=40),
        Column("good_count", "成功笔数", Kind.COUNT, value="success_count", place="file"),
        Column(
            "good",
            "成功",
            Kind.AMOUNT,
            order="success_total",
            value="paid",
            total="success_total",
            note="paid_count",
        ),
        Column("bad_count", "失败笔数", Kind.COUNT, value="fail_count", place="file"),
        Column(
            "bad",
            "失败",
            Kind.AMOUNT,
            order="fail_total",
            value="failed",
            total="fail_total",
            note="failed_count",
        ),
        Column(
            "received",
            "接收时间",
            order="received_at",
            value="received_at",
            width=18,
            is_whole=True,
        ),
    ),
    query=find_returns,
    show=show_returns,
    fields=RETURN_FIELDS,
    is_written=True,
)


def count_returns(*, actor: Person) -> dict[str, int]:
    """Return how many files each tab holds for this person."""
    reach = reach_of(actor, Duty.BATCH_READ)
    seen = BankReturn.objects.filter(document__organisation_id__in=reach)
    return count_each(seen, {code: _of_tab(code) for code, _ in TABS})


def count_quarantined(*, actor: Person, since: datetime) -> int:
    """Return how many return files of the person's offices were quarantined since an instant."""
    return BankReturn.objects.filter(
        state=ReturnState.QUARANTINED,
        received_at__gte=since,
        document__organisation_id__in=reach_of(actor, Duty.BATCH_READ),
    ).count()


def _of_tab(tab: str) -> Q:
    match tab:
        case "applied":
            return Q(state=ReturnState.APPLIED)
        case "quarantined":
            return Q(state=ReturnState.QUARANTINED)
    return Q()


def _return_line(row: Any, offices: Mapping[int, Office]) -> ReturnLine:
    """Return the line of one file, a tuple of pk and `RETURN_FIELDS`."""
    return ReturnLine(
        id=row.pk,
        file_name=row.document__file_name,
        batch_id=row.batch_id,
        batch_number=row.batch__number or "",
        organisation_id=row.document__organisation_id,
        organisation=offices[row.document__organisation_id].short_name,
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
        received_by=row.received_by__name or "系统",
        received_at=row.received_at,
    )


@remembered
def get_return(*, actor: Person, return_id: int) -> ReturnLine:
    """Return one file; NotFound for another office's."""
    rows = BankReturn.objects.filter(pk=return_id)
    row = rows.values_list("pk", *RETURN_FIELDS, named=True).first()
    if row is None:
        raise NotFound
    found = _return_line(row, known_offices())
    require_visible(actor, Duty.BATCH_READ, over=found.organisation_id)
    return found


def find_settled(
    viewer: Viewer, *, return_id: int, only_failed: bool = False, name: str = ""
) -> QuerySet[BankReturnLine]:
    """Return the lines of an applied return the viewer may see."""
    get_return(actor=viewer.actor, return_id=return_id)
    rows = BankReturnLine.objects.filter(bank_return_id=return_id)
    rows = rows.filter(instruction__payee_name__prefix=name) if name else rows
    return rows.filter(is_success=False) if only_failed else rows


def show_settled(viewer: Viewer, rows: Sequence[Any]) -> list[SettledLine]:
    """Return these lines, each with the re-issue that was asked for."""
    ids = [row.instruction_id for row in rows]
    asked = dict(
        ReissueRequest.objects.filter(failed_instruction_id__in=ids)
        .order_by("pk")
        .values_list("failed_instruction_id", "pk")
    )
    may_apply = bool(reach_of(viewer.actor, Duty.REISSUE_APPLY))
    return [
        SettledLine(
            position=row.position,
            instruction_id=row.instruction_id,
            end_to_end_id=row.instruction__end_to_end_id,
            payee_name=row.instruction__payee_name,
            account_masked=row.instruction__payee_account__number_masked,
            amount=row.amount,
            is_success=row.is_success,
            fail_label=FailCode(row.fail_code).label if row.fail_code else "",
            bank_serial=row.bank_serial,
            reissue_id=asked.get(row.instruction_id),
            may_apply=may_apply,
        )
        for row in rows
    ]


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
            is_whole=True,
        ),
        Column("name", "户名", order="instruction__payee_name", value="payee_name"),
        Column("account", "账号", value="account_masked", width=22, is_whole=True),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column(
            "result",
            "结果",
            order="is_success",
            value="result_label",
            tone="tone",
            note="fail_label",
        ),
        Column("reason", "失败原因", value="fail_label", place="file", width=22),
        Column("serial", "银行流水号", order="bank_serial", value="bank_serial", width=24),
        Column("reissue", "重发", value="handling", place="screen", link="handling_url"),
    ),
    query=find_settled,
    show=show_settled,
    fields=(
        *("position", "instruction_id", "instruction__end_to_end_id", "instruction__payee_name"),
        *("instruction__payee_account__number_masked", "amount", "is_success", "fail_code"),
        "bank_serial",
    ),
    default="position",
    is_written=True,
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
