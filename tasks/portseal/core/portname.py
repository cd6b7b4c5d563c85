"""A port as anybody spells it in, the platform's long or short spelling out."""

from __future__ import annotations

import re

from portseal.core.platforms import PortNames
from portseal.core.remembered import RememberedOf


def long_port(names: PortNames, text: str) -> str:
    """The long spelling of the port that `text` names, from any spelling the platform itself understands.

    Type and number may be apart (`gi 1/0/5`), the type in any case and cut short as far as it stays unambiguous.

    >>> long_port(PortNames(types={"GigabitEthernet": ("Gi",)}, number=r"\\d+(/\\d+)*"), "gig 1/0/5")
    'GigabitEthernet1/0/5'

    Raises:
        ValueError: no port of this platform is spelt so.
    """
    return _long(names, text)


@RememberedOf
def _long(names: PortNames, text: str) -> str:
    return "".join(_split(names, text))


def any_port(names: PortNames, text: str) -> str:
    """The long spelling; `CPU`, `Router`, `Drop` and the like stay as they are."""
    try:
        return long_port(names, text)
    except ValueError:
        return text


def short_port(names: PortNames, text: str) -> str:
    """The spelling of a port in the switch's own tables: the first short form of its type, the long one where there is none.

    >>> short_port(PortNames(types={"GigabitEthernet": ("Gi", "Gig")}, number=r"\\d+(/\\d+)*"), "GigabitEthernet1/0/5")
    'Gi1/0/5'

    Raises:
        ValueError: no port of this platform is spelt so.
    """
    kind, number = _split(names, text)
    shorts = names.types[kind]
    return f"{shorts[0] if shorts else kind}{number}"


def _split(names: PortNames, text: str) -> tuple[str, str]:
    """The long type and the number of the port that `text` names."""
    wanted = text.strip()
    if names.unit:
        wanted = re.sub(rf"(?:{names.unit})$", "", wanted)
    number = re.compile(names.number)
    folded = wanted.casefold()
    for kind, shorts in names.types.items():
        for spelt in (kind, *shorts):
            if folded.startswith(spelt.casefold()) and number.fullmatch(rest := wanted[len(spelt) :].lstrip()):
                return kind, rest
    cut = re.match(r"[A-Za-z]+(?:-[A-Za-z]+)*", wanted)
    if cut and number.fullmatch(rest := wanted[cut.end() :].lstrip()):
        kinds = [kind for kind in names.types if kind.casefold().startswith(cut[0].casefold())]
        if len(kinds) == 1:
            return kinds[0], rest
        if kinds:
            raise ValueError(f"port {text!r} is ambiguous: {', '.join(sorted(kinds))}; write more of the type")
    examples = ", ".join(repr(kind) for kind in sorted(names.types) if kind)
    raise ValueError(f"{text!r} is no port of this platform" + (f"; its port types are {examples}" if examples else ""))
