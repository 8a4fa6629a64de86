"""Preparing payment batches from approved plans and re-issues, and withdrawing them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import NoticeKind, SubjectKind
from accounts.models import Organisation
from accounts.permissions import require_duty
from accounts.selectors.parameters import value_in_force
from accounts.services import audit, notices, numbers, signatures
from common.actor import Person
from common.db import constraint_errors, run_sql
from common.errors import DomainError, NotFound
from funds.models import BankAccount
from funds.selectors.books import expenditure_account
from funds.services.policy_gates import (
    PolicyGateClosed,
    is_gated_account,
    require_policy_gate,
)
from payouts.enums import BatchKind, BatchState, InstructionState, PlanState, ReissueState
from payouts.models import (
    BatchPlan,
    BenefitItem,
    DisbursementPlan,
    PaymentBatch,
    PaymentInstruction,
    ReissueRequest,
)
from payouts.selectors.books import book_of
from payouts.workflows.payments import WITHDRAWABLE


class PlanUnfit(DomainError):
    code = "PLAN_UNFIT"
    message = "只有已签批、已接收支付申请表且不在其他批次中的计划才能编制支付批次"


class PlansDiffer(DomainError):
    code = "PLANS_DIFFER"
    message = "同一批次只能支付同一机构、同一业务项目、同一待遇月份，请分开编制"


class NothingToPay(DomainError):
    code = "NOTHING_TO_PAY"
    message = "没有可以支付的明细，可能已经进入其他批次"


class BatchNotWithdrawable(DomainError):
    code = "BATCH_NOT_WITHDRAWABLE"
    message = "批次已经确认支付，不能撤回；失败的款项请走退票重发"


class WithdrawalReasonMissing(DomainError):
    code = "WITHDRAWAL_REASON_MISSING"
    message = "请填写撤回原因"


REFUSALS = {
    "plan_in_one_live_batch": PlanUnfit,
    "batch_plan_approved_with_application": PlanUnfit,
    "instruction_one_live_per_line": NothingToPay,
    "instruction_attempt_once": NothingToPay,
    "instruction_as_planned": PlanUnfit,
    "batch_policy_gate_open": PolicyGateClosed,
}


@dataclass(frozen=True, slots=True)
class _Order:
    """What every batch of one preparation shares."""

    kind: BatchKind
    account: BankAccount
    office: Organisation
    item: BenefitItem
    month: date
    plan_ids: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Extent:
    """Staged positions, inclusive, with their count, sum in yuan, and digest."""

    first: int
    last: int
    line_count: int
    total_amount: Decimal
    sha256: str


@transaction.atomic
def prepare_batch(*, actor: Person, plan_ids: Sequence[int], at: datetime) -> PaymentBatch:
    """Make the batch that pays approved plans of one office, item and month; return its root.

    Above the bank's file limits the root is the parent of smaller batches with the same total
    (P28). The maker's signature covers every payee, account and amount.

    Raises:
        PlanUnfit, PlansDiffer, NothingToPay: what was chosen cannot be paid together.
        PolicyGateClosed: a subsidy that last year's balance does not allow.
    """
    plans = list(
        DisbursementPlan.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=plan_ids)
        .select_related("organisation", "item")
        .order_by("pk")
    )
    if not plans or len(plans) != len(set(plan_ids)):
        raise PlanUnfit
    for plan in plans:
        require_duty(actor, Duty.BATCH_PREPARE, over=plan.organisation_id)
        if plan.state != PlanState.APPROVED:
            raise PlanUnfit(f"计划{plan.number}尚未签批完成，不能编制支付批次")
    if len({(plan.organisation_id, plan.item_id, plan.month) for plan in plans}) > 1:
        raise PlansDiffer
    run_sql("payouts", "stage_plan_instructions", {"plan_ids": [plan.pk for plan in plans]})
    order = _order(BatchKind.REGULAR, plans[0], tuple(plan.pk for plan in plans), at)
    return _prepare(actor, order)


@transaction.atomic
def prepare_reissue_batch(
    *, actor: Person, reissue_ids: Sequence[int], at: datetime
) -> PaymentBatch:
    """Make the batch that sends approved re-issues of one office, item and month again.

    Raises:
        PlansDiffer, NothingToPay: what was chosen cannot be paid together.
    """
    requests = list(
        ReissueRequest.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=reissue_ids, state=ReissueState.APPROVED)
        .select_related("plan_line__plan__organisation", "plan_line__plan__item")
        .order_by("pk")
    )
    if not requests or len(requests) != len(set(reissue_ids)):
        raise NothingToPay("所选重发申请有的尚未批准或已进入批次，请刷新后重选")
    plans = [request.plan_line.plan for request in requests]
    for plan in plans:
        require_duty(actor, Duty.BATCH_PREPARE, over=plan.organisation_id)
    if len({(plan.organisation_id, plan.item_id, plan.month) for plan in plans}) > 1:
        raise PlansDiffer
    run_sql("payouts", "stage_reissue_instructions", {"reissue_ids": [r.pk for r in requests]})
    ids = tuple(sorted({plan.pk for plan in plans}))
    root = _prepare(actor, _order(BatchKind.REISSUE, plans[0], ids, at))
    ReissueRequest.objects.filter(pk__in=[r.pk for r in requests]).update(
        state=ReissueState.IN_BATCH, batch=root
    )
    return root


def _order(
    kind: BatchKind, plan: DisbursementPlan, plan_ids: tuple[int, ...], at: datetime
) -> _Order:
    account = expenditure_account(book_of(plan.item).pk)
    if is_gated_account(plan.item.ledger_code):
        require_policy_gate(book_id=account.book_id, on=timezone.localdate(at))
    return _Order(kind, account, plan.organisation, plan.item, plan.month, plan_ids, at)


def _prepare(actor: Person, order: _Order) -> PaymentBatch:
    """Write batches, links and instructions for what is staged, and sign as the maker."""
    leaves = _split(order)
    whole = replace(leaves[0])
    if len(leaves) > 1:
        whole = _extent(leaves[0].first, leaves[-1].last)
    with constraint_errors(REFUSALS):
        root = _create_batch(order, _number(order), whole, is_leaf=len(leaves) == 1)
        # A re-issue names its plans too, not live: who signed them may not touch the batch.
        BatchPlan.objects.bulk_create(
            BatchPlan(
                pool_id=root.pool_id,
                batch=root,
                plan_id=plan_id,
                is_live=order.kind == BatchKind.REGULAR,
            )
            for plan_id in order.plan_ids
        )
        batches = [root]
        if len(leaves) > 1:
            batches = [
                _create_batch(order, f"{root.number}-{place:02d}", leaf, is_leaf=True, parent=root)
                for place, leaf in enumerate(leaves, start=1)
            ]
        _add_instructions(batches, leaves)
    _sign_and_tell(actor, root, len(batches), order.at)
    return root


def _split(order: _Order) -> list[_Extent]:
    today = timezone.localdate(order.at)
    limits = {
        "max_lines": int(value_in_force(code="bank_file_lines", on=today)),
        "max_amount": Decimal(str(value_in_force(code="bank_file_amount", on=today))),
    }
    bounds = run_sql("payouts", "split_new_instructions", limits)
    if not bounds:
        raise NothingToPay
    return [_extent(first, last) for first, last in bounds]


def _extent(first: int, last: int) -> _Extent:
    positions = {"first_position": first, "last_position": last}
    [(count, total, digest)] = run_sql("payouts", "digest_new_instructions", positions)
    return _Extent(first, last, count, total, digest)


def _number(order: _Order) -> str:
    """Return region, day, item and a four-digit serial: unique for ever."""
    stem = f"{order.office.region_code}{timezone.localdate(order.at):%Y%m%d}{order.item.code}"
    serial = numbers.next_number(pool_id=order.office.pool_id, key=f"batch:{stem}")
    return f"{stem}{serial:04d}"


def _create_batch(
    order: _Order,
    number: str,
    extent: _Extent,
    *,
    is_leaf: bool,
    parent: PaymentBatch | None = None,
) -> PaymentBatch:
    return PaymentBatch.objects.create(
        pool_id=order.office.pool_id,
        number=number,
        kind=order.kind,
        book_id=order.account.book_id,
        bank_account=order.account,
        organisation=order.office,
        item=order.item,
        month=order.month,
        parent=parent,
        is_leaf=is_leaf,
        line_count=extent.line_count,
        total_amount=extent.total_amount,
        content_sha256=extent.sha256,
        created_at=order.at,
    )


def _add_instructions(batches: list[PaymentBatch], leaves: list[_Extent]) -> None:
    parameters = {
        "batch_ids": [batch.pk for batch in batches],
        "numbers": [batch.number for batch in batches],
        "firsts": [leaf.first for leaf in leaves],
        "lasts": [leaf.last for leaf in leaves],
    }
    run_sql("payouts", "add_instructions", parameters)


def matter_of(batch: PaymentBatch) -> signatures.Matter:
    """Return what is signed when a batch is signed."""
    return signatures.Matter(
        SubjectKind.BATCH, batch.pk, batch.round, batch.content_sha256, batch.organisation_id
    )


def _sign_and_tell(actor: Person, root: PaymentBatch, file_count: int, at: datetime) -> None:
    signatures.approve(actor, matter_of(root), "PREPARE", at)
    audit.record(
        actor=actor,
        verb="payouts.batch.prepared",
        subject=root,
        at=at,
        label=root.number,
        organisation_id=root.organisation_id,
        after={
            "line_count": root.line_count,
            "total_amount": root.total_amount,
            "files": file_count,
        },
    )
    message = notices.Message(
        NoticeKind.TASK,
        f"支付批次{root.number}待复核：{root.line_count}笔，{root.total_amount:,.2f}元",
        reverse("payouts:batch", args=[root.pk]),
        f"batch-check:{root.number}",
    )
    notices.notify_duty(
        pool_id=root.pool_id,
        duty=Duty.BATCH_CHECK,
        over=root.organisation_id,
        message=message,
        at=at,
    )


@transaction.atomic
def withdraw_batch(*, actor: Person, batch_id: int, reason: str, at: datetime) -> PaymentBatch:
    """Take a batch back before release; its plans and re-issues may enter another one.

    Raises:
        BatchNotWithdrawable: released already; WithdrawalReasonMissing: no reason given.
    """
    root = locked_root(batch_id)
    require_duty(
        actor,
        Duty.BATCH_PREPARE,
        Duty.BATCH_CHECK,
        Duty.BATCH_RELEASE,
        over=root.organisation_id,
    )
    if root.state not in WITHDRAWABLE:
        raise BatchNotWithdrawable
    if not reason.strip():
        raise WithdrawalReasonMissing
    before = root.state
    PaymentInstruction.objects.filter(batch_id__in=[root.pk, *leaf_ids(root)]).update(
        state=InstructionState.WITHDRAWN
    )
    root.children.update(state=BatchState.WITHDRAWN)
    root.state = BatchState.WITHDRAWN
    root.save(update_fields=["state"])
    free_plans(root)
    ReissueRequest.objects.filter(batch=root, state=ReissueState.IN_BATCH).update(
        state=ReissueState.APPROVED, batch=None
    )
    audit.record(
        actor=actor,
        verb="payouts.batch.withdrawn",
        subject=root,
        at=at,
        label=root.number,
        organisation_id=root.organisation_id,
        before={"state": before},
        after={"state": root.state, "reason": reason.strip()},
    )
    return root


def locked_root(batch_id: int) -> PaymentBatch:
    """Return a signed batch under its row lock, with its office, item and account.

    Raises:
        NotFound: no such batch, or one file of a split batch, which is never signed itself.
    """
    batch = (
        PaymentBatch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "item", "bank_account", "book")
        .filter(pk=batch_id, parent__isnull=True)
        .first()
    )
    if batch is None:
        raise NotFound
    return batch


def leaf_ids(root: PaymentBatch) -> list[int]:
    """Return the ids of the batches that are sent: the batch itself, or its children."""
    if root.is_leaf:
        return [root.pk]
    return list(root.children.order_by("pk").values_list("pk", flat=True))


def free_plans(root: PaymentBatch) -> None:
    """Let the batch's plans enter another batch with what is not paid."""
    BatchPlan.objects.filter(batch=root, is_live=True).update(is_live=False)
