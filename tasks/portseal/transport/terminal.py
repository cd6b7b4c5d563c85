"""A login that has just succeeded in, a terminal without paging and as wide as it goes out: in one write where the platform says how.

netmiko prepares a terminal command by command, and asks for the prompt in between: four or five round trips. A platform whose folder
has a `[terminal]` takes one.
"""

from __future__ import annotations

import re
import time

from paramiko import Channel

from portseal.core.platforms import Terminal
from portseal.transport.objection import objects
from portseal.transport.splitter import Splitter, cleaned, prompt_pattern
from portseal.transport.target import Target

_UNASKED = 2.0
"""Seconds within which a switch shows its prompt by itself, or is asked for it."""
_WHOLE = re.compile(r"[<\[~*]{0,3}[A-Za-z0-9]\S*[#>$%\]] ?")
"""One word, as a prompt is; a line of a banner that is drawn with `#` is none."""


def prepared_at_once(channel: Channel, target: Target, newline: str) -> str:
    """What the prompt begins with, once all of `target.terminal` was typed ahead and answered; empty where that did not come about.

    Then nothing is known of the terminal, and whoever called has to go on as slowly as netmiko does.

    Raises:
        EOFError, OSError: the session ended.
    """
    terminal = target.terminal
    if terminal is None:
        return ""
    prompt = _first_prompt(channel, terminal, min(_UNASKED, target.prompt_timeout))
    if not prompt:
        return ""
    name = prompt.lstrip("<[~*")[:-1]
    splitter = Splitter(prompt_pattern(name), prompt, terminal.prepare)
    channel.sendall("".join(f"{line}{newline}" for line in terminal.prepare).encode())
    splitter.sent = len(terminal.prepare)
    until = time.monotonic() + target.prompt_timeout
    while len(splitter.answers) < splitter.sent:
        data = _received(channel, until)
        if not data:
            return ""
        splitter.feed(data)
    refused = splitter.lost or any(objects(answer, target.errors) for answer in splitter.answers)
    return "" if refused else name


def _first_prompt(channel: Channel, terminal: Terminal, seconds: float) -> str:
    """The prompt that the switch shows by itself; empty where none comes, or not that of the privileged mode."""
    text, until = "", time.monotonic() + seconds
    while data := _received(channel, until):
        text += data.decode("utf-8", "replace")
        last = cleaned(text).rpartition("\n")[2]
        if _WHOLE.fullmatch(last):
            return last.strip() if re.search(terminal.prompt, last.strip()) else ""
    return ""


def _received(channel: Channel, until: float) -> bytes:
    """What comes next; empty where nothing does until then."""
    channel.settimeout(max(0.0, until - time.monotonic()))
    try:
        data = channel.recv(65536)
    except TimeoutError:
        return b""
    if not data:
        raise EOFError("the session ended")
    return data
