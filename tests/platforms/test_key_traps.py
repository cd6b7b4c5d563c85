"""Published captures as traps: what a switch says of MKA never passes by itself, whatever key is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig.intents import port_intent

from portseal.core.encryption import encryption
from portseal.core.intent import PortIntent
from portseal.core.inventory import LinkKey
from portseal.core.observation import Counters, MkaStatus, PortState, port_states
from portseal.core.platforms import Pack
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Mode
from portseal.core.reasons import Reason

SHARED = Path(__file__).parents[3] / "shared" / "golden"
COMMANDS = {
    "cisco_iosxe/show_mka_sessions": ("cisco_iosxe", "show mka sessions"),
    "cisco_iosxe/show_mka_sessions_interface_interface_detail": ("cisco_iosxe", "show mka sessions detail"),
    "juniper_junos/show_security_mka_sessions": ("juniper_junos", "show security mka sessions"),
    "juniper_junos/show_security_mka_sessions_detail": ("juniper_junos", "show security mka sessions detail"),
    "arista_eos/show_mac_security_participants_detail_json": (
        "arista_eos",
        "show mac security participants detail | json",
    ),
}
"""Folder of captures → platform and command; one whose platform is not here is skipped."""
CAPTURES = [
    pytest.param(folder, raw, id=f"{folder.rpartition('/')[2]}/{raw.stem}")
    for folder in COMMANDS
    for raw in sorted((SHARED / folder).glob("*.raw"))
] or [pytest.param("", None, marks=pytest.mark.skip(reason="../shared/golden is not here"), id="absent")]
NOBODYS = "deadbeef00c0ffee"


def intent(port: str, ckn: str) -> PortIntent:
    """A port that must be secured with the static key of this name."""
    return port_intent(
        switch="sw",
        port=port,
        camera="cam",
        mac="ac:cc:8e:00:00:17",
        dot1x=Dot1x(mode=Mode.OFF),
        macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC),
        key=LinkKey(ckn=ckn, cak="cak/cam"),
    )


def reasons(state: PortState, later: PortState, ckn: str) -> list[Reason]:
    """Why the port does not pass, the first deciding; empty where it does."""
    return [each.reason for each in encryption(intent(state.port, ckn), state, later) if each.outcome != "pass"]


def counted(state: PortState, sent: int, received: int) -> PortState:
    update = {"counters": Counters(sent=sent, received=received), "observed": state.observed | {"counters"}}
    return state.model_copy(update=update)


@pytest.mark.parametrize(("folder", "raw"), CAPTURES)
def test_what_a_real_switch_says_of_mka_passes_only_with_peer_key_and_rising_counters(
    packs: dict[str, tuple[Pack, Path]], folder: str, raw: Path
) -> None:
    platform, command = COMMANDS[folder]
    if platform not in packs:
        pytest.skip(f"no platform {platform}")
    pack, where = packs[platform]
    states = port_states(pack, where, {command: raw.read_text(encoding="utf-8")})
    seen = [state for state in states.values() if "mka" in state.observed and state.mka is not None]
    for state in seen:
        assert state.mka is not None
        ckn = state.mka.ckn or NOBODYS
        low, high = counted(state, 5, 5), counted(state, 9, 9)
        assert Reason.CKN_MISMATCH in reasons(low, high, NOBODYS) or state.mka.ckn is None or state.mka.fallback_key
        assert reasons(low, low.model_copy(), ckn), "counters that stand still pass"
        passes = not reasons(low, high, ckn.lower())
        healthy = (
            state.mka.status is MkaStatus.SECURED and (state.mka.live_peers or 0) > 0 and not state.mka.fallback_key
        )
        assert not passes or (healthy and state.mka.ckn is not None), state.mka
        if state.mka.status is MkaStatus.SECURED and state.mka.live_peers == 0:
            assert Reason.SECURED_WITHOUT_PEER in reasons(low, high, ckn)


def test_the_published_trap_of_a_secured_session_without_a_peer_is_among_them(
    packs: dict[str, tuple[Pack, Path]],
) -> None:
    raw = SHARED / "cisco_iosxe" / "show_mka_sessions" / "genie_1.raw"
    if not raw.exists():
        pytest.skip("../shared/golden is not here")
    pack, folder = packs["cisco_iosxe"]
    states = port_states(pack, folder, {"show mka sessions": raw.read_text(encoding="utf-8")})
    lonely = [s for s in states.values() if s.mka and s.mka.status is MkaStatus.SECURED and s.mka.live_peers == 0]
    assert lonely
    for state in lonely:
        assert state.mka is not None
        assert state.mka.ckn is not None
        assert Reason.SECURED_WITHOUT_PEER in reasons(counted(state, 1, 1), counted(state, 2, 2), state.mka.ckn)
