"""What a claim in a platform folder rests on."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """What a claim rests on."""

    CAPTURED = "captured"
    DOCUMENTED = "documented"
    NONE = "none"
