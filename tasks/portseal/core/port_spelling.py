"""Ports of a whole estate in, long spellings out: each worked out once a platform, because switches are alike."""

from __future__ import annotations

from collections.abc import Mapping

from portseal.core.platforms import Pack
from portseal.core.portname import long_port


class PortSpelling:
    """Long spellings of ports, each worked out once a platform."""

    __slots__ = ("_found", "_packs")

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self._packs = packs
        self._found: dict[tuple[str | None, str], str] = {}

    def __contains__(self, platform: object) -> bool:
        """Whether the platform is known."""
        return platform in self._packs

    def long(self, platform: str | None, text: str) -> str:
        """The platform's long spelling; where the platform is not known, the text without case and blanks.

        Raises:
            ValueError: no port of this platform is spelt so.
        """
        found = self._found.get((platform, text))
        if found is None:
            pack = self._packs.get(platform) if platform else None
            found = long_port(pack.ports, text) if pack else "".join(text.split()).casefold()
            self._found[platform, text] = found
        return found
