"""A template and its values in, one self-contained HTML document out: styles and script inside, everything else forbidden by its policy.

Every value is escaped; nothing that came from outside can become markup or script.
"""

from __future__ import annotations

import functools
import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from portseal.core.report import without_controls


def document(template: str, values: Mapping[str, object], data: object) -> str:
    """The page that `template` makes of `values`; `data` stands in it as JSON, for its script."""
    style, script = _part("page.css"), _part("page.js")
    policy = (
        "default-src 'none'; "
        f"style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    made = _environment().get_template(template)
    return made.render(**values, policy=policy, style=style, script=script, data=inert_json(data))


def inert_json(data: object) -> str:
    """`data` as JSON that no HTML parser takes for anything but text.

    >>> inert_json("</script>&")
    '"\\\\u003c/script\\\\u003e\\\\u0026"'
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).translate(_INERT)


_INERT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def in_groups(number: int) -> str:
    """The number with its digits in threes.

    >>> in_groups(17085)
    '17\u202f085'
    """
    return f"{number:,}".replace(",", "\u202f")


class Strings:
    """Texts by number, each kept once: 0 is the empty one. Control characters are left out."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def __getitem__(self, text: str) -> int:
        clean = without_controls(text) if not text.isprintable() else text
        return self._numbers.setdefault(clean, len(self._numbers))

    @property
    def all(self) -> list[str]:
        """In the order of their numbers."""
        return list(self._numbers)


@functools.cache
def _part(name: str) -> str:
    return files("portseal.page").joinpath("parts", name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """The text as a policy names it (Content Security Policy Level 3, hash-source)."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: without_controls(value) if type(value) is str else value,
    )
    environment.filters["number"] = in_groups
    return environment
