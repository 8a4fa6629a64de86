"""The settings: production refuses to start half configured, and .env.example tells no lies."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ROOT / "config" / "settings"
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
COMPLETE = {
    "ALLOWED_HOSTS": "fund.example.gov.cn",
    "DATABASE_URL": "postgresql://fund_app:x@db:5432/fund",
    "SECRET_KEY": "for-this-test-only",
    "FIELD_KEYS": '{"1": "AAAA"}',
    "LOOKUP_KEY": "AAAA",
}
# In .env.example but not read by the settings: by whom, in which file.
READ_ELSEWHERE = {
    "DJANGO_SETTINGS_MODULE": "config/wsgi.py",
    "DATABASE_OWNER_URL": "config/local_stack.py",
    "DATABASE_AUDITOR_URL": "config/local_environment.py",
    "DATABASE_ADMIN_URL": "tests/databases.py",
    "HOST": "config/local_demo.py",
    "PORT": "config/local_environment.py",
    "BANK_PORT": "config/local_environment.py",
    "WEB_CONCURRENCY": None,  # by gunicorn
}
SHOW = """
import json
from config.settings import prod
names = [name for name in dir(prod) if name.isupper()]
print(json.dumps({name: getattr(prod, name) for name in names}, default=str))
"""


def load_production(environment):
    """Load the production settings in a process that has this environment and no other."""
    path = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={**path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def production():
    done = load_production(COMPLETE)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_production_does_not_start_without(missing):
    done = load_production({name: x for name, x in COMPLETE.items() if name != missing})
    assert done.returncode != 0
    assert f"Set the {missing} environment variable" in done.stderr


def test_production_refuses_the_fail_points_of_fault_tests():
    done = load_production({**COMPLETE, "FUND_FAIL_POINTS": "points"})
    assert done.returncode != 0
    assert "FUND_FAIL_POINTS is for fault tests" in done.stderr


def test_production_serves_over_https_only(production):
    assert production["DEBUG"] is False
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["ALLOWED_HOSTS"] == ["fund.example.gov.cn"]


def test_production_cookies_travel_encrypted_and_are_out_of_reach_of_scripts(production):
    assert production["SESSION_COOKIE_SECURE"] is True
    assert production["CSRF_COOKIE_SECURE"] is True
    assert production["CSRF_COOKIE_HTTPONLY"] is True
    assert production["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert production["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert settings.SESSION_COOKIE_HTTPONLY is True


def test_pages_may_load_from_this_site_only(production):
    directives = production["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    for name in ("default-src", "script-src", "style-src", "form-action"):
        assert directives[name] == ["'self'"], name
    assert directives["frame-ancestors"] == ["'none'"]


def read_by_settings():
    pattern = re.compile(r"\benv(?:\.\w+)?\(\s*\"(\w+)\"")
    return {
        name
        for path in SETTINGS.glob("*.py")
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }


def listed_in_example():
    return set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))


def test_the_example_lists_what_the_settings_read_and_nothing_that_nobody_reads():
    assert listed_in_example() == read_by_settings() | set(READ_ELSEWHERE)


def test_what_the_example_lists_for_others_is_read_by_them():
    for name, reader in READ_ELSEWHERE.items():
        assert name not in read_by_settings()
        if reader:
            assert name in (ROOT / reader).read_text(encoding="utf-8"), name


def test_the_example_holds_no_secret():
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, flags=re.MULTILINE))
    assert not set(given) & {"SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY", "DATABASE_URL"}
    assert not given.get("BANK_GATEWAY_TOKEN")


def test_every_entry_of_the_timetable_is_a_registered_task():
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert asked - set(app.tasks) == set()


def test_workers_take_json_and_keep_no_results():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None


def test_the_last_middleware_is_the_one_that_calls_the_view():
    assert settings.MIDDLEWARE[-1] == "accounts.middleware.TenantMiddleware"
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is False
