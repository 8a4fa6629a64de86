"""The page frame's context: who, where, under which post, and what waits."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.permissions import duties_of, effective_grants
from accounts.selectors.work import count_unread_notices
from config.home import waiting_work
from config.menu import build_menu
from reconciliation.selectors.worklist import list_banners


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a signed-in page, or nothing when signed out.

    Lazy: a fragment or an error page does not show it and asks the database nothing.
    """
    if not hasattr(request, "actor"):
        return {}
    return {"shell": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: Any) -> dict[str, Any]:
    actor, user = request.actor, request.user
    assert isinstance(user, User)
    grants = effective_grants(user_id=user.pk)
    current = next((grant for grant in grants if grant.pk == actor.grant_id), None)
    duties = duties_of(actor)
    return {
        "user_name": user.name,
        "organisation": (current.organisation if current else user.organisation).short_name,
        "post": current.post.name if current else "",
        "posts": [
            {
                "grant_id": grant.pk,
                "label": f"{grant.organisation.short_name} · {grant.post.name}",
                "is_current": grant.pk == actor.grant_id,
            }
            for grant in grants
        ],
        "menu": build_menu(duties=duties, path=request.path, waiting=waiting_work(request)),
        "notice_count": sum(count_unread_notices(actor=actor).values()),
        "banners": list_banners(actor=actor, today=timezone.localdate()) if current else [NO_POST],
        "version": settings.VERSION,
        "phone": settings.SUPPORT_PHONE,
    }


NO_POST = {
    "level": "warning",
    "text": "您目前没有有效的岗位授权，只能查看个人设置。请由所在机构申请岗位授权。",
}
