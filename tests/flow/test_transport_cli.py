"""Sessions with a command line over a real SSH server on loopback, which does as each test tells it."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from portseal.core.errors import ConnectError, SessionCut
from portseal.core.platforms import Errors, Terminal
from portseal.transport.cli_session import open_session
from portseal.transport.exchange import Window
from portseal.transport.session import ConfigureLine, ConfigureResult, Session
from portseal.transport.target import Target

ERRORS = Errors(
    patterns=(r"^% ", r"^Command rejected", r"^%Error"),
    questions=(r"\[yes\]:\s*$", r"\[confirm\]\s*$", r"continue\? \[yes\]"),
    harmless=(r"^% Generating",),
)
PASSWORD = "lo9in-pa55"
ENABLE = "en4ble-pa55"
SECRETS = {"login/acc": PASSWORD, "enable/acc": ENABLE, "wrong": "wr0ng-pa55"}
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")


def resolve(ref: str) -> SecretStr:
    return SecretStr(SECRETS[ref])


@dataclass
class Switch:
    """A terminal that prompts, echoes and obeys; it knows nothing of configuration but its modes."""

    name: str = "acc-01"
    outputs: dict[str, str] = field(default_factory=dict)
    """What a line prints; a pattern for the whole line."""
    asks: str | None = None
    """The line that is answered by a question."""
    stubborn: bool = False
    """The question is put again after Ctrl-C, for ever."""
    pages: str | None = None
    mangles: str | None = None
    """The line whose echo lacks a character in the middle."""
    stops_at: str | None = None
    """The line that is echoed and never answered."""
    ends_at: str | None = None
    """The line at which the session ends."""
    ends_after: int | None = None
    """Characters after which the session ends, counted from the first line that is no terminal setting."""
    banner: str = ""
    silent: bool = False
    dies: bool = False
    privileged: bool = True
    lines: list[str] = field(default_factory=list)
    sessions: int = 0
    port: int = 0
    _printed: int = 0

    async def serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self.sessions += 1
        if self.dies:
            process.exit(0)
            return
        try:
            await self._talk(process)
        except (asyncssh.BreakReceived, ConnectionError, EOFError):
            pass
        finally:
            process.close()

    async def _talk(self, process: asyncssh.SSHServerProcess[str]) -> None:
        mode, typed, asked, secret = ("#" if self.privileged else ">"), "", False, False
        for row in self.banner.splitlines():
            self._print(process, row)  # a line may be cut anywhere
            await asyncio.sleep(0.02)
            self._print(process, "\r\n")
        if not self.silent:
            self._print(process, f"\r\n{self.name}{mode}")
        while data := await process.stdin.read(65536):
            for key in data:
                if key == "\x03":
                    typed = ""
                    asked = asked and self.stubborn
                    self._print(process, "^C\r\n" + (self._question() if asked else f"{self.name}{mode}"))
                    continue
                if key != "\n":
                    typed += key
                    continue
                line, typed = typed, ""
                if secret:
                    secret, mode = False, ("#" if line == ENABLE else ">")
                    self._print(process, f"\r\n{self.name}{mode}")
                    continue
                if self.silent:
                    continue
                if line.strip():
                    self.lines.append(line)
                if asked:
                    self._print(process, f"{line}\r\n% Please answer 'yes' or 'no'.\r\n{self._question()}")
                    continue
                self._print(process, (self._mangled(line) if line == self.mangles else line) + "\r\n")
                if line == self.ends_at:
                    raise EOFError
                if line == self.stops_at:
                    self.silent = True
                    continue
                if line == "enable":
                    secret = True
                    self._print(process, "Password: ")
                    continue
                asked = line == self.asks
                mode = self._mode(line, mode)
                said = "".join(f"{row}\r\n" for row in self._output(line).split("\n") if row)
                if line == self.pages:
                    self._print(process, f"{said} --More-- ")
                    continue
                self._print(process, said + (self._question() if asked else f"{self.name}{mode}"))

    def _mangled(self, line: str) -> str:
        return line[: len(line) // 2] + line[len(line) // 2 + 1 :]

    def _question(self) -> str:
        return "This will convert all commands. Do you wish to continue? [yes]: "

    def _output(self, line: str) -> str:
        return next((text for pattern, text in self.outputs.items() if re.fullmatch(pattern, line)), "")

    def _mode(self, line: str, mode: str) -> str:
        if line.startswith("configure "):
            return "(config)#"
        if line.startswith("interface "):
            return "(config-if)#"
        return {"end": "#", "exit": "(config)#" if mode == "(config-if)#" else "#"}.get(line, mode)

    def _print(self, process: asyncssh.SSHServerProcess[str], text: str) -> None:
        if self.ends_after is not None and any(not line.startswith("terminal ") for line in self.lines):
            left = self.ends_after - self._printed
            self._printed += len(text)
            if len(text) >= left:
                process.stdout.write(text[: max(left, 0)])
                raise EOFError
        process.stdout.write(text)


class _Server(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("admin", PASSWORD)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def start(loop: asyncio.AbstractEventLoop) -> Iterator[Callable[[Switch], Switch]]:
    """Lets a switch listen until the test is over."""
    listeners: list[asyncssh.SSHAcceptor] = []
    connections: list[asyncssh.SSHServerConnection] = []

    async def listen(switch: Switch) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[HOST_KEY],
            server_factory=lambda: _Server(connections),
            process_factory=switch.serve,
            line_editor=False,
        )

    def started(switch: Switch) -> Switch:
        listener = asyncio.run_coroutine_threadsafe(listen(switch), loop).result(10)
        listeners.append(listener)
        switch.port = listener.get_port()
        return switch

    async def stop() -> None:
        for listener in listeners:
            listener.close()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)

    yield started
    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)


@pytest.fixture
def opened(start: Callable[[Switch], Switch], tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """A session with a switch, which is started."""
    sessions: list[Session] = []

    def opened(switch: Switch, **changes: Any) -> Session:
        start(switch)
        sessions.append(open_session(target(switch, tmp_path, **changes), resolve=resolve))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()


def target(switch: Switch, folder: Path, *, key: asyncssh.SSHKey | None = HOST_KEY, **changes: object) -> Target:
    """How to log in to `switch`, whose host key `folder` vouches for."""
    known_hosts = folder / "known_hosts"
    if key is not None:
        public = key.export_public_key().decode().strip()
        known_hosts.write_text(f"[127.0.0.1]:{switch.port} {public}\n")
    fields: dict[str, object] = {
        "switch": "acc-01",
        "address": "127.0.0.1",
        "port": switch.port,
        "username": "admin",
        "password_ref": "login/acc",
        "device_type": "cisco_xe",
        "errors": ERRORS,
        "known_hosts": known_hosts,
    }
    return Target.model_validate(fields | changes)


def plain(*texts: str) -> list[ConfigureLine]:
    return [ConfigureLine(text=text, shown=text) for text in texts]


def ports(count: int) -> list[ConfigureLine]:
    """Twelve lines for each port, and the lines that enter and leave configuration mode."""
    lines = ["configure terminal revert timer 5", "dot1x system-auth-control"]
    for port in range(1, count + 1):
        lines += [f"interface GigabitEthernet1/0/{port}", *(f" setting {n} of port {port}" for n in range(10)), "exit"]
    return plain(*lines, "end")


# ---------------------------------------------------------------------------------------------- reading


def test_a_batch_of_48_commands_gives_48_outputs_in_order(opened: Callable[..., Session]) -> None:
    switch = Switch(outputs={rf"show port {n}": f"port {n}\n  state {n * n}" for n in range(48)})
    session = opened(switch)
    commands = [f"show port {n}" for n in range(48)]
    assert session.run(commands) == tuple(f"port {n}\n  state {n * n}" for n in range(48))
    assert switch.lines[-48:] == commands


def test_a_session_serves_one_batch_after_the_other(opened: Callable[..., Session]) -> None:
    session = opened(Switch(outputs={"show a": "one", "show b": ""}))
    assert session.run(["show a"]) == ("one",)
    assert session.run([]) == ()
    assert session.run(["show b", "show a"]) == ("", "one")
    assert session.configure(plain("configure terminal", "end")).errors == ()
    assert session.run(["show a"]) == ("one",)


def test_a_large_output_is_whole(opened: Callable[..., Session]) -> None:
    text = "\n".join(f"line {n} of a long running configuration" for n in range(20_000))
    assert opened(Switch(outputs={"show run": text})).run(["show run", "show b"]) == (text, "")


def test_output_of_an_unknown_command_is_given_as_it_is(opened: Callable[..., Session]) -> None:
    assert opened(Switch(outputs={"shw": "% Invalid input"})).run(["shw"]) == ("% Invalid input",)


def test_silence_in_the_middle_of_a_batch_names_switch_and_command(opened: Callable[..., Session]) -> None:
    session = opened(Switch(stops_at="show b"))
    with pytest.raises(SessionCut, match=r"^acc-01: no answer for 0.3 s at line 2 of 3: 'show b'$"):
        session.run(["show a", "show b", "show c"], timeout=0.3)
    with pytest.raises(SessionCut, match="cannot be used any more"):
        session.run(["show a"])


def test_a_session_that_ends_in_the_middle_names_switch_and_command(opened: Callable[..., Session]) -> None:
    session = opened(Switch(ends_at="show b"))
    with pytest.raises(SessionCut, match=r"^acc-01: the session ended at line 2 of 3: 'show b'$"):
        session.run(["show a", "show b", "show c"])


def test_a_command_that_asks_is_told_from_one_that_is_slow(opened: Callable[..., Session]) -> None:
    session = opened(Switch(asks="reload"))
    with pytest.raises(SessionCut, match=r"^acc-01: a question instead of an answer at line 2 of 2: 'reload'$"):
        session.run(["show a", "reload"], timeout=0.3)


def test_paged_output_is_not_taken_for_the_whole(opened: Callable[..., Session]) -> None:
    session = opened(Switch(pages="show b", outputs={"show b": "half"}))
    with pytest.raises(SessionCut, match="paging is off at line 2 of 2: 'show b'"):
        session.run(["show a", "show b"])


def test_a_command_that_lost_a_character_is_no_answer(opened: Callable[..., Session]) -> None:
    session = opened(Switch(mangles="show b"))
    with pytest.raises(SessionCut, match="was not echoed as it was sent at line"):
        session.run(["show a", "show b", "show c"])


def test_a_command_that_cannot_be_typed_is_not_sent(opened: Callable[..., Session]) -> None:
    switch = Switch()
    session = opened(switch)
    for command in ("show a\nreload", "show ?", " "):
        with pytest.raises(ValueError, match="cannot be typed"):
            session.run([command])
    assert [line for line in switch.lines if not line.startswith("terminal")] == []


# ---------------------------------------------------------------------------------------------- configuring


def test_600_lines_need_no_more_waits_than_12(opened: Callable[..., Session]) -> None:
    switch = Switch()
    session = opened(switch)
    one, many = session.configure(ports(1)), session.configure(ports(50))
    assert (one.sent, many.sent) == (15, 603)
    assert (one.answered, many.answered) == (15, 603)
    assert one.round_trips == many.round_trips == 2
    assert switch.lines[-603:] == [line.text for line in ports(50)]


def test_what_is_on_its_way_never_exceeds_the_window(opened: Callable[..., Session]) -> None:
    lines = ports(50)
    typed = sum(len(line.text) + 1 for line in lines)
    result = opened(Switch(), window=1000).configure(lines)
    assert result.answered == 603
    assert typed / 1000 <= result.round_trips <= typed / 900 + 2


def test_5763_lines_wait_once_more_than_600(opened: Callable[..., Session]) -> None:
    result = opened(Switch()).configure(ports(480))
    assert (result.sent, result.answered, result.errors) == (5763, 5763, ())
    assert result.round_trips == 3


def test_an_error_among_the_first_lines_stops_within_the_first_window(opened: Callable[..., Session]) -> None:
    lines = ports(480)
    switch = Switch(outputs={re.escape(lines[36].text): "% Invalid input"})
    result = opened(switch).configure(lines)
    assert result.errors[0].index == 36
    assert result.answered == result.sent
    assert sum(len(line.text) + 1 for line in lines[1 : result.sent]) <= Window().first


def test_nothing_is_sent_where_the_first_line_is_refused(opened: Callable[..., Session]) -> None:
    lines = ports(50)
    switch = Switch(outputs={lines[0].text: "%Error: archive is not configured"})
    result = opened(switch).configure(lines)
    assert [(e.index, e.line) for e in result.errors] == [(0, lines[0].text)]
    assert (result.sent, result.answered) == (1, 1)
    assert switch.lines[-1] == lines[0].text


def test_an_error_is_attributed_to_line_37_of_600(opened: Callable[..., Session]) -> None:
    lines = ports(50)
    refused = lines[36].text
    switch = Switch(outputs={re.escape(refused): "                ^\n% Invalid input detected at '^' marker.\n"})
    result = opened(switch).configure(lines)
    assert [(e.index, e.line) for e in result.errors] == [(36, refused)]
    assert result.errors[0].output.endswith("% Invalid input detected at '^' marker.")
    assert result.answered == result.sent


def test_nothing_is_sent_after_an_error_but_what_was_on_its_way(opened: Callable[..., Session]) -> None:
    lines = ports(50)
    switch = Switch(outputs={re.escape(lines[36].text): "% Invalid input"})
    session = opened(switch, window=400)
    result = session.configure(lines)
    assert result.errors[0].index == 36
    assert 37 <= result.sent <= 37 + 400 // len("exit\n")
    assert result.answered == result.sent
    assert switch.lines[-1] == lines[result.sent - 1].text
    assert session.run(["end", "show a"]) == ("", "")


def test_harmless_output_is_no_error(opened: Callable[..., Session]) -> None:
    switch = Switch(outputs={"crypto key": "% Generating 2048 bit RSA keys", "configure terminal": "Enter commands"})
    assert opened(switch).configure(plain("configure terminal", "crypto key", "end")).errors == ()


def test_a_question_stops_the_push_and_is_refused(opened: Callable[..., Session]) -> None:
    switch = Switch(asks="policy-map x")
    session = opened(switch, window=60)
    lines = plain("configure terminal", "policy-map x", *(f"filler line {n}" for n in range(200)), "end")
    result = session.configure(lines)
    assert result.errors[-1].index == 1
    assert result.errors[-1].line == "policy-map x"
    assert "Do you wish to continue? [yes]:" in result.errors[-1].output
    assert result.answered == 1
    assert result.sent < 10
    assert session.run(["end", "show a"]) == ("", "")


def test_a_question_that_comes_back_for_ever_cuts_the_session(opened: Callable[..., Session]) -> None:
    session = opened(Switch(asks="policy-map x", stubborn=True))
    with pytest.raises(SessionCut, match="did not come back from it at line 2 of 2: 'policy-map x'"):
        session.configure(plain("configure terminal", "policy-map x"), timeout=1)


def test_a_line_that_was_not_echoed_as_sent_is_an_error(opened: Callable[..., Session]) -> None:
    result = opened(Switch(mangles="macsec")).configure(plain("configure terminal", "macsec", "end"))
    assert [(e.index, e.line) for e in result.errors] == [(1, "macsec")]
    assert "characters were lost" in result.errors[0].output


def test_lines_that_cannot_be_typed_are_reported_before_anything_is_sent(opened: Callable[..., Session]) -> None:
    switch = Switch()
    lines = plain("configure terminal", "a\nreload", "key w?t", "", "x" * 500)
    result = opened(switch).configure(lines)
    assert (result.sent, result.answered) == (0, 0)
    assert [e.index for e in result.errors] == [1, 2, 3, 4]
    assert all(e.output.startswith("not sent: it ") for e in result.errors)
    assert "configure terminal" not in switch.lines


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999))
def test_a_cut_at_any_point_is_told(start: Callable[[Switch], Switch], tmp_path: Path, share: float) -> None:
    lines = ports(2)
    echoed = sum(len(line.text) + len("\r\nacc-01(config)#") for line in lines)
    switch = start(Switch(ends_after=int(share * echoed)))
    session = open_session(target(switch, tmp_path), resolve=resolve)
    with pytest.raises(SessionCut, match=r"^acc-01: the session ended at line \d+ of 27: '"):
        session.configure(lines)
    session.close()


# ---------------------------------------------------------------------------------------------- secrets


def secret_lines() -> tuple[list[ConfigureLine], list[str]]:
    keys = [f"S3cret-of-link-{n:02}" for n in range(20)]
    lines = [
        ConfigureLine(text=f"  key-string 0 {key}", shown=f"  key-string 0 {{{{secret:cak/cam-{n:03}}}}}")
        for n, key in enumerate(keys)
    ]
    return [*plain("configure terminal"), *lines, *plain("end")], keys


def everything(error: BaseException) -> str:
    """All that could be printed of an error and its causes, local variables of our own modules left out."""
    shown = "".join(traceback.format_exception(error))
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return shown + "".join(f"{one} {one!r} {one.args} {vars(one)}" for one in links)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything any library logs, however chatty."""
    caplog.set_level(logging.DEBUG)
    for name in ("paramiko", "paramiko.transport", "netmiko"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_no_secret_stands_in_a_refusal(opened: Callable[..., Session], logged: pytest.LogCaptureFixture) -> None:
    lines, keys = secret_lines()
    switch = Switch(
        outputs={rf"  key-string 0 {keys[4]}": f"% Invalid key {keys[4]!r} after {keys[3]}: {lines[5].text}"}
    )
    result = opened(switch).configure(lines)
    assert [e.line for e in result.errors] == ["  key-string 0 {{secret:cak/cam-004}}"]
    assert "% Invalid key" in result.errors[0].output
    shown = f"{result} {result!r} {result.model_dump_json()} {logged.text}"
    assert [key for key in [*keys, PASSWORD] if key in shown] == []


def test_no_secret_stands_in_a_question(opened: Callable[..., Session]) -> None:
    lines, keys = secret_lines()
    result = opened(Switch(asks=lines[1].text)).configure(lines)
    assert result.errors[0].index == 1
    assert [key for key in keys if key in f"{result!r}"] == []


def test_no_secret_stands_in_what_is_told_of_a_cut(
    opened: Callable[..., Session], logged: pytest.LogCaptureFixture
) -> None:
    lines, keys = secret_lines()
    session = opened(Switch(ends_at=lines[7].text))
    with pytest.raises(SessionCut, match=r"key-string 0 \{\{secret:cak/cam-006\}\}") as caught:
        session.configure(lines)
    shown = everything(caught.value) + logged.text
    assert [key for key in [*keys, PASSWORD] if key in shown] == []


def test_no_secret_stands_in_what_is_told_of_a_mangled_line(opened: Callable[..., Session]) -> None:
    lines, keys = secret_lines()
    result = opened(Switch(mangles=lines[3].text)).configure(lines)
    assert [e.index for e in result.errors] == [3]
    assert not any(key[-8:] in f"{result!r}" for key in keys)


# ---------------------------------------------------------------------------------------------- connecting


def refused(made: Target) -> ConnectError:
    """The error of a target that cannot be opened; it shows no secret."""
    with pytest.raises(ConnectError) as caught:
        open_session(made, resolve=resolve).close()
    shown = everything(caught.value)
    assert [secret for secret in SECRETS.values() if secret in shown] == []
    assert str(caught.value).startswith("acc-01: ")
    return caught.value


def test_an_unknown_host_key_is_refused_with_its_fingerprint(start: Callable[[Switch], Switch], tmp_path: Path) -> None:
    switch = start(Switch())
    message = str(refused(target(switch, tmp_path, key=None)))
    assert "host key of 127.0.0.1" in message
    assert "is unknown" in message
    assert HOST_KEY.get_fingerprint() in message
    assert "known_hosts" in message
    assert switch.sessions == 0


def test_without_a_known_hosts_file_every_host_key_is_unknown(
    start: Callable[[Switch], Switch], tmp_path: Path
) -> None:
    assert "is unknown" in str(refused(target(start(Switch()), tmp_path, known_hosts=None)))


def test_a_changed_host_key_is_refused_even_where_unknown_ones_are_accepted(
    start: Callable[[Switch], Switch], tmp_path: Path
) -> None:
    switch = start(Switch())
    for accept in (False, True):
        message = str(refused(target(switch, tmp_path, key=OTHER_KEY, accept_unknown_host_key=accept)))
        assert "CHANGED" in message
        assert HOST_KEY.get_fingerprint() in message
        assert OTHER_KEY.get_fingerprint() in message
    assert switch.sessions == 0


def test_an_unknown_host_key_is_accepted_where_that_is_asked_for(
    opened: Callable[..., Session], tmp_path: Path
) -> None:
    session = opened(Switch(), key=None, accept_unknown_host_key=True)
    assert session.run(["show a"]) == ("",)
    assert not (tmp_path / "known_hosts").exists()


def test_a_wrong_password_is_told(start: Callable[[Switch], Switch], tmp_path: Path) -> None:
    message = str(refused(target(start(Switch()), tmp_path, password_ref="wrong")))
    assert "login of 'admin' at 127.0.0.1" in message
    assert "was refused; correct the user name or the password" in message


def test_nobody_listening_is_told(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        message = str(refused(target(Switch(port=unused.getsockname()[1]), tmp_path)))
    assert "is unreachable: connection refused" in message


def test_a_switch_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(1)
        message = str(refused(target(Switch(port=mute.getsockname()[1]), tmp_path, connect_timeout=0.3)))
    assert "no SSH connection to 127.0.0.1" in message or "no answer within 0.3 s" in message


def test_a_prompt_that_never_comes_is_told(start: Callable[[Switch], Switch], tmp_path: Path) -> None:
    message = str(refused(target(start(Switch(silent=True)), tmp_path, prompt_timeout=0.3)))
    assert "logged in, but no prompt came within 0.3 s" in message


def test_a_session_that_is_closed_after_the_login_is_told(start: Callable[[Switch], Switch], tmp_path: Path) -> None:
    message = str(refused(target(start(Switch(dies=True)), tmp_path, prompt_timeout=0.5)))
    assert "closed the session right after the login" in message


def test_a_key_file_that_does_not_exist_is_told(tmp_path: Path) -> None:
    made = target(Switch(port=1), tmp_path, password_ref=None, key_file=tmp_path / "id")
    assert f"key file {tmp_path / 'id'} does not exist" in str(refused(made))


def test_a_login_is_either_a_password_or_a_key(tmp_path: Path) -> None:
    for wrong in ({"password_ref": None}, {"key_file": tmp_path / "id"}):
        with pytest.raises(ValueError, match="either `password`"):
            target(Switch(port=1), tmp_path, **wrong)


def test_the_privileged_mode_is_entered_where_the_login_does_not_lead_there(opened: Callable[..., Session]) -> None:
    switch = Switch(privileged=False, outputs={"show a": "one"})
    assert opened(switch, enable_ref="enable/acc").run(["show a"]) == ("one",)
    assert "enable" in switch.lines


def test_a_login_without_the_privileged_mode_is_told(start: Callable[[Switch], Switch], tmp_path: Path) -> None:
    switch = start(Switch(privileged=False))
    assert "does not lead to the privileged mode" in str(refused(target(switch, tmp_path)))
    message = str(refused(target(switch, tmp_path, enable_ref="wrong", prompt_timeout=1)))
    assert "the privileged mode was refused" in message


def test_a_platform_netmiko_does_not_know_is_told(tmp_path: Path) -> None:
    assert "netmiko knows no 'no_such_type'" in str(
        refused(target(Switch(port=1), tmp_path, device_type="no_such_type"))
    )


def test_nothing_is_done_after_the_session_was_closed(opened: Callable[..., Session]) -> None:
    session = opened(Switch())
    session.close()
    session.close()
    with pytest.raises(SessionCut, match="it was closed; open a new one"):
        session.run(["show a"])


def test_an_empty_push_is_an_empty_result(opened: Callable[..., Session]) -> None:
    assert opened(Switch()).configure([]) == ConfigureResult(sent=0, answered=0)


# ---------------------------------------------------------------------------------------------- the terminal, at once

AT_ONCE = Terminal(prompt="#$", prepare=("terminal width 511", "terminal length 0"))


@pytest.mark.parametrize("banner", ["", "######\n# acc: authorised use only #\nUnauthorised access is logged>"])
def test_a_terminal_is_prepared_in_one_write_whatever_is_shown_before_the_prompt(
    opened: Callable[..., Session], banner: str
) -> None:
    switch = Switch(banner=banner, outputs={"show a": "one"})
    assert opened(switch, terminal=AT_ONCE).run(["show a"]) == ("one",)
    assert switch.lines == ["terminal width 511", "terminal length 0", "show a"]


def test_a_terminal_whose_login_does_not_lead_to_the_privileged_mode_is_prepared_step_by_step(
    opened: Callable[..., Session],
) -> None:
    switch = Switch(privileged=False, outputs={"show a": "one"})
    assert opened(switch, terminal=AT_ONCE, enable_ref="enable/acc").run(["show a"]) == ("one",)
    assert "enable" in switch.lines


def test_a_terminal_that_objects_to_being_prepared_at_once_is_prepared_step_by_step(
    opened: Callable[..., Session],
) -> None:
    switch = Switch(outputs={"terminal width 511": "% Invalid input", "show a": "one"})
    assert opened(switch, terminal=AT_ONCE).run(["show a"]) == ("one",)
    assert switch.lines.count("terminal length 0") == 2


def test_a_switch_that_shows_no_prompt_at_once_is_told_as_before(
    start: Callable[[Switch], Switch], tmp_path: Path
) -> None:
    made = target(start(Switch(silent=True)), tmp_path, prompt_timeout=0.3, terminal=AT_ONCE)
    assert "logged in, but no prompt came within 0.3 s" in str(refused(made))
