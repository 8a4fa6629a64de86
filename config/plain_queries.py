"""Refusal of addresses whose query no screen of ours could have made."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.errors import DomainError
from common.text import refuse_unseen

_LENGTH = 2000  # characters of one value; the longest filter takes far fewer


class PlainQueryMiddleware:
    """Answer 400 where a query holds a character that nobody can have typed, or too much.

    Filters, cursors and searches read the query as it is, and the database refuses NUL: here
    is the one place that keeps both apart.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reason = _refusal(request)
        if not reason:
            return self.get_response(request)
        context = {"reason": reason, "phone": settings.SUPPORT_PHONE}
        return render(request, "400.html", context, status=400)


def _refusal(request: HttpRequest) -> str:
    """Return which condition of the query is at fault and what to do, or nothing."""
    for number, (name, values) in enumerate(request.GET.lists(), start=1):
        for text in (name, *values):
            try:
                refuse_unseen(text)
            except DomainError:
                return f"地址中第{number}个查询条件含有看不见或无法识别的字符，请返回页面重新输入"
            if len(text) > _LENGTH:
                return f"地址中第{number}个查询条件超过{_LENGTH}个字，请返回页面缩短后重新查询"
    return ""
