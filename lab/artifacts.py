"""What the MACsec lab needs and Debian does not install: a kernel that runs as a process, and a hostapd built with MACsec.

Both are fetched by apt from where this machine's packages come from, and kept in a cache, by version. Nothing is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lab.net import SYSTEM_PATH, LabError

HOSTAPD_CONFIG = """\
CONFIG_DRIVER_WIRED=y
CONFIG_DRIVER_MACSEC_LINUX=y
CONFIG_MACSEC=y
CONFIG_LIBNL32=y
CONFIG_L2_PACKET=linux
CONFIG_IPV6=y
CONFIG_DEBUG_FILE=y
CONFIG_TLS=openssl
CONFIG_GETRANDOM=y
CONFIG_EAP=y
CONFIG_EAP_TLS=y
"""
"""A .config of hostapd: an authenticator on a wire with MKA, and nothing of wireless networks."""
TOOLS = ("apt-get", "dpkg", "dpkg-source", "make", "gcc", "pkg-config", "modprobe", "tc", "ssh", "ssh-keygen")
SOURCES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d")


class Kernel(NamedTuple):
    """User-mode Linux: the program, and the folder that its modules are in as `modprobe -d` wants it."""

    program: Path
    modules: Path


def cache() -> Path:
    """Where artefacts are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "portseal-lab"


def kernel() -> Kernel:
    """User-mode Linux, unpacked.

    Raises:
        LabError: it cannot be had.
    """
    folder = _kept(f"user-mode-linux-{_version('user-mode-linux')}", _unpack)
    return Kernel(folder / "usr/bin/linux.uml", folder / "tree")


def hostapd() -> Path:
    """hostapd with MKA, built from Debian's source package.

    Raises:
        LabError: it cannot be built.
    """
    return _kept(f"hostapd-macsec-{_version('hostapd')}", _build) / "hostapd"


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    """The cached folder `name`, made if it is not there; whole or not at all."""
    folder = cache() / re.sub(r"[^A-Za-z0-9.+~-]", "_", name)
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
            make(Path(temporary))
            made = Path(temporary) / "made"
            try:
                made.rename(folder)
            except OSError:
                if not folder.exists():  # else another lab was quicker
                    raise
    return folder


def _run(*command: str, where: Path, check: bool = True) -> str:
    done = subprocess.run(
        command,
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PATH": SYSTEM_PATH, "HOME": str(where), "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"},
    )
    if check and done.returncode:
        said = (done.stdout + done.stderr).strip()[-1500:]
        raise LabError(f"{' '.join(command)[:200]}: exit {done.returncode}: {said}")
    return done.stdout


def _version(package: str) -> str:
    found = re.search(r"Candidate: (\S+)", _run("apt-cache", "policy", package, where=Path("/")))
    if not found or found[1] == "(none)":
        raise LabError(f"apt knows no package {package}; run `apt-get update`")
    return found[1]


def _unpack(work: Path) -> None:
    _run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", "user-mode-linux", where=work)
    archive = next(work.glob("user-mode-linux_*.deb"))
    _run("dpkg", "-x", str(archive), "made", where=work)
    made = work / "made"
    (made / "tree/lib").mkdir(parents=True)
    (made / "tree/lib/modules").symlink_to("../../usr/lib/uml/modules")


def _build(work: Path) -> None:
    options = _source_options(work)
    _run("apt-get", *options, "-q", "update", where=work, check=False)  # not everybody has source packages
    _run("apt-get", *options, "-q", "source", "wpa", where=work)
    tree = next(path for path in work.glob("wpa-*") if path.is_dir())
    (tree / "hostapd/.config").write_text(HOSTAPD_CONFIG)
    _run("make", "-C", str(tree / "hostapd"), f"-j{os.cpu_count() or 1}", "hostapd", where=work)
    (work / "made").mkdir()
    shutil.copy2(tree / "hostapd/hostapd", work / "made/hostapd")


def _source_options(work: Path) -> list[str]:
    """apt's options for the source packages of what this machine installs packages from, without a change to its own lists."""
    parts = work / "apt/parts"
    for folder in ("parts", "lists/partial", "cache/archives/partial"):
        (work / "apt" / folder).mkdir(parents=True)
    for place in map(Path, SOURCES):
        for file in sorted(place.glob("*")) if place.is_dir() else [place]:
            if file.suffix in (".list", ".sources") and file.is_file():
                (parts / file.name).write_text(_as_sources(file.read_text()))
    return [
        *("-o", "Dir::Etc::sourcelist=/dev/null", "-o", f"Dir::Etc::sourceparts={parts}"),
        *("-o", f"Dir::State::lists={work}/apt/lists", "-o", f"Dir::Cache={work}/apt/cache"),
        *("-o", "APT::Sandbox::User=root"),
    ]


def _as_sources(text: str) -> str:
    """A list of sources of binary packages as one of source packages."""
    return re.sub(
        r"^(Types:)[ \t]+deb\b.*$|^deb(?=[ \t])", lambda m: "Types: deb-src" if m[1] else "deb-src", text, flags=re.M
    )


def missing() -> str | None:
    """Why the MACsec lab cannot run here, or None; what it needs is made where it is not cached."""
    absent = [tool for tool in TOOLS if not shutil.which(tool, path=SYSTEM_PATH)]
    if absent:
        return f"needs {', '.join(absent)} (Debian packages: lab/packages.txt)"
    if not Path("/dev/net/tun").exists():
        return "needs /dev/net/tun"
    try:
        kernel()
        hostapd()
    except LabError as error:
        return f"cannot get what it needs: {error}"
    return None
