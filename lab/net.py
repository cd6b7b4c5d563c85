"""A network of namespaces that lives inside one process: when that process ends, however it ends, the kernel clears everything away.

The keeper is that process: the first of its own PID, mount and network namespaces. Every named namespace, every daemon of the lab
and every timer a switch starts is inside it, and the machine's own network is never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
TOOLS = ("hostapd", "wpa_supplicant", "freeradius", "sshd", "ip", "bridge", "ping", "unshare", "nsenter", "setpriv")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = ("/etc/portseal", "/var/lib/portseal")
"""Folders of a switch: each lab has its own, in memory."""


class LabError(Exception):
    """The lab itself failed: nothing is said about portseal."""


def missing() -> str | None:
    """Why the lab cannot run here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    absent = [tool for tool in TOOLS if not shutil.which(tool, path=SYSTEM_PATH)]
    return f"needs {', '.join(absent)} (Debian packages: lab/packages.txt)" if absent else None


def wait_for(what: str, condition: Callable[[], object], seconds: float = 10.0, every: float = 0.05) -> float:
    """Seconds until `condition` held.

    Raises:
        LabError: it did not within `seconds`.
    """
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise LabError(f"{what}: not within {seconds:g} s")
        time.sleep(every)
    return time.monotonic() - begin


def users(home: Path) -> str:
    """The machine's users, but root with a plain shell at `home`: what somebody's own start-up files do is no part of a lab."""
    lines = Path("/etc/passwd").read_text().splitlines()
    plain = [line if not line.startswith("root:") else f"root:x:0:0:root:{home}:/bin/sh" for line in lines]
    return "\n".join(plain) + "\n"


class Keeper:
    """The process that holds a network, and the way into it."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self._started: list[subprocess.Popen[bytes]] = []
        self._mountpoints = [_held(Path(folder)) for folder in FOLDERS]
        shadow = work / "shadow"
        shadow.write_text("root:*:19000:0:99999:7:::\nsshd:!:19000::::::\n")
        shadow.chmod(0o600)
        passwd = work / "passwd"
        passwd.write_text(users(work))
        setup = [
            "mount -t tmpfs -o mode=755,size=64m tmpfs /run",
            *(f"mount -t tmpfs -o mode=700,size=16m tmpfs {folder}" for folder in FOLDERS),
            "mount -t tmpfs -o mode=755,size=16m tmpfs /usr/local/sbin",
            f"mount --bind {shadow} /etc/shadow",
            f"mount --bind {passwd} /etc/passwd",
            "mkdir -p /run/netns /run/sshd",
            "ip link set lo up",
            "echo ready",
            "exec sleep infinity",
        ]
        command = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc"]
        self._process = subprocess.Popen(
            [*DIES_WITH_PARENT, *command, "sh", "-ec", "\n".join(setup)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": SYSTEM_PATH},
        )
        if self._process.stdout is None or self._process.stdout.readline() != "ready\n":
            self.close()
            raise LabError("no namespaces here: unshare or mount was refused")
        self.pid = child_of(self._process.pid)

    def command(self, arguments: Sequence[str], where: str | None = None) -> list[str]:
        """`arguments` as a command line that runs inside, in the namespace `where`."""
        inside = ["ip", "netns", "exec", where] if where else []
        return ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "--", *inside, *arguments]

    def run(
        self,
        *arguments: str,
        where: str | None = None,
        check: bool = True,
        data: str | None = None,
        env: Mapping[str, str] | None = None,
        seconds: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """One command inside, with its output.

        Raises:
            LabError: it failed, and `check` is set; or it took longer than `seconds`.
        """
        try:
            done = subprocess.run(
                self.command(arguments, where),
                input=data if data is not None else "",
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                env={"PATH": SYSTEM_PATH, "HOME": "/root", "LANG": "C.UTF-8", **(env or {})},
            )
        except subprocess.TimeoutExpired as expired:
            raise LabError(f"{' '.join(arguments)[:300]}: not done within {seconds:g} s") from expired
        if check and done.returncode:
            raise LabError(
                f"{' '.join(arguments)[:300]}: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-2000:]}"
            )
        return done

    def start(self, *arguments: str, where: str | None, log: Path) -> Daemon:
        """A long-running command inside."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*DIES_WITH_PARENT, *self.command(arguments, where)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": SYSTEM_PATH, "HOME": "/root"},
            )
        self._started.append(process)
        return Daemon(process, log)

    def network(self, lines: Sequence[str]) -> None:
        """Several `ip` commands in one process."""
        self.run("ip", "-batch", "-", data="\n".join(lines) + "\n")

    def close(self) -> None:
        """End everything inside; done when this returns."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for process in self._started:
            process.wait()  # what ran inside is dead, and so is what waited for it
        if self._process.stdout:
            self._process.stdout.close()
        for folder, descriptor in zip(FOLDERS, self._mountpoints, strict=True):
            _let_go(Path(folder), descriptor)


def _held(folder: Path) -> int:
    """A descriptor that keeps other labs from removing `folder`, which is made where it is not there."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if folder.exists() and folder.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
        os.close(descriptor)  # another lab removed it meanwhile


def _let_go(folder: Path, descriptor: int) -> None:
    """Remove `folder` if it is empty and no other lab holds it."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.rmdir()
    os.close(descriptor)


class Daemon:
    """A process inside a keeper that goes on until stopped."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, and wait until it has."""
        if self.process.poll() is None:
            try:
                os.kill(child_of(self.process.pid), number)
                self.process.wait(5)
            except (LabError, ProcessLookupError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """Its output so far."""
        return self.log.read_text(errors="replace")


def child_of(pid: int) -> int:
    """The process id of the one child of `pid` (nsenter and unshare fork to enter a PID namespace)."""
    for _ in range(200):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.005)
    raise LabError(f"process {pid} has no child")
