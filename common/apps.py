"""The kernel as an app: it brings template tags and a lookup, and no tables."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        """Make `__prefix` known to every text field."""
        from common import lookups  # noqa: F401, PLC0415 -- needs the app registry
