"""A Dask scheduler and workers as processes of their own on loopback, with a proxy between that keeps every byte."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


class Proxy:
    """Passes connections on to a port of this machine; `seen` has all that went either way."""

    def __init__(self, port: int) -> None:
        self.seen = bytearray()
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._open.append(near)
                with suppress(ConnectionRefusedError):
                    self._open.append(socket.create_connection(("127.0.0.1", self._to)))
                if self._open[-1] is near:
                    near.shutdown(socket.SHUT_RDWR)
                    continue
                far = self._open[-1]
                for one, other in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=self._pass, args=(one, other), daemon=True))
                    self._threads[-1].start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                self.seen += data
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(5)
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(5)
        for each in (self._listener, *self._open):
            each.close()


class Cluster:
    """Its address leads through the proxy."""

    def __init__(self, proxy: Proxy, workers: list[subprocess.Popen[bytes]]) -> None:
        self.proxy, self.workers = proxy, workers
        self.address = f"tcp://127.0.0.1:{proxy.port}"


@contextmanager
def cluster(folder: Path, *, workers: int, threads: int, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Running while the block lasts; `environment` is the workers' alone."""
    plain = {**os.environ, "DASK_DISTRIBUTED__ADMIN__EVENT_LOOP": "asyncio"}
    log = folder / "scheduler.log"
    call = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started: list[subprocess.Popen[bytes]] = []
    proxy = None
    try:
        with log.open("wb") as out:
            started.append(subprocess.Popen([*call, "--no-dashboard"], stdout=out, stderr=out, env=plain))
        port = _port(log, started[0])
        proxy = Proxy(port)
        call = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://127.0.0.1:{proxy.port}"]
        call += ["--no-nanny", "--no-dashboard", "--nthreads", str(threads), "--host", "127.0.0.1"]
        call += ["--preload", "portseal.dask_worker", "--memory-limit", "0"]
        for number in range(workers):
            with (folder / f"worker-{number}.log").open("wb") as out:
                own = [*call, "--name", str(number), "--local-directory", str(folder)]
                started.append(subprocess.Popen(own, stdout=out, stderr=out, env={**plain, **environment}))
        yield Cluster(proxy, started[1:])
    finally:
        for process in reversed(started):
            process.kill()
        for process in started:
            process.wait()
        if proxy:
            proxy.close()


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    from rig.line import until

    def told() -> re.Match[str] | None:
        assert process.poll() is None, log.read_text()
        return re.search(r"Scheduler at:\s+tcp://127\.0\.0\.1:(\d+)", log.read_text())

    until(told, 30)
    found = told()
    assert found
    return int(found[1])
