"""The help pages: open to everybody who is signed in."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.selectors.posts import PostLine, list_posts
from common.documents import render_pdf
from common.http import TenantRequest, render_page, send_file
from config.help.content import AREAS, Task, find_task, list_tasks, post_guides


@require_GET
def help_index(request: TenantRequest) -> HttpResponse:
    """List the tasks: those of the page one comes from, one's own, and all by area."""
    screen, post = request.GET.get("page", ""), request.actor.post
    tasks = list_tasks()
    context = {
        "of_page": [task for task in tasks if screen and screen in task.screens],
        "own": [task for task in tasks if task.is_of(post)],
        "areas": [(area, [task for task in tasks if task.area == area]) for area in AREAS],
        "post": _post(post) if post else None,
        "posts": list_posts(),
    }
    return render_page(request, "help/index.html", context=context)


@require_GET
def help_task(request: TenantRequest, slug: str) -> HttpResponse:
    """Show how one task is done, with pictures of its screens."""
    task = find_task(slug)
    if task is None:
        raise Http404
    names = {line.code: line.name for line in list_posts()}
    context = {"task": task, "doers": [names[code] for code in task.posts if code in names]}
    return render_page(request, "help/task.html", context=context)


@require_GET
def help_post(request: TenantRequest, code: str) -> HttpResponse:
    """Show a post's guide on one page."""
    return render_page(request, "help/post.html", context=_guide(code))


@require_GET
def help_post_print(request: TenantRequest, code: str) -> HttpResponse:
    """Hand out a post's guide as PDF: one A4 page."""
    context = _guide(code)
    assert isinstance(request.user, User)
    printed = {"printed_by": request.user.name, "printed_at": timezone.now()}
    content = render_pdf("help/print/post.html", {**context, **printed})
    return send_file(content, f"岗位指南-{context['post'].name}.pdf", "application/pdf")


def _guide(code: str) -> dict[str, Any]:
    post, guide = _post(code), post_guides().get(code)
    if post is None or guide is None:
        raise Http404
    tasks: list[Task] = [task for task in list_tasks() if code in task.posts]
    return {"post": post, "guide": guide, "tasks": tasks, "phone": settings.SUPPORT_PHONE}


def _post(code: str) -> PostLine | None:
    return next((line for line in list_posts() if line.code == code), None)
