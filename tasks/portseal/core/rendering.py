"""Intent in, configuration text out: the owned lines a switch must have, with references where secrets go.

A platform's `switch.j2` is rendered once, then its `port.j2` for each port. Templates see `switch` (`SwitchIntent`), `port`
(`PortIntent`, in `port.j2`), the function `secret(ref)` (`secret(ref, "type7")` where a switch takes no clear text) and the
filters `fit(length)` and `digest`; anything else is an error.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from portseal.core.errors import PlatformError
from portseal.core.intent import SwitchIntent
from portseal.core.platform_files import layers
from portseal.core.secrets import reference


def fit(name: str, length: int) -> str:
    """`name` in at most `length` characters: itself, or its beginning and four digits of its digest.

    >>> fit("short", 13), fit("a-rather-long-profile", 13)
    ('short', 'a-rather-cab2')
    """
    if len(name) <= length:
        return name
    return f"{name[: length - 5]}-{sha256(name.encode()).hexdigest()[:4]}"


def digest(text: str) -> str:
    """Four hexadecimal digits of the text's digest, for the name of what never changes under its name.

    >>> digest("policy"), digest("policy, changed")
    ('8234', 'a576')
    """
    return sha256(text.encode()).hexdigest()[:4]


_COMPILING = Lock()
_Files = tuple[tuple[str, int, int], ...]
"""Path, time of change and size of each template."""


def _files(where: Iterable[Path]) -> _Files:
    found = ((path, path.stat()) for folder in where for path in folder.glob("*.j2"))
    return tuple((str(path), state.st_mtime_ns, state.st_size) for path, state in found)


@functools.lru_cache(maxsize=64)
def _environment(where: tuple[Path, ...], files: _Files) -> Environment:
    """Where templates are looked for; made anew where one has changed, so that none needs to be asked for that each time it is included."""
    environment = Environment(
        loader=FileSystemLoader(where),
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - configuration text, and every field was checked by lint
    )
    environment.filters["fit"] = fit
    environment.filters["digest"] = digest
    environment.globals["secret"] = reference
    for template in environment.list_templates(["j2"]):
        with suppress(TemplateError):  # told where it is asked for
            environment.get_template(template)
    return environment


def render(intent: SwitchIntent, *folders: Path) -> str:
    """The configuration of one switch, each line once, secrets as references.

    A template is looked for in `folders` in turn, in each with the folders it stands on, so that a single file can be overridden.

    Raises:
        PlatformError: a template is missing or asks for what the intent has not.
    """
    where = tuple(layer for folder in folders for layer in layers(folder))
    with _COMPILING:  # many threads begin together
        environment = _environment(where, _files(where))
    try:
        port_template = environment.get_template("port.j2")
        parts = [environment.get_template("switch.j2").render(switch=intent)]
        parts.extend(port_template.render(switch=intent, port=port) for port in intent.ports)
    except TemplateError as error:
        raise PlatformError(f"{intent.switch}: template of platform {intent.platform}: {error}") from error
    return "".join(dict.fromkeys(_sections(parts)))


def _sections(parts: Iterable[str]) -> Iterator[str]:
    """Each section whole, without blank lines: ports and profiles may need the same one, and a switch has it once."""
    section = ""
    for line in (line for part in parts for line in part.splitlines(keepends=True) if line.strip()):
        if section and not line[0].isspace():
            yield section
            section = ""
        section += line
    if section:
        yield section
