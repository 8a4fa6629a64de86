"""Who holds what."""

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Now, TruncDate

from accounts.duties import Duty
from accounts.enums import GrantState
from accounts.models import DutyHolding, PostGrant


def list_holders_of_duty(*, duty: Duty, over: int) -> list[int]:
    """Return the ids of the people whose posts in force hold `duty` over an organisation."""
    group = Concat(
        Cast(OuterRef("organisation_id"), CharField()), Value("/"), OuterRef("post_id")
    )
    holding = DutyHolding.objects.filter(
        permission__codename=duty.value, content_object_id=over, group__name=group
    )
    return list(
        PostGrant.objects.alias(today=TruncDate(Now()))
        .filter(Exists(holding), state=GrantState.EFFECTIVE, valid_from__lte=F("today"))
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=F("today")))
        .filter(user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
