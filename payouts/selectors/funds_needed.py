"""Whether 支出户 holds what the approved and unpaid plans will take from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Sum
from django.urls import reverse

from accounts.duties import Duty
from accounts.permissions import require_any
from common.actor import Person
from funds.enums import BookKind, FundsPlanState
from funds.models import FundsUsePlanLine
from funds.selectors.books import expenditure_account, unemployment_book
from payouts.enums import PlanState
from payouts.models import BatchPlan, DisbursementPlan, PaymentApplication
from payouts.selectors.balances import AccountMoney, money_of_account
from payouts.workflows.payments import WITHDRAWABLE

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Need:
    """Approved and unpaid plans that stand at one step. Yuan."""

    label: str
    count: int
    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class FundsNeeded:
    """What 支出户 holds, and what is still to be paid from it, step by step. Yuan."""

    money: AccountMoney
    needs: tuple[Need, ...]

    @property
    def needed(self) -> Decimal:
        """Return what the approved and unpaid plans come to."""
        return sum((need.amount for need in self.needs), ZERO)

    @property
    def left(self) -> Decimal:
        """Return what would be left after paying them; negative when money is missing."""
        return self.money.available - self.needed


def get_funds_needed(*, actor: Person, at: datetime) -> FundsNeeded:
    """Return the balance of 支出户 beside the approved plans whose money has not left it yet.

    A plan counts until its batch is released; from then on its amount is part of what the
    account has promised (`AccountMoney.committed`). Only the unemployment-insurance fund's.

    Raises:
        DutyNotHeld: the post reads no plans. BankAccountMissing: there is no 支出户 in use.
    """
    reach = require_any(actor, Duty.PLAN_READ)
    live = BatchPlan.objects.filter(plan_id=OuterRef("pk"), is_live=True)
    allotted = FundsUsePlanLine.objects.filter(
        source_id=OuterRef("pk"),
        is_live=True,
        plan__state__in=[
            FundsPlanState.ALLOTTED,
            FundsPlanState.CLOSED,
            FundsPlanState.COVERED,
        ],
    )
    sums = (
        DisbursementPlan.objects.filter(
            state=PlanState.APPROVED,
            organisation_id__in=reach,
            item__book_kind=BookKind.UNEMPLOYMENT,
        )
        .exclude(Exists(live.exclude(batch__state__in=WITHDRAWABLE)))
        .annotate(
            has_form=Exists(PaymentApplication.objects.filter(plan_id=OuterRef("pk"))),
            is_funded=Exists(allotted),
            in_batch=Exists(live),
        )
        .order_by()
        .values_list("has_form", "is_funded", "in_batch")
        .annotate(Count("pk"), Sum("total_amount"))
    )
    steps: dict[str, tuple[int, Decimal]] = {}
    for has_form, is_funded, in_batch, count, amount in sums:
        step = _step(has_form=has_form, is_funded=is_funded, in_batch=in_batch)
        known = steps.get(step, (0, ZERO))
        steps[step] = known[0] + count, known[1] + amount
    account = expenditure_account(unemployment_book().pk)
    return FundsNeeded(
        money_of_account(account, at=at),
        tuple(
            Need(label, *steps.get(code, (0, ZERO)), url)
            for code, (label, url) in _places().items()
        ),
    )


def _step(*, has_form: bool, is_funded: bool, in_batch: bool) -> str:
    if in_batch:
        return "IN_BATCH"
    if not has_form:
        return "FORM"
    return "BATCH" if is_funded else "FUNDS"


def _places() -> dict[str, tuple[str, str]]:
    """Return step -> its words and the list that shows its plans or batches."""
    approved = f"{reverse('payouts:plans')}?tab=approved"
    return {
        "FORM": ("待接收申请表", f"{reverse('payouts:applications')}?tab=waiting"),
        "FUNDS": ("待申请或拨付用款", approved),
        "BATCH": ("待编制批次", approved),
        "IN_BATCH": ("批次待复核或确认支付", f"{reverse('payouts:batches')}?tab=preparing"),
    }
