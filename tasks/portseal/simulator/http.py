"""The little of HTTP/1.1 that simulated APIs speak: JSON in, JSON out, connections that stay open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import NamedTuple

_LARGEST = 4 * 1024 * 1024


class Request(NamedTuple):
    """One request, read to its end."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None where it has ended."""
    first = await reader.readline()
    if not first:
        return None
    verb, path, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = min(int(headers.get("content-length", "0")), _LARGEST)
    return Request(verb, path, headers, await reader.readexactly(length))


def response(status: int, body: object, more: str = "") -> bytes:
    """An answer in JSON, with `more` header lines."""
    content = json.dumps(body).encode()
    words = {200: "OK", 401: "Unauthorized", 404: "Not Found"}
    head = f"HTTP/1.1 {status} {words[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return f"{head}{more}\r\n".encode("latin-1") + content
