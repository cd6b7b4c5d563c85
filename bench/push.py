"""Round trips and seconds of pushing 1 port and 48 ports, beside plain netmiko, at 0 and 50 ms of added delay.

`python bench/push.py [--runs N] [--json FILE]` prints a table of medians, and the same as JSON on the last line. All senders
push the same lines to the same simulated switch, in turn, in one run. Round trips are counted by the switch: how often more
was typed after it had answered something. For a sender that does not wait for answers (`cmd_verify=False`) that is more than it
waited for: it writes line by line, at intervals, and the switch has answered in between.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection
from pydantic import SecretStr

from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.simulator.farm import Farm, Handle, PortSpec, SwitchSpec
from portseal.transport.cli_session import open_session
from portseal.transport.session import ConfigureLine
from portseal.transport.target import Target

PASSWORD = "bench-password"
DELAYS = (0.0, 0.05)
PORTS = (1, 48)
HEAD = """\
radius server NAC-1
 address ipv4 192.0.2.10 auth-port 1812 acct-port 1813
 key bench-radius-key
radius server NAC-2
 address ipv4 192.0.2.11 auth-port 1812 acct-port 1813
 key bench-radius-key
aaa group server radius NAC
 server name NAC-1
 server name NAC-2
aaa authentication dot1x default group NAC
aaa authorization network default group NAC
aaa accounting dot1x default start-stop group NAC
dot1x system-auth-control
mka policy SEALED
 key-server priority 10
 macsec-cipher-suite gcm-aes-128
 confidentiality-offset 0
"""
PORT = """\
interface GigabitEthernet1/0/{port}
 switchport mode access
 switchport access vlan 110
 authentication host-mode single-host
 authentication order dot1x
 authentication violation restrict
 dot1x pae authenticator
 dot1x timeout tx-period 7
 authentication port-control auto
 authentication linksec policy must-secure
 macsec
 mka policy SEALED
"""

Push = Callable[[list[str]], int]
"""Sends the lines; how often it had to wait, 0 where it does not know."""


class Measured(NamedTuple):
    """Medians of one sender, one size, one delay."""

    sender: str
    ports: int
    lines: int
    delay_ms: int
    round_trips: int
    waits: int
    """As the sender counts them; 0 where it does not."""
    login_seconds: float
    push_seconds: float


def lines_of(ports: int) -> list[str]:
    """Configuration of so many ports."""
    return [*HEAD.splitlines(), *(line for n in range(1, ports + 1) for line in PORT.format(port=n).splitlines())]


@contextmanager
def portseal(switch: Handle, pack: Pack, known_hosts: Path) -> Iterator[Push]:
    """Our own sessions."""
    session = open_session(
        Target(
            switch=switch.name,
            address=switch.host,
            port=switch.port,
            username="admin",
            password_ref="bench",
            device_type=pack.names.netmiko,
            errors=pack.errors,
            known_hosts=known_hosts,
        ),
        resolve=lambda ref: SecretStr(PASSWORD),
    )

    def push(lines: list[str]) -> int:
        texts = ["configure terminal", *lines, "end"]
        result = session.configure([ConfigureLine(text=text, shown=text) for text in texts])
        if result.errors or result.answered != len(texts):
            raise SystemExit(f"the switch refused a line: {result}")
        return result.round_trips

    try:
        yield push
    finally:
        session.close()


@contextmanager
def netmiko(switch: Handle, pack: Pack, known_hosts: Path, *, cmd_verify: bool) -> Iterator[Push]:
    """Plain netmiko, its host keys checked as well."""
    connection: BaseConnection = ConnectHandler(
        device_type=pack.names.netmiko,
        host=switch.host,
        port=switch.port,
        username="admin",
        password=PASSWORD,
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=str(known_hosts),
    )

    def push(lines: list[str]) -> int:
        output = connection.send_config_set(lines, read_timeout=120, cmd_verify=cmd_verify)
        if "% Invalid" in output:
            raise SystemExit(f"the switch refused a line: {output}")
        return 0

    try:
        yield push
    finally:
        connection.disconnect()


@contextmanager
def netmiko_default(switch: Handle, pack: Pack, known_hosts: Path) -> Iterator[Push]:
    """`send_config_set` as it is: each line's echo is awaited."""
    with netmiko(switch, pack, known_hosts, cmd_verify=True) as push:
        yield push


@contextmanager
def netmiko_unverified(switch: Handle, pack: Pack, known_hosts: Path) -> Iterator[Push]:
    """`send_config_set(cmd_verify=False)`."""
    with netmiko(switch, pack, known_hosts, cmd_verify=False) as push:
        yield push


SENDERS = {
    "portseal": portseal,
    "netmiko send_config_set": netmiko_default,
    "netmiko cmd_verify=False": netmiko_unverified,
}


def measured(sender: str, ports: int, delay: float, runs: int, pack: Pack, folder: Path) -> Measured:
    """Medians over so many runs, each with a login of its own to a switch that has been started anew."""
    lines = lines_of(ports)
    logins, pushes, trips, waits = [], [], [], []
    names = tuple(PortSpec(name=f"GigabitEthernet1/0/{n}") for n in range(1, 49))
    spec = SwitchSpec(
        name="acc-01", platform=pack.name, running_config="hostname acc-01\naaa new-model\nvlan 110\n", ports=names
    )
    for _ in range(runs):
        with Farm([spec], username="admin", password=PASSWORD, delay=delay) as farm:
            known_hosts = folder / "known_hosts"
            known_hosts.write_text(farm.known_hosts(), encoding="utf-8")
            begun = time.perf_counter()
            with SENDERS[sender](farm["acc-01"], pack, known_hosts) as push:
                logins.append(time.perf_counter() - begun)
                farm["acc-01"].reset()
                begun = time.perf_counter()
                waits.append(push(lines))
                pushes.append(time.perf_counter() - begun)
                trips.append(farm["acc-01"].round_trips)
    return Measured(
        sender=sender,
        ports=ports,
        lines=len(lines),
        delay_ms=round(delay * 1000),
        round_trips=round(statistics.median(trips)),
        waits=round(statistics.median(waits)),
        login_seconds=round(statistics.median(logins), 3),
        push_seconds=round(statistics.median(pushes), 3),
    )


def table(results: list[Measured]) -> str:
    """Rows for people, each beside our own of the same size and delay."""
    rows = ["sender                    ports lines  delay  round trips  login s   push s   push / portseal's"]
    for one in results:
        ours = next(r for r in results if r.sender == "portseal" and (r.ports, r.delay_ms) == (one.ports, one.delay_ms))
        rows.append(
            f"{one.sender:<25} {one.ports:>5} {one.lines:>5} {one.delay_ms:>3} ms {one.round_trips:>12} "
            f"{one.login_seconds:>8.2f} {one.push_seconds:>8.3f} {one.push_seconds / ours.push_seconds:>10.1f}"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each; medians are shown (5)")
    parser.add_argument("--json", type=Path, help="write the results to this file as well")
    arguments = parser.parse_args()
    pack = next(p for p in map(load_pack, platform_folders().values()) if p.names.netmiko == "cisco_xe")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for delay in DELAYS:
            for ports in PORTS:
                for sender in SENDERS:
                    print(f"{sender}, {ports} ports, {delay * 1000:.0f} ms ...", file=sys.stderr, flush=True)
                    results.append(measured(sender, ports, delay, arguments.runs, pack, Path(folder)))
    print(table(results))
    document = json.dumps({"runs": arguments.runs, "results": [one._asdict() for one in results]})
    if arguments.json:
        arguments.json.write_text(document + "\n", encoding="utf-8")
    print(document)


if __name__ == "__main__":
    main()
