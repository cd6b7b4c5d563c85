"""Output of a configuration line in, whether the switch objects or asks out."""

from __future__ import annotations

import re

from portseal.core.platforms import Errors


def objects(output: str, errors: Errors) -> bool:
    """A line of `output` says that the switch did not do what it was told.

    >>> objects("% Invalid input detected at '^' marker.", Errors(patterns=("^% ",), harmless=("^% Generating",)))
    True
    """
    return any(
        any(re.search(pattern, line) for pattern in errors.patterns)
        and not any(re.search(pattern, line) for pattern in errors.harmless)
        for line in _lines(output)
    )


def asks(output: str, errors: Errors) -> bool:
    """A line of `output`, finished or not, is a question."""
    return any(re.search(pattern, line) for line in _lines(output) for pattern in errors.questions)


def _lines(output: str) -> list[str]:
    return [line.strip() for line in output.split("\n") if line.strip()]
