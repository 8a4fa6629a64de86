"""Closing of months."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.services import audit
from common.actor import Person
from common.db import constraint_errors
from common.errors import DomainError, NotFound
from common.periods import last_day, month_text
from funds.enums import PeriodState
from funds.models import Period, Voucher
from funds.selectors.books import city_centre
from funds.selectors.flow_findings import unanswered_findings
from funds.workflows import UNPOSTED

SHOWN = 5  # vouchers named in the refusal


class PeriodNotOpen(DomainError):
    code = "PERIOD_NOT_OPEN"
    message = "该月份已经结账"


class PeriodNotOver(DomainError):
    code = "PERIOD_NOT_OVER"
    message = "该月份尚未结束，月末之后才能结账"


class VouchersUnfinished(DomainError):
    code = "VOUCHERS_UNFINISHED"
    message = "该月份还有凭证没有过账，请先过账或作废"


class EarlierPeriodOpen(DomainError):
    code = "EARLIER_PERIOD_OPEN"
    message = "请先结清更早的月份"


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


@transaction.atomic
def close_period(*, actor: Person, period_id: int, at: datetime) -> Period:
    """Close a month: it then takes no voucher any more.

    Takes the period's row FOR UPDATE, which waits for drafts and postings in progress and
    makes later ones see the month closed.

    Raises:
        PeriodNotOpen, PeriodNotOver, EarlierPeriodOpen: not this month's turn.
        VouchersUnfinished: drafts or checked vouchers stand in it; the message names them.
        FindingsUnanswered: a movement without a permitted edge is not approved.
        PeriodUnbalanced, StatementsUnsigned, PaymentsUnanswered: the database's own refusals.
    """
    centre = city_centre()
    period = Period.objects.select_for_update(of=("self",)).filter(pk=period_id).first()
    if period is None:
        raise NotFound
    require_duty(actor, Duty.PERIOD_CLOSE, over=centre.pk)
    if period.state != PeriodState.OPEN:
        raise PeriodNotOpen
    if last_day(period.month) > timezone.localdate(at):
        raise PeriodNotOver
    _check_earlier(period)
    _check_vouchers(period)
    _check_findings(period)
    period.state, period.closed_at = PeriodState.CLOSED, at
    refusals = {
        "period_in_balance": PeriodUnbalanced,
        "period_statements_signed": StatementsUnsigned,
        "period_batches_returned": PaymentsUnanswered,
        "period_without_unfinished_vouchers": VouchersUnfinished,
        "period_without_flow_findings": FindingsUnanswered,
    }
    with constraint_errors(refusals):
        period.save(update_fields=["state", "closed_at"])
    audit.record(
        actor=actor,
        verb="funds.period.closed",
        subject=period,
        at=at,
        label=month_text(period.month),
        organisation_id=centre.pk,
        after={"state": period.state, "vouchers": period.last_number},
    )
    return period


def _check_earlier(period: Period) -> None:
    earlier = Period.objects.filter(
        book_id=period.book_id, month__lt=period.month, state=PeriodState.OPEN
    )
    first = earlier.order_by("month").first()
    if first is not None:
        raise EarlierPeriodOpen(f"请先结清更早的月份：{month_text(first.month)}")


def _check_vouchers(period: Period) -> None:
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


def _check_findings(period: Period) -> None:
    unanswered = unanswered_findings(book_id=period.book_id, month=period.month)
    count, first = unanswered.count(), unanswered.first()
    if first is not None:
        raise FindingsUnanswered(
            f"截至{month_text(period.month)}末有{count}笔资金流向异常没有办结特殊业务审批"
            f"（{first.value_date}，{first.amount:,.2f}元），不能结账"
        )
