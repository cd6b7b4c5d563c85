"""The HTTPS API of a simulated switch: basic authentication (RFC 7617), one path, JSON in and out."""

from __future__ import annotations

import asyncio
import base64
import json

from portseal.simulator.http import Request, read_request, response
from portseal.simulator.platforms import Api
from portseal.simulator.switch import Switch


class SwitchApi:
    """Answers the connections to one switch's API."""

    def __init__(self, switch: Switch, api: Api) -> None:
        self._switch = switch
        self._api = api
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or the switch is down."""
        self.open.add(writer)
        try:
            while (request := await read_request(reader)) is not None and not self._switch.down:
                writer.write(self._answer(request))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass  # the other end went away, or spoke no HTTP
        finally:
            self.open.discard(writer)
            writer.transport.abort()

    def hang_up(self) -> None:
        """End every connection without a word."""
        for writer in tuple(self.open):
            writer.transport.abort()

    def _answer(self, request: Request) -> bytes:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        name, _, password = base64.b64decode(given if kind.lower() == "basic" else "").decode().partition(":")
        if not self._switch.admits(name, password):
            return response(401, {"status": "unauthorized"}, 'WWW-Authenticate: Basic realm="COMMAND_API_AUTH"\r\n')
        if (request.verb, request.path) != ("POST", self._api.path):
            return response(404, {"status": "not found"})
        self._switch.round_trips += 1
        return response(200, self._api.answer(self._switch.box, name, json.loads(request.body), self._switch.before))
