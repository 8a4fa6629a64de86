"""Re-issues of failed payments: lists, one request with the history of attempts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.permissions import duties_of, reach_of, require_any, require_visible
from accounts.selectors.offices import Office, known_offices
from accounts.selectors.signatures import has_signed
from common.actor import Person
from common.addresses import address
from common.columns import Column
from common.db import count_each
from common.errors import NotFound
from common.lists import Listing, Viewer
from common.workbooks import Kind
from payouts.enums import FailCode, InstructionState, ReissueState
from payouts.models import PaymentInstruction, ReissueRequest
from payouts.selectors.instructions import InstructionLine, list_attempts
from payouts.selectors.items import Item, known_items
from payouts.selectors.timelines import TimelineRow, list_payment_timeline

TONES = {
    "REVIEW": "blue",
    "APPROVAL": "indigo",
    "APPROVED": "cyan",
    "IN_BATCH": "green",
    "REFUSED": "red",
}
SIGNING = (ReissueState.REVIEW, ReissueState.APPROVAL)
TABS = (
    ("failed", "待申请"),
    ("waiting", "待我办理"),
    ("open", "办理中"),
    ("done", "已进入批次"),
    ("all", "全部"),
)


@dataclass(frozen=True, slots=True)
class ReissueLine:
    """One re-issue request. Yuan."""

    id: int
    failed_id: str
    failed_instruction_id: int
    attempt: int
    fail_label: str
    organisation_id: int
    organisation: str
    item: str
    month: date
    payee_name: str
    old_account: str
    new_account: str
    new_bank: str
    is_corrected: bool
    amount: Decimal
    reason: str
    state: str
    state_label: str
    tone: str
    content_sha256: str
    batch_id: int | None
    batch_number: str
    requested_by: str
    requested_at: datetime

    @property
    def url(self) -> str:
        """Return the address of the request."""
        return address("payouts:reissue", self.id)

    @property
    def correction(self) -> str:
        """Say that the account is another than the one that failed."""
        return "已更正" if self.is_corrected else ""


@dataclass(frozen=True, slots=True)
class FailedPayment:
    """A failed payment for which nothing was asked yet, and whether its reader may. Yuan."""

    id: int
    end_to_end_id: str
    attempt: int
    organisation_id: int
    organisation: str
    item: str
    month: date
    payee_name: str
    account_masked: str
    bank_name: str
    amount: Decimal
    fail_label: str
    bank_date: date | None
    may_apply: bool

    @property
    def handling(self) -> str:
        """Say what there is to do, or whose it is."""
        return "申请重发" if self.may_apply else "由待遇发放岗申请"

    @property
    def apply_url(self) -> str:
        """Return the address where its reader may ask to send it again."""
        return address("payouts:reissue_new", self.id) if self.may_apply else ""


REISSUE_FIELDS = (
    *("failed_instruction_id", "failed_instruction__end_to_end_id", "payee_account_id"),
    *("failed_instruction__attempt", "failed_instruction__fail_code", "reason", "state", "round"),
    *("failed_instruction__payee_account_id", "failed_instruction__payee_account__number_masked"),
    *("payee_account__holder_name", "payee_account__number_masked", "payee_account__bank_name"),
    *("plan_line_id", "plan_line__benefit_month", "plan_line__amount"),
    *("plan_line__plan__organisation_id", "plan_line__plan__item_id", "content_sha256"),
    *("batch_id", "batch__number", "requested_by__name", "requested_at"),
)
FAILED_FIELDS = (
    *("end_to_end_id", "attempt", "batch__organisation_id", "batch__item_id", "payee_name"),
    *("plan_line__benefit_month", "payee_account__number_masked", "payee_account__bank_name"),
    *("amount", "fail_code", "bank_date"),
)


@dataclass(frozen=True, slots=True)
class ReissuePage:
    """All that the page of one request shows. `blocked` says why this person may not act."""

    request: ReissueLine
    attempts: list[InstructionLine]
    timeline: list[TimelineRow]
    may_review: bool
    may_approve: bool
    blocked: str


def find_reissues(viewer: Viewer, *, tab: str = "", name: str = "") -> QuerySet[ReissueRequest]:
    """Return the requests of one tab that the viewer may see."""
    reach = require_any(viewer.actor, Duty.BATCH_READ)
    rows = ReissueRequest.objects.filter(
        _of_tab(viewer.actor, tab), plan_line__plan__organisation_id__in=reach
    )
    return rows.filter(failed_instruction__payee_name__prefix=name) if name else rows


def show_reissues(_viewer: Viewer, rows: Sequence[Any]) -> list[ReissueLine]:
    """Return the lines of these requests."""
    offices, items = known_offices(), known_items()
    return [_reissue_line(row, offices, items) for row in rows]


def find_failed(viewer: Viewer, *, name: str = "") -> QuerySet[PaymentInstruction]:
    """Return failed payments of the viewer's offices without a request."""
    reach = require_any(viewer.actor, Duty.BATCH_READ)
    rows = failed_payments().filter(batch__organisation_id__in=reach)
    return rows.filter(payee_name__prefix=name) if name else rows


def show_failed(viewer: Viewer, rows: Sequence[Any]) -> list[FailedPayment]:
    """Return the lines of these payments."""
    offices, items = known_offices(), known_items()
    may_apply = bool(reach_of(viewer.actor, Duty.REISSUE_APPLY))
    return [_failed_payment(row, offices, items, may_apply=may_apply) for row in rows]


REISSUES = Listing(
    code="payouts.selectors.reissues.REISSUES",
    title="退票重发申请",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column(
            "instruction",
            "原指令号",
            order="failed_instruction__end_to_end_id",
            value="failed_id",
            width=32,
            link="url",
            is_whole=True,
        ),
        Column(
            "office",
            "经办机构",
            order="plan_line__plan__organisation__code",
            value="organisation",
        ),
        Column("month", "待遇月份", order="plan_line__benefit_month", is_whole=True),
        Column("name", "户名", order="failed_instruction__payee_name", value="payee_name"),
        Column(
            "account", "重发账户", value="new_account", width=22, note="correction", is_whole=True
        ),
        Column("amount", "金额", Kind.AMOUNT, order="plan_line__amount", total="plan_line__amount"),
        Column("reason", "失败原因", value="fail_label", width=22),
        Column("state", "状态", order="state", value="state_label", tone="tone"),
        Column(
            "requested",
            "申请",
            order="requested_at",
            value="requested_by",
            place="screen",
            note="requested_at",
            is_whole=True,
        ),
        Column("at", "申请", value="requested_at", place="file", width=18),
        Column("who", "申请人", value="requested_by", place="file"),
    ),
    query=find_reissues,
    show=show_reissues,
    fields=REISSUE_FIELDS,
    is_written=True,
)
FAILED = Listing(
    code="payouts.selectors.reissues.FAILED",
    title="支付失败待申请重发",
    duty=Duty.BATCH_READ.value,
    columns=(
        Column(
            "instruction",
            "指令号",
            order="end_to_end_id",
            value="end_to_end_id",
            width=32,
            is_whole=True,
        ),
        Column("office", "经办机构", order="batch__organisation__code", value="organisation"),
        Column("month", "待遇月份", order="plan_line__benefit_month", value="month", is_whole=True),
        Column("name", "户名", order="payee_name", value="payee_name"),
        Column("account", "账号", value="account_masked", width=22, is_whole=True),
        Column("amount", "金额", Kind.AMOUNT, order="amount", total="amount"),
        Column("reason", "失败原因", order="fail_code", value="fail_label", width=22),
        Column("day", "银行日期", Kind.DAY, order="bank_date", value="bank_date"),
        Column("handling", "办理", place="screen", link="apply_url"),
    ),
    query=find_failed,
    show=show_failed,
    fields=FAILED_FIELDS,
    is_written=True,
)


def count_reissues(*, actor: Person) -> dict[str, int]:
    """Return how many rows each tab holds for this person."""
    reach = reach_of(actor, Duty.BATCH_READ)
    failed = failed_payments().filter(batch__organisation_id__in=reach).count()
    seen = ReissueRequest.objects.filter(plan_line__plan__organisation_id__in=reach)
    asked = [code for code, _ in TABS if code != "failed"]
    return count_each(seen, {code: _of_tab(actor, code) for code in asked}) | {"failed": failed}


def _of_tab(actor: Person, tab: str) -> Q:
    match tab:
        case "waiting":
            return waiting_for(actor)
        case "open":
            return Q(state__in=[ReissueState.REVIEW, ReissueState.APPROVAL, ReissueState.APPROVED])
        case "done":
            return Q(state=ReissueState.IN_BATCH)
    return Q()


def waiting_for(actor: Person) -> Q:
    """Return the condition that a request waits for this person's current post."""
    duties = duties_of(actor)
    office = "plan_line__plan__organisation_id__in"
    review = duties.get(Duty.REISSUE_REVIEW.value, frozenset())
    approve = duties.get(Duty.REISSUE_APPROVE.value, frozenset())
    prepare = duties.get(Duty.BATCH_PREPARE.value, frozenset())
    return (
        Q(**{"state": ReissueState.REVIEW, office: review})
        | Q(**{"state": ReissueState.APPROVAL, office: approve})
        | Q(**{"state": ReissueState.APPROVED, office: prepare})
    )


def failed_payments() -> QuerySet[PaymentInstruction]:
    """Return failed payments nobody has asked to send again.

    Found by the return lines that say so, for which there is an index; the state has none, so
    that settling a payment moves it in no index.
    """
    live = ReissueRequest.objects.filter(failed_instruction_id=OuterRef("pk")).exclude(
        state=ReissueState.REFUSED
    )
    return PaymentInstruction.objects.filter(
        return_lines__is_success=False, state=InstructionState.FAILED
    ).exclude(Exists(live))


def _failed_payment(
    row: Any, offices: Mapping[int, Office], items: Mapping[int, Item], *, may_apply: bool
) -> FailedPayment:
    """Return the line of one payment, a tuple of pk and `FAILED_FIELDS`."""
    return FailedPayment(
        id=row.pk,
        end_to_end_id=row.end_to_end_id,
        attempt=row.attempt,
        organisation_id=row.batch__organisation_id,
        organisation=offices[row.batch__organisation_id].short_name,
        item=items[row.batch__item_id].name,
        month=row.plan_line__benefit_month,
        payee_name=row.payee_name,
        account_masked=row.payee_account__number_masked,
        bank_name=row.payee_account__bank_name,
        amount=row.amount,
        fail_label=FailCode(row.fail_code).label,
        bank_date=row.bank_date,
        may_apply=may_apply,
    )


def get_failed(*, actor: Person, instruction_id: int) -> FailedPayment:
    """Return one failed payment that may be asked for; NotFound for another office's."""
    rows = failed_payments().filter(pk=instruction_id)
    row = rows.values_list("pk", *FAILED_FIELDS, named=True).first()
    if row is None:
        raise NotFound
    require_visible(actor, Duty.REISSUE_APPLY, over=row.batch__organisation_id)
    return _failed_payment(row, known_offices(), known_items(), may_apply=True)


def _reissue_line(
    row: Any, offices: Mapping[int, Office], items: Mapping[int, Item]
) -> ReissueLine:
    """Return the line of one request, a tuple of pk and `REISSUE_FIELDS`."""
    office, fail_code = row.plan_line__plan__organisation_id, row.failed_instruction__fail_code
    return ReissueLine(
        id=row.pk,
        failed_id=row.failed_instruction__end_to_end_id,
        failed_instruction_id=row.failed_instruction_id,
        attempt=row.failed_instruction__attempt + 1,
        fail_label=FailCode(fail_code).label if fail_code else "",
        organisation_id=office,
        organisation=offices[office].short_name,
        item=items[row.plan_line__plan__item_id].name,
        month=row.plan_line__benefit_month,
        payee_name=row.payee_account__holder_name,
        old_account=row.failed_instruction__payee_account__number_masked,
        new_account=row.payee_account__number_masked,
        new_bank=row.payee_account__bank_name,
        is_corrected=row.payee_account_id != row.failed_instruction__payee_account_id,
        amount=row.plan_line__amount,
        reason=row.reason,
        state=row.state,
        state_label=ReissueState(row.state).label,
        tone=TONES[row.state],
        content_sha256=row.content_sha256,
        batch_id=row.batch_id,
        batch_number=row.batch__number or "",
        requested_by=row.requested_by__name,
        requested_at=row.requested_at,
    )


def reissue_page(*, actor: Person, reissue_id: int) -> ReissuePage:
    """Return the page of one request; NotFound for another office's."""
    rows = ReissueRequest.objects.filter(pk=reissue_id)
    row = rows.values_list("pk", *REISSUE_FIELDS, named=True).first()
    if row is None:
        raise NotFound
    line = _reissue_line(row, known_offices(), known_items())
    require_visible(actor, Duty.BATCH_READ, over=line.organisation_id)
    kind, user_id = SubjectKind.REISSUE, actor.user_id
    is_signer = has_signed(kind=kind, subject_id=row.pk, round_number=row.round, user_id=user_id)
    review = _waits(actor, line, ReissueState.REVIEW, Duty.REISSUE_REVIEW)
    approve = _waits(actor, line, ReissueState.APPROVAL, Duty.REISSUE_APPROVE)
    return ReissuePage(
        request=line,
        attempts=list_attempts(plan_line_id=row.plan_line_id),
        timeline=list_payment_timeline(
            kind=kind,
            subject_id=row.pk,
            round_number=row.round,
            sha256=row.content_sha256,
            to_come=("REVIEW", "APPROVE") if line.state in SIGNING else (),
        ),
        may_review=review and not is_signer,
        may_approve=approve and not is_signer,
        blocked=_blocked(line, may_sign=review or approve, is_signer=is_signer),
    )


def _waits(actor: Person, line: ReissueLine, state: ReissueState, duty: Duty) -> bool:
    return line.state == state and line.organisation_id in reach_of(actor, duty)


def _blocked(line: ReissueLine, *, may_sign: bool, is_signer: bool) -> str:
    if may_sign:
        return "您已办理过该申请的其他环节，同一人不能办理两个环节" if is_signer else ""
    waiting = {
        ReissueState.REVIEW: "本申请待复核岗复核",
        ReissueState.APPROVAL: "本申请待审批岗审批",
        ReissueState.APPROVED: "本申请已批准，待市级财务会计编制重发批次",
    }
    return waiting.get(ReissueState(line.state), "")
