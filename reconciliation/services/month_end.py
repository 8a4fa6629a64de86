"""The end of a month: asked to be closed when every check passes, closed while it still does."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import Decision
from accounts.permissions import require_duty
from accounts.services.signatures import Verdict
from common.actor import Person
from common.errors import DomainError, NotFound
from funds.enums import PeriodRequestKind, PeriodRequestState
from funds.models import Period, PeriodRequest
from funds.selectors.books import city_centre
from funds.services import periods
from reconciliation.enums import MonthEndState
from reconciliation.selectors.month_end import CheckRow, check_month_end, figures_of


class ChecksFailed(DomainError):
    code = "MONTH_END_CHECKS_FAILED"
    message = "月末检查没有全部通过，不能结账"


class ExplanationMissing(DomainError):
    code = "MONTH_END_EXPLANATION_MISSING"
    message = "有检查项目待说明，请填写说明后再申请结账"


@transaction.atomic
def prepare_month_end(
    *, actor: Person, period_id: int, explanation: str, at: datetime
) -> PeriodRequest:
    """Ask for a month to be closed, with the board as it stands.

    Raises:
        ChecksFailed: names every check that does not pass; ExplanationMissing.
        and what `funds.services.periods.request_closing` raises.
    """
    require_duty(actor, Duty.PERIOD_PREPARE, over=city_centre().pk)
    period = _locked_period(period_id)
    periods.check_turn(period, at)
    rows = check_month_end(period)
    _require_passed(rows)
    if not explanation.strip() and any(row.state == MonthEndState.EXPLAIN for row in rows):
        raise ExplanationMissing
    report = periods.ClosingReport(figures_of(rows), explanation)
    return periods.request_closing(actor=actor, period_id=period_id, report=report, at=at)


@transaction.atomic
def close_month_end(*, actor: Person, period_id: int, verdict: Verdict) -> Period:
    """Close a month as another person asked for it, or return it to him.

    Raises:
        PeriodRequestDecided: nothing waits; ChecksFailed: a check no longer passes;
        and what `funds.services.periods.decide_closing` raises.
    """
    require_duty(actor, Duty.PERIOD_CLOSE, over=city_centre().pk)
    period = _locked_period(period_id)
    request = _waiting(period, PeriodRequestKind.CLOSE)
    rows = check_month_end(period)
    if verdict.decision == Decision.APPROVE:
        _require_passed(rows)
    return periods.decide_closing(
        actor=actor, request_id=request.pk, verdict=verdict, figures=figures_of(rows)
    )


@transaction.atomic
def decide_month_reopening(*, actor: Person, period_id: int, verdict: Verdict) -> Period:
    """Sign the request that waits to open a month again.

    Raises:
        PeriodRequestDecided: nothing waits; and what `decide_reopening` raises.
    """
    require_duty(actor, Duty.PERIOD_REOPEN, over=city_centre().pk)
    request = _waiting(_locked_period(period_id), PeriodRequestKind.REOPEN)
    return periods.decide_reopening(actor=actor, request_id=request.pk, verdict=verdict)


def _require_passed(rows: Sequence[CheckRow]) -> None:
    failed = [row for row in rows if row.state == MonthEndState.FAILED]
    if failed:
        names = "；".join(f"{row.check.label}（{row.figure}）" for row in failed)
        raise ChecksFailed(f"以下检查没有通过，不能结账：{names}")


def _locked_period(period_id: int) -> Period:
    rows = Period.objects.select_for_update(of=("self",)).select_related("book")
    period = rows.filter(pk=period_id).first()
    if period is None:
        raise NotFound
    return period


def _waiting(period: Period, kind: PeriodRequestKind) -> PeriodRequest:
    waiting = PeriodRequest.objects.filter(
        period=period, kind=kind, state=PeriodRequestState.WAITING
    ).first()
    if waiting is None:
        raise periods.PeriodRequestDecided
    return waiting
