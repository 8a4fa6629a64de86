"""What every environment shares. All deployment choices come from environment variables."""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from redis.backoff import NoBackoff
from redis.retry import Retry

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "guardian",
    "axes",
    "csp",
    "rest_framework",
    "django_htmx",
    "common",
    "config",
    "accounts",
    "funds",
    "payouts",
    "reconciliation",
    "riskcontrol",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.plain_queries.PlainQueryMiddleware",
    "accounts.middleware.IdleTimeoutMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.frame.ForgetFrameMiddleware",
    "accounts.middleware.TenantMiddleware",  # last: it calls the view itself
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.errors.page_expired"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "common.widgets.WidgetRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["common.templatetags.fund", "common.templatetags.fields"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "config.shell.shell",
            ],
        },
    }
]

# The tenant is set transaction-locally, so connections may be pooled. Never ATOMIC_REQUESTS:
# it would commit before a lazy template renders.
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)  # seconds
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Only what can be counted again. A Redis that is away is not waited for.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "fund",
        "OPTIONS": {
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": 1,  # seconds
            "socket_connect_timeout": 1,
        },
    }
}
FRAME_SECONDS = 20  # how long the counts of the menu may be behind what others do
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Identity and account numbers: {"key id": base64 of 32 bytes}; the last id encrypts.
FIELD_KEYS = env.json("FIELD_KEYS")
FIELD_CIPHER = env("FIELD_CIPHER", default="AES-256-GCM")  # or SM4-GCM
LOOKUP_KEY = env("LOOKUP_KEY")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# guardian keeps the duties' rows; accounts.permissions reads them for the current post only.
# Its backend would answer has_perm from every group of a person, so it is left out on purpose.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "accounts.passwords.LongEnoughValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# A pair, not the account alone: nobody elsewhere can lock the cashier out on payday by typing
# her staff number, and behind one office's address colleagues do not lock each other.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.services.sessions.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_ENABLE_ADMIN = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600  # seconds: a working day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
IDLE_TIMEOUT = env.int("IDLE_TIMEOUT", default=30 * 60)  # seconds
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=False)

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 80 * 1024 * 1024  # bytes
FILE_UPLOAD_MAX_MEMORY_SIZE = 80 * 1024 * 1024  # bytes

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5}  # seconds
CELERY_BEAT_SCHEDULE_FILENAME = env("BEAT_SCHEDULE_FILE", default="beat-schedule")
# Touched by the relay at every round, for a supervisor that watches files; empty: not at all.
HEARTBEAT_FILE = env("HEARTBEAT_FILE", default="")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sweep-stale-work": {
        "task": "accounts.tasks.sweep_stale_work",
        "schedule": env.float("SWEEP_INTERVAL", default=10.0),  # seconds
    },
    "seal-audit-trail": {"task": "accounts.tasks.seal_audit_trail", "schedule": 10.0},
    "end-expired-grants": {"task": "accounts.tasks.end_expired_grants", "schedule": 600.0},
    "collect-inbox": {"task": "payouts.tasks.collect_inbox", "schedule": 15.0},
    "poll-bank": {"task": "payouts.tasks.poll_bank", "schedule": 10.0},
    "notify-late-returns": {"task": "payouts.tasks.notify_late_returns", "schedule": 600.0},
    "remind-deadlines": {"task": "payouts.tasks.remind_deadlines", "schedule": 3600.0},
    "request-nightly-checks": {
        "task": "config.tasks.request_nightly_checks",
        "schedule": crontab(hour=2, minute=30),
    },
}

# Seconds a worker's claim of a job holds between two steps. Lease and sweep together are how long
# a killed worker's job waits: below a minute.
JOB_LEASE = env.float("JOB_LEASE", default=35.0)
JOB_ATTEMPTS = 5  # claims of one job; a job that kills every worker is given up after these

# The header in which our own reverse proxy names the client; empty when there is no proxy.
CLIENT_ADDRESS_HEADER = env("CLIENT_ADDRESS_HEADER", default="")
VERSION = "0.1.0"
SUPPORT_PHONE: str = env("SUPPORT_PHONE", default="")

BANK_GATEWAY_URL = env("BANK_GATEWAY_URL", default="")
BANK_GATEWAY_TOKEN = env("BANK_GATEWAY_TOKEN", default="")
BANK_GATEWAY_TIMEOUT = env.float("BANK_GATEWAY_TIMEOUT", default=20.0)  # seconds
INBOX_DIR = env("INBOX_DIR", default="")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # Seven lines per printed form, and a line per font table, would bury everything else.
    "loggers": {
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
