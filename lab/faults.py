# LEAD 17:52: net.py tmpfs mounts got a size: dd on an unlimited tmpfs ate the host memory (OOM killed everybody). Remove this line.
"""Faults on a real Linux switch, each on a network of its own: what it ends in, unattended, while a change is carried out.

A fault begins on the switch, at one of its commands: a script in the place of `portseal-switch` does what a day in the field does, and
then lets the real one go on. Two ports are sealed before: behind one a camera that works, behind the other somebody who must never pass.
"""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lab.campus import RECORDER, Campus, built
from lab.cases import TIMER, Case
from lab.files import SERVERS
from lab.net import LabError, wait_for
from lab.product import Product
from lab.site import PROFILES, SWITCH, Site

AT_ONCE = 8
ENDINGS = ("rolled-back", "not-begun", "refused", "uncertain", "armed", "unreachable", "interrupted", "applied")
REAL = "/usr/local/sbin/portseal-switch.real"
CUT = """\
pid=$$
while [ "$(cat /proc/$pid/comm)" != sshd ]; do pid=$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' /proc/$pid/stat); done
kill -9 $pid"""
NO_LOGIN = f"{CUT}\nip link set mgmt down"
REBOOT = f"""\
pkill -9 -f 'portseal-switch.* (time[r]|watc[h])'; pkill -9 hostapd; rm -rf /run/portseal
for port in swp1 swp2; do ip link set dev $port nomaster; ip link set dev $port master br0 up; done
setsid {REAL} boot </dev/null >/dev/null 2>&1 &
{CUT}"""
KILL = "pkill -9 -f 'bin/portsea[l] (appl[y]|ru[n])'"
FULL = "for place in /etc/portseal /var/lib/portseal; do dd if=/dev/zero of=$place/filler bs=4k 2>/dev/null; done"
WRAPPER = """\
#!/bin/sh
# Once, {when} `{command}`{after}: a fault.
happens() {{ [ "$1" = {command} ] && [ ! -e /run/fault.happened ] && [ -e /run/fault.{need} ]; }}
if happens "$1"; then
  : >/run/fault.happened
  {ended}
{script}
  {goes_on}
fi
[ "$1" != apply ] || : >/run/fault.applied
exec {real} "$@"
"""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, at which command of the switch, and what is to be seen when the switch's timer is over."""

    name: str
    seen: str
    command: str = ""
    script: str = ""
    behind: bool = False
    """Once the command has been carried out, instead of before."""
    applied: bool = False
    """Only after an `apply`, that is, at a command of verification."""
    waits: bool = False
    """The switch's timer has to be waited for: begun first."""
    before: Callable[[Campus], None] = lambda campus: None
    """What happens between plan and apply."""
    book: str = ""
    """A playbook that is carried out instead of `apply`; `window`: in a window that ends in less than the timer needs."""
    mends: Callable[[Campus], None] = lambda campus: None
    """What is put right once the switch's state is seen, before the camera is looked at: its RADIUS server, a wrong camera."""


def _radius_again(campus: Campus) -> None:
    campus.switch.run("ip", "link", "set", "aaa", "up")


def _other_camera(campus: Campus) -> None:
    campus.port(1).unplug()
    campus.port(1).silence()
    campus.port(1).plug(mac="02:00:00:00:99:01")


def _right_camera(campus: Campus) -> None:
    campus.port(1).unplug()
    campus.port(1).plug(mac="02:00:00:00:00:01")
    campus.authenticate(1)


def _another_engineer(campus: Campus) -> None:
    campus.switch.run("sh", "-c", THEIRS.replace(REAL, "portseal-switch"))


def _hour_off(campus: Campus) -> None:
    _put(campus, "/usr/local/sbin/date", "#!/bin/sh\nexec /bin/date -d '1 hour' \"$@\"\n")


def _put(campus: Campus, path: str, text: str) -> None:
    campus.switch.run("sh", "-c", f"cat >{path} && chmod 755 {path}", data=text)


THEIRS = f"printf %s {shlex.quote('# theirs' + chr(10) + SERVERS)} | {REAL} write /etc/portseal/switch.conf"
STRANGER = "02:00:00:00:99:02"
BEFORE, PLANNED = "as before", "as planned"
BOOK = """\
schema_version: 1
name: seal
action: seal
{window}terms: {{verify_seconds: 10, timer_minutes: 1}}
"""
FAULTS = (
    Fault("RADIUS dies while pushing", f"{BEFORE} (rolled-back)", "apply", "ip link set aaa down", mends=_radius_again),
    Fault("wrong camera before the change", f"{PLANNED} (applied)", before=_other_camera, mends=_right_camera),
    Fault("SSH cut before arming", f"{BEFORE} (rolled-back)", "arm", CUT),
    Fault("SSH cut behind arming", f"{BEFORE} (rolled-back)", "arm", CUT, behind=True),
    Fault("SSH cut while pushing", f"{BEFORE} (rolled-back)", "apply", CUT),
    Fault("SSH cut behind the push", f"{BEFORE} (rolled-back)", "apply", CUT, behind=True),
    Fault("SSH cut while verifying", f"{BEFORE} (rolled-back)", "sessions", CUT, applied=True),
    Fault("SSH cut before confirmation", f"{PLANNED} (applied)", "confirm", CUT),
    Fault("SSH cut behind confirmation", f"{PLANNED} (applied)", "confirm", CUT, behind=True),
    Fault("SSH cut while verifying, no login any more", f"{BEFORE} (armed)", "sessions", NO_LOGIN, applied=True, waits=True),
    Fault("switch reboots while verifying", f"{BEFORE} (rolled-back)", "sessions", REBOOT, applied=True),
    Fault("tool killed before arming", f"{BEFORE} (gone)", "arm", f"{KILL}\n{CUT}"),
    Fault("tool killed while pushing", f"{BEFORE} (gone)", "apply", KILL, waits=True),
    Fault("tool killed before confirmation", f"{BEFORE} (gone)", "confirm", f"{KILL}\n{CUT}", waits=True),
    Fault("tool killed behind confirmation", f"{PLANNED} (gone)", "confirm", KILL, behind=True),
    Fault("disk full before arming", f"{BEFORE} (refused)", "arm", FULL),
    Fault("disk full while pushing", f"{BEFORE} (rolled-back)", "write", FULL),
    Fault("disk full behind the push", f"{PLANNED} (applied)", "apply", FULL, behind=True),
    Fault("disk full behind the push, tool killed", f"{BEFORE} (gone)", "apply", f"{FULL}\n{KILL}", behind=True, waits=True),
    Fault("clock an hour off", f"{BEFORE} (exit 2)", before=_hour_off, book=BOOK.format(window="")),
    Fault("window is too short for the timer", f"{BEFORE} (not-begun)", book="window"),
    Fault("another engineer edits, plan to apply", "theirs kept (refused)", before=_another_engineer),
    Fault("another engineer edits while pushing", f"{BEFORE} (rolled-back)", "apply", THEIRS),
)  # fmt: skip


def fault_cases() -> Iterator[Case]:
    """Every fault, several at once."""
    order = sorted(FAULTS, key=lambda fault: not fault.waits)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {fault: pool.submit(carried_out, fault) for fault in order}
        for fault in FAULTS:
            yield running[fault].result()


def carried_out(fault: Fault) -> Case:
    """One fault from the building of its network to the state that is left."""
    begin = time.monotonic()
    try:
        with built(2) as campus:
            seen = _seen(fault, campus)
    except LabError as error:
        seen = f"lab: {error}"
    return Case(fault.name, f"{fault.seen}; camera works; closed", seen, time.monotonic() - begin)


def _seen(fault: Fault, campus: Campus) -> str:
    site, product = Site(campus), Product(campus.keeper, campus.keeper.work / "site")
    for number in (1, 2):
        campus.authenticate(number)
    _applied(product, "the ports cannot be sealed")
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.port(2).silence()
    campus.port(2).unplug()
    campus.port(2).plug(mac=STRANGER)
    campus.port(2).reaches(RECORDER)  # so that the switch has seen who is there
    was = _files(campus)
    site._put("profiles.toml", PROFILES.format(reauthentication=1800, mab_reauthentication=1800))
    product.plan()
    fault.before(campus)
    theirs = _files(campus)
    if fault.command:
        _put(campus, "/run/wrapper", _wrapper(fault))
        campus.switch.run("touch", "/run/fault.ready")
        campus.switch.run("mv", "/usr/local/sbin/portseal-switch", REAL)
        campus.switch.run("cp", "-p", "/run/wrapper", "/usr/local/sbin/portseal-switch")
    if fault.book:
        done = _booked(product, site, fault.book)
    else:
        done = product.run("apply", str(product.plan_file), "-s", str(site.path), "-y", "--wait", "10", seconds=240)
    if fault.command and campus.switch.run("test", "-e", "/run/fault.happened", check=False).returncode:
        return f"the fault did not happen: {_ending(done)}"
    wait_for("nothing is armed", lambda: campus.switch.agent("pending").stdout == "none\n", TIMER + 30, every=0.3)
    now = _files(campus)
    state = BEFORE if now == was else "theirs kept" if now == theirs else PLANNED if _planned(now, was) else "neither"
    fault.mends(campus)
    return f"{state} ({_ending(done)}); {_camera(campus)}; {_stranger(campus)}"


def _ending(done: subprocess.CompletedProcess[str]) -> str:
    """What portseal says became of the switch; `gone` where nobody was left to say."""
    if done.returncode in (137, -9):
        return "gone"
    lines = [line for line in (done.stdout + done.stderr).splitlines() if SWITCH in line]
    return next((word for word in ENDINGS if any(word in line for line in lines)), f"exit {done.returncode}")


def _booked(product: Product, site: Site, book: str) -> subprocess.CompletedProcess[str]:
    """The playbook, carried out."""
    if book == "window":
        start = datetime.now(UTC) - timedelta(minutes=58)
        window = (
            f'window: {{timezone: UTC, recurrence: FREQ=DAILY, start: "{start:%H:%M}", duration: 1h, margin: 1min}}\n'
        )
        book = BOOK.format(window=window)
    file = site.path / "seal.yaml"
    file.write_text(book, encoding="utf-8")
    return product.run("run", str(file), "-s", str(site.path), "-y")


def _applied(product: Product, why: str) -> None:
    product.plan()
    done = product.apply()
    if done.returncode:
        raise LabError(f"{why}: {done.stdout}{done.stderr}")


def _wrapper(fault: Fault) -> str:
    own = f'{REAL} "$@" >/dev/null' if fault.behind else ":"
    never = CUT in fault.script  # it did not arrive
    return WRAPPER.format(
        when="behind" if fault.behind else "before",
        command=fault.command,
        after=" of verification" if fault.applied else "",
        need="applied" if fault.applied else "ready",
        ended=own,
        script=fault.script,
        goes_on="exit 0" if fault.behind else "exit 1" if never else ":",
        real=REAL,
    )


def _files(campus: Campus) -> str:
    shown = campus.switch.run(
        "sh", "-c", "cd /etc/portseal; for f in switch.conf ports/*.conf; do echo $f; cat $f; done"
    )
    return shown.stdout


def _planned(now: str, was: str) -> bool:
    return now == was.replace("eap_reauth_period=3600", "eap_reauth_period=1800") != was


def _camera(campus: Campus) -> str:
    try:
        campus.port(1).wait_until_it_reaches(RECORDER, 90)  # who was refused is left alone for 60
    except LabError:
        return "DARK"
    return "camera works"


def _stranger(campus: Campus) -> str:
    return "closed" if campus.port(2).stays_away_from(RECORDER, 1.0) else "OPEN"
