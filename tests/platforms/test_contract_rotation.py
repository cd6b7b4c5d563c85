"""One contract of rotation, every platform that says how a key is replaced: each step leaves a link that its switch calls secured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from contract.bench import Bench
from contract.profiles import Choice, packs, possible_bases
from contract.said import said

from portseal.core.inventory import LinkKey, Stage
from portseal.core.key_rules import Rotation
from portseal.core.rotation import ON_SWITCH, Rotating, Step, steps
from portseal.core.verdict import Outcome, Reason

SECURED = "the camera, encrypted with a static key"
"""The situation of the contract that a link is in before and after a rotation."""
PLATFORMS = sorted(
    name for name, (pack, _) in packs().items() if pack.keys is not None and pack.keys.rotation is not Rotation.NONE
)


def static(platform: str) -> Choice | None:
    """A must-secure profile with a static key that the platform can do, if there is one."""
    for base in possible_bases(platform):
        macsec = base.get("macsec") or {}
        if macsec.get("cak") == "static" and macsec.get("policy") == "must-secure":
            return base
    return None


@pytest.fixture(params=PLATFORMS)
def bench(request: pytest.FixtureRequest) -> Bench:
    choice = static(request.param)
    if choice is None:
        pytest.skip("no must-secure profile with a static key is possible here")
    made = Bench(request.param, {"static": choice})
    made.apply()
    return made


def rotation(bench: Bench) -> Rotating:
    """Of the first camera's key."""
    assert bench.pack.keys is not None
    camera = bench.site.cameras[0]
    old = bench.site.keys[camera.name]
    ckn = old.ckn[:-4] + ("beef" if not old.ckn.endswith("beef") else "cafe")
    new = LinkKey(ckn=ckn, cak=f"{old.cak}-next", size=old.size)
    return Rotating(
        camera=camera.name,
        switch=camera.switch,
        method=bench.pack.keys.rotation,
        by_hand=False,
        dark=bench.pack.keys.rotation is Rotation.SWAP,
        old=old,
        new=new,
        stage=Stage.SEALED,
    )


def taken(bench: Bench, rotating: Rotating) -> Iterator[tuple[Step, LinkKey]]:
    """Each step that changes an end, taken, with the key that the camera has then."""
    held = rotating.old
    for step in steps(rotating.method, by_hand=False, dark=rotating.dark):
        if step is Step.MOVE:
            held = rotating.new
            hold(bench, held)
        key = rotating.key_at(step, date(2026, 1, 1), "fingerprint")
        bench.want(bench.site.model_copy(update={"keys": {**bench.site.keys, rotating.camera: key}}))
        bench.sizes |= {rotating.new.cak: rotating.new.size, rotating.old.cak: rotating.old.size}
        if step in ON_SWITCH:
            bench.apply()
        yield step, held


def hold(bench: Bench, key: LinkKey) -> None:
    """Let the camera have this key alone."""
    if not bench.box:
        return
    bench.sizes[key.cak] = key.size
    port = bench.intent.ports[0].port
    (camera,) = bench.box.plugged(port)
    cak = bench.resolve(key.cak).get_secret_value()
    bench.box.plug(port, (camera.model_copy(update={"ckn": key.ckn, "cak": cak}),))
    bench.clock.run(1.0)


def test_every_step_of_a_rotation_leaves_a_link_that_is_secured_or_says_that_it_is_not(bench: Bench) -> None:
    rotating = rotation(bench)
    for step, _ in taken(bench, rotating):
        if bench.simulated:
            bench.clock.run(10.0)
            verdict = bench.verdicts()[rotating.camera]
            if SECURED in said(bench.pack.name).reasons:  # the switch shows no link in words anybody published
                assert verdict.outcome is Outcome.UNKNOWN, f"{step}: {verdict.detail}"
                continue
            two = rotating.method is Rotation.FALLBACK
            if two:
                wanted = Reason.FALLBACK_KEY_IN_USE if step is Step.MOVE else Reason.AS_INTENDED
                if step is Step.MAKE:
                    continue  # the site says more than the switch has yet
                assert verdict.reason is wanted, f"{step}: {verdict.detail}"
            elif step is not Step.MOVE:
                assert verdict.outcome is Outcome.PASS, f"{step}: {verdict.detail}"
    again = bench.plan()
    assert again.diff == ""
    config = bench.clear()
    assert rotating.new.ckn.lower() in config.lower()
    assert rotating.old.ckn.lower() not in config.lower()


def test_both_keys_stand_on_the_switch_between_add_and_remove(bench: Bench) -> None:
    rotating = rotation(bench)
    if rotating.method is not Rotation.FALLBACK:
        pytest.skip("room for one key")
    for step, _ in taken(bench, rotating):
        config = bench.clear().lower()
        both = step in (Step.ADD, Step.MOVE, Step.PROMOTE)
        assert (rotating.old.ckn in config) is (both or step is Step.MAKE), step
        assert (rotating.new.ckn in config) is (step is not Step.MAKE), step
        text = bench.plan().diff
        assert text == "" or step is Step.MAKE, f"{step}: {text}"
