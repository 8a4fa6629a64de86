"""Embedded PostgreSQL and Redis for the demo and the tests, shared by several terminals.

Both servers come as ready programs inside two Python wheels; nothing is compiled or downloaded
here. We start the programs ourselves instead of through the wheels' own helpers, because those
keep locks in the shared temporary folder and fail on long paths, spaces and a second user.

Sharing: everybody who uses the servers of one folder holds a shared lock on its `users.lock`;
the last one to leave can take it exclusively and stops the servers. The kernel drops locks of
killed processes, so nothing ever waits for a dead one.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.local_postgres import Postgres
from config.local_redis import Redis
from config.local_tools import ROOT, lock_file, locked

DATABASE = "fund"


@dataclass(frozen=True)
class Servers:
    """Where the two running servers answer."""

    socket_dir: Path
    redis_url: str

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """Return a connection URL for a role; the socket folder is percent-encoded."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"


def prepare_database(servers: Servers) -> None:
    """Create the database and run deploy/roles.sql in it; both may be repeated."""
    admin = servers.database_url("postgres", "postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(servers.database_url("postgres"), autocommit=True) as connection:
        connection.execute((ROOT / "deploy" / "roles.sql").read_bytes())


@contextmanager
def running_servers(
    base: Path, *, careless: bool = False, flush: bool = False
) -> Iterator[Servers]:
    """Keep PostgreSQL and Redis of this folder running for as long as the block lasts.

    Args:
        base: folder of the data, one per purpose.
        careless: for tests: do not wait for the disk, and begin with an empty Redis unless
            somebody else is using it.
    """
    base.mkdir(parents=True, exist_ok=True)
    postgres, queue = Postgres(base, careless=careless), Redis(base, careless=careless)
    gate = base / "gate.lock"
    with lock_file(base / "users.lock") as users:
        try:
            with locked(gate):
                first = only_user(users)
                fcntl.flock(users, fcntl.LOCK_SH)
                postgres.start()
                queue.start()
                if careless and first:
                    queue.flush()
                servers = Servers(postgres.socket_dir, queue.url)
                prepare_database(servers)
            yield servers
        finally:
            with locked(gate):
                if only_user(users):
                    queue.stop()
                    postgres.stop()
                fcntl.flock(users, fcntl.LOCK_UN)


def only_user(users: int) -> bool:
    """Tell whether nobody else holds the lock of the servers' users."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
