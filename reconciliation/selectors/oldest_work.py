"""The statements, differences and adjustment sheets that have waited longest for a post."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.duties import Duty
from accounts.permissions import duties_of
from accounts.selectors.parameters import ParameterMissing
from accounts.selectors.worklist import WaitingItem
from common.actor import Person
from common.addresses import address
from common.periods import CalendarYearUnknown, month_text
from funds.enums import BankAccountKind
from funds.selectors.books import city_centre
from reconciliation.enums import AdjustmentState, DifferenceState, StatementState
from reconciliation.models import BalanceAdjustment, Difference, OfficeStatement
from reconciliation.selectors.deadlines import statement_deadline

SHANGHAI = ZoneInfo("Asia/Shanghai")
Duties = Mapping[str, frozenset[int]]


def list_oldest_work(*, actor: Person, limit: int) -> list[WaitingItem]:
    """Return what waits for the actor in reconciliation, at most `limit` of each kind."""
    duties = duties_of(actor)
    return [
        *_statements(actor, duties, limit),
        *_differences(actor, duties, limit),
        *_adjustments(duties, limit),
    ]


def _statements(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    signing = duties.get(Duty.STATEMENT_SIGN.value, frozenset())
    confirming = duties.get(Duty.STATEMENT_CONFIRM.value, frozenset())
    if not (signing or confirming):
        return
    rows = OfficeStatement.objects.filter(
        Q(state=StatementState.SIGNING, organisation_id__in=signing)
        | Q(state=StatementState.SIGNED, organisation_id__in=confirming)
    ).exclude(prepared_by_id=actor.user_id)
    for row in rows.select_related("organisation").order_by("month", "id")[:limit]:
        is_signed = row.state == StatementState.SIGNED
        yield WaitingItem(
            label=f"对账明细表{StatementState(row.state).label}",
            subject=f"{row.organisation.short_name} · {month_text(row.month)}",
            url=address("reconciliation:statement", row.pk),
            since=row.signed_at or row.prepared_at,
            due=None if is_signed else _deadline(row.month),
            amount=row.business_amount,
        )


def _deadline(month: date) -> date | None:
    try:
        return statement_deadline(month)
    except (CalendarYearUnknown, ParameterMissing):
        return None


def _differences(actor: Person, duties: Duties, limit: int) -> Iterator[WaitingItem]:
    handling = duties.get(Duty.DIFFERENCE_HANDLE.value, frozenset())
    closing = duties.get(Duty.DIFFERENCE_CLOSE.value, frozenset())
    if not (handling or closing):
        return
    to_handle = _office_in(handling) & Q(state=DifferenceState.OPEN, owner_id=actor.user_id)
    to_close = _office_in(closing) & Q(state=DifferenceState.EXPLAINED)
    rows = Difference.objects.filter(
        to_handle | (to_close & ~Q(explained_by_id=actor.user_id))
    ).order_by("since_date", "id")
    for row in rows[:limit]:
        is_open = row.state == DifferenceState.OPEN
        yield WaitingItem(
            label="差异待查明" if is_open else "差异待销号",
            subject=row.subject,
            url=address("reconciliation:difference", row.pk),
            since=datetime.combine(row.since_date, time.min, tzinfo=SHANGHAI),
            due=row.due_date,
            amount=abs(row.left_amount - row.right_amount),
        )


def _office_in(reach: frozenset[int]) -> Q:
    """Return the condition that a difference is of these offices; the bank's is the city's."""
    if not reach:
        return Q(pk__in=[])
    own = Q(run__organisation_id__in=reach)
    if city_centre().pk in reach:
        own |= Q(run__organisation_id__isnull=True)
    return own


def _adjustments(duties: Duties, limit: int) -> Iterator[WaitingItem]:
    if not duties.get(Duty.BANK_RECONCILE_CHECK.value):
        return
    rows = (
        BalanceAdjustment.objects.filter(state=AdjustmentState.CHECKING, run__is_current=True)
        .select_related("bank_account")
        .order_by("prepared_at", "id")
    )
    for row in rows[:limit]:
        yield WaitingItem(
            label="余额调节表待复核",
            subject=f"{BankAccountKind(row.bank_account.kind).label} · {month_text(row.month)}",
            url=address("reconciliation:adjustment", row.pk),
            since=row.prepared_at,
            due=_deadline(row.month),
            amount=row.bank_balance,
        )
