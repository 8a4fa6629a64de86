"""Policy values that a test needs to be others than those its city was founded with."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from accounts.enums import Decision
from accounts.models import Parameter, Pool, PostGrant
from accounts.services.parameter_changes import Grounds, NewValue, apply_for_value, decide_change
from accounts.services.signatures import Verdict
from common.actor import Person
from common.evidence import Evidence


def put_value(pool: Pool, code: str, value: Any, first_day: date, region_code: str = "") -> None:
    """Bring a value into force from a day on: as the founding does, or signed by two people."""
    if _is_being_founded(pool):
        Parameter.objects.create(
            pool=pool,
            code=code,
            region_code=region_code,
            value=value,
            valid_from=first_day,
            source="测试",
        )
        return
    at = datetime.combine(first_day - timedelta(days=1), time(1), UTC)
    scan = Evidence("依据.pdf", "application/pdf", b"%PDF-1.7 basis")
    change = apply_for_value(
        actor=_holder("DEPT"),
        wish=NewValue(code, region_code, value, first_day, None),
        grounds=Grounds("测试", "测试", "无风险", scan, scan),
        check=lambda code, value: None,
        at=at,
    )
    verdict = Verdict(Decision.APPROVE, "同意", at)
    decide_change(actor=_holder("LEAD"), change_id=change.pk, verdict=verdict)


def _is_being_founded(pool: Pool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT founded_at = transaction_timestamp() FROM accounts_pool WHERE id = %s",
            [pool.pk],
        )
        return bool(cursor.fetchone()[0])


def _holder(post: str) -> Person:
    grant = PostGrant.objects.filter(post_id=post, state="EFFECTIVE").order_by("id")[0]
    return Person(grant.pool_id, grant.organisation_id, grant.user_id, grant.pk, post)
