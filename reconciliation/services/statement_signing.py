"""What happens to a prepared statement: signed by the head, confirmed by finance, superseded."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import Decision, NoticeKind
from accounts.permissions import require_duty
from accounts.services import jobs, notices, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError
from common.periods import month_text
from funds.models import Period
from payouts.services.month_sign_offs import record_month_signed, withdraw_month_signed
from reconciliation.enums import DifferenceState, RunKind, StatementState
from reconciliation.models import Difference, OfficeStatement
from reconciliation.services.statement_preparing import (
    items_as_run,
    locked_statement,
    matter_of,
    record_act,
    tell_holders,
    title_of,
)


class StatementNotWaiting(DomainError):
    code = "STATEMENT_NOT_WAITING"
    message = "该对账明细表已由他人处理，请刷新页面查看最新状态"


class DifferenceOpen(DomainError):
    code = "STATEMENT_DIFFERENCE_OPEN"
    message = "该月还有未销号的差异，全部销号后才能签字"


class SignedByPreparer(DomainError):
    code = "STATEMENT_SIGNED_BY_PREPARER"
    message = "制表人、负责人和财务确认人须为不同的人"


class ReasonMissing(DomainError):
    code = "SUPERSEDE_REASON_MISSING"
    message = "发起新版本须写明原因"


class MonthClosed(DomainError):
    code = "STATEMENT_MONTH_CLOSED"
    message = "该月份已结账，已签字的对账明细表不再变更"


REFUSALS = {
    "statement_of_closed_month_stays": MonthClosed,
    "statement_without_open_difference": DifferenceOpen,
    "statement_signed_by_the_office_head": SignedByPreparer,
    "statement_confirmed_by_finance": SignedByPreparer,
}


@transaction.atomic
def sign_statement(
    *, actor: Person, statement_id: int, verdict: signatures.Verdict
) -> OfficeStatement:
    """Sign as the office head, or send it back; an approval locks it and frees the next plan.

    Sent back, the version is superseded and the planner prepares another.

    Raises:
        StatementNotWaiting: signed or superseded already. DifferenceOpen: not all closed.
        FiguresMoved: payments or postings came since the run.
        AlreadySigned: the preparer. ContentChanged, OpinionMissing, DutyNotHeld.

    Source: 攀枝花市级统筹 P49.
    """
    statement = locked_statement(statement_id)
    require_duty(actor, Duty.STATEMENT_SIGN, over=statement.organisation_id)
    if statement.state != StatementState.SIGNING:
        raise StatementNotWaiting
    is_approval = verdict.decision == Decision.APPROVE
    if is_approval:
        refuse_open_differences(statement)
        items_as_run(statement.run)
    signatures.sign(actor=actor, matter=matter_of(statement), step="SIGN", verdict=verdict)
    if not is_approval:
        return _send_back(actor, statement, verdict)
    statement.state, statement.signed_at = StatementState.SIGNED, verdict.signed_at
    with constraint_errors(REFUSALS):
        statement.save(update_fields=["state", "signed_at"])
    record_month_signed(
        actor=actor,
        organisation_id=statement.organisation_id,
        month=statement.month,
        statement_id=statement.pk,
        at=verdict.signed_at,
    )
    record_act(actor, statement, "signed", verdict.signed_at)
    tell_holders(statement, Duty.STATEMENT_CONFIRM, "对账明细表待财务确认", verdict.signed_at)
    return statement


def refuse_open_differences(statement: OfficeStatement) -> None:
    """Refuse while any difference of this office's month, of any run, is not closed."""
    waiting = Difference.objects.filter(
        run__kind=RunKind.BUSINESS_LEDGER,
        run__organisation_id=statement.organisation_id,
        run__book_id=statement.book_id,
        run__month=statement.month,
    ).exclude(state=DifferenceState.CLOSED)
    if count := waiting.count():
        raise DifferenceOpen(f"该月还有{count}项差异未销号，全部销号后才能签字")


def _send_back(
    actor: Person, statement: OfficeStatement, verdict: signatures.Verdict
) -> OfficeStatement:
    statement.state = StatementState.SUPERSEDED
    statement.superseded_reason = f"负责人退回：{verdict.opinion}"[:300]
    statement.save(update_fields=["state", "superseded_reason"])
    record_act(actor, statement, "returned", verdict.signed_at)
    notices.notify_people(
        pool_id=actor.pool_id,
        user_ids=[statement.prepared_by_id],
        message=notices.Message(
            NoticeKind.RETURNED,
            f"{month_text(statement.month)}对账明细表被退回：{verdict.opinion}"[:300],
            reverse("reconciliation:statement", args=[statement.pk]),
            f"statement-returned:{statement.pk}",
        ),
        at=verdict.signed_at,
    )
    return statement


@transaction.atomic
def confirm_statement(
    *, actor: Person, statement_id: int, at: datetime, seen_sha256: str = "", opinion: str = ""
) -> OfficeStatement:
    """Confirm a signed statement for finance; a job then makes its workbook and its print.

    Raises:
        StatementNotWaiting, AlreadySigned, ContentChanged, DutyNotHeld.
    """
    statement = locked_statement(statement_id)
    require_duty(actor, Duty.STATEMENT_CONFIRM, over=statement.organisation_id)
    if statement.state != StatementState.SIGNED:
        raise StatementNotWaiting
    verdict = signatures.Verdict(Decision.APPROVE, opinion, at, seen_sha256)
    signatures.sign(actor=actor, matter=matter_of(statement), step="CONFIRM", verdict=verdict)
    statement.state = StatementState.CONFIRMED
    with constraint_errors(REFUSALS):
        statement.save(update_fields=["state"])
    record_act(actor, statement, "confirmed", at)
    jobs.request_job(
        actor=actor,
        request=jobs.JobRequest(
            task="reconciliation.tasks.make_statement_documents",
            key=f"statement:{statement.pk}",
            title=f"{title_of(statement)}打印件和工作簿",
            organisation_id=statement.organisation_id,
            arguments={"statement_id": statement.pk},
        ),
        at=at,
    )
    return statement


@transaction.atomic
def supersede_statement(
    *, actor: Person, statement_id: int, reason: str, at: datetime
) -> OfficeStatement:
    """Set a version aside so that the month can be reconciled and stated again.

    The old version stays as it was signed; the next plan is blocked until the new one is.

    Raises:
        StatementNotWaiting: superseded already. MonthClosed: its signature stands.
        ReasonMissing, DutyNotHeld.
    """
    _hold_month(statement_id)
    statement = locked_statement(statement_id)
    require_duty(actor, Duty.STATEMENT_PREPARE, over=statement.organisation_id)
    if statement.state == StatementState.SUPERSEDED:
        raise StatementNotWaiting
    if not reason.strip():
        raise ReasonMissing
    was_signed = statement.signed_at is not None
    statement.state = StatementState.SUPERSEDED
    statement.superseded_reason = reason.strip()[:300]
    with constraint_errors(REFUSALS):
        statement.save(update_fields=["state", "superseded_reason"])
    if was_signed:
        withdraw_month_signed(
            actor=actor,
            organisation_id=statement.organisation_id,
            month=statement.month,
            at=at,
        )
    record_act(actor, statement, "superseded", at)
    return statement


def _hold_month(statement_id: int) -> None:
    """Lock the statement's month first, as closing does, so that neither waits for the other."""
    of_statement = OfficeStatement.objects.filter(pk=statement_id)
    list(
        Period.objects.select_for_update(of=("self",), no_key=True).filter(
            book_id__in=of_statement.values("book_id"), month__in=of_statement.values("month")
        )
    )
