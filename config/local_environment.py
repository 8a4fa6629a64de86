"""The environment variables that the local demo and the tests run with.

Whatever the caller's environment already holds wins, so the same commands work against servers
elsewhere. Secrets of the demo are made once and kept, or its encrypted data would be unreadable
on the second run; those of the tests are fixed, because they protect nothing.
"""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

from config.local_servers import Servers
from config.local_tools import ROOT, free_port

LOCAL = ROOT / ".local"
Environment = dict[str, str]


def new_secrets() -> Environment:
    """Make the secrets of a new demo."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": json.dumps({"1": base64.b64encode(secrets.token_bytes(32)).decode()}),
        "LOOKUP_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "BANK_GATEWAY_TOKEN": secrets.token_urlsafe(32),
    }


def test_secrets() -> Environment:
    """Return the well-known secrets of every test run."""

    def known(name: str) -> str:
        return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()

    return {
        "SECRET_KEY": "for-tests-only-" + known("secret key"),
        "FIELD_KEYS": json.dumps({"1": known("field key")}),
        "LOOKUP_KEY": known("lookup key"),
        "BANK_GATEWAY_TOKEN": "for-tests-only",
    }


def kept_secrets(path: Path) -> Environment:
    """Read the demo's secrets, making them the first time, readable by their owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".new")
        half.unlink(missing_ok=True)
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(new_secrets(), file, indent=2)
        half.rename(path)
    found: Environment = json.loads(path.read_text())
    return found


def server_addresses(servers: Servers, *, admin: bool) -> Environment:
    """Name the database once per role, and Redis."""
    addresses = {
        "DATABASE_URL": servers.database_url("fund_app"),
        "DATABASE_OWNER_URL": servers.database_url("fund_owner"),
        "DATABASE_AUDITOR_URL": servers.database_url("fund_auditor"),
        "REDIS_URL": servers.redis_url,
    }
    if admin:  # the tests create their own database; nothing else may be superuser
        addresses["DATABASE_ADMIN_URL"] = servers.database_url("postgres")
    return addresses


def demo_environment(base: Path, addresses: Environment) -> Environment:
    """Return the whole environment of the demo's processes."""
    inbox = base / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    bank_port = os.environ.get("BANK_PORT") or str(free_port())
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "INBOX_DIR": str(inbox),
        "PORT": "8000",
        "BANK_PORT": bank_port,
        "BANK_GATEWAY_URL": f"http://127.0.0.1:{bank_port}",
        "BEAT_SCHEDULE_FILE": str(base / "beat-schedule"),
        "PYTHONUNBUFFERED": "1",
        **addresses,
        **kept_secrets(base / "secrets.json"),
        **os.environ,
    }


def test_environment(base: Path, addresses: Environment) -> Environment:
    """Return the whole environment of a test run."""
    inbox = base / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    return {
        "INBOX_DIR": str(inbox),
        "PORT": "8001",
        "BANK_GATEWAY_URL": "http://127.0.0.1:9",  # the discard port: no test may reach a bank
        "BEAT_SCHEDULE_FILE": str(base / "beat-schedule"),
        **addresses,
        **test_secrets(),
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }


def production_environment() -> Environment:
    """Return what the production settings ask for, so that they can be checked anywhere."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "ALLOWED_HOSTS": "fund.example.gov.cn",
        "CSRF_TRUSTED_ORIGINS": "https://fund.example.gov.cn",
        "SECRET_KEY": base64.b64encode(hashlib.sha512(b"deployment check").digest()).decode(),
    }
