"""What the accountant writes to the figures of a month."""

from datetime import date, datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.permissions import require_duty
from accounts.services import audit
from common.actor import Person
from common.errors import DomainError
from common.periods import month_text
from funds.models import AnalysisRemark
from funds.selectors.books import city_centre


class RemarkMissing(DomainError):
    code = "REMARK_MISSING"
    message = "请填写分析说明"


@transaction.atomic
def write_remark(
    *, actor: Person, book_id: int, month: date, text: str, at: datetime
) -> AnalysisRemark:
    """Keep a remark; the ones before it stay. RemarkMissing without text."""
    centre = city_centre()
    require_duty(actor, Duty.REPORT_PREPARE, over=centre.pk)
    if not text.strip():
        raise RemarkMissing
    remark = AnalysisRemark.objects.create(
        pool_id=actor.pool_id,
        book_id=book_id,
        month=month,
        text=text.strip(),
        written_by_id=actor.user_id,
        written_at=at,
    )
    audit.record(
        actor=actor,
        verb="funds.analysis_remark.written",
        subject=remark,
        at=at,
        label=month_text(month),
        organisation_id=centre.pk,
    )
    return remark
