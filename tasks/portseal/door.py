"""Questions of workers on this machine in, answers out, by a socket that nobody but this user can reach: a fraction of what a scheduler costs.

Each errand comes with a connection of its own and is answered by a thread of its own, so that a slow answer holds up nobody else's.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path

from portseal.errand import packed, unpacked

MARK = "door:"
"""Before the address of one."""
Answer = Callable[[int, str, bytes], tuple[str, object] | None]
"""The errand, who carries it out, and the question in; how it is answered, and with what, out; None: not at all."""


def can_be() -> bool:
    """Whether this system has such sockets."""
    return sys.platform != "win32"


class Door:
    """Open until it is closed."""

    def __init__(self, answer: Answer) -> None:
        """Raises `OSError` where there can be none."""
        self._answer = answer
        self._folder = tempfile.mkdtemp(prefix="portseal-")  # this user's alone
        path = str(Path(self._folder) / "door")
        try:
            self._listener = connection.Listener(path, family="AF_UNIX", backlog=128)
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.address = MARK + path
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="portseal-door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody else is let in; who is inside is told, when he asks, that it is over."""
        self._over.set()
        with suppress(OSError):
            DoorWay(self.address).close()  # wakes it
        self._thread.join(5)
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                one = self._listener.accept()
            except OSError:
                continue
            if self._over.is_set():
                one.close()
            else:
                threading.Thread(target=self._serve, args=(one,), name="portseal-errand", daemon=True).start()

    def _serve(self, one: connection.Connection) -> None:
        with one, suppress(EOFError, OSError):
            while True:
                errand, carrier, number, question = unpacked(one.recv_bytes())
                found = self._answer(errand, carrier, question)
                if found is not None:
                    one.send_bytes(packed((number, *found)))


class DoorWay:
    """A worker's end."""

    def __init__(self, address: str) -> None:
        """Raises `OSError` where nobody opens."""
        self._connection = connection.Client(address.removeprefix(MARK), family="AF_UNIX")

    def send(self, message: tuple[int, str, int, bytes], seconds: float) -> None:
        """Ask. Raises `OSError` where nobody is there any more."""
        self._connection.send_bytes(packed(message))

    def receive(self, seconds: float) -> tuple[int, str, object]:
        """The next answer. Raises `TimeoutError` where none comes within so many seconds, `OSError` where nobody is there any more."""
        if not self._connection.poll(seconds):
            raise TimeoutError
        try:
            answer: tuple[int, str, object] = unpacked(self._connection.recv_bytes())
        except EOFError as error:
            raise ConnectionResetError from error
        return answer

    def close(self) -> None:
        """Leave."""
        self._connection.close()
