"""One contract, every platform: what is wrong with a port is told by its reason, and nothing that is wrong ever passes."""

from __future__ import annotations

import pytest
from contract.bench import Bench, simulated
from contract.profiles import possible
from contract.said import said
from contract.situations import SITUATIONS, Situation

from portseal.core.commands import recognise
from portseal.core.platforms import Kind
from portseal.core.reasons import Outcome, Reason
from portseal.core.verdict import Verdict

PLATFORMS = sorted(simulated())
GOOD = {Reason.AS_INTENDED, Reason.MONITOR_ONLY, Reason.CLEARTEXT_ALLOWED}
BY_NAME = {situation.name: situation for situation in SITUATIONS}


def verdict(platform: str, situation: Situation) -> Verdict | None:
    """What is concluded of the camera's port; None where the platform cannot have such a port."""
    choice = situation.choice(platform)
    if choice is None:
        return None
    misfits = {} if situation.misfit is None else {"cam-1": situation.misfit}
    bench = Bench(platform, {"tried": choice}, misfits, vlan=situation.vlan)
    if situation.sealed:
        bench.apply()
    situation.after(bench)
    return bench.verdicts()["cam-1"]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_situation_is_told_by_its_reason(platform: str, situation: Situation) -> None:
    if situation.name in said(platform).unseen:
        pytest.skip(f"the switch does not show it: {said(platform).unseen[situation.name]}")
    found = verdict(platform, situation)
    if found is None:
        pytest.skip("the platform cannot have such a port")
    other = said(platform).reasons.get(situation.name)
    assert (found.reason, found.detail) == (other.reason if other else situation.reason, found.detail)
    assert (found.outcome is Outcome.PASS) == (found.reason in GOOD)
    assert situation.reason in GOOD or found.outcome is not Outcome.PASS


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_reason_is_produced_or_said_to_be_impossible(platform: str) -> None:
    produced = {
        Reason(other.reason) if (other := said(platform).reasons.get(s.name)) else s.reason
        for s in SITUATIONS
        if s.choice(platform) is not None and s.name not in said(platform).unseen
    }
    elsewhere = {
        Reason.CAMERA_SAYS_UNSECURED,
        Reason.UNREACHABLE,
        Reason.UNPARSED,
        Reason.NOT_OBSERVED,
        Reason.UNKNOWN_WORD,
    }
    missing = set(Reason) - produced - elsewhere
    assert missing == {Reason(word) for word in said(platform).not_produced}
    assert {*said(platform).reasons, *said(platform).unseen} <= set(BY_NAME)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_output_that_is_not_understood_never_passes(platform: str) -> None:
    bench = Bench(platform, possible(platform).choices)
    bench.apply()
    pack = bench.pack
    for entry in pack.observe:
        bench.session.answers = {entry.command.partition("{port}")[0].strip(): "% Something else altogether\n"}
        shown = bench.verdicts()
        passing = [v for v in shown.values() if v.outcome is Outcome.PASS]
        kind = recognise(pack, entry.command.replace("{port}", bench.intent.ports[0].port)).show.kind
        if kind in (Kind.LINK, Kind.SESSION, Kind.MAC, Kind.MKA, Kind.COUNTERS):
            needing = needs(bench, kind)
            others = [
                o
                for o in pack.observe
                if o is not entry
                and recognise(pack, o.command.replace("{port}", bench.intent.ports[0].port)).show.kind is kind
            ]
            assert others or not {v.camera for v in passing} & needing, f"{entry.command} was not understood"
        assert all(
            v.reason in (Reason.UNPARSED, Reason.NOT_OBSERVED) or v.outcome is Outcome.PASS for v in shown.values()
        )


def needs(bench: Bench, kind: Kind) -> set[str]:
    """Cameras whose port cannot pass unless `kind` was read."""
    ports = bench.intent.ports
    if kind is Kind.LINK:
        return {port.camera for port in ports}
    if kind is Kind.SESSION:
        return {port.camera for port in ports if port.dot1x.mode != "off"}
    if kind is Kind.MAC:
        return {p.camera for p in ports if p.dot1x.mode == "closed" and p.dot1x.host_mode != "multi-host"}
    return {port.camera for port in ports if port.macsec.policy != "off"}
