"""A line to PostgreSQL that can be cut at one moment: after a COMMIT, before its answer.

Listens on a socket of its own and passes bytes both ways. When an order names a process, the
next COMMIT of that process goes through, and its answer does not: both ends are closed. To the
client the outcome is unknown, as when a cable is pulled.
"""

import contextlib
import select
import socket
import struct
import threading
from pathlib import Path

NAME = ".s.PGSQL.5432"
READY = b"Z\x00\x00\x00\x05I"  # ReadyForQuery, idle: the server has answered the COMMIT


class Proxy:
    """The line and the order."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.server = server / NAME
        self.folder = folder
        self.order = folder / "lose_commit_of"

    def lose_commit_of(self, pid: int) -> None:
        """Have the answer to the next COMMIT of a process lost."""
        half = self.folder / "half.order"
        half.write_text(str(pid))
        half.rename(self.order)

    @property
    def was_obeyed(self) -> bool:
        """Tell whether an answer was lost."""
        return (self.folder / "lost").exists()

    def clear(self) -> None:
        """Forget orders of earlier runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        for name in (NAME, "lose_commit_of", "lost"):
            (self.folder / name).unlink(missing_ok=True)

    def serve(self) -> None:
        """Pass connections on for ever."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.folder / NAME))
            listener.listen(64)
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid = struct.unpack("3i", credentials)[0]
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(str(self.server))
            while True:
                for end in select.select([client, server], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is client and b"COMMIT" in data and self._is_meant(pid):
                        self._lose(server, data)
                        return
                    (server if end is client else client).sendall(data)

    def _is_meant(self, pid: int) -> bool:
        try:
            if int(self.order.read_text()) != pid:
                return False
            self.order.unlink()
        except FileNotFoundError:
            return False
        return True

    def _lose(self, server: socket.socket, data: bytes) -> None:
        """Let the server commit, hear its answer, and tell nobody."""
        server.sendall(data)
        answer = b""
        while READY not in answer:
            piece = server.recv(65536)
            if not piece:
                return
            answer += piece
        (self.folder / "lost").touch()
