"""A Dask scheduler and workers as processes of their own on loopback, by TLS, as docs/scale.md starts them; a proxy between keeps every byte."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import ssl
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from rig.line import until
from rig.tls import Authority

T = TypeVar("T")
PAGE = Path(__file__).parents[3] / "docs" / "scale.md"
EXAMPLE = "scheduler.example:8786"


class Proxy:
    """Passes connections on to a port of this machine; `seen` has all that went either way, as it was before it was encrypted."""

    def __init__(self, port: int, *, near: ssl.SSLContext, far: ssl.SSLContext) -> None:
        self.seen = bytearray()
        self._to, self._near, self._far = port, near, far
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._writers: list[asyncio.StreamWriter] = []
        self._server = self._done(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def _done(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            await writer.start_tls(self._near)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.append(far_writer)
            await far_writer.start_tls(self._far)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                self.seen += data
                writer.write(data)
                await writer.drain()
        writer.close()

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            for _ in range(3):  # one that was just accepted is found the next time
                for writer in self._writers:
                    writer.transport.abort()
                others = asyncio.all_tasks() - {asyncio.current_task()}
                await asyncio.wait(others, timeout=5) if others else None
                await asyncio.sleep(0.05)

        self._done(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


class Cluster:
    """Its address leads through the proxy; certificates for clients, and those of a stranger, are in `folder`."""

    def __init__(self, proxy: Proxy, port: int, folder: Path, processes: list[subprocess.Popen[bytes]]) -> None:
        self.proxy, self.folder = proxy, folder
        self.scheduler, self.workers = processes[0], processes[1:]
        self.address, self.direct = (f"tls://127.0.0.1:{each}" for each in (proxy.port, port))

    def complete(self) -> bool:
        """Whether the scheduler has taken every worker."""
        logs = [log.read_text() for log in self.folder.glob("worker-*.log")]
        return len(logs) == len(self.workers) and all("Registered to:" in log for log in logs)

    def options(self, address: str = "", **other: str) -> str:
        """Lines of `[nornir.runner.options]`."""
        files = {"ca": "ca", "cert": "client", "key": "client-key", **other}
        named = (f'{option} = "{self.folder / name}.pem"\n' for option, name in files.items())
        return f'scheduler = "{address or self.address}"\n{"".join(named)}'


def shown_commands() -> tuple[list[str], list[str]]:
    """The scheduler's and the worker's command, as the page shows them."""
    page = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    (scheduler,) = re.findall(r"^dask scheduler .*$", page, re.MULTILINE)
    (worker,) = re.findall(r"^dask worker .*$", page, re.MULTILINE)
    assert EXAMPLE in worker
    return shlex.split(scheduler), shlex.split(worker)


@contextmanager
def cluster(folder: Path, *, workers: int, threads: int, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Running while the block lasts; `environment` is the workers' alone."""
    plain = {**os.environ, "DASK_DISTRIBUTED__ADMIN__EVENT_LOOP": "asyncio"}
    _certificates(folder)
    dask = str(Path(sys.executable).parent / "dask")
    scheduler, worker = ([dask, *command[1:]] for command in shown_commands())
    worker[worker.index("--nthreads") + 1] = str(threads)
    log = folder / "scheduler.log"
    started: list[subprocess.Popen[bytes]] = []
    proxy: Proxy | None = None
    try:
        with log.open("wb") as out:
            here = [*scheduler, "--host", "127.0.0.1", "--port", "0"]
            started.append(subprocess.Popen(here, stdout=out, stderr=out, env=plain, cwd=folder))
        port = _port(log, started[0])
        proxy = Proxy(port, near=_server(folder), far=_client(folder))
        worker[worker.index(f"tls://{EXAMPLE}")] = f"tls://127.0.0.1:{proxy.port}"
        # A nanny would be a process more for each of them, and begin a worker again that a test has killed.
        worker += ["--no-nanny", "--host", "127.0.0.1", "--memory-limit", "0", "--local-directory", str(folder)]
        for number in range(workers):
            with (folder / f"worker-{number}.log").open("wb") as out:
                own = [*worker, "--name", str(number)]
                env = {**plain, **environment}
                started.append(subprocess.Popen(own, stdout=out, stderr=out, env=env, cwd=folder))
        yield Cluster(proxy, port, folder, started)
    finally:
        for process in reversed(started):
            process.kill()
        for process in started:
            process.wait()
        if proxy is not None:
            proxy.close()


def _certificates(folder: Path) -> None:
    ours, another = Authority("ours"), Authority("another")
    for name in ("scheduler", "worker", "client"):
        ours.issue(folder, name)
    another.issue(folder, "stranger")
    (folder / "ca.pem").write_bytes(ours.pem)
    (folder / "other-ca.pem").write_bytes(another.pem)


def _server(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "scheduler.pem", folder / "scheduler-key.pem")
    return context


def _client(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=folder / "ca.pem")
    context.check_hostname = False
    context.load_cert_chain(folder / "client.pem", folder / "client-key.pem")
    return context


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    def told() -> re.Match[str] | None:
        assert process.poll() is None, log.read_text()
        return re.search(r"Scheduler at:\s+tls://127\.0\.0\.1:(\d+)", log.read_text())

    until(told, 30)
    found = told()
    assert found
    return int(found[1])
