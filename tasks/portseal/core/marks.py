"""Secrets in, the marks that stand for them in comparisons and diffs out; and back from a mark to its reference.

A secret that the switch shows in a form nobody can decode is compared with what it showed after the last push.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import SecretStr

from portseal.core.errors import SecretError
from portseal.core.platforms import SecretPlace
from portseal.core.secrets import Resolve, fingerprint, references

MARK = re.compile(r"‹(?:hmac|opaque):[0-9a-f]+›")
"""A mark in a line."""

OPAQUE = "‹opaque:"
"""How the mark of a text begins that could not be decoded."""


class Marks:
    """The marks of one switch; remembers which reference each stands for."""

    def __init__(self, switch: str, resolve: Resolve, key: SecretStr, stored: Mapping[str, str] | None = None) -> None:
        """`stored`: mark of a text that cannot be decoded → mark of the secret that was pushed when it appeared."""
        self._switch = switch
        self._resolve = resolve
        self._key = key
        self._stored = stored or {}
        self._references: dict[str, str] = {}
        self.fingerprints: dict[str, str] = {}
        """Reference → mark, of every secret that the target has."""
        self.met_undecodable = False
        """Whether a text was met that nobody can decode, so that what it stands for depends on what is remembered."""

    @property
    def under(self) -> str:
        """Tells one key of fingerprints from another."""
        return fingerprint(SecretStr("which key"), self._key)

    def running(self, secret: SecretStr | None, shown: str, place: SecretPlace) -> str:
        """The mark of a secret that the switch shows."""
        if secret is not None:
            return fingerprint(secret, self._key, hex=place.hexadecimal)
        self.met_undecodable = True
        mark = fingerprint(SecretStr(shown), self._key).replace("hmac", "opaque")
        return self._stored.get(mark, mark)

    def target(self, secret: SecretStr | None, shown: str, place: SecretPlace) -> str:
        """The mark of a secret that a reference stands for.

        Raises:
            SecretError: it cannot be resolved, or it cannot be typed where it has to stand.
        """
        found = references(shown)
        if secret is not None or len(found) != 1:
            raise SecretError(
                f"{self._switch}: a template puts something else than one reference where a secret stands"
            )
        value = self._resolve(found[0])
        if not re.search(place.allowed, value.get_secret_value()):
            raise SecretError(
                f"{self._switch}: the secret {found[0]} has a form that cannot be typed on this platform "
                f"(it must match {place.allowed}); set another one"
            )
        mark = fingerprint(value, self._key, hex=place.hexadecimal)
        self._references[mark] = f"{place.typed}{shown}"
        self.fingerprints[found[0]] = mark
        return mark

    def referenced(self, line: str) -> str:
        """`line` with the marks of the target's secrets turned back into references."""
        return MARK.sub(lambda found: self._references.get(found[0], found[0]), line)


def unresolved(line: str) -> bool:
    """Whether a mark stands in `line` that no reference of the target explains, so that it cannot be sent."""
    return MARK.search(line) is not None
