"""Simulated cameras on loopback, a port each, in the farm's thread; and the handles by which others hold them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from portseal.simulator.camera import Camera
from portseal.simulator.camera_server import CameraServer
from portseal.simulator.certificates import Authority, server_context
from portseal.simulator.faults import CameraFault
from portseal.simulator.switch import Switch
from portseal.simulator.world import CameraSpec, Device

T = TypeVar("T")
HOST = "127.0.0.1"


class CameraHandle:
    """One camera's running API, safe to use from any thread."""

    def __init__(self, camera: Camera, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self._camera, self._loop = camera, loop
        self.name = camera.spec.name
        self.host = HOST
        self.port = port
        self.user = camera.spec.user
        self.password = camera.spec.password

    def _do(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=30)

    @property
    def device(self) -> Device | None:
        """The camera as it is now; None where something else is behind its port."""
        return self._do(lambda: self._camera.device)

    @property
    def secured(self) -> bool:
        """Whether its link is encrypted, by what is so and not by what it says."""
        return self._do(lambda: self._camera.secured)

    @property
    def requests(self) -> tuple[str, ...]:
        """The methods that were called, in order."""
        return self._do(lambda: tuple(self._camera.requests))

    def inject(self, *faults: CameraFault) -> None:
        """Let something go wrong."""
        self._do(lambda: self._camera.faults.extend(faults))

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._do(self._camera.faults.clear)


class Running(NamedTuple):
    """The cameras of a farm."""

    handles: dict[str, CameraHandle]
    listeners: tuple[asyncio.Server, ...]
    servers: tuple[CameraServer, ...]

    def hang_up(self) -> None:
        """End every connection."""
        for server in self.servers:
            for writer in list(server.open):
                writer.transport.abort()


async def start_cameras(specs: Iterable[CameraSpec], switches: Mapping[str, Switch], authority: Authority) -> Running:
    """The APIs of the cameras behind `switches`, listening.

    Raises:
        KeyError: a camera is behind a switch or a port that there is not.
    """
    loop = asyncio.get_running_loop()
    handles: dict[str, CameraHandle] = {}
    listeners: list[asyncio.Server] = []
    servers: list[CameraServer] = []
    for spec in specs:
        camera = Camera(spec, switches[spec.switch])
        camera.certificate, key = authority.issue(spec.name, HOST, days=spec.valid_days)
        server = CameraServer(camera)
        context = server_context(camera.certificate, key)
        listener = await asyncio.start_server(server.serve, HOST, 0, ssl=context)
        handles[spec.name] = CameraHandle(camera, listener.sockets[0].getsockname()[1], loop)
        listeners.append(listener)
        servers.append(server)
    return Running(handles, tuple(listeners), tuple(servers))
