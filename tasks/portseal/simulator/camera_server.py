"""HTTPS as a camera serves it: HTTP/1.1 with digest authentication (RFC 7616), and JSON."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets as entropy

from portseal.simulator.camera import Camera
from portseal.simulator.http import Request, read_request, response

_REALM = "AXIS_SIMULATED"
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class CameraServer:
    """Answers the connections to one camera's API."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._nonce = entropy.token_hex(16)
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or the camera cannot be reached any more."""
        self.open.add(writer)
        try:
            while (request := await read_request(reader)) is not None and self._camera.reachable:
                writer.write(self._answer(request))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass  # the other end went away, spoke no HTTP, or the farm is closing
        finally:
            self.open.discard(writer)
            writer.transport.abort()

    def _answer(self, request: Request) -> bytes:
        if not self._authenticated(request):
            challenge = f'Digest realm="{_REALM}", nonce="{self._nonce}", algorithm=MD5, qop="auth"'
            return response(401, {"status": "unauthorized"}, f"WWW-Authenticate: {challenge}\r\n")
        if (request.verb, request.path) == ("GET", "/config/rest/cert/v1/certificates"):
            return response(200, self._camera.certificates())
        if (request.verb, request.path) != ("POST", "/axis-cgi/network_settings.cgi"):
            return response(404, {"status": "error"})
        try:
            asked = json.loads(request.body)
        except ValueError:
            return response(200, {"apiVersion": "1.0", "error": {"code": 3000, "message": "Invalid JSON data"}})
        return response(200, self._camera.call(asked))

    def _authenticated(self, request: Request) -> bool:
        kind, _, rest = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "digest" or not self._camera.admits():
            return False
        said = {name: quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
        spec = self._camera.spec
        ours = _md5(f"{spec.user}:{_REALM}:{spec.password}")
        asked = _md5(f"{request.verb}:{request.path}")
        wanted = _md5(
            ":".join([ours, self._nonce, said.get("nc", ""), said.get("cnonce", ""), said.get("qop", ""), asked])
        )
        return said.get("nonce") == self._nonce and said.get("response") == wanted


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
