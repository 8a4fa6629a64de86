"""Who holds what."""

from functools import reduce
from operator import or_

from django.contrib.auth.models import Group
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate

from accounts.duties import Duty
from accounts.enums import GrantState
from accounts.models import DutyHolding, PostGrant, User
from accounts.models.posts import duty_id
from accounts.selectors.posts import post_names
from common.actor import Person


def list_holders_of_duty(*, duty: Duty, over: int) -> list[int]:
    """Return the ids of the people whose posts in force hold `duty` over an organisation.

    Plain look-ups instead of one join over composed names: which posts hold the duty (a few
    dozen at most), then who is in them.
    """
    groups = DutyHolding.objects.filter(
        permission_id=duty_id(duty.value), content_object_id=over
    ).values_list("group_id", flat=True)
    names = Group.objects.filter(pk__in=list(groups)).values_list("name", flat=True)
    places = [name.split("/") for name in names]
    if not places:
        return []
    posts = reduce(or_, (Q(organisation_id=place, post_id=post) for place, post in places))
    return list(
        PostGrant.objects.alias(today=TruncDate(Now()))
        .filter(posts, state=GrantState.EFFECTIVE, valid_from__lte=F("today"))
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=F("today")))
        .filter(user__is_active=True)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )


def person_label(actor: Person) -> str:
    """Return who acts as documents name him: name and post."""
    name = User.objects.values_list("name", flat=True).get(pk=actor.user_id)
    return f"{name}（{post_names().get(actor.post, actor.post)}）"
