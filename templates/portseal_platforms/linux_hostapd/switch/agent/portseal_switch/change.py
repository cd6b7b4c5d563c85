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
    STATE,
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
    SAVED.mkdir(mode=0o700, parents=True)
    names = [str(path.relative_to(CONFIG)) for path in owned_files()]
    for name in names:
        write_file(SAVED / name, (CONFIG / name).read_bytes())
    token = os.urandom(8).hex()
    armed = {"token": token, "deadline": time.time() + int(seconds), "files": names}
    write_file(PENDING, json.dumps(armed).encode())
    detached("timer", token, seconds)


def timer(token, seconds):
    """Sleep, then revert if what was armed still is."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    time.sleep(int(seconds))
    while True:
        try:
            with exclusively(wait=600):
                armed = pending()
                if armed and armed["token"] == token:
                    syslog.syslog(syslog.LOG_WARNING, "not confirmed in time: bringing the saved files back")
                    restore()
                return
        except (Refused, OSError) as error:  # it goes on until nothing is armed
            syslog.syslog(syslog.LOG_ERR, f"the saved files are not back in force: {error}")
        time.sleep(5)


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
    """Bring the saved files back and apply them; nothing is armed afterwards.

    It needs no room on the disk, for they are renamed into their places; and it can be taken again wherever it was cut off.
    """
    armed, old = pending(), STATE / "saved"  # where an older release of this program kept them
    names = armed["files"] if "files" in armed else [str(path.relative_to(old)) for path in old.rglob("*.conf")]
    for path in owned_files():
        if str(path.relative_to(CONFIG)) not in names:
            path.unlink()
    for name in names:
        if (SAVED / name).exists():
            (SAVED / name).replace(CONFIG / name)
        elif "files" not in armed:
            write_file(CONFIG / name, (old / name).read_bytes())
    try:
        apply()
    finally:
        PENDING.unlink(missing_ok=True)
        shutil.rmtree(SAVED, ignore_errors=True)


def boot():
    """After the power came back: what was armed and not confirmed is not what runs."""
    with exclusively():
        restore() if pending() else apply()
