"""Passwords and lock-outs."""

from datetime import datetime

from axes.utils import reset
from django.db import transaction

from accounts.duties import Duty
from accounts.models import User
from accounts.permissions import require_duty
from accounts.services import audit, sessions
from common.actor import Person
from common.errors import NotFound


@transaction.atomic
def record_new_password(*, actor: Person, old_key: str, new_key: str, at: datetime) -> None:
    """Note that the person set a new password himself, and end his other sessions."""
    user = User.objects.get(pk=actor.user_id)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    sessions.move_session(actor=actor, old_key=old_key, new_key=new_key, at=at)
    audit.record(
        actor=actor,
        verb="accounts.password.changed",
        subject=user,
        at=at,
        label=user.username,
        organisation_id=user.organisation_id,
    )


@transaction.atomic
def unlock_log_in(*, actor: Person, user_id: int, at: datetime) -> User:
    """Lift the lock-out of a person who mistyped the password too often.

    Raises:
        NotFound: no such person in this pool. DutyNotHeld.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    require_duty(actor, Duty.GRANT_REVOKE, over=user.organisation_id)
    attempts = reset(username=user.username)
    audit.record(
        actor=actor,
        verb="accounts.login.unlocked",
        subject=user,
        at=at,
        label=user.username,
        organisation_id=user.organisation_id,
        after={"attempts_removed": attempts},
    )
    return user
