"""How many were claimed this month, day by day, and what has become of the claims."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count

from accounts.duties import Duty
from accounts.enums import SubjectKind
from accounts.models import Signature
from accounts.permissions import require_any
from common.actor import Person
from common.periods import last_day, month_of
from payouts.enums import CaseState
from payouts.models import BenefitCase

SHANGHAI = ZoneInfo("Asia/Shanghai")
STOPPED = (CaseState.REFUSED, CaseState.WITHDRAWN)
SIGNED_COUNTED = 1000  # more of a person's own signatures in a month are not counted one by one
SENT_BACK = (CaseState.RETURNED, CaseState.SUPPLEMENT)


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """This month's claims by day of application, counted where they were taken in.

    `days` has one figure for every day of the month so far, beginning with the first.
    """

    month: date
    accepted: int
    determined: int
    in_review: int
    sent_back: int
    stopped: int
    signed_by_me: int
    days: tuple[int, ...]


def count_month_cases(*, actor: Person, today: date) -> CaseFigures:
    """Return this month's claims by day and by what became of them, and the actor's own work.

    Two statements: one answered from an index, one that stops after `SIGNED_COUNTED` rows.

    Raises:
        DutyNotHeld: the post reads no cases anywhere.
    """
    reach = require_any(actor, Duty.CASE_READ)
    month = month_of(today)
    rows = (
        BenefitCase.objects.filter(
            applied_date__gte=month,
            applied_date__lte=last_day(month),
            organisation_id__in=reach,
        )
        .order_by()
        .values_list("applied_date", "state")
        .annotate(Count("pk"))
    )
    by_day: Counter[date] = Counter()
    by_state: Counter[str] = Counter()
    for day, state, count in rows:
        by_day[day] += count
        by_state[state] += count
    starts_at = datetime.combine(month, time.min, tzinfo=SHANGHAI)
    signed = Signature.objects.filter(
        person_id=actor.user_id, signed_at__gte=starts_at, subject_kind=SubjectKind.CASE
    )[: SIGNED_COUNTED + 1].count()
    determined = by_state[CaseState.DETERMINED]
    sent_back = sum(by_state[state] for state in SENT_BACK)
    stopped = sum(by_state[state] for state in STOPPED)
    accepted = by_state.total()
    return CaseFigures(
        month=month,
        accepted=accepted,
        determined=determined,
        in_review=accepted - determined - sent_back - stopped,
        sent_back=sent_back,
        stopped=stopped,
        signed_by_me=signed,
        days=tuple(by_day[month + timedelta(days=n)] for n in range(today.day)),
    )
