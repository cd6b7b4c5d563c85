"""Show commands in, their text out; with `| display xml`, what stands behind them as XML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from portseal.simulator.grammar import Match
from portseal.simulator.juniper_junos import show_ports, show_security
from portseal.simulator.juniper_junos.box import Box, Commit
from portseal.simulator.juniper_junos.configuration import Node, find, set_lines, words_of
from portseal.simulator.unsaved import answers

VERSION = "22.4R3-S2.11"
NAMESPACE = "http://xml.juniper.net/junos/22.4R3/junos"


def answer(handler: str, box: Box, match: Match, pipes: Sequence[str]) -> str:
    """What the command prints."""
    if handler == "configuration":
        return through(pipes, configuration(box.running, match, box=box, as_set="display set" in pipes))
    port = next((word.removesuffix(".0") for kind, word in match.arguments if kind == "<interface>"), None)
    if "display xml" in pipes:
        payload = XML[handler](box, port) if handler in XML else ["<output>not simulated</output>"]
        return through(pipes, reply([*payload, "<cli>", "    <banner>{master:0}</banner>", "</cli>"]))
    text: Callable[[], str] | None = {
        "commits": lambda: commits(box),
        "uptime": lambda: f"Current time: {box.now():%Y-%m-%d %H:%M:%S} UTC\n",
        "version": lambda: f"Hostname: {box.hostname}\nModel: ex4300-48p\nJunos: {VERSION}\n",
        "ping": lambda: _ping(box, match),
        "terse": lambda: show_ports.terse(box),
        "dot1x": lambda: show_ports.dot1x_text(box, port),
        "mka": lambda: show_security.mka(box),
        "mka_detail": lambda: show_security.mka(box, detail=True),
    }.get(handler)
    return through(pipes, text()) if text else "error: not simulated without `| display xml`\n"


XML: dict[str, Callable[[Box, str | None], list[str]]] = {
    "dot1x": show_ports.dot1x_xml,
    "table": lambda box, _port: show_ports.table_xml(box),
    "connections": lambda box, _port: show_security.connections_xml(box),
    "statistics": lambda box, _port: show_security.statistics_xml(box),
    "lldp": lambda box, port: show_ports.lldp_xml(box, port, detail=port is not None),
    "commits": lambda box, _port: list(commits_xml(box)),
}


def _ping(box: Box, match: Match) -> str:
    words = [word for _, word in match.arguments]
    address, count = words[0], int(words[1]) if len(words) > 1 else 5
    answered = count if answers(box.radius(), address) else 0
    return (
        f"PING {address} ({address}): 56 data bytes\n\n--- {address} ping statistics ---\n"
        f"{count} packets transmitted, {answered} packets received, {0 if answered else 100}% packet loss\n"
    )


def reply(payload: Sequence[str]) -> str:
    """What `| display xml` prints."""
    lines = [f'<rpc-reply xmlns:junos="{NAMESPACE}">', *(f"    {line}" for line in payload), "</rpc-reply>"]
    return "".join(f"{line}\n" for line in lines)


def through(pipes: Sequence[str], output: str) -> str:
    """`output` behind `| match X`, `except`, `count`, `last N`, `no-more`; what only concerns the form was dealt with."""
    lines = output.splitlines(keepends=True)
    for pipe in pipes:
        kind, _, rest = pipe.partition(" ")
        wanted = rest.strip().strip('"')
        if kind in ("match", "except"):
            lines = [line for line in lines if bool(re.search(wanted, line, re.IGNORECASE)) == (kind == "match")]
        elif kind == "count":
            lines = [f"Count: {len(lines)} lines\n"]
        elif kind == "last":
            lines = lines[-int(wanted) if wanted.isdigit() else -1 :]
        elif kind not in ("no-more", "display", "compare"):
            return f"error: syntax error, unknown filter: {kind}\n"
    return "".join(lines)


def configuration(root: Node, match: Match, *, box: Box, as_set: bool) -> str:
    """A configuration or the part of it below a path."""
    path = words_of(match.arguments[-1][1]) if match.arguments else []
    found = find(root, path)
    if found is None:
        return ""
    node, prefix = found[0][-1], "".join(f"{word} " for word in path)
    if as_set:
        return "".join(f"{line}\n" for line in set_lines(node, prefix))
    last = box.history[0]
    head = "" if path else f"## Last commit: {last.when:%Y-%m-%d %H:%M:%S} UTC by {last.user}\n"
    return head + box.braces(node)


def candidate(box: Box, match: Match, *, compare: bool) -> str:
    """`show` in configuration mode, or what the candidate changes."""
    return difference(box) if compare else configuration(box.candidate, match, box=box, as_set=False)


def difference(box: Box, against: Node | None = None) -> str:
    """What the candidate changes, as paths."""
    old = list(set_lines(against or box.running, clear=True))
    new = list(set_lines(box.candidate, clear=True))
    hide = re.compile(r'((?:secret|cak) )"[^"]*"')
    gone = [f"-  {hide.sub(_mask, line)}" for line in old if line not in new]
    come = [f"+  {hide.sub(_mask, line)}" for line in new if line not in old]
    return "".join(f"{line}\n" for line in ["[edit]", *gone, *come]) if gone or come else ""


def _mask(found: re.Match[str]) -> str:
    return f'{found[1]}"$9$hidden"; ## SECRET-DATA'


def commits(box: Box) -> str:
    """`show system commit`: a commit that was made with a timer keeps saying so."""
    return "".join(_commit(box, number, entry) for number, entry in enumerate(box.history))


def _commit(box: Box, number: int, entry: Commit) -> str:
    made = f"{number:<3} {entry.when:%Y-%m-%d %H:%M:%S} UTC by {entry.user} via {entry.client}"
    timer = f" commit confirmed, rollback in {entry.minutes}mins" if entry.minutes else ""
    comment = f"    {entry.comment}\n" if entry.comment else ""
    pending = "    rollback pending\n" if number == 0 and box.pending else ""
    return f"{made}{timer}\n{comment}{pending}"


def commits_xml(box: Box) -> Iterator[str]:
    """The same as XML."""
    yield "<commit-information>"
    for number, entry in enumerate(box.history):
        yield "    <commit-history>"
        yield f"        <sequence-number>{number}</sequence-number>"
        yield f"        <user>{entry.user}</user>"
        yield f"        <client>{entry.client}</client>"
        when = f"{entry.when:%Y-%m-%d %H:%M:%S} UTC"
        yield f'        <date-time junos:seconds="{int(entry.when.timestamp())}">{when}</date-time>'
        if entry.minutes:
            yield f"        <comment>commit confirmed, rollback in {entry.minutes}mins</comment>"
        if entry.comment:
            yield f"        <log>{entry.comment}</log>"
        if number == 0 and box.pending:
            yield "        <commit-confirmed>rollback pending</commit-confirmed>"
        yield "    </commit-history>"
    yield "</commit-information>"
