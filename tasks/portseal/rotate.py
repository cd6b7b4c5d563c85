"""A link in, whether its key can be replaced now and how out; and whether the switch sees a key live. Nothing is written."""

from __future__ import annotations

from nornir.core.task import Result, Task

from portseal.core.camera_state import CameraMode
from portseal.core.capability import possible
from portseal.core.encryption import same_ckn
from portseal.core.errors import PortsealError
from portseal.core.intent import PortIntent
from portseal.core.inventory import LinkKey, Stage
from portseal.core.key_rules import Rotation
from portseal.core.model import Value
from portseal.core.profile import MacsecPolicy
from portseal.core.verdict import Outcome, Verdict
from portseal.estate import Estate
from portseal.plan import plan_from
from portseal.transport.camera_end import CameraEnd, CameraEnds
from portseal.transport.session import Session
from portseal.verify import wait_for


class Readiness(Value):
    """Whether a link's key can be replaced, and how."""

    camera: str
    switch: str
    method: Rotation = Rotation.NONE
    by_hand: bool = False
    dark: bool = False
    gap: str = ""
    """What the link goes through meanwhile, for people."""
    refusal: str = ""
    """Why it cannot be now; empty where it can."""


def assess_rotation(task: Task, estate: Estate, cameras: tuple[str, ...], ends: CameraEnds, by_hand: bool) -> Result:
    """`result` is a tuple of `Readiness`, one for each of `cameras` that hangs on this switch."""
    session = estate.session(task.host)
    ports = {port.camera: port for port in estate.intent(task.host.name).ports}
    mine = [ports[camera] for camera in cameras if camera in ports]
    found = tuple(assess(session, port, estate, ends, by_hand=by_hand) for port in mine)
    return Result(host=task.host, result=found)


def assess(session: Session, port: PortIntent, estate: Estate, ends: CameraEnds, *, by_hand: bool) -> Readiness:
    """Whether the key of one link can be replaced now. Errors of the switch or the camera refuse it."""
    ready = Readiness(camera=port.camera, switch=port.switch)
    try:
        ready = _method(ready, port, estate)
        if not ready.refusal:
            ready = _switch_side(ready, session, port, estate)
        if not ready.refusal:
            ready = _camera_side(ready, port, estate, ends, by_hand=by_hand)
    except PortsealError as error:
        return ready.model_copy(update={"refusal": str(error)})
    return ready.model_copy(update={"gap": gap(ready, port, estate)})


def _method(ready: Readiness, port: PortIntent, estate: Estate) -> Readiness:
    keys = estate.pack(port.switch).keys
    link = estate.site.site.keys.get(port.camera)
    if port.key is None or link is None:
        return _no(ready, "its port has no static key now; there is nothing to replace")
    if link.fallback is not None:
        return _no(
            ready,
            f"keys.toml has a second key for it that no rotation put there; remove [{port.camera}.fallback] first",
        )
    if keys is None or keys.rotation is Rotation.NONE:
        return _no(
            ready,
            f"no source says how {estate.pack(port.switch).name} goes from one key to the next; change it by hand",
        )
    if not estate.pack(port.switch).commit.strategy.self_undoing:
        return _no(ready, "its switch cannot undo a change by itself, so that an interrupted step could leave it dark")
    if keys.rotation is Rotation.FALLBACK:
        return ready.model_copy(update={"method": Rotation.FALLBACK})
    return ready.model_copy(update={"method": Rotation.SWAP, "dark": not _may_weaken(port, estate)})


def _may_weaken(port: PortIntent, estate: Estate) -> bool:
    """Whether cleartext can be let pass for a while: the port does already, or its platform knows should-secure here."""
    if port.macsec.policy is MacsecPolicy.SHOULD_SECURE:
        return True
    weak = port.model_copy(update={"macsec": port.macsec.model_copy(update={"policy": MacsecPolicy.SHOULD_SECURE})})
    return port.stage is Stage.SEALED and possible(weak, estate.pack(port.switch))


def _switch_side(ready: Readiness, session: Session, port: PortIntent, estate: Estate) -> Readiness:
    (running,) = session.run([estate.pack(port.switch).read.command])
    plan = plan_from(running, port.switch, estate)
    if any(refusal.scope in (port.port, "switch") for refusal in plan.refusals):
        return _no(ready, f"{port.port} is left alone on {port.switch}: {plan.refusals[0].reason}")
    if plan.changes:
        return _no(ready, f"{port.switch} is not as the site says; `portseal plan` and `apply` come first")
    assert port.key is not None  # noqa: S101 - by `_method`
    found = see_live(session, port, port.key, estate, seconds=0.0)
    if found.outcome is not Outcome.PASS:
        return _no(
            ready, f"no live peer uses its key now ({found.reason}: {found.detail}); a key is replaced where it works"
        )
    return ready


def _camera_side(ready: Readiness, port: PortIntent, estate: Estate, ends: CameraEnds, *, by_hand: bool) -> Readiness:
    end = None if by_hand else open_end(port.camera, estate, ends)
    if end is None:
        return ready.model_copy(update={"by_hand": True})
    try:
        state = end.state()
    finally:
        end.close()
    if state.can_static is False:
        return _no(ready, "the camera says that it cannot hold a static key")
    if state.mode not in (CameraMode.STATIC, CameraMode.UNKNOWN):
        return _no(ready, f"the camera's port is set to {state.mode}, not to a static key")
    if state.ckn and port.key and not same_ckn(state.ckn, port.key.ckn):
        return _no(ready, f"the camera says that it holds CKN {state.ckn}, not {port.key.ckn}")
    return ready


def open_end(camera: str, estate: Estate, ends: CameraEnds) -> CameraEnd | None:
    """The end of a camera of the site, if it has an API."""
    return next((ends(each) for each in estate.site.site.cameras if each.name == camera), None)


def see_live(session: Session, port: PortIntent, key: LinkKey, estate: Estate, *, seconds: float) -> Verdict:
    """Whether the switch says, within `seconds`, that the link is encrypted with `key`: live peer, its CKN, rising counters.

    Cleartext is no pass here, whatever the profile allows.
    """
    strict = port.macsec.model_copy(update={"policy": MacsecPolicy.MUST_SECURE})
    wanted = port.model_copy(update={"key": key, "fallback_key": None, "macsec": strict})
    (verdict,) = wait_for(session, [wanted], estate, seconds=seconds)
    return verdict


def gap(ready: Readiness, port: PortIntent, estate: Estate) -> str:
    """What the link goes through, for people."""
    if ready.refusal:
        return ""
    keys, settings = estate.pack(port.switch).keys, estate.site.settings
    known = keys.gap_seconds if keys else None
    side = "how long is not documented" if known is None else f"at most {known:g} s on the switch's side"
    if ready.method is Rotation.FALLBACK:
        return f"the switch takes both keys; a short gap while the camera changes to its new one ({side})"
    seconds = settings.keys.camera_seconds + 2 * settings.apply.verify_seconds
    until = "until the installer has typed the key" if ready.by_hand else f"for up to {seconds} s"
    if ready.dark:
        return f"the link is down {until}: the platform holds one key, and knows no should-secure here ({side})"
    return f"should-secure, so that cleartext may pass, {until}: the platform holds one key ({side})"


def _no(ready: Readiness, why: str) -> Readiness:
    return ready.model_copy(update={"refusal": why})
