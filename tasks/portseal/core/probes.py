"""What a switch printed for its platform's probes in, what speaks against touching it out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portseal.core.platforms import Pack


def probe_commands(pack: Pack) -> tuple[str, ...]:
    """The commands to send, in the order in which `unmet` takes their outputs."""
    return tuple(probe.command for probe in pack.probe)


def unmet(pack: Pack, outputs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(code, reason) of each probe whose output does not say what is expected, with what it says instead."""
    return tuple(
        (probe.code, f"{probe.reason}; `{probe.command}` says: {_said(output)}")
        for probe, output in zip(pack.probe, outputs, strict=True)
        if not re.search(probe.expect, output, re.MULTILINE)
    )


def _said(output: str) -> str:
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip(" \t^")]
    return lines[0][:120] if lines else "nothing"
