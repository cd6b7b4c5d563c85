"""How cameras are logged in to over HTTPS: what they ask for in, what is sent out (RFC 7616, RFC 7617)."""

from __future__ import annotations

import ssl
from collections.abc import Generator

import httpx
from pydantic import SecretStr


class Login(httpx.Auth):
    """Digest; basic where a camera offers nothing else, and only to one whose certificate was checked."""

    def __init__(self, user: str, password: SecretStr, *, basic: bool) -> None:
        self._digest = httpx.DigestAuth(user, password.get_secret_value())
        self._basic = httpx.BasicAuth(user, password.get_secret_value()) if basic else None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """A request, and once more with what its answer asks for."""
        flow = self._digest.auth_flow(request)
        response = yield next(flow)
        if response.status_code != 401:
            return
        offered = {each.split(" ", 1)[0].lower() for each in response.headers.get_list("www-authenticate")}
        if "digest" in offered:
            yield flow.send(response)
        elif "basic" in offered and self._basic is not None:
            yield next(self._basic.auth_flow(request))


def tls_failure(error: BaseException) -> ssl.SSLError | None:
    """What went wrong with TLS, where it was that."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return seen
