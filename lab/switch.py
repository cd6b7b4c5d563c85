"""The Linux switch: a namespace with a bridge, the shipped agent and an SSH server."""

from __future__ import annotations

import shutil
import subprocess
import zipapp
from pathlib import Path

import portseal_platforms
from lab.net import Keeper, wait_for

AGENT = Path(portseal_platforms.__path__[0]) / "linux_hostapd" / "switch" / "agent"
INTERPRETER = "/usr/bin/env -S python3 -IS"
SSHD = """\
Port 22
ListenAddress {address}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
UseDNS no
LogLevel VERBOSE
Subsystem sftp internal-sftp
"""


def install_agent(keeper: Keeper) -> None:
    """The shipped program in its place, made as docs/lab.md says."""
    made, copy = keeper.work / "portseal-switch", keeper.work / "agent"
    shutil.copytree(AGENT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    keeper.run("python3", "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash", str(copy))
    zipapp.create_archive(copy, made, INTERPRETER, compressed=True)
    keeper.run("install", "-m", "755", str(made), "/usr/local/sbin/portseal-switch")


class Switch:
    """The switch of the lab, as its operator sees it."""

    def __init__(self, keeper: Keeper, where: str, address: str) -> None:
        self._keeper, self.where, self.address = keeper, where, address
        self.folder = keeper.work / "switch"
        self.folder.mkdir()
        install_agent(keeper)

    def serve_ssh(self) -> None:
        """An SSH server on the management address, with a key of its own and one authorised key."""
        for name in ("host_key", "user_key"):
            self._keeper.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name))
        (self.folder / "authorized_keys").write_text((self.folder / "user_key.pub").read_text())
        (self.folder / "sshd_config").write_text(SSHD.format(address=self.address, folder=self.folder))
        command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "sshd_config")]
        daemon = self._keeper.start(*command, where=self.where, log=self.folder / "sshd.log")
        wait_for("sshd", lambda: "Server listening" in daemon.said(), 10)

    @property
    def known_hosts(self) -> str:
        """The line that makes the switch's host key known."""
        kind, key = (self.folder / "host_key.pub").read_text().split()[:2]
        return f"{self.address} {kind} {key}\n"

    def run(self, *arguments: str, check: bool = True, data: str | None = None) -> subprocess.CompletedProcess[str]:
        """One command on the switch's console."""
        return self._keeper.run(*arguments, where=self.where, check=check, data=data)

    def agent(self, *arguments: str, check: bool = True, data: str | None = None) -> subprocess.CompletedProcess[str]:
        """One `portseal-switch` command on the switch's console."""
        return self.run("portseal-switch", *arguments, check=check, data=data)

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of `links`, `sessions` or `macs`, by column."""
        head, *lines = self.agent(table).stdout.splitlines()
        return [dict(zip(head.split(), line.split(maxsplit=len(head.split()) - 1), strict=True)) for line in lines]

    def session(self, port: str) -> dict[str, str]:
        """The one session of a port; empty where there is none or more than one."""
        found = [row for row in self.rows("sessions") if row["Interface"] == port]
        return found[0] if len(found) == 1 else {}

    def link(self, port: str) -> dict[str, str]:
        """The row of a port in `links`."""
        return next((row for row in self.rows("links") if row["Interface"] == port), {})

    def entries(self, port: str, kind: str) -> set[str]:
        """The MACs with a forwarding entry of this kind on a port."""
        return {row["MAC"] for row in self.rows("macs") if row["Interface"] == port and row["Entry"] == kind}
