"""Warning the heads, once per month and level, before the fund's money runs short."""

from datetime import date, datetime

from django.urls import reverse

from accounts.duties import Duty
from accounts.enums import NoticeKind
from accounts.services.notices import Message, notify_duty
from common.periods import month_text
from config.capacity.figures import Capacity, find_capacity
from funds.enums import CapacityLevel
from funds.models import Book
from funds.selectors.books import BOOK_IN_ADDRESS, city_centre

WARNED = (Duty.REPORT_APPROVE, Duty.REPORT_SIGN_HEAD)  # 财务负责人、主要领导
CALM = (CapacityLevel.NORMAL, CapacityLevel.NONE)


def warn_of_capacity(*, pool_id: int, today: date, at: datetime) -> int:
    """Tell who answers for the fund of every book whose months fall below a level.

    The same level of the same month is told once. Returns how many books were found so.
    """
    centre, count = city_centre().pk, 0
    for book in Book.objects.order_by("pk"):
        found = find_capacity(book_id=book.pk, today=today)
        if not found.is_warning:
            continue
        count += 1
        last = found.forecast[-1]
        message = Message(
            NoticeKind.RISK,
            f"{book.name}{_words(found)}",
            f"{reverse('capacity')}?{BOOK_IN_ADDRESS}={book.kind}",
            f"capacity-{book.pk}-{found.month:%Y%m}-{found.level}-{last.level}",
        )
        for duty in WARNED:
            notify_duty(pool_id=pool_id, duty=duty, over=centre, message=message, at=at)
    return count


def _words(found: Capacity) -> str:
    last = found.forecast[-1]
    if found.level in CALM:
        return f"预计{month_text(last.month)}末支付能力{last.capacity}个月，{last.level.label}"
    return f"支付能力{found.capacity}个月，{found.level.label}"
