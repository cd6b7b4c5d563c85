"""What can hang behind a port, be wrong with it, or be wrong around it, and the reason that a verdict then has to give."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from contract.bench import Bench
from contract.changes import second_keys, two_keys
from contract.profiles import (
    Choice,
    Wish,
    has,
    helped,
    packs,
    possible_bases,
    profile_of,
    refused,
    takes_vlans,
    with_wish,
)
from portseal.core.inventory import Stage
from portseal.core.platforms import Pack
from portseal.core.reasons import Reason
from portseal.simulator.world import Device, Trust

CAMERA = "cam-1"
ROGUE = Device(mac="02:00:00:00:00:66", name="rogue")
OTHER_VLAN = 666


def nothing(bench: Bench) -> None:
    """Nothing is done."""


class Situation(NamedTuple):
    """One camera port in one situation."""

    name: str
    reason: Reason
    """What the verdict says, unless the platform's captures folder says another."""
    wishes: tuple[Wish, ...] = ()
    """What its profile has."""
    misfit: Callable[[Device], Device] | Device | None = None
    """What is behind the port instead of the camera, or how the camera differs."""
    after: Callable[[Bench], None] = nothing
    """What happens once the port is sealed."""
    vlan: int | None = None
    sealed: bool = True
    """False: the switch is read before anything is applied."""
    can: Callable[[Pack], bool] = lambda pack: True
    """Whether the platform can have it at all, besides the wishes."""

    def choice(self, platform: str) -> Choice | None:
        """A profile with all the wishes that the platform can do, or None."""
        pack = packs()[platform][0]
        if (self.vlan and not takes_vlans(pack)) or not self.can(pack):
            return None
        for base in possible_bases(platform):
            wished = base
            for wish in self.wishes:
                wished = with_methods(wished, wish) if wish.feature == "dot1x.methods" else with_wish(wished, wish)
            for made in helped(wished, pack):
                fits = profile_of("tried", made) is not None and not refused(pack, made)
                if fits and all(has(made, wish, pack) for wish in self.wishes if "," not in wish.value):
                    return made
        return None


def with_methods(choice: Choice, wish: Wish) -> Choice:
    """`choice` with these methods, in this order."""
    return {**choice, "dot1x": {**choice["dot1x"], "methods": wish.value.split(",")}}


def differs(**how: object) -> Callable[[Device], Device]:
    """The camera, but for these."""
    return lambda device: device.model_copy(update=how)


def port(bench: Bench) -> str:
    """The camera's port."""
    return bench.intent.ports[0].port


def radius_dead(bench: Bench) -> None:
    """No server answers any more, and the camera has to be asked anew."""
    assert bench.box is not None
    bench.box.set_radius(tuple(server.model_copy(update={"alive": False}) for server in bench.box.radius()))
    replug(bench)


def replug(bench: Bench) -> None:
    """The camera's cable is pulled and put in again."""
    assert bench.box is not None
    devices = bench.box.plugged(port(bench))
    bench.box.plug(port(bench), ())
    bench.clock.run(1.0)
    bench.box.plug(port(bench), devices)
    bench.clock.run(1.0)


def unplug(bench: Bench) -> None:
    assert bench.box is not None
    bench.box.plug(port(bench), ())


def join(bench: Bench) -> None:
    """A second station appears beside the camera."""
    assert bench.box is not None
    bench.box.plug(port(bench), (*bench.box.plugged(port(bench)), ROGUE))


def known_by_mac(bench: Bench) -> None:
    """The servers admit the camera by its MAC address too."""
    assert bench.box is not None
    mac = bench.intent.ports[0].mac
    bench.box.set_radius(tuple(s.model_copy(update={"mab": {**s.mab, mac: None}}) for s in bench.box.radius()))
    replug(bench)


def other_vlan(bench: Bench) -> None:
    """The servers put the camera into another VLAN than the inventory has."""
    assert bench.box is not None
    bench.box.set_radius(
        tuple(s.model_copy(update={"users": dict.fromkeys(s.users, OTHER_VLAN)}) for s in bench.box.radius())
    )
    replug(bench)


def no_key_name(bench: Bench) -> None:
    """The servers do not return EAP-Key-Name."""
    assert bench.box is not None
    bench.box.set_radius(tuple(s.model_copy(update={"returns_key_name": False}) for s in bench.box.radius()))
    replug(bench)


def at_stage(stage: Stage) -> Callable[[Bench], None]:
    def do(bench: Bench) -> None:
        cameras = tuple(camera.model_copy(update={"stage": stage}) for camera in bench.site.cameras)
        bench.want(bench.site.model_copy(update={"cameras": cameras}))
        bench.apply()

    return do


def other_ckn(bench: Bench) -> None:
    """keys.toml has another key name than the switch uses."""
    keys = {name: key.model_copy(update={"ckn": f"ff{key.ckn}"}) for name, key in bench.site.keys.items()}
    bench.want(bench.site.model_copy(update={"keys": keys}))


def fallback_key(bench: Bench) -> None:
    """The link has a second key, and the camera knows that one alone."""
    assert bench.box is not None
    second_keys(bench)
    bench.apply()
    spare = bench.intent.ports[0].fallback_key
    assert spare is not None
    (camera,) = bench.box.plugged(port(bench))
    cak = bench.resolve(spare.cak).get_secret_value()
    bench.box.plug(port(bench), (camera.model_copy(update={"ckn": spare.ckn, "cak": cak}),))


def other_cipher(bench: Bench) -> None:
    """The profile has another cipher suite than the link uses."""
    profiles = {
        name: profile_of(name, {**choice, "macsec": {**choice["macsec"], "ciphers": ["gcm-aes-xpn-256"]}})
        for name, choice in ((n, p.model_dump(mode="json", exclude={"name"})) for n, p in bench.site.profiles.items())
    }
    bench.want(bench.site.model_copy(update={"profiles": profiles}))


def stopped(bench: Bench) -> None:
    """Time stands still: the switch is asked before it has decided."""
    assert bench.box is not None
    devices = bench.box.plugged(port(bench))
    bench.box.plug(port(bench), ())
    bench.clock.run(1.0)
    bench.session.waits = False
    bench.box.plug(port(bench), devices)


CLOSED = (Wish("dot1x.mode", "closed"), Wish("dot1x.methods", "dot1x"), Wish("macsec.policy", "off"))
THEN_MAB = (Wish("dot1x.mode", "closed"), Wish("dot1x.methods", "dot1x,mab"), Wish("macsec.policy", "off"))
DERIVED = (Wish("macsec.cak", "derived"), Wish("macsec.policy", "must-secure"))
SHOULD = (Wish("macsec.cak", "derived"), Wish("macsec.policy", "should-secure"))
STATIC = (Wish("macsec.cak", "static"), Wish("macsec.policy", "must-secure"))
SILENT = differs(eap=None, identity=None, certificate=None)
UNTRUSTED = differs(certificate=Trust.WRONG_CA)

SITUATIONS = (
    Situation("the camera, by 802.1X", Reason.AS_INTENDED, CLOSED),
    Situation("the camera, by MAC address", Reason.AS_INTENDED, (CLOSED[0], Wish("dot1x.methods", "mab"), CLOSED[2])),
    Situation("the camera, encrypted with a derived key", Reason.AS_INTENDED, DERIVED),
    Situation("the camera, encrypted with a static key", Reason.AS_INTENDED, STATIC),
    Situation("nothing enforces yet", Reason.MONITOR_ONLY, CLOSED, after=at_stage(Stage.MONITOR)),
    Situation("nothing was applied yet", Reason.NOT_ENFORCED, CLOSED, sealed=False),
    Situation("no cable", Reason.NO_LINK, CLOSED, after=unplug),
    Situation("another station in its place", Reason.WRONG_CAMERA, CLOSED, ROGUE),
    Situation(
        "a second station, and the port shuts down",
        Reason.ERR_DISABLED,
        (*CLOSED, Wish("dot1x.host_mode", "single-host"), Wish("dot1x.violation", "shutdown")),
        after=join,
    ),
    Situation("a certificate of another CA", Reason.AUTHENTICATION_FAILED, CLOSED, UNTRUSTED),
    Situation("an expired certificate", Reason.AUTHENTICATION_FAILED, CLOSED, differs(certificate=Trust.EXPIRED)),
    Situation("an identity nobody knows", Reason.AUTHENTICATION_FAILED, CLOSED, differs(identity="nobody")),
    Situation("a camera that does not speak EAP", Reason.SUPPLICANT_SILENT, CLOSED, SILENT),
    Situation("silent, and its MAC address is nobody's", Reason.SUPPLICANT_SILENT, THEN_MAB, SILENT),
    Situation("authentication is running", Reason.AUTHENTICATION_RUNNING, CLOSED, after=stopped),
    Situation("let in by its MAC address only", Reason.MAB_INSTEAD_OF_EAP, THEN_MAB, SILENT, after=known_by_mac),
    Situation("no server answers", Reason.SERVER_DEAD, CLOSED, after=radius_dead),
    Situation(
        "no server answers, and there is a VLAN for that",
        Reason.SERVER_DEAD_VLAN,
        (*CLOSED, Wish("dot1x.on_server_dead.action", "vlan")),
        after=radius_dead,
    ),
    Situation(
        "silent, and there is a VLAN for that",
        Reason.GUEST_VLAN,
        (*CLOSED, Wish("dot1x.on_no_response.action", "vlan")),
        SILENT,
    ),
    Situation(
        "refused, and there is a VLAN for that",
        Reason.AUTH_FAIL_VLAN,
        (*CLOSED, Wish("dot1x.on_failure.action", "vlan")),
        UNTRUSTED,
    ),
    Situation("another VLAN than the inventory's", Reason.WRONG_VLAN, CLOSED, after=other_vlan, vlan=120),
    Situation("must encrypt, and the camera cannot", Reason.NOT_SECURED, DERIVED, differs(macsec="none")),
    Situation("may encrypt, and the camera cannot", Reason.CLEARTEXT_ALLOWED, SHOULD, differs(macsec="none")),
    Situation("no key name from RADIUS", Reason.NO_MKA_SESSION, DERIVED, after=no_key_name),
    Situation("another key than the camera's", Reason.NOT_SECURED, STATIC, differs(cak="00" * 16)),
    Situation("secured, and the peer is gone", Reason.SECURED_WITHOUT_PEER, STATIC, differs(live=False)),
    Situation("secured, and nothing is sent", Reason.NOT_ENCRYPTING, STATIC, differs(traffic=False)),
    Situation("another key name than keys.toml has", Reason.CKN_MISMATCH, STATIC, after=other_ckn),
    Situation(
        "the second key, because the first does not fit",
        Reason.FALLBACK_KEY_IN_USE,
        STATIC,
        after=fallback_key,
        can=two_keys,
    ),
    Situation("another cipher suite than the profile's", Reason.WRONG_CIPHER, DERIVED, after=other_cipher),
)
