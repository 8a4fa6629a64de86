"""R7: what an office's batches sent to the bank, against what the bank answered."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.selectors.people import list_holders_of_duty
from common.actor import Person
from funds.selectors.books import unemployment_book
from payouts.selectors.parameters import working_days
from reconciliation.enums import DifferenceKind, RunKind
from reconciliation.models import ReconciliationRun
from reconciliation.selectors.batch_checks import answer_due
from reconciliation.selectors.comparisons import (
    ZERO,
    BatchCheck,
    compare_batches_with_returns,
)
from reconciliation.services.runs import Figures, Finding, check_month, replace_run


@transaction.atomic
def run_batch_return(
    *, actor: Person, organisation_id: int, month: date, at: datetime
) -> ReconciliationRun:
    """Check every file an office had sent in the month: sent = success + failure, line by line.

    A file without an answer after T+2 working days is a timing difference; until then it only
    stands on the page as waiting.

    Raises:
        DutyNotHeld, MonthNotBegun, RunInProgress.

    Source: 攀枝花市级统筹 P26, P27 (回盘不及时、回盘数据错误).
    """
    require_duty(actor, Duty.STATEMENT_PREPARE, Duty.STATEMENT_CONFIRM, over=organisation_id)
    check_month(month, at)
    book = unemployment_book()
    checks = compare_batches_with_returns(
        organisation_ids=[organisation_id], book_id=book.pk, month=month
    )
    planners = list_holders_of_duty(duty=Duty.STATEMENT_PREPARE, over=organisation_id)
    owner = planners[0] if planners else actor.user_id
    today = timezone.localdate(at)
    calendar = working_days()
    findings = [
        _finding(check, owner)
        for check in checks
        if (check.is_answered and not check.is_equal)
        or (not check.is_answered and answer_due(check, calendar) < today)
    ]
    return replace_run(
        actor=actor,
        figures=_figures(checks, book.pk, organisation_id, month),
        findings=findings,
        over=organisation_id,
        at=at,
    )


def _figures(checks: list[BatchCheck], book_id: int, organisation_id: int, month: date) -> Figures:
    return Figures(
        kind=RunKind.BATCH_RETURN,
        book_id=book_id,
        organisation_id=organisation_id,
        month=month,
        left_count=sum(check.sent_count for check in checks),
        left_amount=sum((check.sent_amount for check in checks), ZERO),
        right_count=sum(check.success_count + check.fail_count for check in checks),
        right_amount=sum((check.success_amount + check.fail_amount for check in checks), ZERO),
    )


def _finding(check: BatchCheck, owner_id: int) -> Finding:
    if not check.is_answered:
        kind, text = DifferenceKind.TIMING, "逾期未回盘"
    elif check.wrong_count:
        kind, text = DifferenceKind.WRONG_OUTCOME, f"{check.wrong_count}笔成败与回盘不一致"
    else:
        kind, text = DifferenceKind.AMOUNT, "报盘与回盘笔数或金额不符"
    return Finding(
        kind=kind,
        key=check.number,
        subject=f"{check.item_code} {check.number} {text}",
        left_amount=check.sent_amount,
        right_amount=check.success_amount + check.fail_amount,
        owner_id=owner_id,
        since=timezone.localdate(check.sent_at),
    )
