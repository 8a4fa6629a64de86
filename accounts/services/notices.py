"""Messages to people, leading to the place where a thing is dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.models import Notice
from accounts.selectors.people import list_holders_of_duty
from common.errors import NotFound


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell. `key` names the occasion: the same person hears of it once."""

    kind: NoticeKind
    text: str
    url: str
    key: str


def notify_people(*, pool_id: int, user_ids: Iterable[int], message: Message, at: datetime) -> int:
    """Send a message to these people, once per key; return how many rows were asked for."""
    notices = [
        Notice(
            pool_id=pool_id,
            recipient_id=user_id,
            kind=message.kind,
            text=message.text,
            url=message.url,
            key=message.key,
            created_at=at,
        )
        for user_id in user_ids
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def notify_duty(*, pool_id: int, duty: Duty, over: int, message: Message, at: datetime) -> int:
    """Send a message to everybody whose post in force holds `duty` over organisation `over`."""
    holders = list_holders_of_duty(duty=duty, over=over)
    return notify_people(pool_id=pool_id, user_ids=holders, message=message, at=at)


def mark_read(*, user_id: int, notice_id: int, at: datetime) -> Notice:
    """Mark one of the person's own notices read and return it.

    Raises:
        NotFound: no such notice of this person.
    """
    notice = Notice.objects.filter(pk=notice_id, recipient_id=user_id).first()
    if notice is None:
        raise NotFound
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, user_id: int, at: datetime) -> int:
    """Mark all of the person's messages read; return how many were unread."""
    return Notice.objects.filter(recipient_id=user_id, read_at__isnull=True).update(read_at=at)
