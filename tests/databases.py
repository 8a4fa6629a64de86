"""The databases of a test run: reached as superuser, emptied, and copied where filling is slow."""

import base64
import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.pq import TransactionStatus

from config.local_tools import ROOT

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


def as_superuser(database: str) -> psycopg.Connection:
    """Connect as superuser: only for what stands outside the tests themselves."""
    config = environ.Env.db_url_config(os.environ["DATABASE_ADMIN_URL"])
    host = config["HOST"] or config.get("OPTIONS", {}).get("host", "")
    return psycopg.connect(
        host=host,
        port=config["PORT"] or None,
        user=config["USER"],
        dbname=database,
        autocommit=True,
    )


def exists(name: str) -> bool:
    """Tell whether the server has a database of this name."""
    with as_superuser("postgres") as server:
        return bool(
            server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        )


def create(name: str) -> None:
    """Make a database with all tables and no rows, in place of any of this name.

    It is copied from one that is migrated once for each state of the migrations, by the owner and
    in another process: the owner's rights never reach the tests.
    """
    migrated = f"migrated_{migrations_digest()[:16]}"
    with as_superuser("postgres") as server:
        # Roles belong to the whole cluster, and the first migrates for all: they take turns.
        server.execute("SELECT pg_advisory_lock(1)")
        if not exists(migrated):
            _drop(server, *_names(server, "migrat"))
            _migrate(server)
            server.execute(f"ALTER DATABASE migrating RENAME TO {migrated}")
        copy(server, migrated, name)
        give_rights(name)


def _migrate(server: psycopg.Connection) -> None:
    server.execute("CREATE DATABASE migrating")
    give_rights("migrating")
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path="/migrating").geturl()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
        env={**os.environ, "DATABASE_URL": owner},
        cwd=ROOT,
        check=True,
    )


def migrations_digest() -> str:
    """Return a digest of everything that a migrated database comes from."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/**/*.*"), ROOT / "deploy" / "roles.sql"]):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def give_rights(name: str) -> None:
    """Let the three roles into a database; a copy does not bring its original's rights."""
    with as_superuser(name) as inside:
        inside.execute((ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8"))


def copy(server: psycopg.Connection, source: str, target: str) -> None:
    """Make a database in which everything is as in the source; whoever is in one is sent out."""
    _drop(server, target)
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source]
    )
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER fund_owner STRATEGY file_copy").format(
            sql.Identifier(target), sql.Identifier(source)
        )
    )


def _drop(server: psycopg.Connection, *names: str) -> None:
    for name in names:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _names(server: psycopg.Connection, beginning: str) -> list[str]:
    found = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning]
    )
    return [name for (name,) in found.fetchall()]


def empty_tables(name: str) -> None:
    """Empty every table but the reference ones; triggers that refuse it are asleep meanwhile."""
    inside = _emptier(name)
    tables = [
        row[0]
        for row in inside.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        if row[0] not in KEPT_TABLES
    ]
    filled = [
        row[0]
        for row in inside.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables
            ),
            prepare=True,
        ).fetchall()
    ]
    for table in filled:
        inside.execute(f'DELETE FROM "{table}"')
    # A demo adds years that the migrations do not know.
    inside.execute("DELETE FROM accounts_workyear WHERE source LIKE '示范数据%'")


_EMPTIERS: dict[str, psycopg.Connection] = {}


def _emptier(name: str) -> psycopg.Connection:
    """Return the connection that empties a database: kept, for a new one has to plan anew."""
    try:
        _EMPTIERS[name].execute("SELECT")
    except (KeyError, psycopg.OperationalError):  # none yet, or a copy took the database's place
        _EMPTIERS[name] = as_superuser(name)
        _EMPTIERS[name].execute("SET session_replication_role = replica")
    return _EMPTIERS[name]


def leave_session() -> None:
    """Take from the connection what a test may have left in its session.

    It stays open where it can: a new one has to read the catalogue and compile every trigger.
    """
    connection = connections["default"]
    session = connection.connection
    if session is None:
        return
    if connection.in_atomic_block or session.closed or _is_busy(session):
        connection.close()
        return
    session.autocommit = connection.autocommit = True
    session.execute("DISCARD ALL")
    connection.init_connection_state()


def _is_busy(session: psycopg.Connection) -> bool:
    return session.info.transaction_status != TransactionStatus.IDLE


# Filled once a run ----------------------------------------------------------------------------


@contextmanager
def standing_as(name: str, fill: Callable[[], Any]) -> Iterator[Any]:
    """Let this worker's database stand as `fill` leaves it, and be empty again at the end.

    In the whole run `fill` is done only once: whoever comes first fills its own empty database and
    keeps a copy, all others take the copy. Yields what `fill` returned, brought over by pickle.
    """
    try:
        yield _take_or_fill(name, fill)
    finally:
        connections["default"].close()
        empty_tables(settings.DATABASES["default"]["NAME"])


def _take_or_fill(name: str, fill: Callable[[], Any]) -> Any:
    own = settings.DATABASES["default"]["NAME"]
    kept = f"{_kept()}{_run()}_{name}"
    with as_superuser("postgres") as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [kept])
        if not exists(kept):
            left = base64.b64encode(pickle.dumps(fill())).decode()
            with as_superuser(own) as inside:
                inside.execute("VACUUM ANALYZE")  # nobody waits for autovacuum; copies are alike
            connections["default"].close()
            copy(server, own, kept)
            server.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(kept), left)
            )
        else:
            connections["default"].close()
            copy(server, kept, own)
            give_rights(own)
        (left,) = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [kept],
        ).fetchone()
    return pickle.loads(base64.b64decode(left))


def kept_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """Return the folder of what `fill` leaves outside the database: one for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"kept-{name}"
    folder.mkdir(exist_ok=True)
    return folder


def forget_other_runs() -> None:
    """Drop what earlier runs kept under this run's name."""
    with as_superuser("postgres") as server:
        server.execute("SELECT pg_advisory_lock(1)")
        others = (n for n in _names(server, _kept()) if not n.startswith(_kept() + _run()))
        _drop(server, *others)


def base_name() -> str:
    """Return what the names of this run's databases begin with."""
    return os.environ.get("TEST_DATABASE", "test_fund")


def _kept() -> str:
    return f"{base_name()}_kept_"


def _run() -> str:
    """Return what all workers of one run have in common."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
