"""Many simulated switches, other clients, and output laid out as real switches print it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from portseal.simulator.farm import Farm, Handle, PortSpec, SwitchSpec
from portseal.simulator.faults import Slow
from portseal.simulator.world import Device, RadiusSpec

CAMERA = Device(mac="ac:cc:8e:00:00:01", identity="cam-1", eap="peap", name="cam-1")
CONFIG = """\
hostname {name}
aaa new-model
aaa authentication dot1x default group radius
dot1x system-auth-control
radius server NAC1
 address ipv4 192.0.2.10 auth-port 1812 acct-port 1813
 key shared
interface GigabitEthernet1/0/1
 description camera
 switchport mode access
 authentication port-control auto
 dot1x pae authenticator
interface GigabitEthernet1/0/2
 macsec network-link
"""


def spec(name: str) -> SwitchSpec:
    return SwitchSpec(
        name=name,
        platform="cisco_iosxe",
        running_config=CONFIG.format(name=name),
        ports=(PortSpec(name="GigabitEthernet1/0/1", device=CAMERA), PortSpec(name="GigabitEthernet1/0/2")),
        radius=(RadiusSpec(address="192.0.2.10", key="shared", users={"cam-1": None}),),
    )


@pytest.fixture
def switch() -> Iterator[Handle]:
    with Farm([spec("acc-01")], username="admin", password="pw") as farm:
        yield farm["acc-01"]


@asynccontextmanager
async def connected(switch: Handle) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection whose host key is checked."""
    known = asyncssh.import_known_hosts(f"[{switch.host}]:{switch.port} {switch.host_key}\n")
    where = {"username": "admin", "password": "pw"}
    async with asyncssh.connect(switch.host, switch.port, known_hosts=known, **where) as connection:
        yield connection


def run(switch: Handle, *commands: str) -> list[str]:
    """Each command's output, as a single command over SSH."""

    async def all_of_them() -> list[str]:
        outputs = []
        async with connected(switch) as connection:
            for command in commands:
                outputs.append(str((await connection.run(command, timeout=10)).stdout).replace("\r\n", "\n"))
        return outputs

    return asyncio.run(all_of_them())


def type_ahead(switch: Handle, text: str, until: str) -> str:
    """All that a terminal prints for what is typed at once."""

    async def terminal() -> str:
        output = ""
        async with connected(switch) as connection:
            process = await connection.create_process(term_type="vt100", encoding="utf-8")
            process.stdin.write(text)
            while until not in output:
                output += await asyncio.wait_for(process.stdout.read(4096), 10)
        return output

    return asyncio.run(terminal())


def test_what_is_typed_ahead_is_echoed_behind_its_prompt_and_in_order(switch: Handle) -> None:
    output = type_ahead(switch, "configure terminal\ninterface Gi1/0/2\nmab\nend\nshow privilege\n", "level is 15")
    assert "\n" not in output.replace("\r\n", "")
    assert output.replace("\r\n", "\n").startswith(
        "\nacc-01#configure terminal\nEnter configuration commands, one per line.  End with CNTL/Z.\n"
        "acc-01(config)#interface Gi1/0/2\nacc-01(config-if)#mab\n"
        "% Dot1x is supported only on Ethernet interfaces configured in Access or Routed or Private-Vlan Host Mode.\n"
        "acc-01(config-if)#end\nacc-01#show privilege\nCurrent privilege level is 15"
    )


def test_a_block_of_600_lines_is_one_round_trip(switch: Handle) -> None:
    lines = "".join(f"interface Gi1/0/{1 + n % 2}\ndescription line {n}\n" for n in range(300))
    output = type_ahead(switch, f"configure terminal\n{lines}end\nshow privilege\n", "level is 15")
    assert output.count("#description line") == 300
    assert switch.round_trips == 1


def test_a_slow_switch_takes_its_time_for_each_line(switch: Handle) -> None:
    switch.inject(Slow(seconds=0.1))

    async def timed() -> float:
        loop = asyncio.get_running_loop()
        async with connected(switch) as connection:
            begun = loop.time()
            await connection.run("show clock", timeout=10)
            ended = loop.time()
        return ended - begun

    assert asyncio.run(timed()) >= 0.1


def test_two_hundred_switches_stand_in_one_farm() -> None:
    names = [f"acc-{number:03d}" for number in range(200)]
    with Farm([spec(name) for name in names], username="admin", password="pw") as farm:
        assert len(farm) == 200
        assert len({switch.port for switch in farm}) == 200
        assert len({switch.host_key for switch in farm}) == 200
        (output,) = run(farm["acc-199"], "show running-config | include hostname")
        assert output.strip() == "hostname acc-199"


@pytest.mark.parametrize(
    ("command", "captured", "lines"),
    [
        (
            "show authentication sessions interface Gi1/0/1",
            "show_authentication_sessions_interface_interface/genie_3.raw",
            (
                "Interface                MAC Address    Method  Domain  Status Fg  Session ID",
                "-" * 92,
                "Key to Session Events Blocked Status Flags:",
                "      10         5  dot1x",
            ),
        ),
        (
            "show authentication sessions interface Gi1/0/1 details",
            "show_authentication_sessions_interface_interface_details/genie_1.raw",
            (
                "               Status:  Authorized",
                "     Oper control dir:  both",
                "Method status list:",
                "       Method           State",
                "        dot1x           Authc Success",
            ),
        ),
        (
            "show mka sessions",
            "show_mka_sessions/genie_1.raw",
            (
                "=" * 100,
                "Interface      Local-TxSCI         Policy-Name      Inherited         Key-Server",
                "Port-ID        Peer-RxSCI          MACsec-Peers     Status            CKN",
            ),
        ),
        (
            "show macsec interface Gi1/0/2",
            "show_macsec_interface_interface/genie_1.raw",
            (" MACsec is enabled", "  Replay protect : enabled", " Capabilities", " Access control : must secure"),
        ),
        (
            "show mac address-table",
            "show_mac_address_table_dynamic/genie_1.raw",
            ("          Mac Address Table", "Vlan    Mac Address       Type        Ports"),
        ),
        (
            "show dot1x all summary",
            "show_dot1x_all_summary/genie_1.raw",
            ("Interface       PAE     Client          Status", "-" * 56),
        ),
        (
            "show dot1x all details",
            "show_dot1x_all_details/genie_1.raw",
            (
                "Sysauthcontrol                 Enabled",
                "Dot1x Protocol Version               3",
                "PAE                       = AUTHENTICATOR",
                "ReAuthPeriod              = 3600 (Locally configured)",
                "Dot1x Authenticator Client List",
                "    Auth SM State         = AUTHENTICATED",
            ),
        ),
        (
            "show errdisable recovery",
            "show_errdisable_recovery/genie_1.raw",
            ("ErrDisable Reason            Timer Status", "bpduguard                    Disabled"),
        ),
        (
            "show interfaces status err-disabled",
            "show_interfaces_status_err-disabled/genie_1.raw",
            ("Port         Name         Status       Reason               Err-disabled Vlans",),
        ),
    ],
)
def test_output_is_laid_out_as_captured(
    switch: Handle, repository: Path, command: str, captured: str, lines: tuple[str, ...]
) -> None:
    time.sleep(0.1)
    (output,) = run(switch, command)
    ours = {line.rstrip() for line in output.splitlines()}
    assert [line for line in lines if line not in ours] == []
    golden = repository.parent / "shared" / "golden" / "cisco_iosxe" / captured
    if not golden.is_file():
        pytest.skip("the captures of real switches are not here; only our own half was compared")
    theirs = {line.rstrip() for line in golden.read_text(encoding="utf-8").splitlines()}
    assert [line for line in lines if line not in theirs] == []
