"""The suite's ground: a real database reached as the app role, and what hunts for bugs."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
# Reference rows that migrations put in; everything else is emptied after a committing test.
KEPT_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "accounts_post",
    "accounts_incompatibleposts",
    "accounts_workyear",
    "accounts_statetransition",
    "funds_postingrule",
    "funds_postingaccount",
    "funds_flowedge",
}


def _admin(database: str) -> psycopg.Connection:
    """Connect as superuser: only to create databases and to empty tables between tests."""
    config = environ.Env.db_url_config(os.environ["DATABASE_ADMIN_URL"])
    host = config["HOST"] or config.get("OPTIONS", {}).get("host", "")
    return psycopg.connect(
        host=host,
        port=config["PORT"] or None,
        user=config["USER"],
        dbname=database,
        autocommit=True,
    )


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker):
    """Create this worker's database, migrate it as the owner, and connect as the app role.

    Migrating in another process keeps the owner's rights out of the test process entirely.
    """
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"{os.environ.get('TEST_DATABASE', 'test_fund')}_{worker}"
    fresh = not _exists(name) or not os.environ.get("REUSE_TEST_DATABASE")
    if fresh:
        with _admin("postgres") as admin:
            # Roles belong to the whole cluster: the workers take turns at them.
            admin.execute("SELECT pg_advisory_lock(1)")
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{name}"')
            with _admin(name) as inside:
                inside.execute((ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8"))
    url = _with_database(os.environ["DATABASE_OWNER_URL"], name)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        check=True,
    )
    with django_db_blocker.unblock():
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = _with_database(os.environ["DATABASE_URL"], name)
    if not fresh:
        _empty_tables(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _exists(name: str) -> bool:
    with _admin("postgres") as admin:
        return bool(
            admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        )


def _empty_tables(name: str) -> None:
    """Empty every table but the reference ones; triggers that refuse it are asleep meanwhile."""
    with _admin(name) as admin:
        tables = [
            row[0]
            for row in admin.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            if row[0] not in KEPT_TABLES
        ]
        filled = [
            table
            for table in tables
            if admin.execute(f'SELECT EXISTS (SELECT FROM "{table}")').fetchone()[0]
        ]
        admin.execute("SET session_replication_role = replica")
        for table in filled:
            admin.execute(f'DELETE FROM "{table}"')
        # A demo adds years that the migrations do not know.
        admin.execute("DELETE FROM accounts_workyear WHERE source LIKE '示范数据%'")


@pytest.fixture(autouse=True)
def _empty_after_commit(request):
    """Stand in for Django's flush, which needs TRUNCATE, a right the app role does not have."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = (marker and marker.kwargs.get("transaction")) or any(
        name in request.fixturenames for name in ("transactional_db", "live_server")
    )
    if commits:
        connections["default"].close()
        _empty_tables(settings.DATABASES["default"]["NAME"])


@pytest.fixture(scope="session", autouse=True)
def _no_flush():
    TransactionTestCase._fixture_teardown = lambda self: None
