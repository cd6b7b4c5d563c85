"""scrapli over its own libssh2. `python -m bench.clients.scrapli_way lines|eager`: echoes awaited as it is by default, or not looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scrapli import AuthOptions, Cli, SessionOptions, TransportSsh2Options
from scrapli.cli import InputHandling

from bench.clients.job import Job, Work, run


@contextmanager
def scrapli(job: Job) -> Iterator[Work]:
    eager = sys.argv[1:] == ["eager"]
    cli = Cli(
        job.host,
        port=job.port,
        definition_file_or_name="cisco_iosxe",
        auth_options=AuthOptions(username=job.user, password=job.password),
        transport_options=TransportSsh2Options(known_hosts_path=job.known_hosts),
        session_options=SessionOptions(operation_timeout_s=300),
    )
    cli.open()

    def push(lines: tuple[str, ...]) -> str:
        if not eager:
            return str(cli.send_inputs(list(lines), requested_mode="configuration").result)
        given = {"requested_mode": "configuration"}
        cli.send_input("\n".join(lines), input_handling=InputHandling.IGNORE, **given)
        # it returns at the first prompt; the echo of one more line says that the others were dealt with
        return str(cli.send_input("do show clock", **given).result)

    yield Work(push, lambda commands: str(cli.send_inputs(list(commands)).result))
    cli.close()


if __name__ == "__main__":
    run(scrapli)
