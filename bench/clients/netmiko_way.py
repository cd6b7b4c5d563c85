"""netmiko, its host keys checked as ours are. `python -m bench.clients.netmiko_way raw|lines|unverified`.

`raw` writes everything at once to netmiko's channel and reads until the last prompt: nothing is checked, so nothing over that
connection can be faster. `lines` is `send_config_set` as it is, `unverified` the same with `cmd_verify=False`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from netmiko import ConnectHandler
from paramiko import Channel

from bench.clients.job import Job, Work, run


@contextmanager
def netmiko(job: Job) -> Iterator[Work]:
    how = sys.argv[1] if len(sys.argv) > 1 else "lines"
    connection = ConnectHandler(
        device_type="cisco_xe",
        host=job.host,
        port=job.port,
        username=job.user,
        password=job.password,
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=job.known_hosts,
    )

    def raw(texts: tuple[str, ...], last: bytes) -> str:
        channel = connection.remote_conn
        if not isinstance(channel, Channel):
            raise SystemExit("no SSH session")
        channel.settimeout(120)
        channel.sendall("".join(f"{text}\n" for text in texts).encode())
        parts: list[bytes] = []
        end = b""
        while last not in end or not end.endswith(f"{job.switch}#".encode()):
            parts.append(channel.recv(65536))
            if not parts[-1]:
                raise SystemExit("the session ended")
            end = (end + parts[-1])[-400:]
        return b"".join(parts).decode()

    def push(lines: tuple[str, ...]) -> str:
        if how == "raw":
            return raw(("configure terminal", *lines, "end"), b"#end")
        return str(connection.send_config_set(lines, read_timeout=120, cmd_verify=how == "lines"))

    def read(commands: tuple[str, ...]) -> str:
        if how == "raw":
            return raw((*commands, "show clock"), b"show clock")
        return "".join(str(connection.send_command(command, read_timeout=60)) for command in commands)

    yield Work(push, read)
    connection.disconnect()


if __name__ == "__main__":
    run(netmiko)
