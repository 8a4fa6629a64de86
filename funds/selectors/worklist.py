"""What waits for a person in the books."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.permissions import reach_of
from accounts.selectors.worklist import Waiting
from common.actor import Person
from common.periods import month_of
from funds.enums import FundsPlanState, ListState, PeriodState, VoucherState
from funds.models import FundsUsePlan, Period, TaxIncomeList, Voucher
from funds.selectors.books import city_centre


def list_waiting_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the kinds of work that wait for the person's current post, with counts above zero.

    A month is overdue to close when it has ended; a voucher when its month has.
    """
    month, centre = month_of(today), city_centre().pk
    waiting = [
        _waiting(label, url, rows, late)
        for duty, label, url, rows, late in (*_vouchers(month), *_plans_and_months(month))
        if centre in reach_of(actor, duty)
    ]
    return [entry for entry in waiting if entry.count]


# Duty, words, address, rows that wait, and what makes one of them late.
_Work = tuple[Duty, str, str, QuerySet[Any], dict[str, date]]


def _vouchers(month: date) -> tuple[_Work, ...]:
    url = reverse("funds:vouchers")
    drafts = Voucher.objects.filter(state=VoucherState.DRAFT)
    checked = Voucher.objects.filter(state=VoucherState.CHECKED)
    late = {"voucher_date__lt": month}
    return (
        (Duty.VOUCHER_CHECK, "待稽核凭证", f"{url}?state=DRAFT", drafts, late),
        (Duty.VOUCHER_POST, "待过账凭证", f"{url}?state=CHECKED", checked, late),
    )


def _plans_and_months(month: date) -> tuple[_Work, ...]:
    url = reverse("funds:funds_plans")
    signing = FundsUsePlan.objects.filter(state=FundsPlanState.SIGNING)
    requested = FundsUsePlan.objects.filter(state=FundsPlanState.REQUESTED)
    lists = TaxIncomeList.objects.filter(state=ListState.IMPORTED)
    months = Period.objects.filter(state=PeriodState.OPEN, month__lt=month, last_number__gt=0)
    late = {"month__lt": month}
    return (
        (Duty.FUNDS_PLAN_SIGN, "待签发用款计划", f"{url}?state=SIGNING", signing, late),
        (
            Duty.FUNDS_PLAN_PREPARE,
            "待登记拨付的用款计划",
            f"{url}?state=REQUESTED",
            requested,
            late,
        ),
        (Duty.TAX_LIST_IMPORT, "待登记划转的征收收入", reverse("funds:tax_lists"), lists, late),
        (Duty.PERIOD_CLOSE, "待结账月份", reverse("funds:periods"), months, {}),
    )


def _waiting(label: str, url: str, rows: QuerySet[Any], late: dict[str, date]) -> Waiting:
    overdue = rows.filter(**late).count() if late else 0
    return Waiting(label=label, url=url, count=rows.count(), overdue_count=overdue)
