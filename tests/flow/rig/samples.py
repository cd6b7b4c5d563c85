"""Records of a site that was looked at, of any size, as the verdicts really come out: for pages and their measurements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from portseal.core.evidence import Evidence
from portseal.core.intent import PortIntent
from portseal.core.inventory import Camera, LinkKey, Supplicant
from portseal.core.observation import (
    Counters,
    LinkState,
    Mka,
    MkaStatus,
    PortState,
    Session,
    SessionMethod,
    SessionStatus,
)
from portseal.core.profile import CakSource, Macsec, MacsecPolicy
from portseal.core.record import Asked, Look, PortRecord, port_record
from portseal.core.secrets import fingerprint
from portseal.core.verdict import judge, unreachable
from rig.intents import port_intent

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
_KINDS = frozenset({"link", "errdisable", "session", "mka", "counters", "mac"})
_KEY = SecretStr("key of the site's fingerprints")
_ASKED = (
    Asked(command="show link", evidence=Evidence.CAPTURED),
    Asked(command="show mka", evidence=Evidence.DOCUMENTED),
)
_PLACES = ("North/Gate 1", "North/Gate 2", "South/Yard", "Tower, floor 1", "Tower, floor 2", "Car park")
STRANGER = "00:0c:29:4d:5e:6f"


def records(switches: int, ports: int, *, bad: int = 20, names: dict[int, str] | None = None) -> tuple[PortRecord, ...]:
    """`ports` ports on each of `switches` switches; about one in `bad` does not pass, each in another way.

    `names`: of some cameras, also such as no inventory takes.
    """
    return tuple(
        _record(switch, port, names or {}, bad=bad, number=switch * ports + port)
        for switch in range(switches)
        for port in range(ports)
    )


def _record(switch: int, port: int, names: dict[int, str], *, bad: int, number: int) -> PortRecord:
    static = switch % 3 == 1
    camera = Camera(
        name=f"cam-{number:05}",
        mac=f"ac:cc:8e:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
        switch=f"acc-{switch + 1:03}",
        port=f"Gi1/0/{port + 1}",
        profile="static-key" if static else "eap-tls-macsec",
        model="AXIS Q3538-LVE",
        location=_PLACES[number % len(_PLACES)],
    )
    intent = port_intent(
        switch=camera.switch,
        port=f"GigabitEthernet{1 + port // 48}/0/{port % 48 + 1}",
        camera=camera.name,
        mac=camera.mac,
        profile=camera.profile,
        vlan=110,
        macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC if static else CakSource.DERIVED),
        key=LinkKey(ckn=f"{number:016x}", cak=f"cak/{number}") if static else None,
        row=number + 2,
        supplicant=Supplicant.EAP_TLS,
    )
    kind = number * 7919 % (bad * 6)
    made = port_record(
        _look(intent, kind, number),
        intent,
        camera,
        platform="some_os",
        asked=_ASKED,
        mark=lambda ckn: fingerprint(SecretStr(ckn), _KEY, hex=True),
    )
    return made.model_copy(update={"camera": names[number]}) if number in names else made


def _look(intent: PortIntent, kind: int, number: int) -> Look:
    """As intended, but for a few kinds of trouble."""
    if kind == 5:
        return Look(verdict=unreachable(intent, f"{intent.switch}: no answer from 192.0.2.7 within 10 s"), at=NOON)
    session = Session(
        mac=intent.mac, method=SessionMethod.DOT1X, status=SessionStatus.AUTHORIZED, vlan=110, user=intent.camera
    )
    secured = Mka(
        status=MkaStatus.SECURED,
        ckn=intent.key.ckn if intent.key else f"{number:032x}",
        live_peers=1,
        key_server=True,
        cipher="GCM-AES-128",
        policy="PORTSEAL",
    )
    state = PortState(
        port=intent.port,
        link=LinkState.UP,
        macs=(intent.mac,),
        sessions=(session,),
        mka=secured,
        counters=Counters(sent=1000 + number, received=2000 + number),
        observed=_KINDS,
    )
    rises = 0 if kind == 4 else 60
    wrong: dict[int, dict[str, object]] = {
        0: {"macs": (STRANGER,), "sessions": (session.model_copy(update={"mac": STRANGER}),)},
        1: {"link": LinkState.DOWN, "macs": (), "sessions": (), "mka": None},
        2: {"sessions": (session.model_copy(update={"method": SessionMethod.MAB}),)},
        3: {
            "mka": None,
            "observed": _KINDS - {"mka"},
            "unparsed": ("show mka: line 7 is not understood: 'Foo <bar>'",),
        },
    }
    state = state.model_copy(update=wrong.get(kind, {}))
    later = state.model_copy(update={"counters": Counters(sent=1000 + number + rises, received=2000 + number + rises)})
    return Look(
        verdict=judge(intent, state, later), at=NOON, state=state, later=later, later_at=NOON + timedelta(seconds=2)
    )
