"""Many switches on loopback, a port each, served by one thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

import asyncssh

from portseal.simulator.cameras import HOST, CameraHandle, Running, start_cameras
from portseal.simulator.certificates import Authority, server_context
from portseal.simulator.faults import Fault
from portseal.simulator.latency import Wire
from portseal.simulator.platforms import simulations
from portseal.simulator.server import Server
from portseal.simulator.switch import LogLine, Switch
from portseal.simulator.switch_api import SwitchApi
from portseal.simulator.world import CameraSpec, Device, FarEnd, PortSpec, RadiusSpec, SwitchSpec

__all__ = ["Farm", "Handle", "PortSpec", "SwitchSpec"]

T = TypeVar("T")


class Handle:
    """One running switch, safe to use from any thread."""

    def __init__(self, switch: Switch, port: int, wire: Wire | None = None) -> None:
        self._switch = switch
        self._wire = wire
        self.name = switch.spec.name
        self.host = HOST
        self.port = port
        self.api_port: int | None = None
        """Where its HTTPS API is, if it has one; its certificate is of the farm's authority."""
        self.host_key = switch.key.export_public_key().decode().strip()
        """OpenSSH public key text, `ssh-ed25519 AAAA...`."""

    def _do(self, work: Callable[[], T]) -> T:
        """Run `work` in the farm's thread and wait for it."""

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._switch.loop).result(timeout=30)

    def running_config(self) -> str:
        """The running configuration with its secrets in the clear, so that two readings can be compared."""
        return self._do(lambda: self._switch.box.text(shown=False))

    def startup_config(self) -> str:
        """What the switch would start with."""
        return self._do(lambda: self._switch.box.startup)

    def plug(self, port: str, device: Device, *, beside: bool = False) -> None:
        """Put `device` into a port instead of, or `beside` (behind a small hub), what is there.

        Raises:
            KeyError: the switch has no such port.
        """
        before = self._switch.box.plugged(port) if beside else ()
        self._do(lambda: self._switch.box.plug(port, (*before, device)))

    def engineer(self, lines: tuple[str, ...]) -> None:
        """Somebody at the switch types configuration lines, all at once; they take effect as there."""
        self._do(lambda: self._switch.type_as_other(lines))

    def far_end(self, port: str, mac: str) -> FarEnd:
        """What the device `mac` in a port notices of it."""
        return self._do(lambda: self._switch.box.far_end(port, mac))

    def unplug(self, port: str) -> None:
        """Take everything out of a port.

        Raises:
            KeyError: the switch has no such port.
        """
        self._do(lambda: self._switch.box.plug(port, ()))

    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        return self._do(self._switch.box.radius)

    def set_radius(self, *servers: RadiusSpec) -> None:
        """Change the authentication servers there are."""
        self._do(lambda: self._switch.box.set_radius(servers))

    def inject(self, *faults: Fault) -> None:
        """Let something go wrong."""
        for fault in faults:
            self._do(lambda fault=fault: self._switch.inject(fault))  # type: ignore[misc]

    def heal(self) -> None:
        """Let nothing go wrong any more (what already happened stays)."""
        self._do(self._switch.heal)

    @property
    def round_trips(self) -> int:
        """How often a client waited for an answer before it sent more."""
        return self._switch.round_trips

    @property
    def wire_turns(self) -> int:
        """Round trips on the wire, the handshake's too; counted only where there is a delay, and not reset."""
        return self._wire.turns if self._wire else 0

    @property
    def bytes_in(self) -> int:
        """Characters typed."""
        return self._switch.bytes_in

    @property
    def bytes_out(self) -> int:
        """Characters printed."""
        return self._switch.bytes_out

    @property
    def sessions(self) -> int:
        """Logins since the start or the last `reset`."""
        return self._switch.logins

    @property
    def open_sessions(self) -> int:
        """Sessions that are open now."""
        return self._do(lambda: len(self._switch.live))

    def connections(self) -> tuple[asyncssh.SSHServerConnection, ...]:
        """The open connections, for whoever shuts the farm down (in its own thread)."""
        return tuple(self._switch.connections)

    @property
    def log(self) -> tuple[LogLine, ...]:
        """The lines that were typed, with the mode each was typed in; no passwords."""
        return self._do(lambda: tuple(self._switch.log))

    def reset(self) -> None:
        """Begin counting and logging anew."""

        def clear() -> None:
            switch = self._switch
            switch.round_trips = switch.bytes_in = switch.bytes_out = switch.logins = 0
            switch.log.clear()

        self._do(clear)


class Farm:
    """Simulated switches, and the APIs of cameras behind them; a context manager that starts and stops them all.

    `delay` is added round-trip time to switches in seconds, handshakes included.
    """

    def __init__(
        self,
        specs: Iterable[SwitchSpec],
        *,
        username: str,
        password: str,
        delay: float = 0.0,
        cameras: Iterable[CameraSpec] = (),
    ) -> None:
        self._specs = tuple(specs)
        self._camera_specs = tuple(cameras)
        self._cameras = Running({}, (), ())
        self.authority = Authority()
        """Signs the cameras' certificates."""
        self._username = username
        self._password = password
        self._delay = delay
        self._handles: dict[str, Handle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listeners: list[asyncssh.SSHAcceptor | asyncio.Server] = []
        self._apis: list[SwitchApi] = []

    def __enter__(self) -> Farm:
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=self._serve, args=(loop,), name="simulator-farm", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._start(loop), loop).result(timeout=120)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def __getitem__(self, name: str) -> Handle:
        return self._handles[name]

    def __iter__(self) -> Iterator[Handle]:
        return iter(self._handles.values())

    def __len__(self) -> int:
        return len(self._handles)

    @property
    def cameras(self) -> dict[str, CameraHandle]:
        """The cameras that have an API, by name."""
        return self._cameras.handles

    def known_hosts(self) -> str:
        """A known_hosts file of all switches."""
        return "".join(f"[{sw.host}]:{sw.port} {' '.join(sw.host_key.split()[:2])}\n" for sw in self)

    @staticmethod
    def _serve(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()

    async def _start_api(self, switch: Switch) -> None:
        api = simulations()[switch.spec.platform].api
        if api is not None:
            served = SwitchApi(switch, api)
            context = server_context(*self.authority.issue(switch.spec.name, HOST, days=30))
            listener = await asyncio.start_server(served.serve, HOST, 0, ssl=context)
            self._listeners.append(listener)
            self._apis.append(served)
            self._handles[switch.spec.name].api_port = listener.sockets[0].getsockname()[1]

    async def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        switches: dict[str, Switch] = {}
        wires: dict[str, Wire] = {}
        for spec in self._specs:
            switch = switches[spec.name] = Switch(spec, self._username, self._password, loop)
            switch.distance = self._delay
            listener = await asyncssh.listen(
                HOST,
                0,
                server_factory=lambda switch=switch: Server(switch),
                server_host_keys=[switch.key],
                server_version="Cisco-1.25",
                line_editor=False,
                encoding="utf-8",
                errors="replace",
                login_timeout=60,
            )
            self._listeners.append(listener)
            port = listener.get_port()
            if self._delay > 0:
                wire = wires[spec.name] = Wire(port, self._delay)
                near = await wire.listen()
                self._listeners.append(near)
                port = near.sockets[0].getsockname()[1]
            self._handles[spec.name] = Handle(switch, port, wires.get(spec.name))
            await self._start_api(switch)
        self._cameras = await start_cameras(self._camera_specs, switches, self.authority)
        self._listeners += self._cameras.listeners

    async def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._cameras.hang_up()
        for api in self._apis:
            api.hang_up()
        open_connections = [c for handle in self._handles.values() for c in handle.connections()]
        for connection in open_connections:
            connection.abort()
        closing = [connection.wait_closed() for connection in open_connections]
        await asyncio.gather(*closing, return_exceptions=True)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # transports say goodbye in callbacks of their own
        await asyncio.sleep(0.01)

    def _stop(self) -> None:
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop, self._thread = None, None
        self._listeners.clear()
