"""Sessions with a Linux shell: a real `sh` behind a real SSH server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr

from portseal.core.errors import ConnectError, SessionCut
from portseal.core.platforms import Errors
from portseal.transport.cli_session import open_session
from portseal.transport.session import ConfigureLine, Session
from portseal.transport.target import Target

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
LOGIN_KEY = asyncssh.generate_private_key("ssh-ed25519")


class _Server(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "root" and key == LOGIN_KEY.convert_to_public()


async def shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Whatever command was asked for, run by the machine's own shell; a terminal stays mute."""
    if process.command is None:
        await process.stdin.read()
        process.exit(0)
        return
    running = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        process.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    reading = asyncio.create_task(copy(process.stdin, running.stdin))
    try:
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await running.stdout.read(65536):
                process.stdout.write(data)
    finally:
        reading.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        process.exit(await running.wait())


async def copy(source: asyncssh.SSHReader[bytes], sink: asyncio.StreamWriter) -> None:
    """What is typed reaches the command until either ends."""
    try:
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
    finally:
        sink.close()


async def mute(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """A login that leads nowhere."""
    await process.stdin.read()
    process.exit(1)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own, which can start processes."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


Opener = Callable[..., Session]


@pytest.fixture
def opened(loop: asyncio.AbstractEventLoop, tmp_path: Path) -> Iterator[Opener]:
    """A session with a switch, which is started."""
    listeners: list[asyncssh.SSHAcceptor] = []
    connections: list[asyncssh.SSHServerConnection] = []
    sessions: list[Session] = []

    async def listen(serve: object) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[HOST_KEY],
            server_factory=lambda: _Server(connections),
            process_factory=serve,
            encoding=None,
            line_editor=False,
        )

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

    def opened(serve: object = shell, **changes: object) -> Session:
        listeners.append(asyncio.run_coroutine_threadsafe(listen(serve), loop).result(10))
        port = listeners[-1].get_port()
        (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {HOST_KEY.export_public_key().decode()}")
        (tmp_path / "id").write_bytes(LOGIN_KEY.export_private_key())
        fields: dict[str, object] = {
            "switch": "br-01",
            "address": "127.0.0.1",
            "port": port,
            "username": "root",
            "key_file": tmp_path / "id",
            "device_type": "linux",
            "errors": Errors(patterns=(r"^error:",)),
            "known_hosts": tmp_path / "known_hosts",
        }
        sessions.append(open_session(Target.model_validate(fields | changes), resolve=SecretStr))
        return sessions[-1]

    yield opened
    for session in sessions:
        session.close()
    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)


def plain(*texts: str) -> list[ConfigureLine]:
    return [ConfigureLine(text=text, shown=text) for text in texts]


def test_a_batch_gives_outputs_in_order_with_errors_and_without_echo(opened: Opener) -> None:
    session = opened()
    assert session.run(["echo one; echo two >&2", "true", "printf 'no end of line'", "echo é"]) == (
        "one\ntwo",
        "",
        "no end of line",
        "é",
    )
    assert session.run([f"echo {n}" for n in range(48)]) == tuple(str(n) for n in range(48))


def test_a_command_that_fails_says_so_in_its_last_line(opened: Opener) -> None:
    outputs = opened().run(["echo half; exit 3", "false", "no-such-command-here"])
    assert outputs[:2] == ("half\nexit status 3", "exit status 1")
    assert outputs[2].endswith("exit status 127")


def test_no_command_harms_the_next(opened: Opener) -> None:
    outputs = opened().run(["cd /; portseal=x", "echo 'unbalanced", "cat", "exit 0", 'echo "[$portseal]"'])
    assert outputs[0] == outputs[2] == outputs[3] == ""
    assert outputs[1].endswith("exit status 2")
    assert outputs[4] == "[]"


def test_a_file_with_line_breaks_and_quotes_is_written_as_it_is(opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "hostapd.conf"
    content = "interface=swp1\nsecret=a'b\"c$d`e\\f%s!\n"
    quoted = "'" + content.replace("'", "'\"'\"'") + "'"
    result = opened().configure(plain(f"printf %s {quoted} >{file}", "true"))
    assert result.errors == ()
    assert (result.sent, result.answered, result.round_trips) == (2, 2, 1)
    assert file.read_text() == content


def test_nothing_runs_after_a_command_that_failed(opened: Opener, tmp_path: Path) -> None:
    session = opened()
    lines = plain("true", "echo full >&2; exit 7", *(f"touch {tmp_path}/after-{n}" for n in range(200)))
    result = session.configure(lines)
    assert [(e.index, e.line, e.output) for e in result.errors] == [(1, lines[1].shown, "full\nexit status 7")]
    assert result.answered == 2
    assert list(tmp_path.glob("after-*")) == []
    assert session.configure(plain("echo again")).errors == ()
    assert session.run(["echo still here"]) == ("still here",)


def test_output_that_the_platform_calls_an_error_is_one(opened: Opener) -> None:
    result = opened().configure(plain("echo 'error: not supported'"))
    assert [e.output for e in result.errors] == ["error: not supported"]


def test_many_lines_need_no_more_waits_than_one(opened: Opener) -> None:
    session = opened()
    assert session.configure(plain("true")).round_trips == 1
    assert session.configure(plain(*["true"] * 80)).round_trips == 1


def test_a_line_longer_than_the_window_goes_out_alone(opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "long"
    result = opened(window=100).configure(plain("true", f"printf %s {'x' * 5000} >{file}", "true"))
    assert (result.answered, result.errors) == (3, ())
    assert file.read_text() == "x" * 5000


def test_silence_and_the_end_name_switch_and_command(opened: Opener) -> None:
    with pytest.raises(SessionCut, match=r"^br-01: no answer for 0.2 s at command 2 of 2: 'sleep 2'$"):
        opened().run(["true", "sleep 2"], timeout=0.2)
    with pytest.raises(SessionCut, match=r"^br-01: the session ended at command 2 of 3: 'kill -9 \$\$'$"):
        opened().run(["true", "kill -9 $$", "true"])


def test_no_secret_stands_in_a_failing_line(opened: Opener) -> None:
    line = ConfigureLine(
        text="echo 'line 1: key k3y-of-r4dius'; exit 1 # k3y-of-r4dius",
        shown="echo 'line 1: key {{secret:radius/a}}'; exit 1 # {{secret:radius/a}}",
    )
    result = opened().configure([line])
    assert result.errors[0].index == 0
    assert "line 1: key" in result.errors[0].output
    assert "k3y-of-r4dius" not in f"{result!r}"


def test_no_secret_stands_in_the_list_of_processes(opened: Opener) -> None:
    (listed,) = opened().run(["tr '\\0' ' ' </proc/$$/cmdline; cat /proc/[0-9]*/cmdline 2>&1 | tr '\\0' ' ' # c4nary"])
    assert "sh" in listed
    assert "c4nary" not in listed


def test_a_login_without_a_shell_is_told(opened: Opener) -> None:
    with pytest.raises(ConnectError, match=r"no shell answered within 0\.3 s"):
        opened(mute, prompt_timeout=0.3)
