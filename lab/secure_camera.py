"""A camera that can do MACsec, in a namespace of the machine: its traffic goes over a bridge of its own, in clear or protected."""

from __future__ import annotations

import re
from pathlib import Path

from lab.certs import Identity
from lab.machine import Machine

STATIC = """\
 key_mgmt=NONE
 eapol_flags=0
 mka_cak={cak}
 mka_ckn={ckn}
 mka_priority=200
"""
DERIVED = """\
 key_mgmt=IEEE8021X
 eapol_flags=0
 eap=TLS
 identity="{identity}"
 ca_cert="{ca}"
 client_cert="{certificate}"
 private_key="{key}"
"""
CONF = """\
ctrl_interface=/run/wpa-{name}
eapol_version=3
ap_scan=0
network={{
 macsec_policy=1
 macsec_replay_protect=1
{how}}}
"""
PINGED = re.compile(r"(\d+) packets transmitted, (\d+) received")


class SecureCamera:
    """One camera. `eth0` is its port; `br0` has its address, and either `eth0` or the MACsec interface above it."""

    def __init__(self, machine: Machine, work: Path, name: str, address: str, mac: str) -> None:
        self._machine, self._work = machine, work
        self.name, self.address, self.mac = name, address, mac
        self._ping = 0

    def setting_up(self) -> str:
        """What gives it its network, once its `eth0` is there; at first it speaks in clear."""
        inside = f"ip -n {self.name}"
        return f"""
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
{inside} link set lo up
{inside} link set eth0 mtu 1532 up
{inside} link add ms0 link eth0 type macsec port 1 encrypt on
{inside} link set ms0 mtu 1500
{inside} link add br0 address {self.mac} type bridge mcast_snooping 0
{inside} link set eth0 nomaster
{inside} link set br0 up
{inside} address add {self.address}/24 dev br0
{inside} link set ms0 master br0
"""

    def speak_in_clear(self) -> None:
        """No MACsec from now on."""
        self._machine.run(
            f"{self._ended()}\nip -n {self.name} link delete ms0 2>/dev/null\nip -n {self.name} link set eth0 master br0"
        )

    def hold_key(self, ckn: str, cak: str) -> None:
        """A static CAK from now on."""
        self._secure(STATIC.format(cak=cak, ckn=ckn))

    def authenticate(self, certificate: Identity, ca: Path) -> None:
        """EAP-TLS from now on, and the CAK that comes of it."""
        self._secure(
            DERIVED.format(identity=self.name, ca=ca, certificate=certificate.certificate, key=certificate.key)
        )

    def authenticate_only(self, certificate: Identity, ca: Path) -> None:
        """EAP-TLS from now on, as a camera that knows nothing of MACsec does."""
        self.speak_in_clear()
        conf = self._work / f"{self.name}.conf"
        how = DERIVED.format(identity=self.name, ca=ca, certificate=certificate.certificate, key=certificate.key)
        conf.write_text(
            CONF.format(name=self.name, how=how).replace(" macsec_policy=1\n macsec_replay_protect=1\n", "")
        )
        self._machine.run(
            f"ip netns exec {self.name} wpa_supplicant -B -P /run/{self.name}.pid -D wired -i eth0 -c {conf} "
            f"-f /run/{self.name}.log"
        )

    def _secure(self, how: str) -> None:
        conf = self._work / f"{self.name}.conf"
        conf.write_text(CONF.format(name=self.name, how=how))
        self._machine.run(f"""
{self._ended()}
ip -n {self.name} link set eth0 nomaster
ip -n {self.name} link show ms0 >/dev/null 2>&1 || {{
  ip -n {self.name} link add ms0 link eth0 type macsec port 1 encrypt on
  ip -n {self.name} link set ms0 mtu 1500
}}
ip -n {self.name} link set ms0 master br0
ip netns exec {self.name} wpa_supplicant -B -P /run/{self.name}.pid -D macsec_linux -i eth0 -c {conf} -f /run/{self.name}.log
""")

    def _ended(self) -> str:
        """Shell that ends its supplicant, as a camera's own restart of it does."""
        file = f"/run/{self.name}.pid"
        return (
            f"if [ -e {file} ]; then pid=$(cat {file}); kill $pid; "
            f"while [ -d /proc/$pid ]; do sleep 0.05; done; rm -f {file}; fi"
        )

    def stream(self, to: str) -> None:
        """Send and receive a little from now on, as a camera that works does."""
        self._machine.run(
            f"ip netns exec {self.name} setsid ping -q -i 0.2 {to} </dev/null >/dev/null 2>&1 & echo $! >/run/{self.name}.stream"
        )

    def fall_silent(self) -> None:
        """Send nothing but MKA."""
        self._machine.run(f"kill $(cat /run/{self.name}.stream)")

    def reaches(self, address: str, *, tries: int = 3) -> bool:
        """Whether any of `tries` pings is answered."""
        said = self._machine.run(
            f"ip netns exec {self.name} ping -n -q -i 0.2 -W 0.5 -c {tries} {address}", check=False
        ).stdout
        found = PINGED.search(said)
        return found is not None and found[2] != "0"

    def begin_counting(self, to: str, every: float) -> None:
        """Ping `to` until `counted` is asked, one echo each `every` seconds."""
        self._machine.run(
            f"ip netns exec {self.name} setsid ping -n -q -i {every} {to} </dev/null >/run/{self.name}.count 2>&1 & "
            f"echo $! >/run/{self.name}.counter"
        )

    def counted(self) -> tuple[int, int]:
        """(sent, lost) since `begin_counting`."""
        said = self._machine.run(
            f"pid=$(cat /run/{self.name}.counter); kill -INT $pid; "
            f"while [ -d /proc/$pid ]; do sleep 0.05; done; cat /run/{self.name}.count"
        ).stdout
        found = PINGED.search(said)
        sent, received = (int(found[1]), int(found[2])) if found else (0, 0)
        return sent, sent - received
