"""eAPI: the command line over JSON-RPC (`runCmds`). Commands of a request are typed one after the other; the first that fails ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from portseal.simulator.arista_eos.box import Box as EosBox
from portseal.simulator.arista_eos.shell import Said, Shell
from portseal.simulator.platforms import Before, Box


def answer(box: Box, user: str, asked: object, before: Before) -> object:
    """The JSON-RPC answer to a request."""
    if not isinstance(asked, Mapping) or asked.get("method") != "runCmds" or not isinstance(box, EosBox):
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid Request"}}
    wanted = asked.get("params", {})
    commands = [str(each.get("cmd", "")) if isinstance(each, Mapping) else str(each) for each in wanted.get("cmds", [])]
    head = {"jsonrpc": "2.0", "id": asked.get("id")}
    shell = Shell(box, user)
    results: list[Mapping[str, object]] = []
    for number, command in enumerate(commands, start=1):
        objection = before(shell, command)
        told = (
            _run(shell, command, as_text=wanted.get("format") == "text")
            if objection is None
            else _Refused(1000, "could not run command", objection.strip().removeprefix("% "))
        )
        if isinstance(told, _Refused):
            message = f"CLI command {number} of {len(commands)} '{command}' failed: {told.short}"
            data = [*results, {"errors": [told.whole]}]
            return {**head, "error": {"code": told.code, "message": message, "data": data}}
        results.append(told)
    return {**head, "result": results}


class _Refused(NamedTuple):
    code: int
    short: str
    whole: str


def _run(shell: Shell, command: str, *, as_text: bool) -> Mapping[str, object] | _Refused:
    """What a command gives, or why it gives nothing."""
    said = Said(shell.enter(command)) if as_text else shell.say(command)
    if said.text.startswith(("% ", "Cannot ")):
        told = said.text.strip().removeprefix("% ")
        if told in ("Invalid input", "Incomplete command", "Ambiguous command"):
            return _Refused(1002, "invalid command", told)
        return _Refused(1000, "could not run command", told)
    if as_text:
        return {"output": said.text}
    if said.data is None and command.split()[:1] == ["show"]:
        return _Refused(1003, "unconverted command", "Command cannot be used over the API at this time.")
    return said.data if said.data is not None else {"messages": [said.text]} if said.text else {}
