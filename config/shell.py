"""The page frame's context: who, where, under which post, and what waits."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a signed-in page, or nothing when signed out."""
    return {}
