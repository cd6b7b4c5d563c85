"""What the MACsec lab proves, each case planned, applied and verified by portseal over SSH.

Two switches, each in a kernel of its own, so that both cores of a small machine have something to do: on one the ports are sealed and
strangers tried, on the other keys are changed.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pyrage

from lab.campus import RECORDER
from lab.cases import Case, timed
from lab.net import LabError, wait_for
from lab.product import Product
from lab.secure_campus import SecureCampus
from lab.secure_site import Key, SecureSite, new_key

DERIVED = (4,)
SHOULD_SECURE = (5,)
PORTS = 6
KEY_PORTS = 2
"""Of the switch on which keys are changed: one of them, and one beside it."""
ECHO = 0.05
"""Seconds between two echo requests where lost ones are counted."""


@dataclass
class SecureLab:
    """Everything the cases work on."""

    campus: SecureCampus
    site: SecureSite
    product: Product
    lost: dict[str, str] = field(default_factory=dict)
    """What was lost in each change under load, in words."""

    def __post_init__(self) -> None:
        self.product.keys = {name: key.cak for name, key in self.site.keys.items()}

    def give_key(self, number: int) -> None:
        """The camera behind `swp<number>` gets what the site has for it."""
        camera = self.campus.camera(number)
        if camera.name not in self.site.keys:
            camera.authenticate(self.campus.certificates[camera.name], self.campus.ca.file)
        else:
            camera.hold_key(*self.site.keys[camera.name])

    def reach(self) -> str:
        """How many of the cameras reach the recorder."""
        waiting, end = list(self.campus.cameras), time.monotonic() + 15
        while waiting and time.monotonic() < end:
            reached = self.campus.reaching(RECORDER, waiting, tries=2)
            waiting = [camera for camera in waiting if camera.name not in reached]
        total = len(self.campus.cameras)
        return f"{total - len(waiting)} of {total} reach the recorder"

    def apply(self) -> str:
        """Plan and apply, as an exit code with what was said where it is not 0."""
        planned = self.product.plan()
        done = self.product.apply()
        said = f": {done.stdout}{done.stderr}" if done.returncode else ""
        return f"plan {planned}, apply {done.returncode}{said}"


def secure_cases(lab: SecureLab) -> Iterator[Case]:
    """Ports sealed, strangers, stages; a failed case does not keep the next from being tried."""
    everyone = f"{PORTS} of {PORTS} reach the recorder"
    yield timed("MACsec: before, in clear: every camera", everyone, lambda: _in_clear(lab))
    for number in set(range(1, PORTS + 1)) - set(SHOULD_SECURE):
        lab.give_key(number)
    yield (sealed := timed("plan and apply, static and derived CAK", "plan 2, apply 0", lab.apply))
    if not sealed.good:
        return  # every case after it is about a sealed switch
    yield timed("every camera, encrypted but cam-05", everyone, lab.reach)
    yield timed("a second plan is empty", "exit 0", lambda: f"exit {lab.product.plan()}")
    yield from _strangers(lab)
    yield from _stages(lab)


def key_cases(lab: SecureLab) -> Iterator[Case]:
    """On a switch whose ports are sealed: links that are silent, keys that differ, keys that are changed.

    Raises:
        LabError: the switch cannot be sealed.
    """
    campus = lab.campus
    if (sealed := _sealed(lab)) != "plan 2, apply 0":
        raise LabError(f"the switch on which keys are changed cannot be sealed: {sealed}")
    campus.camera(1).fall_silent()
    yield from _judged(lab, {"cam-01": ("encrypted, and no frame comes", "; not-encrypting")}, reach=False)
    campus.camera(1).stream(RECORDER)
    yield timed("keys.toml has another CKN than the switch", "ckn-mismatch", lambda: _other_ckn(lab))
    yield timed("a static CAK is changed on both ends", "plan 2, apply 0; as-intended", lambda: _rotated(lab, 1))
    yield timed("keys rotate, an installer at the camera", "exit 0; as-intended; second plan 0", lambda: _led(lab, 1))
    yield timed("verify", "exit 0", lambda: f"exit {lab.product.run('verify', '-s', str(lab.site.path)).returncode}")


def _sealed(lab: SecureLab) -> str:
    for number, camera in enumerate(lab.campus.cameras, 1):
        lab.give_key(number)
        camera.stream(RECORDER)
    return lab.apply()


def _in_clear(lab: SecureLab) -> str:
    for camera in lab.campus.cameras:
        camera.speak_in_clear()
        camera.stream(RECORDER)
    return lab.reach()


def _judged(lab: SecureLab, expected: Mapping[str, tuple[str, str]], *, reach: bool = True) -> Iterator[Case]:
    """Whether each of these cameras reaches the recorder, and what portseal says of it, once that is settled."""
    wanted = {camera: told.partition("; ")[2] for camera, (_, told) in expected.items()}
    begin, judged = time.monotonic(), lab.product.verify()
    while any(judged[camera].reason != reason for camera, reason in wanted.items()) and time.monotonic() < begin + 30:
        judged = lab.product.verify()
    there = lab.campus.reaching(RECORDER, [c for c in lab.campus.cameras if c.name in expected]) if reach else set()
    seconds = (time.monotonic() - begin) / len(expected)
    for camera, (name, told) in expected.items():
        reaches = "reaches" if camera in there else "does not reach" if reach else ""
        yield Case(name, told, f"{reaches}; {judged[camera].reason}", seconds)


def _strangers(lab: SecureLab) -> Iterator[Case]:
    """Three cameras that are not what the switch expects, beside three that are; and the three as they should be."""
    campus, keys = lab.campus, lab.site.keys
    campus.camera(2).hold_key(keys["cam-02"].ckn, new_key().cak)
    campus.camera(3).hold_key(new_key().ckn, keys["cam-03"].cak)
    campus.camera(6).speak_in_clear()
    expected = {
        "cam-01": ("the right static CAK", "reaches; as-intended"),
        "cam-02": ("the wrong CAK", "does not reach; not-secured"),
        "cam-03": ("the wrong CKN", "does not reach; not-secured"),
        "cam-04": ("a CAK derived from EAP-TLS", "reaches; as-intended"),
        "cam-05": ("cleartext on a should-secure port", "reaches; cleartext-allowed"),
        "cam-06": ("cleartext on a must-secure port", "does not reach; not-secured"),
    }
    yield from _judged(lab, expected)
    for number in (2, 3, 6):
        lab.give_key(number)
    again = {f"cam-{n:02}": (f"cam-{n:02} as it should be", "reaches; as-intended") for n in (2, 3, 6)}
    yield from _judged(lab, again)


def _stages(lab: SecureLab) -> Iterator[Case]:
    """Should-secure, evidence, must-secure."""
    camera = lab.campus.camera(5)
    lab.give_key(5)
    yield from _judged(lab, {"cam-05": ("should-secure: the camera gets its key", "reaches; as-intended")})
    lab.site.should_secure.clear()
    lab.site.write()
    yield timed(
        "should-secure becomes must-secure",
        "plan 2, apply 0; as-intended",
        lambda: _under_load(lab, 5, "should-secure to must-secure", lab.apply),
    )
    camera.speak_in_clear()
    yield from _judged(lab, {"cam-05": ("must-secure: the same camera in clear", "does not reach; not-secured")})
    lab.give_key(5)
    yield from _judged(lab, {"cam-05": ("must-secure: with its key again", "reaches; as-intended")})


def _under_load(lab: SecureLab, number: int, what: str, do: Callable[[], str]) -> str:
    """What `do` gives and the verdict afterwards; what was lost meanwhile is noted."""
    camera = lab.campus.camera(number)
    camera.begin_counting(RECORDER, ECHO)
    done = do()
    sent, lost = camera.counted()
    lab.lost[what] = f"{lost} of {sent} echo requests lost, one each {ECHO:g} s: {lost * ECHO:.1f} s"
    return f"{done}; {lab.product.verify()[camera.name].reason}"


def _other_ckn(lab: SecureLab) -> str:
    """The site has moved on and the switch has not: the link is encrypted, with a key that the site does not know."""
    before = lab.site.keys["cam-01"]
    lab.site.keys["cam-01"] = new_key()
    lab.site.write()
    reason = lab.product.verify()["cam-01"].reason
    lab.site.keys["cam-01"] = before
    lab.site.write()
    return reason


def _rotated(lab: SecureLab, number: int) -> str:
    """The camera gets the new key at the moment at which the switch has it."""
    camera = lab.campus.camera(number)
    lab.site.keys[camera.name] = key = new_key()
    lab.product.keys[camera.name] = key.cak
    lab.site.write()

    def swap() -> str:
        planned = lab.product.plan()
        process = lab.product.begin_apply()
        lab.campus.wait_for_key(f"swp{number}", key.ckn, 60)
        lab.give_key(number)
        return f"plan {planned}, apply {process.process.wait(90)}"

    return _under_load(lab, number, "a static CAK is changed on both ends at once", swap)


def _led(lab: SecureLab, number: int) -> str:
    """portseal leads the rotation; the camera has no API, so an installer types what his bundle says once the switch has it."""
    camera, site = lab.campus.camera(number), str(lab.site.path)
    before = lab.site.keys[camera.name]

    def lead() -> str:
        process = lab.product.begin("keys", "rotate", camera.name, "--accept-gap", "--wait", "120", "-y", "-s", site)
        told = lab.site.path / "keys.toml"  # names a key once it is stored
        wait_for("keys.toml has the next key", lambda: "fallback" in told.read_text(), 120)
        key = _bundled(lab, camera.name, before.ckn)
        lab.campus.wait_for_key(f"swp{number}", key.ckn, 120)
        camera.hold_key(*key)
        code = process.process.wait(240)
        lab.site.keys[camera.name], lab.product.keys[camera.name] = key, key.cak
        return f"exit {code}"

    told = _under_load(lab, number, "keys rotate, an installer at the camera", lead)
    lab.site.write()
    return f"{told}; second plan {lab.product.plan()}"


def _bundled(lab: SecureLab, camera: str, old: str) -> Key:
    """The key that the installer's bundle has for a camera, beside `old`.

    Raises:
        LabError: there is none.
    """
    installer, bundle = pyrage.x25519.Identity.generate(), lab.campus.keeper.work / "bundle.age"
    to = ("-o", str(bundle), "--to", str(installer.to_public()))
    done = lab.product.run("keys", "export", camera, *to, "-s", str(lab.site.path))
    if done.returncode:
        raise LabError(f"keys export: exit {done.returncode}: {done.stdout}{done.stderr}")
    rows = csv.DictReader(pyrage.decrypt(bundle.read_bytes(), [installer]).decode().splitlines())
    keys = [Key(row["ckn"], row["cak"]) for row in rows if row["ckn"] != old]
    if len(keys) != 1:
        raise LabError(f"keys export: {len(keys)} keys beside the old one")
    return keys[0]
