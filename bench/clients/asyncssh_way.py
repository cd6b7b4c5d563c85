"""asyncssh, everything written at once: the limit of what one connection can do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from bench.clients.job import Job, Work, run


@contextmanager
def once(job: Job) -> Iterator[Work]:
    loop = asyncio.new_event_loop()

    async def log_in() -> tuple[asyncssh.SSHClientConnection, asyncssh.SSHClientProcess[str]]:
        connection = await asyncssh.connect(
            job.host, job.port, username=job.user, password=job.password, known_hosts=job.known_hosts
        )
        process = await connection.create_process(term_type="vt100", term_size=(511, 0))
        await process.stdout.readuntil(f"{job.switch}#")
        return connection, process

    connection, process = loop.run_until_complete(log_in())

    async def write(texts: tuple[str, ...], last: str) -> str:
        process.stdin.write("".join(f"{text}\n" for text in texts))
        return str(await process.stdout.readuntil(f"{last}\r\n")) + str(
            await process.stdout.readuntil(f"{job.switch}#")
        )

    yield Work(
        lambda lines: loop.run_until_complete(write(("configure terminal", *lines, "end"), "#end")),
        lambda commands: loop.run_until_complete(write(("terminal length 0", *commands, "show clock"), "show clock")),
    )
    connection.close()
    loop.run_until_complete(connection.wait_closed())
    loop.close()


if __name__ == "__main__":
    run(once)
