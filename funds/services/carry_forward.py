"""The year's carry-forward (年末结转): income and expenditure go to the fund balance (E34)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.duties import Duty
from accounts.permissions import require_duty
from common.actor import Person
from common.errors import DomainError, NotFound
from common.money import round_yuan
from common.periods import last_day
from funds.enums import BusinessEvent, SourceKind, VoucherState
from funds.models import Period, Voucher
from funds.selectors.books import city_centre
from funds.selectors.year_end import DECEMBER, ResultBalance, list_results
from funds.services.drafting import DraftLine, VoucherDraft, write_draft
from funds.services.periods import check_turn, check_vouchers

ZERO = Decimal("0.00")
FUND_BALANCE = "3001"


class NotYearEnd(DomainError):
    code = "NOT_YEAR_END"
    message = "年末结转只在12月办理"


class NothingToCarry(DomainError):
    code = "NOTHING_TO_CARRY"
    message = "收入、支出科目没有余额，不需要结转"


@transaction.atomic
def draft_carry_forward(*, actor: Person, period_id: int, at: datetime) -> Voucher:
    """Draft the voucher that takes every balance of income and expenditure to 3001.

    By account, office and item, so that each of them starts the new year at zero. What was
    posted after an earlier carry-forward is carried by a further voucher that corrects it.

    Raises:
        NotYearEnd: not a December; PeriodNotOpen, PeriodNotOver, EarlierPeriodOpen: not its turn.
        VouchersUnfinished: vouchers of the month are not posted, a carry-forward among them.
        NothingToCarry: every account stands at zero.

    Source: 财会〔2017〕28号 (期末将收入、支出科目余额转入一般基金结余).
    """
    require_duty(actor, Duty.PERIOD_PREPARE, over=city_centre().pk)
    period = (
        Period.objects.select_for_update(of=("self",), no_key=True).filter(pk=period_id).first()
    )
    if period is None:
        raise NotFound
    if period.month.month != DECEMBER:
        raise NotYearEnd
    check_turn(period, at)
    check_vouchers(period)
    lines = _lines(list_results(book_id=period.book_id, month=period.month))
    if not lines:
        raise NothingToCarry
    return write_draft(actor, _draft(period, lines), at)


def _lines(results: Sequence[ResultBalance]) -> list[DraftLine]:
    lines, income, expenditure = [], ZERO, ZERO
    for result in results:
        net = round_yuan(result.net)
        debit, credit = max(-net, ZERO), max(net, ZERO)
        income, expenditure = income + debit, expenditure + credit
        lines.append(
            DraftLine(
                result.account_code,
                debit,
                credit,
                f"结转{result.account_name}",
                result.organisation_id,
                result.item_code,
            )
        )
    if income:
        lines.append(DraftLine(FUND_BALANCE, ZERO, income, "结转本年收入"))
    if expenditure:
        lines.append(DraftLine(FUND_BALANCE, expenditure, ZERO, "结转本年支出"))
    return lines


def _draft(period: Period, lines: Sequence[DraftLine]) -> VoucherDraft:
    earlier = (
        Voucher.objects.filter(
            period=period, event=BusinessEvent.PERIOD_CLOSE, state=VoucherState.POSTED
        )
        .order_by("-number")
        .first()
    )
    summary = f"{period.month.year}年年末结转"
    return VoucherDraft(
        book_id=period.book_id,
        voucher_date=last_day(period.month),
        event=BusinessEvent.PERIOD_CLOSE,
        summary=summary if earlier is None else f"{summary}（补结转）",
        source_kind=SourceKind.PERIOD if earlier is None else SourceKind.VOUCHER,
        source_id=period.pk if earlier is None else earlier.pk,
        attachment_count=0,
        lines=lines,
        corrects_id=None if earlier is None else earlier.pk,
    )
