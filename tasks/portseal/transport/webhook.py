"""One JSON object to one address, by HTTP POST."""

from __future__ import annotations

import httpx
from pydantic import JsonValue, SecretStr


def post(address: str, content: JsonValue, *, authorization: SecretStr | None = None, timeout: float = 10.0) -> str:
    """Send `content`; gives why it could not be delivered, or nothing. Certificates are checked, redirects not followed."""
    headers = {"Authorization": authorization.get_secret_value()} if authorization else {}
    try:
        answer = httpx.post(address, json=content, headers=headers, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return "" if answer.is_success else f"answered {answer.status_code}"
