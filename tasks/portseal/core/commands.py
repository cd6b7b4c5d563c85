"""A show command as somebody typed it in, the `[[show]]` that understands it and what it asks about out."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from portseal.core.errors import InputError
from portseal.core.platforms import Observe, Pack, Show
from portseal.core.portname import any_port
from portseal.core.remembered import RememberedOf

_INTERFACE = r"(?P<interface>[A-Za-z][A-Za-z-]* \d\S*|\S+)"
_ARGUMENTS = {
    "<interface>": _INTERFACE,
    "<mac>": r"(?P<selects>[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2})",
    "<session>": r"(?P<selects>[0-9A-Fa-f]{8,})",
    "<any>": r"(?P<selects>\S+)",
}


class Known(NamedTuple):
    """A show command as somebody typed it, recognised."""

    show: Show
    text: str
    """With single spaces."""
    port: str | None
    """The interface argument, long; None where the command has none."""
    selects: bool
    """Whether another argument (a MAC address, a session, a method) leaves some of the switch's rows out."""
    whole: str
    """The same command for all lines of the output: `text` itself, but where an `[[observe]]` asks for some of them."""


def as_sent(pack: Pack, entry: Observe) -> str:
    """The command of an `[[observe]]` as it is typed, `{port}` standing for a port: where it names lines, for those alone."""
    return entry.command + (pack.narrow.tail(entry.lines) if pack.narrow and entry.lines else "")


def recognise(pack: Pack, command: str) -> Known:
    """The `[[show]]` of the pack that understands `command`, typed with any interface, MAC or session argument.

    Raises:
        InputError: none does; the message lists the commands that one does.
    """
    return _recognised(pack, command)


@RememberedOf
def _recognised(pack: Pack, command: str) -> Known:
    text = " ".join(command.split())
    for entry in pack.observe:
        tail = as_sent(pack, entry).removeprefix(entry.command)
        if tail and text.endswith(tail) and _is_about(entry, text.removesuffix(tail)):
            return _recognised(pack, text.removesuffix(tail))._replace(text=text)
    for show in pack.show:
        for form in show.commands:
            found = text.lower().startswith(_beginning(form)) and _form(form).fullmatch(text)
            if found:
                parts = found.groupdict()
                typed = parts.get("interface")
                selects = any(value for name, value in parts.items() if name.startswith("selects"))
                return Known(show, text, any_port(pack.ports, typed) if typed else None, selects, text)
    forms = "\n".join(f"  {form}" for show in pack.show for form in show.commands)
    raise InputError(f"{pack.name} has no command {text!r}; it understands\n{forms}")


def _is_about(entry: Observe, command: str) -> bool:
    """Whether `command` is that of the `[[observe]]`, about any port."""
    return bool(re.fullmatch(re.escape(entry.command).replace(re.escape("{port}"), ".+"), command, re.IGNORECASE))


@cache
def _beginning(form: str) -> str:
    """What stands in front of the first argument or word that may be left out; most forms differ there already."""
    return re.split(r"[<\[]", form)[0].strip().lower()


@cache
def _form(form: str) -> re.Pattern[str]:
    """What `show authentication sessions interface <interface> [details]` matches."""
    pattern = ""
    arguments = 0
    for number, word in enumerate(re.findall(r"\[|\]|[^\s\[\]]+", form)):
        if word == "[":
            pattern += "(?:"
        elif word == "]":
            pattern += ")?"
        else:
            argument = _ARGUMENTS.get(word, re.escape(word))
            if "?P<selects>" in argument:
                arguments += 1
                argument = argument.replace("?P<selects>", f"?P<selects{arguments}>")
            pattern += f"{' ' if number else ''}{argument}"
    return re.compile(pattern, re.IGNORECASE)
