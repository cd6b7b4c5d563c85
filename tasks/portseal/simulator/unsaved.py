"""What several platforms print alike: what is not saved, and which server answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import unified_diff

from portseal.simulator.world import RadiusSpec


def unsaved(startup: Iterable[str], running: Iterable[str], names: tuple[str, str]) -> str:
    """The lines in which a running configuration differs from the one that a switch would start with; nothing where in none."""
    before, after = (
        [line for line in lines if line.strip() not in ("", "!", "#", "end")] for lines in (startup, running)
    )
    return "".join(f"{line}\n" for line in unified_diff(before, after, *names, lineterm="", n=0))


def answers(servers: Sequence[RadiusSpec], address: str) -> bool:
    """Whether a ping to `address` is answered."""
    return any(server.alive and server.address == address for server in servers)
