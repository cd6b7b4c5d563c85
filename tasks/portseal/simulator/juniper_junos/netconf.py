"""NETCONF as Junos serves it: one message in, its reply out, on the candidate and the configuration that the command line has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from portseal.simulator.juniper_junos import show
from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.braces import brace_paths
from portseal.simulator.juniper_junos.configuration import (
    Refused,
    activate,
    delete_path,
    new,
    set_lines,
    set_path,
    words_of,
)
from portseal.simulator.juniper_junos.rpc_views import VIEWS
from portseal.simulator.juniper_junos.shell import Shell

_BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_CAPABILITIES = (
    _BASE,
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
    "urn:ietf:params:netconf:capability:validate:1.0",
    "http://xml.juniper.net/netconf/junos/1.0",
)
_FAILED = re.compile(r"^(?:error: .*|unknown command\.|syntax error\.|missing argument\.)$", re.MULTILINE)
Element = ElementTree.Element


class Session:
    """One NETCONF session; each line that is entered is a whole message."""

    def __init__(self, box: Box, user: str) -> None:
        self._box = box
        self.user = user
        self.closed = False
        self.hidden = False
        self.length = 0
        self.prompt = ""
        self.mode = "netconf"
        self.configuring = False

    @property
    def greeting(self) -> str:
        """What the server says first."""
        held = "".join(f"<capability>{name}</capability>" for name in _CAPABILITIES)
        return f'<hello xmlns="{_BASE}"><capabilities>{held}</capabilities><session-id>{self._box.pids}</session-id></hello>'

    def enter(self, line: str) -> str:
        """The reply to one message; nothing is said to a hello."""
        try:
            message = _plain(ElementTree.fromstring(line.strip()))  # noqa: S314 - from whoever tests against this
        except ElementTree.ParseError as error:
            return self._reply({}, _error(f"XML is not well formed: {error}"))
        if message.tag != "rpc" or len(message) != 1:
            return ""
        return self._reply(message.attrib, self._answer(message[0]))

    def end(self) -> str:
        """Nothing to leave."""
        return ""

    def interrupt(self) -> str:
        """Nothing to interrupt."""
        return ""

    def help(self, line: str) -> str:
        """There is none."""
        return ""

    def gone(self) -> None:
        """The connection ended: a lock is given back, and what was not committed is gone."""
        self._box.release(self)

    def _reply(self, attributes: dict[str, str], body: str) -> str:
        held = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        return f'<rpc-reply xmlns="{_BASE}" xmlns:junos="{show.NAMESPACE}"{held}>\n{body}\n</rpc-reply>\n'

    def _answer(self, rpc: Element) -> str:
        name = rpc.tag
        handler: Callable[[Element], str] | None = {
            "close-session": self._close,
            "lock-configuration": self._lock,
            "lock": self._lock,
            "unlock-configuration": self._unlock,
            "unlock": self._unlock,
            "open-configuration": lambda _: "<ok/>",
            "close-configuration": self._unlock,
            "get-configuration": self._get,
            "load-configuration": self._load,
            "commit-configuration": self._commit,
            "commit": self._commit,
            "command": self._command,
        }.get(name)
        if handler is not None:
            return handler(rpc)
        if name in VIEWS:
            asked = next((each.text for each in rpc if each.tag.startswith("interface-")), None)
            return "\n".join(VIEWS[name](self._box, asked.removesuffix(".0") if asked else None))
        return _error("syntax error", bad=name)

    def _close(self, _rpc: Element) -> str:
        self.closed = True
        return "<ok/>"

    def _lock(self, _rpc: Element) -> str:
        refused = self._box.take(self, self.user)
        return _error(_without_error(refused), tag="lock-denied") if refused else "<ok/>"

    def _unlock(self, _rpc: Element) -> str:
        self._box.release(self)
        return "<ok/>"

    def _locked(self) -> str:
        lock = self._box.lock
        if lock is None or lock.holder is self:
            return ""
        return _error(f"configuration database locked by:\n{self._box.locked_by()}", tag="lock-denied")

    def _get(self, rpc: Element) -> str:
        box = self._box
        if "rollback" in rpc.attrib.get("compare", ""):
            against = box.history[min(int(rpc.attrib.get("rollback", "0")), len(box.history) - 1)].configuration
            text = show.difference(box, against) or "\n"
            output = f"<configuration-output>{escape(text)}</configuration-output>"
            return f"<configuration-information>\n{output}\n</configuration-information>"
        root = box.candidate if rpc.attrib.get("database") == "candidate" else box.running
        if rpc.attrib.get("format") == "set":
            lines = "".join(f"{line}\n" for line in set_lines(root))
            return f"<configuration-set>\n{escape(lines)}</configuration-set>"
        if rpc.attrib.get("format") == "text":
            return f"<configuration-text>\n{escape(box.braces(root))}</configuration-text>"
        return _error("only format text and set are simulated")

    def _load(self, rpc: Element) -> str:
        if refused := self._locked():
            return refused
        if "rollback" in rpc.attrib:
            number = int(rpc.attrib["rollback"])
            return _loaded([] if self._box.rollback(number) else [_error(f"no rollback configuration {number}")])
        lines, text = rpc.findtext("configuration-set"), rpc.findtext("configuration-text")
        if lines is not None:
            return _loaded(self._load_line(line.strip()) for line in lines.splitlines() if line.strip())
        if text is None:
            return _error("only configuration-set and configuration-text are simulated")
        if rpc.attrib.get("action") in ("override", "update"):
            self._box.candidate = new()
        return _loaded(self._load_line(f"set {path}") for path in brace_paths(text))

    def _load_line(self, line: str) -> str:
        """What is wrong with a line; a statement that is not there is worth a warning."""
        verb, _, path = line.partition(" ")
        root = self._box.candidate
        try:
            words = words_of(path)
            if verb == "set":
                set_path(new(), words)
                set_path(root, words)
                return ""
            changes: dict[str, Callable[[], bool]] = {
                "delete": lambda: delete_path(root, words),
                "activate": lambda: activate(root, words, inactive=False),
                "deactivate": lambda: activate(root, words, inactive=True),
            }
            if verb not in changes:
                return _error("syntax error", bad=verb)
            return "" if changes[verb]() else _error("statement not found", severity="warning")
        except Refused as refusal:
            bad = words_of(path)[refusal.at] if refusal.at < len(words_of(path)) else ""
            return _error(refusal.text.rstrip("."), bad=bad)

    def _commit(self, rpc: Element) -> str:
        if refused := self._locked():
            return refused
        timeout = rpc.findtext("confirm-timeout") or ""
        minutes = int(timeout) if timeout.isdigit() else 10
        if rpc.tag == "commit":  # RFC 6241 has seconds
            minutes = max(1, minutes // 60)
        wrong = self._box.commit(
            self.user,
            "netconf",
            minutes=minutes if rpc.find("confirmed") is not None else 0,
            comment=rpc.findtext("log") or "",
            check=rpc.find("check") is not None,
        )
        return _error(_without_error(wrong).strip(), tag="operation-failed") if wrong else "<ok/>"

    def _command(self, rpc: Element) -> str:
        line = (rpc.text or "").strip()
        if not line.startswith("show "):
            return _error("only show commands are simulated", bad=line.split(" ")[0])
        text = Shell(self._box, self.user).enter(line)
        if found := _FAILED.search(text):
            return _error(_without_error(found[0]).rstrip("."), bad=line)
        if "display xml" in line:
            return text[text.index(">") + 1 : text.rindex("<cli>")].strip()
        body = f"{escape(text)}"
        if line.startswith("show configuration"):
            output = f"<configuration-output>\n{body}</configuration-output>"
            return f"<configuration-information>\n{output}\n</configuration-information>"
        return f"<output>\n{body}</output>"


def _plain(element: Element) -> Element:
    """The same without namespaces."""
    for each in element.iter():
        each.tag = each.tag.rpartition("}")[2]
    return element


def _without_error(text: str) -> str:
    return re.sub(r"^error: ", "", text, flags=re.MULTILINE)


def _error(text: str, *, bad: str = "", tag: str = "operation-failed", severity: str = "error") -> str:
    named = f"<error-info><bad-element>{escape(bad)}</bad-element></error-info>\n" if bad else ""
    return (
        f"<rpc-error>\n<error-type>protocol</error-type>\n<error-tag>{tag}</error-tag>\n"
        f"<error-severity>{severity}</error-severity>\n"
        f"<error-message>\n{escape(text)}\n</error-message>\n{named}</rpc-error>"
    )


def _loaded(problems: Iterable[str]) -> str:
    found = [problem for problem in problems if problem]
    errors = sum("<error-severity>error<" in problem for problem in found)
    count = f"<load-error-count>{errors}</load-error-count>\n" if errors else "<ok/>\n"
    return "<load-configuration-results>\n" + "\n".join(found) + count + "</load-configuration-results>"
