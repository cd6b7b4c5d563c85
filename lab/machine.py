"""A Linux kernel with MACsec, run as a process inside a keeper: user-mode Linux, on the keeper's files, reached by SSH over a tap."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from lab.artifacts import Kernel
from lab.net import Daemon, Keeper, LabError

OUTSIDE = "10.97.0.1"
MACHINE = "10.97.0.2"
TAP = "tap0"
BOOT_SECONDS = 40.0
INIT = """\
#!/bin/sh
# The first process of the machine: memory where the keeper's files are not to be written, the network, and a way in.
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
exec </dev/null
mount -t proc proc /proc
mount -t sysfs sys /sys
for place in /run /root /etc/portseal /var/lib/portseal; do mount -t tmpfs tmpfs $place; done
mkdir -p /dev/pts /run/sshd /run/netns
mount -t devpts devpts /dev/pts
# Without its modules the kernel has neither MACsec nor the cipher of it.
printf '#!/bin/sh\\nexec modprobe -d {modules} "$@"\\n' >/run/modprobe
chmod 755 /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
hostname switch
ip link set lo up
ip address add {machine}/24 dev vec0
ip link set vec0 up
/usr/sbin/sshd -e -f {folder}/sshd_config 2>/run/sshd.log
echo machine is up
while :; do sleep 1000; done
"""
SSHD = """\
Port 22
ListenAddress {machine}
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
MaxSessions 50
MaxStartups 50
"""


class Machine:
    """The machine while it runs; its root is the keeper's, read-only."""

    def __init__(self, keeper: Keeper, where: str, kernel: Kernel) -> None:
        self._keeper, self._where = keeper, where
        self.folder = keeper.work / "machine"
        self.folder.mkdir()
        for name in ("host_key", "user_key"):
            keeper.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(self.folder / name))
        (self.folder / "authorized_keys").write_text((self.folder / "user_key.pub").read_text())
        (self.folder / "sshd_config").write_text(SSHD.format(machine=MACHINE, folder=self.folder))
        (self.folder / "known_hosts").write_text(self.known_hosts)
        modules = self.folder / "modules"  # where nothing of the machine's own is mounted over them
        keeper.run("mkdir", str(modules))
        keeper.run("mount", "--bind", str(kernel.modules.parent), str(modules))
        init = self.folder / "init.sh"
        init.write_text(INIT.format(modules=modules / kernel.modules.name, machine=MACHINE, folder=self.folder))
        init.chmod(0o755)
        for line in (f"tuntap add {TAP} mode tap", f"address add {OUTSIDE}/24 dev {TAP}", f"link set {TAP} up"):
            keeper.run("ip", *line.split(), where=where)
        self.boots = 0
        self._process = self._booted(kernel, init)

    @property
    def known_hosts(self) -> str:
        """The line that makes the machine's host key known."""
        kind, key = (self.folder / "host_key.pub").read_text().split()[:2]
        return f"{MACHINE} {kind} {key}\n"

    def _booted(self, kernel: Kernel, init: Path) -> Daemon:
        """The running kernel; a boot that fails is tried once more, for user-mode Linux now and then dies at its start.

        Raises:
            LabError: it did not come up twice; the message has the end of its console.
        """
        while True:
            self.boots += 1
            process = self._start(kernel, init)
            end = time.monotonic() + BOOT_SECONDS
            while process.process.poll() is None and time.monotonic() < end:
                if "machine is up" in process.said() and self._answers():
                    return process
                time.sleep(0.1)
            ended = process.process.poll() is not None
            process.stop(9)
            if self.boots == 2:
                what = "ended" if ended else f"did not answer within {BOOT_SECONDS:g} s"
                last = "\n".join(process.said().splitlines()[-15:])
                raise LabError(f"user-mode Linux {what}, twice; the end of its console:\n{last}")

    def _start(self, kernel: Kernel, init: Path) -> Daemon:
        options = [
            *("mem=512M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={init}", "quiet"),
            *("con0=null,fd:1", "con=null", "ssl=null", f"vec0:transport=tap,ifname={TAP},depth=128,gro=1"),
        ]
        log = self.folder / f"console-{self.boots}.log"
        return self._keeper.start(str(kernel.program), *options, where=self._where, log=log)

    def _answers(self) -> bool:
        return self.run("true", check=False).returncode == 0

    def _ssh(self) -> list[str]:
        options = {
            "BatchMode": "yes",
            "UserKnownHostsFile": str(self.folder / "known_hosts"),
            "ControlMaster": "auto",
            "ControlPath": str(self.folder / "control"),
            "ControlPersist": "yes",
            "ConnectTimeout": "5",
            "LogLevel": "ERROR",
        }
        named = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", "-i", str(self.folder / "user_key"), *named, f"root@{MACHINE}"]

    def run(self, script: str, *, check: bool = True, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """One shell script on the machine's console.

        Raises:
            LabError: it failed, and `check` is set.
        """
        done = self._keeper.run(*self._ssh(), "sh", "-s", where=self._where, check=False, data=script, seconds=seconds)
        if check and done.returncode:
            raise LabError(f"in the machine: {script[:300]}: exit {done.returncode}: {done.stderr.strip()[-1500:]}")
        return done
