"""The environment that others' tools are measured in: `.bench/venv`, pinned by constraints.txt, and Ansible's collections beside it.

`python -m bench.peers` makes it, once; nothing of it becomes a dependency of portseal.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".bench"
CONSTRAINTS = Path(__file__).with_name("constraints.txt")
PYTHON = FOLDER / "venv" / "bin" / "python"
COLLECTIONS = FOLDER / "collections"
_WANTED = ("ansible-core", "paramiko", "netmiko", "napalm", "nornir", "nornir-netmiko", "scrapli")
_COLLECTIONS = ("cisco/ios", "ansible/netcommon", "ansible/utils")
"""Out of the package `ansible`, of which the rest is left out: half a gigabyte."""
_READY = FOLDER / "constraints-installed.txt"
NAMES = (
    "ansible-core",
    "scrapli",
    "napalm",
    "nornir-netmiko",
    "netmiko",
    "nornir",
    "paramiko",
    "asyncssh",
    "ntc-templates",
)
"""Whose versions are told."""


def install() -> None:
    """Make the environment if it is not there, or is there for other constraints."""
    pins = CONSTRAINTS.read_text(encoding="utf-8")
    if _READY.is_file() and _READY.read_text(encoding="utf-8") == pins:
        return
    print("setting up the peers' environment in .bench (once) ...", file=sys.stderr, flush=True)
    venv.create(FOLDER / "venv", with_pip=True, clear=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "install", "-qq", "-c", str(CONSTRAINTS), *_WANTED], check=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [*pip, "download", "-qq", "--no-deps", "-c", str(CONSTRAINTS), "-d", folder, "ansible"], check=True
        )
        (wheel,) = Path(folder).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            places = tuple(f"ansible_collections/{name}/" for name in _COLLECTIONS)
            archive.extractall(COLLECTIONS, [name for name in archive.namelist() if name.startswith(places)])
    _READY.write_text(pins, encoding="utf-8")


@cache
def versions() -> dict[str, str]:
    """The versions of what is measured, by name."""
    pins = dict(line.split("==") for line in CONSTRAINTS.read_text(encoding="utf-8").split() if line.count("==") == 1)
    own = {each.name.lower(): each.version for each in distributions()}
    found = {name: pins.get(name.replace("-", "_")) or pins.get(name) or own.get(name) for name in NAMES}
    ours = ("textfsm", "hier-config", "pydantic", "jinja2")
    return {name: version for name, version in {**found, **{name: own.get(name) for name in ours}}.items() if version}


if __name__ == "__main__":
    install()
