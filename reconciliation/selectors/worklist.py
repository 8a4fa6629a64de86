"""What waits in reconciliation for the current post."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.models import Organisation
from accounts.permissions import duties_of
from accounts.selectors.worklist import Waiting
from common.actor import Person
from common.periods import add_months, month_of, month_text
from funds.models import BankAccount, BankStatement
from funds.selectors.books import city_centre
from payouts.enums import ReturnState
from payouts.models import BankReturn
from reconciliation.enums import AdjustmentState, DifferenceState, StatementState
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from reconciliation.selectors.deadlines import days_to_sign

Reach = frozenset[int]


def list_waiting_work(*, actor: Person, today: date) -> list[Waiting]:
    """Return the kinds of work that wait for the post, with how many are late."""
    duties = duties_of(actor)

    def reach(duty: Duty) -> Reach:
        return duties.get(duty.value, frozenset())

    work = [
        *_to_prepare(reach(Duty.STATEMENT_PREPARE), today),
        *_statements(
            "对账明细表待签字", StatementState.SIGNING, reach(Duty.STATEMENT_SIGN), actor, today
        ),
        *_statements(
            "对账明细表待财务确认",
            StatementState.SIGNED,
            reach(Duty.STATEMENT_CONFIRM),
            actor,
            today,
        ),
        *_to_handle(reach(Duty.DIFFERENCE_HANDLE), actor, today),
        *_to_close(reach(Duty.DIFFERENCE_CLOSE), actor, today),
        *_to_check(reach(Duty.BANK_RECONCILE_CHECK)),
        *_to_reconcile_bank(reach(Duty.BANK_RECONCILE), today),
    ]
    return [line for line in work if line.count]


def unsigned_months(*, organisation_ids: Reach, today: date) -> list[tuple[int, date]]:
    """Return (office, month) of ended months with payments but without a signed statement.

    Of the last twelve months; a statement that does not cover every return of its month counts
    as unsigned.
    """
    if not organisation_ids:
        return []
    this_month = month_of(today)
    paid = (
        BankReturn.objects.filter(
            state=ReturnState.APPLIED,
            success_count__gt=0,
            batch__organisation_id__in=organisation_ids,
            bank_date__gte=add_months(this_month, -12),
            bank_date__lt=this_month,
        )
        .order_by("bank_date")
        .values_list("batch__organisation_id", "bank_date", "received_at")
    )
    prepared = {
        (row.organisation_id, row.month): row.prepared_at
        for row in OfficeStatement.objects.filter(
            organisation_id__in=organisation_ids,
            state__in=[StatementState.SIGNED, StatementState.CONFIRMED],
        ).order_by("id")
    }
    unsigned: dict[tuple[int, date], None] = {}
    for organisation_id, bank_date, received_at in paid:
        if organisation_id is None or bank_date is None:
            continue
        key = (organisation_id, month_of(bank_date))
        if key not in prepared or received_at > prepared[key]:
            unsigned[key] = None
    return list(unsigned)


def _to_prepare(reach: Reach, today: date) -> list[Waiting]:
    waiting = OfficeStatement.objects.filter(
        organisation_id__in=reach, state=StatementState.SIGNING
    )
    in_signing = set(waiting.order_by("id").values_list("organisation_id", "month"))
    months = [
        month
        for office, month in unsigned_months(organisation_ids=reach, today=today)
        if (office, month) not in in_signing
    ]
    late = sum(_is_late(month, today) for month in months)
    url = _month_url(months[0]) if months else ""
    return [Waiting("对账明细表待编制", url, len(months), late)]


def _is_late(month: date, today: date) -> bool:
    left = days_to_sign(month, today=today)
    return left is not None and left < 0


def _month_url(month: date) -> str:
    return f"{reverse('reconciliation:month')}?month={month:%Y-%m}"


def _statements(
    label: str, state: StatementState, reach: Reach, actor: Person, today: date
) -> list[Waiting]:
    rows = list(
        OfficeStatement.objects.filter(organisation_id__in=reach, state=state)
        .exclude(prepared_by_id=actor.user_id)
        .order_by("month", "id")
        .values_list("pk", "month")
    )
    if not rows:
        return []
    url = _month_url(rows[0][1])
    if len(rows) == 1:
        url = reverse("reconciliation:statement", args=[rows[0][0]])
    late = sum(_is_late(month, today) for _, month in rows)
    return [Waiting(label, url, len(rows), late if state == StatementState.SIGNING else 0)]


def _open_of(reach: Reach, state: DifferenceState) -> "QuerySet[Difference]":
    rows = Difference.objects.filter(state=state)
    if city_centre().pk in reach:
        return rows.filter(run__organisation_id__in=reach) | rows.filter(
            run__organisation_id__isnull=True
        )
    return rows.filter(run__organisation_id__in=reach)


def _to_handle(reach: Reach, actor: Person, today: date) -> list[Waiting]:
    if not reach:
        return []
    rows = _open_of(reach, DifferenceState.OPEN).filter(owner_id=actor.user_id)
    url = f"{reverse('reconciliation:differences')}?state=OPEN&mine=on"
    late = rows.filter(due_date__lt=today).count()
    return [Waiting("差异待查明", url, rows.count(), late)]


def _to_close(reach: Reach, actor: Person, today: date) -> list[Waiting]:
    if not reach:
        return []
    rows = _open_of(reach, DifferenceState.EXPLAINED).exclude(explained_by_id=actor.user_id)
    url = f"{reverse('reconciliation:differences')}?state=EXPLAINED"
    late = rows.filter(due_date__lt=today).count()
    return [Waiting("差异待销号", url, rows.count(), late)]


def _to_check(reach: Reach) -> list[Waiting]:
    if not reach:
        return []
    rows = BalanceAdjustment.objects.filter(state=AdjustmentState.CHECKING, run__is_current=True)
    return [Waiting("余额调节表待复核", reverse("reconciliation:adjustments"), rows.count())]


def _to_reconcile_bank(reach: Reach, today: date) -> list[Waiting]:
    """Return how many accounts the bank moved last month are not reconciled with it."""
    if not reach:
        return []
    month = add_months(month_of(today), -1)
    done = BalanceAdjustment.objects.filter(month=month, run__is_current=True)
    paying = BankReturn.objects.filter(
        state=ReturnState.APPLIED, bank_date__gte=month, bank_date__lt=month_of(today)
    ).values("batch__bank_account_id")
    moved = BankStatement.objects.filter(
        from_date__lt=month_of(today), until_date__gte=month, line_count__gt=0
    ).values("bank_account_id")
    accounts = BankAccount.objects.filter(Q(pk__in=paying) | Q(pk__in=moved), is_active=True)
    count = accounts.exclude(pk__in=done.values("bank_account_id")).count()
    url = f"{reverse('reconciliation:adjustments')}?month={month:%Y-%m}"
    return [Waiting("账户待银行对账", url, count, count if _is_late(month, today) else 0)]


@dataclass(frozen=True, slots=True)
class Banner:
    """A line above every page, as `components/banner.html` takes it."""

    level: str
    text: str
    url: str
    link_text: str


def list_banners(*, actor: Person, today: date) -> list[Banner]:
    """Return a banner for those who can end it: months of their office still unsigned (P49).

    Shown to planners and office heads from the first day after the month; red once late.
    """
    duties = duties_of(actor)
    reach = duties.get(Duty.STATEMENT_PREPARE.value, frozenset()) | duties.get(
        Duty.STATEMENT_SIGN.value, frozenset()
    )
    names = dict(Organisation.objects.filter(pk__in=reach).values_list("pk", "short_name"))
    return [
        Banner(
            level="danger" if _is_late(month, today) else "warning",
            text=f"{names[office]}{month_text(month)}对账明细表未签字，签字前不能提交下月发放计划",
            url=_month_url(month),
            link_text="去对账",
        )
        for office, month in unsigned_months(organisation_ids=reach, today=today)
    ]
