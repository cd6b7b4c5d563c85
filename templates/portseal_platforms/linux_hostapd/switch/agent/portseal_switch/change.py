"""Makes reality follow the files, and brings them back where nobody confirms."""

import json
import os
import re
import shutil
import signal
import subprocess
import syslog
import time

from portseal_switch.asking import detached, need_watcher
from portseal_switch.config import (
    APPLIED,
    CONFIG,
    PENDING,
    SAVED,
    Refused,
    applied,
    describe,
    exclusively,
    owned_files,
    pending,
    write_file,
)
from portseal_switch.sealing import in_place, recover, release, seal
from portseal_switch.settings import wanted_settings


def apply():
    """Make reality follow the files: all are understood before any is acted on, and one port's failure does not hold up the others."""
    settings, mistakes = wanted_settings()
    if mistakes:
        raise Refused("; ".join(mistakes))
    before = applied()
    todo = [wanted for port, wanted in sorted(settings.items()) if not in_place(wanted, before.get(port))]
    gone = sorted(before.keys() - settings.keys())
    # The watcher first: it would lock again what is unlocked here.
    for port in gone:
        (APPLIED / f"{port}.json").unlink()
    for wanted in todo:
        write_file(APPLIED / f"{wanted['port']}.json", json.dumps(wanted).encode())
    if settings or before:
        need_watcher()
    for port in gone:
        release(before[port])
        print(f"{port}: released")
    for wanted in todo:
        port = wanted["port"]
        try:
            seal(wanted)
            recover(port)
            print(f"{port}: applied")
        except (Refused, OSError, subprocess.SubprocessError) as error:
            (APPLIED / f"{port}.json").unlink(missing_ok=True)
            mistakes.append(str(error) if isinstance(error, Refused) else f"{port}: {error}")
    if todo:
        need_watcher()
    if mistakes:
        raise Refused("; ".join(mistakes))


def arm(seconds):
    """Keep the files as they are and bring them back after `seconds` unless confirmed."""
    if not re.fullmatch(r"[1-9]\d{0,5}", seconds):
        raise Refused(f"{seconds}: not a number of seconds between 1 and 999999")
    if pending():
        raise Refused(f"a change is pending ({describe(pending())}); confirm or revert it first")
    shutil.rmtree(SAVED, ignore_errors=True)
    for path in owned_files():
        write_file(SAVED / path.relative_to(CONFIG), path.read_bytes())
    SAVED.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = os.urandom(8).hex()
    write_file(PENDING, json.dumps({"token": token, "deadline": time.time() + int(seconds)}).encode())
    detached("timer", token, seconds)


def timer(token, seconds):
    """Sleep, then revert if what was armed still is."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    time.sleep(int(seconds))
    with exclusively(wait=600):
        armed = pending()
        if armed and armed["token"] == token:
            syslog.syslog(syslog.LOG_WARNING, "not confirmed in time: bringing the saved files back")
            restore()


def confirm():
    """What is armed stays for good."""
    if pending() is None:
        raise Refused("nothing is armed")
    PENDING.unlink()
    shutil.rmtree(SAVED, ignore_errors=True)


def revert():
    """What is armed is brought back now."""
    if pending() is None:
        raise Refused("nothing is armed")
    restore()


def restore():
    """Bring the saved files back and apply them; nothing is armed afterwards."""
    saved = {CONFIG / path.relative_to(SAVED) for path in SAVED.rglob("*.conf")}
    for path in set(owned_files()) - saved:
        path.unlink()
    for path in saved:
        write_file(path, (SAVED / path.relative_to(CONFIG)).read_bytes())
    try:
        apply()
    finally:
        PENDING.unlink(missing_ok=True)
        shutil.rmtree(SAVED, ignore_errors=True)


def boot():
    """After the power came back: what was armed and not confirmed is not what runs."""
    with exclusively():
        restore() if pending() else apply()
