"""Seals, bills and bank keys that wait for their keepers or for the witness."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from accounts.duties import Duty
from accounts.selectors.worklist import Waiting
from common.actor import Person
from funds.enums import CustodyTransferState
from funds.models import CustodyTransfer
from funds.selectors.access import may
from funds.selectors.custody import MOVING


def list_waiting_custody(*, actor: Person, today: date) -> list[Waiting]:
    """Return the hand-overs that wait for this person to take, or for the witness to sign."""
    waiting = []
    if may(actor, Duty.CUSTODY_KEEP):
        own = CustodyTransfer.objects.filter(
            state=CustodyTransferState.TAKING, taker_id=actor.user_id
        )
        waiting.append(_waiting("待接收的保管物品", own, today))
    if may(actor, Duty.CUSTODY_WITNESS):
        rows = CustodyTransfer.objects.filter(state=CustodyTransferState.WITNESSING)
        waiting.append(_waiting("待监交的保管交接", rows, today))
    return [line for line in waiting if line.count]


def _waiting(label: str, rows: QuerySet[CustodyTransfer], today: date) -> Waiting:
    late = rows.filter(transfer_date__lt=today).count()
    url = f"{reverse('funds:custody')}?state={MOVING}"
    return Waiting(label=label, url=url, count=rows.count(), overdue_count=late)
