"""What the lab proves, one function a case: each gives what was seen, to be compared with what was expected."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lab.campus import RECORDER, SECRET, Campus
from lab.net import Daemon, LabError, wait_for
from lab.product import Product
from lab.site import MAB_PORTS, Site

TIMER = 60
"""Seconds; the shortest timer that `portseal apply` takes is a minute."""


@dataclass(frozen=True)
class Case:
    """One line of the lab's table."""

    name: str
    expected: str
    seen: str
    seconds: float

    @property
    def good(self) -> bool:
        """Whether it went as expected."""
        return self.seen == self.expected


@dataclass
class Lab:
    """Everything the cases work on."""

    campus: Campus
    site: Site
    product: Product
    files_before: str = ""
    killed_at: float = field(default=0.0)

    def running(self) -> str:
        """The owned files with their names, modes and bytes."""
        return self.campus.switch.run("sh", "-c", "cd /etc/portseal && find . -type f -exec stat -c '%n %a' {} + | sort && "
                                      "find . -type f -exec sha256sum {} + | sort").stdout  # fmt: skip

    def reach(self, *, seconds: float = 15.0) -> str:
        """How many of the cameras reach the recorder."""
        end = time.monotonic() + seconds
        waiting = list(self.campus.stations)
        while waiting and time.monotonic() < end:
            waiting = [station for station in waiting if not station.reaches(RECORDER, tries=1)]
        total = len(self.campus.stations)
        return f"{total - len(waiting)} of {total} reach the recorder"


def cases(lab: Lab) -> Iterator[Case]:
    """Every case in order; a failed one does not keep the next from being tried."""
    everyone = f"{len(lab.campus.stations)} of {len(lab.campus.stations)} reach the recorder"
    yield timed("unsealed: every camera", everyone, lab.reach)
    yield timed("plan finds changes", "exit 2", lambda: f"exit {lab.product.plan()}")
    yield timed("apply", "exit 0", lambda: _applied(lab))
    yield timed("sealed: every camera", everyone, lab.reach)
    yield timed("verify", "exit 0, all as-intended", lambda: _verified(lab))
    yield timed("a second plan is empty", "exit 0", lambda: f"exit {lab.product.plan()}")
    yield timed("a push that breaks RADIUS rolls back", "exit 2, files as before", lambda: _broken_push(lab))
    yield timed("and every camera comes back", everyone, lab.reach)
    yield timed("apply killed after arming", "armed, files changed", lambda: _killed(lab))
    yield from _intruders(lab)
    yield timed("the switch's own timer undoes the killed apply", "files as before", lambda: _undone(lab))
    yield timed("and the cameras of those ports", "cam-05 reaches the recorder", lambda: _back(lab))
    yield from _wrong_secret(lab)


def timed(name: str, expected: str, do: Callable[[], str]) -> Case:
    begin = time.monotonic()
    try:
        seen = do()
    except LabError as error:
        seen = f"lab: {error}"
    return Case(name, expected, seen, time.monotonic() - begin)


def _applied(lab: Lab) -> str:
    done = lab.product.apply()
    return f"exit {done.returncode}" + (f": {done.stdout}{done.stderr}" if done.returncode else "")


def _verified(lab: Lab) -> str:
    done = lab.product.run("verify", "-s", str(lab.site.path), "--wait", "10", "--format", "json")
    reasons = {judged.reason for judged in lab.product.verify().values()}
    return f"exit {done.returncode}, all {', '.join(sorted(reasons))}"


def _broken_push(lab: Lab) -> str:
    before = lab.running()
    lab.product.secret = "not-the-secret-of-the-server"
    lab.product.plan()
    done = lab.product.apply("--wait", "8")
    lab.product.secret = SECRET
    return f"exit {done.returncode}, files {'as before' if lab.running() == before else 'changed'}"


def _killed(lab: Lab) -> str:
    """Kill the process as soon as the switch has the new files and its timer runs."""
    lab.files_before = lab.running()
    lab.site.write(mab_reauthentication=1800)
    lab.product.plan()
    process: Daemon = lab.product.begin_apply()
    wait_for("the switch takes the new files", lambda: lab.running() != lab.files_before, 20, every=0.02)
    wait_for("hostapd follows them", lambda: _period(lab) == "1800", 20, every=0.02)
    process.stop(signal.SIGKILL)
    lab.killed_at = time.monotonic()
    lab.site.write()
    armed = lab.campus.switch.agent("pending").stdout.startswith("armed")
    return (
        f"{'armed' if armed else 'not armed'}, files {'as before' if lab.running() == lab.files_before else 'changed'}"
    )


def _period(lab: Lab) -> str:
    """The reauthentication period that hostapd has for the first MAB port."""
    conf = lab.campus.switch.run("cat", f"/run/portseal/hostapd/.swp{MAB_PORTS[0]}.conf", check=False).stdout
    return next((line.split("=")[1] for line in conf.splitlines() if line.startswith("eap_reauth_period=")), "")


def _undone(lab: Lab) -> str:
    wait_for(
        "the timer", lambda: lab.campus.switch.agent("pending").stdout == "none\n",
        TIMER + 10 - (time.monotonic() - lab.killed_at), every=0.2,
    )  # fmt: skip
    return f"files {'as before' if lab.running() == lab.files_before else 'changed'}"


def _back(lab: Lab) -> str:
    lab.campus.port(MAB_PORTS[0]).wait_until_it_reaches(RECORDER)
    return "cam-05 reaches the recorder"


def _intruders(lab: Lab) -> Iterator[Case]:
    """Behind five ports at once, somebody who should not be let in; behind two, cameras that should."""
    campus = lab.campus
    campus.radius.stop()
    campus.radius.macs = [campus.port(5).mac]
    campus.radius.start(SECRET)
    for number in (2, 3, 4, 6, 7):
        campus.port(number).silence()
        campus.port(number).unplug()
    time.sleep(0.2)
    campus.port(4).plug(mac=campus.port(1).mac)
    for number in (2, 3, 6, 7):
        campus.port(number).plug()
    campus.port(2).supplicant("cam-02", campus.wrong, campus.ca.file)
    campus.port(3).supplicant("cam-03", campus.revoked, campus.ca.file)
    campus.port(4).supplicant("cam-01", campus.wrong, campus.ca.file)
    expected = {
        "cam-01": ("the right certificate", "reaches; as-intended"),
        "cam-02": ("a certificate of the wrong CA", "does not reach; authentication-failed"),
        "cam-03": ("a revoked certificate", "does not reach; authentication-failed"),
        "cam-04": ("cam-01's MAC copied on another port", "does not reach; wrong-camera"),
        "cam-05": ("MAB, registered", "reaches; as-intended"),
        "cam-06": ("MAB, not registered", "does not reach; authentication-failed"),
        "cam-07": ("no supplicant", "does not reach; supplicant-silent"),
    }
    yield from _judged(lab, expected)


def _judged(lab: Lab, expected: Mapping[str, tuple[str, str]]) -> Iterator[Case]:
    """Whether each of these cameras reaches the recorder, and what portseal says of it, once that is settled."""
    wanted = {camera: reason.partition("; ")[2] for camera, (_, reason) in expected.items()}
    begin, judged = time.monotonic(), lab.product.verify()
    while any(judged[camera].reason != reason for camera, reason in wanted.items()) and time.monotonic() < begin + 25:
        judged = lab.product.verify()
    by_name = {station.name: station for station in lab.campus.stations}
    for camera, (name, told) in expected.items():
        here = time.monotonic()
        reaches = "reaches" if by_name[camera].reaches(RECORDER, tries=4) else "does not reach"
        yield Case(name, told, f"{reaches}; {judged[camera].reason}", here - begin)


def _wrong_secret(lab: Lab) -> Iterator[Case]:
    """The server answers with another secret: nobody new is let in, and the verdict says why."""
    campus = lab.campus
    campus.radius.stop()
    campus.radius.start("another-secret-than-the-switch-has")
    campus.port(1).unplug()
    time.sleep(0.2)
    campus.port(1).plug()
    yield from _judged(lab, {"cam-01": ("the wrong RADIUS secret", "does not reach; server-dead")})
    campus.radius.stop()
    campus.radius.start(SECRET)
    campus.port(1).unplug()
    time.sleep(0.2)
    campus.port(1).plug()
    yield from _judged(lab, {"cam-01": ("the right RADIUS secret again", "reaches; as-intended")})
