"""Verdicts on what a real switch printed (tests/golden, captured in the lab): its traps are not passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig.intents import port_intent

from portseal.core.intent import PortIntent
from portseal.core.inventory import LinkKey
from portseal.core.observation import MkaStatus, PortState, port_states
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Mode
from portseal.core.verdict import Outcome, Reason, Verdict, judge

CAPTURES = Path(__file__).parents[1] / "golden" / "linux_hostapd"
CKN = {
    1: "195e7a75165d6387",
    2: "fdf6f298cf7bbb88",
    3: "0598930b9539732c",
    5: "275301ccbe9d948e",
    6: "95fec9dd33a81ce2",
}
"""The CKN that each port of the captured switch was given."""


@pytest.fixture(scope="module")
def platform() -> tuple[Pack, Path]:
    folder = platform_folders()[CAPTURES.name]
    return load_pack(folder), folder


def intent(number: int, *, ckn: str | None = None, policy: MacsecPolicy = MacsecPolicy.MUST_SECURE) -> PortIntent:
    static = number in CKN
    return port_intent(
        switch="sw-lab",
        port=f"swp{number}",
        camera=f"cam-{number:02}",
        mac=f"02:00:00:00:00:{number:02x}",
        dot1x=Dot1x(mode=Mode.OFF) if static else Dot1x(),
        macsec=Macsec(policy=policy, cak=CakSource.STATIC if static else CakSource.DERIVED),
        key=LinkKey(ckn=ckn or CKN[number], cak="cak/x") if static else None,
    )


def states(platform: tuple[Pack, Path], **replaced: str) -> dict[str, PortState]:
    """The state of every port from five captures: those of the sealed switch, or of the case named here."""
    named = {"links": "macsec", "macs": "macsec", "sessions": "macsec", "mka": "sealed", "macsec": "sealed", **replaced}
    texts = {
        f"portseal-switch {command}": (CAPTURES / f"portseal-switch_{command}" / f"{case}.raw").read_text(
            encoding="utf-8"
        )
        for command, case in named.items()
    }
    return port_states(*platform, texts)


def verdict(platform: tuple[Pack, Path], wanted: PortIntent, case: str, *, mka: str = "sealed") -> Verdict:
    before = states(platform, mka=mka, macsec=case)[wanted.port]
    return judge(wanted, before, states(platform, mka=mka, macsec=f"{case}_later")[wanted.port])


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6])
def test_a_link_with_a_live_peer_and_rising_counters_passes(platform: tuple[Pack, Path], number: int) -> None:
    told = verdict(platform, intent(number), "sealed")
    assert (told.outcome, told.reason) == (Outcome.PASS, Reason.AS_INTENDED), told.detail


@pytest.mark.parametrize("number", [2, 3, 6], ids=["wrong CAK", "wrong CKN", "cleartext"])
def test_a_camera_that_is_not_what_the_switch_expects_leaves_the_link_unsecured(
    platform: tuple[Pack, Path], number: int
) -> None:
    told = verdict(platform, intent(number), "strangers", mka="strangers")
    assert (told.outcome, told.reason) == (Outcome.FAIL, Reason.NOT_SECURED), told.detail


def test_cleartext_on_a_should_secure_port_passes_and_is_called_so(platform: tuple[Pack, Path]) -> None:
    told = verdict(platform, intent(5, policy=MacsecPolicy.SHOULD_SECURE), "sealed")
    assert (told.outcome, told.reason) == (Outcome.PASS, Reason.CLEARTEXT_ALLOWED)
    assert verdict(platform, intent(5), "sealed").reason is Reason.NOT_SECURED


def test_a_link_that_is_encrypted_and_carries_no_frame_of_the_camera_is_no_pass(platform: tuple[Pack, Path]) -> None:
    told = verdict(platform, intent(1), "silent")
    assert (told.outcome, told.reason) == (Outcome.FAIL, Reason.NOT_ENCRYPTING), told.detail


def test_another_ckn_than_the_site_has_is_no_pass(platform: tuple[Pack, Path]) -> None:
    told = verdict(platform, intent(1, ckn="00112233"), "sealed")
    assert (told.outcome, told.reason) == (Outcome.FAIL, Reason.CKN_MISMATCH), told.detail


def test_what_a_dead_daemon_left_in_the_kernel_is_no_secured_link(platform: tuple[Pack, Path]) -> None:
    told = verdict(platform, intent(1), "sealed", mka="stopped")
    assert (told.outcome, told.reason) != (Outcome.PASS, Reason.AS_INTENDED)
    assert states(platform, mka="stopped")["swp1"].mka is not None
    assert told.outcome == Outcome.FAIL, told.detail


def test_secured_without_a_live_peer_is_no_pass(platform: tuple[Pack, Path]) -> None:
    state = states(platform)["swp1"]
    assert state.mka is not None
    alone = state.model_copy(update={"mka": state.mka.model_copy(update={"live_peers": 0})})
    assert judge(intent(1), alone, alone).reason is Reason.SECURED_WITHOUT_PEER


def test_completed_is_not_secured(platform: tuple[Pack, Path]) -> None:
    command = "wpa_cli -p /run/portseal/mka -i {} status"
    for port, case, secured in (("swp1", "secured", True), ("swp2", "completed_without_sa", False)):
        text = (CAPTURES / "wpa_cli_status" / f"{case}.raw").read_text(encoding="utf-8")
        assert "wpa_state=COMPLETED\n" in text
        assert "Failed=No\n" in text
        mka = port_states(*platform, {command.format(port): text})[port].mka
        assert mka is not None
        assert (mka.status is MkaStatus.SECURED) is secured
        assert mka.live_peers == int(secured)
