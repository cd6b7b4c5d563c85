"""Our own sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from bench.clients.job import Job, Work, run
from bench.sites import PLATFORM
from portseal.core.platforms import load_pack, platform_folders
from portseal.transport.cli_session import open_session
from portseal.transport.session import ConfigureLine
from portseal.transport.target import Target

PACK = load_pack(platform_folders()[PLATFORM])
"""Read once a process, as others' platforms are imported."""


@contextmanager
def portseal(job: Job) -> Iterator[Work]:
    target = Target(
        switch=job.switch,
        address=job.host,
        port=job.port,
        username=job.user,
        password_ref="bench",
        device_type=PACK.names.netmiko,
        errors=PACK.errors,
        known_hosts=Path(job.known_hosts),
        terminal=PACK.terminal,
    )
    session = open_session(target, resolve=lambda _: SecretStr(job.password))

    def push(lines: tuple[str, ...]) -> str:
        texts = ["configure terminal", *lines, "end"]
        result = session.configure([ConfigureLine(text=text, shown=text) for text in texts])
        if result.errors or result.answered != len(texts):
            raise SystemExit(f"the switch refused a line: {result}")
        return ""

    yield Work(push, lambda commands: "".join(session.run(commands)))
    session.close()


if __name__ == "__main__":
    run(portseal)
