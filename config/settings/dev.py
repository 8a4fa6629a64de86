"""The demo on one's own machine: plain HTTP, static files straight from the tree."""

from config.settings.base import *  # noqa: F403
from config.settings.base import env

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
STATIC_ROOT = None  # type: ignore[assignment]  # nothing is collected: files are found where they stand
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
