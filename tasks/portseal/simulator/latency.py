"""A wire with a delay: each byte arrives half a round trip later, in order, as many under way as there are."""

from __future__ import annotations

import asyncio
import contextlib


class Wire:
    """Leads connections to `target_port` on loopback, with `delay` seconds of added round-trip time."""

    def __init__(self, target_port: int, delay: float) -> None:
        self.turns = 0
        """How often the near end has spoken after the far end was heard: round trips, the handshake's as well."""
        self._port = target_port
        self._half = delay / 2
        self._heard = False

    async def listen(self) -> asyncio.Server:
        """A listener on loopback for the near end."""
        return await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(self._pump(reader, far_writer, near=True), self._pump(far_reader, writer, near=False))
        except asyncio.CancelledError:
            writer.close()
            far_writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, near: bool) -> None:
        """Copy with every chunk half a round trip late; the end of the stream is late as well."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if near and self._heard:
                    self.turns, self._heard = self.turns + 1, False
                loop.call_later(self._half, self._deliver, writer, data, near)
        loop.call_later(self._half, writer.close)

    def _deliver(self, writer: asyncio.StreamWriter, data: bytes, near: bool) -> None:
        self._heard = self._heard or not near
        if not writer.is_closing():
            writer.write(data)
