"""Options in, a Dask client out: of workers of this machine's own, or of a scheduler somewhere. The only modules that know Dask are `dask_*`.

Whoever reaches a scheduler runs code where secrets are resolved. Workers of this machine's own therefore talk TLS with keys that live as
long as they do, and a scheduler on another machine has to be `tls://`.
"""

from __future__ import annotations

import atexit
import ipaddress
import logging
import os
import threading
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import Field

from portseal.core.errors import InputError
from portseal.core.model import Value
from portseal.transport.scheduler import Pem, check_scheduler

if TYPE_CHECKING:
    from distributed import Client

PACKED = "packed"
SECONDS = 10
"""That a scheduler, and a first worker, are waited for."""


class DaskOptions(Value):
    """`[nornir.runner.options]` of `portseal-dask`."""

    scheduler: str = ""
    """Address of a scheduler, `tls://HOST:PORT`; empty: workers of this machine's own."""
    workers: Annotated[int, Field(ge=1, le=1000)] = Field(default_factory=lambda: os.cpu_count() or 1)
    """Processes, where they are this machine's own."""
    threads: Annotated[int, Field(ge=1, le=1000)] = 10
    """Switches at once in each of them where they are changed."""
    reading: Annotated[int, Field(ge=1, le=1000)] = 50
    """The same where they are only read, which is mostly waiting; of workers elsewhere as many as they have threads."""
    batch: Annotated[int, Field(ge=1, le=1000)] = 1
    """Switches in one errand where switches are only read; what writes goes one by one."""
    site: str = ""
    """The site's directory as workers see it; empty: the same as here; `packed`: they are sent its files."""
    files: str = ""
    """With `packed`, where workers have what is never sent: age files and identities, by the names that the site has for them."""
    ca: str = ""
    """PEM files for `tls://`: the authority, and this machine's certificate and key."""
    cert: str = ""
    key: str = ""
    accept_plain: bool = False
    """Talk to a scheduler on another machine without TLS: anybody on the way can then run code at its workers."""
    patience_seconds: Annotated[float, Field(ge=1, le=600)] = 30.0
    """After this without an answer, a worker takes no further step and leaves its switches to their timers."""


def check_installed() -> None:
    """See that Dask is there, without importing it.

    Raises:
        InputError: it is not.
    """
    if find_spec("distributed") is None:
        raise InputError('runner portseal-dask needs another library; install "portseal[dask]"')


_clients: dict[DaskOptions, Client] = {}
"""By what it takes to reach them; what is asked of them may differ."""
_lock = threading.Lock()


def clients() -> tuple[Client, ...]:
    """The clients of this process."""
    with _lock:
        return tuple(_clients.values())


def client_for(options: DaskOptions) -> Client:
    """The client of these options: the one there is, or a new one. It, and workers of its own, live as long as this process.

    Raises:
        InputError: no scheduler answers, it has no workers, or it may not be talked to in the clear.
    """
    way = options.model_copy(update={"site": "", "files": "", "batch": 1, "patience_seconds": 30.0})
    with _lock:
        client = _clients.get(way)
        if client is None or client.status != "running":
            client = _clients[way] = _connected(options) if options.scheduler else _own(options)
        return client


def _own(options: DaskOptions) -> Client:
    import dask
    from distributed import Client, LocalCluster, Security

    _quiet()
    stack = ExitStack()
    # A worker that died is not replaced by another that takes its switches: nobody knows how far they came.
    # Its web pages show nothing, to nobody: whoever is on this machine could read there which switches are worked on.
    nothing: dict[str, list[str]] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    # What watches over load for those pages costs this process 2 % of a core while it waits; now and then is enough.
    seldom = {"distributed.admin.tick.interval": "1s", "distributed.admin.system-monitor.interval": "10s"}
    stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 0, **nothing, **seldom}))
    security = Security.temporary()
    cluster = LocalCluster(
        n_workers=options.workers,
        threads_per_worker=max(options.threads, options.reading),
        processes=True,
        dashboard_address="127.0.0.1:0",
        security=security,
        silence_logs=logging.CRITICAL,
        preload=["portseal.dask_worker"],
        memory_limit=0,
    )
    stack.push(cluster)
    client: Client = stack.enter_context(Client(cluster, security=security))
    atexit.register(stack.close)
    return client


def _connected(options: DaskOptions) -> Client:
    from distributed import Client, Security

    _quiet()
    address = urlsplit(options.scheduler)
    if address.scheme not in ("tls", "tcp") or not address.hostname or not address.port:
        raise InputError(f"nornir.runner.options.scheduler: {options.scheduler!r} is no tls://HOST:PORT")
    if address.scheme == "tcp" and not options.accept_plain and not _is_here(address.hostname):
        raise InputError(
            f"{options.scheduler}: without TLS, anybody on the way can run code at its workers; start the scheduler with TLS "
            "and write tls://, or say nornir.runner.options.accept_plain = true"
        )
    pem, security = None, None
    if address.scheme == "tls":
        if not (options.ca and options.cert and options.key):
            raise InputError(f"{options.scheduler}: name ca, cert and key (PEM files) in nornir.runner.options")
        pem = Pem(*(Path(name).expanduser() for name in (options.ca, options.cert, options.key)))
        ca, cert, key = map(str, pem)
        security = Security(tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True)
    seconds = min(SECONDS, options.patience_seconds)
    check_scheduler(options.scheduler, address.hostname, address.port, pem, seconds=seconds)
    try:
        client = Client(options.scheduler, security=security, timeout=seconds, set_as_default=False)
    except (OSError, TimeoutError, RuntimeError, ValueError) as error:
        raise InputError(
            f"{options.scheduler}: what answers there is no scheduler that can be used ({type(error).__name__}); install the "
            "same version of dask and distributed on both sides"
        ) from error
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TimeoutError as error:
        client.close()
        raise InputError(
            f"{options.scheduler}: the scheduler has no workers; start some with `dask worker {options.scheduler} "
            "--preload portseal.dask_worker`"
        ) from error
    atexit.register(client.close)
    return client


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _quiet() -> None:
    """Dask's log tells of lost workers and connections; so do our results, in our words."""
    for name in (
        "distributed",
        "tornado",
        *(each for each in logging.root.manager.loggerDict if each.startswith("distributed.")),
    ):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)
