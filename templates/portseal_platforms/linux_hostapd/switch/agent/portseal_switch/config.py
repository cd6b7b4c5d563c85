"""Where things lie on the switch, the owned files, and one change at a time."""

import fcntl
import json
import os
import re
import time
from pathlib import Path

CONFIG = Path("/etc/portseal")
STATE = Path("/var/lib/portseal")
RUN = Path("/run/portseal")
SWITCH_FILE = CONFIG / "switch.conf"
PORTS = CONFIG / "ports"
SAVED = CONFIG / ".saved"  # beside what it is brought back to: on the same file system
PENDING = STATE / "pending.json"
APPLIED = RUN / "applied"
HOSTAPD = RUN / "hostapd"
MKA = RUN / "mka"
SHUT = RUN / "shut"
WATCH_SOCKET = str(RUN / "watch")
PORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")


class Refused(Exception):
    """The message for the operator."""


def owned_files():
    """Every owned file, ports first, in one order whatever the file system's."""
    ports = sorted(PORTS.glob("*.conf"), key=lambda p: [(int(d or 0), t) for t, d in re.findall(r"(\D*)(\d*)", p.stem)])
    return [*ports, *([SWITCH_FILE] if SWITCH_FILE.exists() else [])]


def owned_path(text):
    """`text` as the path of an owned file; nothing else may be written or removed."""
    path = Path(text)
    if path == SWITCH_FILE:
        return path
    if path.parent == PORTS and path.suffix == ".conf" and PORT_NAME.fullmatch(path.stem):
        return path
    raise Refused(f"{text}: not an owned file; those are {SWITCH_FILE} and {PORTS}/<port>.conf")


def write_file(path, data):
    """`data` at `path`, readable by root only, complete or not at all, on the disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink()
        raise
    temporary.replace(path)


BEFORE_MACSEC = {"macsec": "off", "cak": "", "wpa_supplicant": ""}
"""What an older release of this program has not written down."""


def applied():
    """The settings in force, by port."""
    return {path.stem: {**BEFORE_MACSEC, **json.loads(path.read_text())} for path in APPLIED.glob("*.json")}


class exclusively:
    """One change at a time; `wait` in seconds."""

    def __init__(self, wait=60.0):
        self.wait = wait

    def __enter__(self):
        self.file = open(RUN / "lock", "w")
        end = time.monotonic() + self.wait
        while True:
            try:
                return fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    self.file.close()
                    raise Refused("another change is being made") from None
                time.sleep(0.05)

    def __exit__(self, *_):
        self.file.close()


def pending():
    """What is armed, or None."""
    try:
        return json.loads(PENDING.read_text())
    except FileNotFoundError:
        return None


def describe(armed):
    """What is armed, in words."""
    return f"armed, reverts in {max(0, round(armed['deadline'] - time.time()))} seconds"
