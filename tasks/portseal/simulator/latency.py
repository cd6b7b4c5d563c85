"""A wire with a delay: each byte arrives half a round trip later, in order, as many under way as there are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


async def delayed_listener(target_port: int, delay: float) -> asyncio.Server:
    """A listener on loopback whose connections reach `target_port` with `delay` seconds of added round-trip time."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
        except OSError:
            writer.close()
            return
        half = delay / 2
        try:
            await asyncio.gather(_pump(reader, far_writer, half), _pump(far_reader, writer, half))
        except asyncio.CancelledError:
            writer.close()
            far_writer.close()

    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = carry
    return await asyncio.start_server(handler, "127.0.0.1", 0)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Copy with every chunk `seconds` late; the end of the stream is late as well."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            loop.call_later(seconds, _write, writer, data)
    loop.call_later(seconds, writer.close)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)
