"""Closing of months, and opening them again: asked for by one person, signed by another.

What the month-end board checks beyond the books stands in `reconciliation.services.month_end`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.enums import Decision, SubjectKind
from accounts.permissions import require_duty
from accounts.services import audit, signatures
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import last_day, month_text
from funds.enums import (
    FinancialStatementState,
    PeriodRequestKind,
    PeriodRequestState,
    PeriodState,
)
from funds.models import FinancialStatement, Period, PeriodRequest, Voucher
from funds.selectors.books import city_centre
from funds.selectors.flow_findings import unanswered_findings
from funds.workflows import UNPOSTED

SHOWN = 5  # vouchers named in the refusal
# What is asked for -> steps of the two who sign, and what the month becomes.
STEPS = {
    PeriodRequestKind.CLOSE: ("PREPARE", "CLOSE", PeriodState.CLOSED),
    PeriodRequestKind.REOPEN: ("APPLY", "REOPEN", PeriodState.OPEN),
}

# What is asked for -> the trail's words for asking, agreeing, refusing.
VERBS = {
    PeriodRequestKind.CLOSE: (
        "funds.period.closing_requested",
        "funds.period.closed",
        "funds.period.closing_refused",
    ),
    PeriodRequestKind.REOPEN: (
        "funds.period.reopening_requested",
        "funds.period.reopened",
        "funds.period.reopening_refused",
    ),
}


class PeriodNotOpen(DomainError):
    code = "PERIOD_NOT_OPEN"
    message = "该月份已经结账"


class PeriodNotClosed(DomainError):
    code = "PERIOD_NOT_CLOSED"
    message = "该月份没有结账，不需要反结账"


class PeriodNotOver(DomainError):
    code = "PERIOD_NOT_OVER"
    message = "该月份尚未结束，月末之后才能结账"


class VouchersUnfinished(DomainError):
    code = "VOUCHERS_UNFINISHED"
    message = "该月份还有凭证没有过账，请先过账或作废"


class EarlierPeriodOpen(DomainError):
    code = "EARLIER_PERIOD_OPEN"
    message = "请先结清更早的月份"


class LaterPeriodClosed(DomainError):
    code = "LATER_PERIOD_CLOSED"
    message = "以后的月份已经结账，须从最后结账的月份起依次反结账"


class PeriodUnbalanced(DomainError):
    code = "PERIOD_UNBALANCED"
    message = "该月份借贷发生额合计不相等，不能结账，请联系系统管理员核查"


class StatementsUnsigned(DomainError):
    code = "STATEMENTS_UNSIGNED"
    message = "该月份还有经办机构的对账明细表没有签署，或有差异没有销号，不能结账"


class PaymentsUnanswered(DomainError):
    code = "PAYMENTS_UNANSWERED"
    message = "该月份确认支付的批次还有未回盘的，银行回盘入账后才能结账"


class FindingsUnanswered(DomainError):
    code = "FLOW_FINDINGS_UNANSWERED"
    message = "还有资金流向异常没有办结特殊业务审批，不能结账"


class YearNotCarriedForward(DomainError):
    code = "YEAR_NOT_CARRIED_FORWARD"
    message = "收入、支出科目还有余额，请先填制年末结转凭证并过账"


class StatementsFinal(DomainError):
    code = "STATEMENTS_FINAL"
    message = "该月份或以后的财务报表已经定稿，不能反结账；错账在未结账的月份更正"


class PeriodRequestWaiting(DomainError):
    code = "PERIOD_REQUEST_WAITING"
    message = "该月份已有一份结账或反结账申请正在办理"


class PeriodRequestDecided(DomainError):
    code = "PERIOD_REQUEST_DECIDED"
    message = "该申请已由他人办理，请刷新页面查看最新状态"


class ReopenReasonMissing(DomainError):
    code = "REOPEN_REASON_MISSING"
    message = "请填写反结账的原因"


class FiguresMoved(DomainError):
    code = "PERIOD_FIGURES_MOVED"
    message = "申请结账之后检查结果有变化，请退回申请，核对后重新申请"


REFUSALS = {
    "period_one_request_waiting": PeriodRequestWaiting,
    "period_in_balance": PeriodUnbalanced,
    "period_statements_signed": StatementsUnsigned,
    "period_batches_returned": PaymentsUnanswered,
    "period_without_unfinished_vouchers": VouchersUnfinished,
    "period_without_flow_findings": FindingsUnanswered,
    "period_closed_in_order": EarlierPeriodOpen,
    "year_carried_forward": YearNotCarriedForward,
    "period_reopened_last_first": LaterPeriodClosed,
    "period_under_no_final_statement": StatementsFinal,
}


@dataclass(frozen=True, slots=True)
class ClosingReport:
    """What who asks to close has seen: the figures of the board by code, and what he explains."""

    figures: Mapping[str, str]
    reason: str = ""


@transaction.atomic
def request_closing(
    *, actor: Person, period_id: int, report: ClosingReport, at: datetime
) -> PeriodRequest:
    """Ask for a month to be closed; the first of its two signatures.

    Raises:
        PeriodNotOpen, PeriodNotOver, EarlierPeriodOpen: not this month's turn.
        VouchersUnfinished: drafts or unposted vouchers stand in it; the message names them.
        FindingsUnanswered: a movement without a permitted edge is not approved.
        PeriodRequestWaiting: it was asked for already.
    """
    require_duty(actor, Duty.PERIOD_PREPARE, over=city_centre().pk)
    period = _locked_period(period_id)
    check_turn(period, at)
    check_vouchers(period)
    check_findings(period)
    return _request(actor, period, PeriodRequestKind.CLOSE, report, at)


@transaction.atomic
def decide_closing(
    *,
    actor: Person,
    request_id: int,
    verdict: signatures.Verdict,
    figures: Mapping[str, str] | None = None,
) -> Period:
    """Close a month, or return the request: the signature of another person than who asked.

    Takes the period's row FOR UPDATE, which waits for drafts and postings in progress and
    makes later ones see the month closed. `figures` are the board's as they stand now.

    Raises:
        PeriodRequestDecided: decided already; AlreadySigned: the actor asked for it himself;
        OpinionMissing: a refusal without opinion; FiguresMoved: the board says something else
        than when it was asked for; EarlierPeriodOpen, VouchersUnfinished.
        PeriodUnbalanced, StatementsUnsigned, PaymentsUnanswered, YearNotCarriedForward: the
        database's own refusals.
    """
    require_duty(actor, Duty.PERIOD_CLOSE, over=city_centre().pk)
    request, period = _locked_request(request_id, PeriodRequestKind.CLOSE)
    if verdict.decision == Decision.APPROVE:
        check_turn(period, verdict.signed_at)
        check_vouchers(period)
        check_findings(period)
        if figures is not None and dict(figures) != request.figures:
            raise FiguresMoved
    return _decide(actor, request, period, verdict)


@transaction.atomic
def request_reopening(*, actor: Person, period_id: int, reason: str, at: datetime) -> PeriodRequest:
    """Ask for a closed month to be opened again, with the reason.

    Raises:
        PeriodNotClosed, ReopenReasonMissing, PeriodRequestWaiting;
        LaterPeriodClosed: a later month is closed; StatementsFinal: the statements are final.
    """
    require_duty(actor, Duty.PERIOD_CLOSE, over=city_centre().pk)
    period = _locked_period(period_id)
    if period.state != PeriodState.CLOSED:
        raise PeriodNotClosed
    if not reason.strip():
        raise ReopenReasonMissing
    _check_reopenable(period)
    report = ClosingReport({}, reason.strip())
    return _request(actor, period, PeriodRequestKind.REOPEN, report, at)


@transaction.atomic
def decide_reopening(*, actor: Person, request_id: int, verdict: signatures.Verdict) -> Period:
    """Open a closed month again, or refuse it: the head's signature.

    Raises:
        PeriodRequestDecided: decided already; AlreadySigned: the actor asked for it himself;
        OpinionMissing: a refusal without opinion; LaterPeriodClosed, StatementsFinal.
    """
    require_duty(actor, Duty.PERIOD_REOPEN, over=city_centre().pk)
    request, period = _locked_request(request_id, PeriodRequestKind.REOPEN)
    return _decide(actor, request, period, verdict)


def matter_of(request: PeriodRequest, centre_id: int) -> signatures.Matter:
    """Return the request as a matter to sign."""
    return signatures.Matter(
        SubjectKind.PERIOD, request.pk, request.round, request.content_sha256, centre_id
    )


def check_turn(period: Period, at: datetime) -> None:
    """Refuse unless the month is the first open one and over.

    Raises:
        PeriodNotOpen, PeriodNotOver, EarlierPeriodOpen.
    """
    if period.state != PeriodState.OPEN:
        raise PeriodNotOpen
    if last_day(period.month) > timezone.localdate(at):
        raise PeriodNotOver
    earlier = Period.objects.filter(
        book_id=period.book_id, month__lt=period.month, state=PeriodState.OPEN
    )
    first = earlier.order_by("month").first()
    if first is not None:
        raise EarlierPeriodOpen(f"请先结清更早的月份：{month_text(first.month)}")


def check_vouchers(period: Period) -> None:
    """Refuse while vouchers of the month wait for a signature; VouchersUnfinished names them."""
    unfinished = Voucher.objects.filter(period=period, state__in=UNPOSTED).order_by("id")
    count = unfinished.count()
    if not count:
        return
    names = "；".join(
        f"{voucher.summary}（{voucher.get_state_display()}）" for voucher in unfinished[:SHOWN]
    )
    more = "等" if count > SHOWN else ""
    raise VouchersUnfinished(
        f"{month_text(period.month)}还有{count}张凭证没有过账：{names}{more}。请先过账或作废"
    )


def check_findings(period: Period) -> None:
    """Refuse while a movement without a permitted edge waits for its approval.

    Raises:
        FindingsUnanswered: says how many, and the first one's day and amount.
    """
    unanswered = unanswered_findings(book_id=period.book_id, month=period.month)
    count, first = unanswered.count(), unanswered.first()
    if first is not None:
        raise FindingsUnanswered(
            f"截至{month_text(period.month)}末有{count}笔资金流向异常没有办结特殊业务审批"
            f"（{first.value_date}，{first.amount:,.2f}元），不能结账"
        )


def _check_reopenable(period: Period) -> None:
    since = {"book_id": period.book_id, "month__gte": period.month}
    later = Period.objects.filter(**since, state=PeriodState.CLOSED).exclude(pk=period.pk)
    if later.exists():
        raise LaterPeriodClosed
    if FinancialStatement.objects.filter(**since, state=FinancialStatementState.FINAL).exists():
        raise StatementsFinal


def _request(
    actor: Person, period: Period, kind: PeriodRequestKind, report: ClosingReport, at: datetime
) -> PeriodRequest:
    with constraint_errors(REFUSALS):
        request = PeriodRequest.objects.create(
            pool_id=actor.pool_id,
            period=period,
            kind=kind,
            reason=report.reason.strip(),
            figures=dict(report.figures),
            content_sha256=signatures.content_hash(
                {
                    "book": period.book_id,
                    "month": period.month,
                    "kind": kind,
                    "figures": dict(report.figures),
                    "reason": report.reason.strip(),
                }
            ),
            requested_by_id=actor.user_id,
            requested_at=at,
        )
    signatures.approve(actor, matter_of(request, city_centre().pk), STEPS[kind][0], at)
    _record(actor, request, VERBS[kind][0], at, reason=request.reason)
    return request


def _decide(
    actor: Person, request: PeriodRequest, period: Period, verdict: signatures.Verdict
) -> Period:
    at, kind = verdict.signed_at, PeriodRequestKind(request.kind)
    _, step, state = STEPS[kind]
    matter = matter_of(request, city_centre().pk)
    signatures.sign(actor=actor, matter=matter, step=step, verdict=verdict)
    is_approved = verdict.decision == Decision.APPROVE
    request.state = PeriodRequestState.DONE if is_approved else PeriodRequestState.REFUSED
    request.decided_at = at
    with constraint_errors(REFUSALS):
        request.save(update_fields=["state", "decided_at"])
        if is_approved:
            period.state = state
            period.closed_at = at if state == PeriodState.CLOSED else None
            period.save(update_fields=["state", "closed_at"])
    verb = VERBS[kind][1 if is_approved else 2]
    after = {"state": period.state, "vouchers": period.last_number, "opinion": verdict.opinion}
    _record(actor, request, verb, at, **after)
    return period


def _locked_period(period_id: int) -> Period:
    period = Period.objects.select_for_update(of=("self",)).filter(pk=period_id).first()
    if period is None:
        raise NotFound
    return period


def _locked_request(request_id: int, kind: PeriodRequestKind) -> tuple[PeriodRequest, Period]:
    """Return a waiting request and its month, both locked, the month first as everywhere."""
    found = PeriodRequest.objects.filter(pk=request_id, kind=kind).first()
    if found is None:
        raise NotFound
    period = _locked_period(found.period_id)
    request = PeriodRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    if request.state != PeriodRequestState.WAITING:
        raise PeriodRequestDecided
    return request, period


def _record(
    actor: Person, request: PeriodRequest, verb: str, at: datetime, **after: object
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject=request,
        at=at,
        label=month_text(request.period.month),
        organisation_id=city_centre().pk,
        after=after,
    )
