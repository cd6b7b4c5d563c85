"""What hangs behind a switch port: a camera, or somebody who would like to be taken for one."""

from __future__ import annotations

import re
import time
from pathlib import Path

from lab.certs import Identity
from lab.net import Daemon, Keeper, wait_for

SUPPLICANT = """\
ctrl_interface=/run/wpa-{name}
eapol_version=2
ap_scan=0
network={{
 key_mgmt=IEEE8021X
 eapol_flags=0
 eap=TLS
 identity="{identity}"
 ca_cert="{ca}"
 client_cert="{certificate}"
 private_key="{key}"
}}
"""


_SEND = "import socket, sys; s = socket.socket(17, 3); s.bind(('eth0', 0)); s.send(bytes.fromhex(sys.argv[1]))"


class Station:
    """One device in its own namespace, behind one port."""

    def __init__(self, keeper: Keeper, name: str, address: str, mac: str) -> None:
        self._keeper, self.name, self.address, self.mac = keeper, name, address, mac
        self.inventory_mac = mac
        self._supplicant: Daemon | None = None

    def supplicant(self, identity: str, certificate: Identity, ca: Path) -> None:
        """Speak EAP-TLS with this certificate from now on, and accept servers of this authority."""
        self.silence()
        conf = self._keeper.work / f"{self.name}.wpa.conf"
        conf.write_text(
            SUPPLICANT.format(
                name=self.name, identity=identity, ca=ca, certificate=certificate.certificate, key=certificate.key
            )
        )
        log = self._keeper.work / f"{self.name}.wpa.log"
        command = ["wpa_supplicant", "-D", "wired", "-i", "eth0", "-c", str(conf)]
        self._supplicant = self._keeper.start(*command, where=self.name, log=log)

    def silence(self) -> None:
        """Speak no EAP any more."""
        if self._supplicant:
            self._supplicant.stop()
            self._supplicant = None

    def unplug(self) -> None:
        """Pull the cable."""
        self._keeper.run("ip", "link", "set", "eth0", "down", where=self.name)

    def plug(self, mac: str | None = None) -> None:
        """Put the cable in, of a device with this MAC."""
        if mac:
            self.mac = mac
            self._keeper.run("ip", "link", "set", "eth0", "address", mac, where=self.name)
        self._keeper.run("ip", "link", "set", "eth0", "up", where=self.name)

    def reaches(self, address: str, *, tries: int = 3) -> bool:
        """Whether any of `tries` pings is answered."""
        done = self._keeper.run(
            "ping", "-n", "-q", "-i", "0.2", "-W", "0.4", "-c", str(tries), address, where=self.name, check=False
        )
        found = re.search(r"(\d+) received", done.stdout)
        return found is not None and found[1] != "0"

    def wait_until_it_reaches(self, address: str, seconds: float = 15.0) -> float:
        """Seconds until a ping was answered."""
        return wait_for(f"{self.name} reaches {address}", lambda: self.reaches(address, tries=1), seconds)

    def stays_away_from(self, address: str, seconds: float = 2.0) -> bool:
        """Whether no ping is answered for `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.reaches(address, tries=2):
                return False
        return True

    def send(self, frame: bytes) -> None:
        """One Ethernet frame, from whatever address it says."""
        self._keeper.run("python3", "-c", _SEND, frame.ljust(60, b"\0").hex(), where=self.name)

    def start_eapol(self) -> None:
        """One bare EAPOL-Start (IEEE 802.1X-2020 §11.5), and nothing after it."""
        self.send(bytes.fromhex("0180c2000003" + self.mac.replace(":", "") + "888e" + "02010000"))

    def speak_as(self, mac: str) -> None:
        """One frame from another address, as of a second device behind the port."""
        self.send(bytes.fromhex("ffffffffffff" + mac.replace(":", "") + "88b5"))

    def said(self) -> str:
        """Its supplicant's log."""
        return self._supplicant.said() if self._supplicant else ""
